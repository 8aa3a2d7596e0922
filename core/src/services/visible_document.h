// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>

namespace vtlt::services {

/// What is hidden is refused: throws as refuse_document.
catalog::Document visible_document(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid);

} // namespace vtlt::services
