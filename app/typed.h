// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/auth/role.h>
#include <vtlt/core/catalog/document.h>

#include <optional>
#include <string>

/// What people type for days, codes and documents, read once for all commands.
namespace vtlt::app {

/// nullopt for nothing typed. Throws invalid `date.not_a_day`.
std::optional<Date> day_or_none(const std::string& typed);
/// Throws invalid `option.not_yes_or_no`.
bool yes_or_no(const std::string& typed);
/// Throws invalid `role.unknown`.
auth::Role role_of(const std::string& typed);
/// Throws invalid `secrecy.unknown`.
Secrecy clearance_of(const std::string& typed);

/// By uid, or by number and symbol ("3163/BC-BQP") where they name one. A document that may not be read is missing:
/// throws as services::refuse_document, conflict `document.ambiguous`.
catalog::DocumentView find_document(const Context& context, services::Archive& archive, db::ReadTx& tx,
                                    const std::string& typed);
/// The same for who may know of a document without reading it: what reads like a uid is one. Throws as above.
Uid document_uid(const Context& context, services::Archive& archive, const std::string& typed);

} // namespace vtlt::app
