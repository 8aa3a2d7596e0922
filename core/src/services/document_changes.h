// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/documents.h>

#include <optional>
#include <vector>

namespace vtlt::services {

/// What is wished of a document's values, cleaned; and every mistake in it, as update_document names them.
struct CheckedChanges
{
    DocumentChanges changes;
    std::vector<Problem> problems;
};
CheckedChanges check_changes(const Clock& clock, const DocumentChanges& wished);
/// The document with the values that are filled.
catalog::Document with_changes(catalog::Document document, const DocumentChanges& checked);

bool changes_anything(const catalog::Document& document, const DocumentChanges& checked);

/// An edit in the caller's transaction, which has asked for the right: as update_document. `restored_from`: the
/// revision whose edit is undone.
catalog::Document write_changes(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                const catalog::Document& before, std::int64_t seen, const DocumentChanges& changes,
                                std::optional<std::int64_t> restored_from = std::nullopt);

} // namespace vtlt::services
