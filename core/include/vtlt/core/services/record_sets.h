// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/record_set.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Saved sets: named lists of documents, which a right may be confined to (services/rights.h). Permission, transaction,
/// event. A set is known to who made it, to who holds a right by it, and to who may read the people of its unit; for
/// everybody else it is missing: not_found `record_set.not_found`. Knowing a set reads none of its documents.
namespace vtlt::services {

struct NewRecordSet
{
    std::string title;
    std::string unit = {};              ///< whose people look after it; empty: where the maker works
    std::string query = {};             ///< as it was asked, with …
    std::vector<DocumentId> found = {}; ///< … what it found; those that the maker may not read now are left out
    std::vector<Uid> wanted = {};       ///< or these
};

/// As a reader sees it.
struct ShownRecordSet
{
    catalog::RecordSet set; ///< `documents`: those that he may read now; `query` only for its maker and who looks after
                            ///< it, since it names what others may not know
    std::string made_by_name; ///< full name; empty for an operator
    bool may_remove = false;
};

/// Event `record_set.made`. Throws forbidden `auth.forbidden`, not_found `document.not_found` (one of `wanted`),
/// `record_set.no_documents`, `unit.not_found`, conflict `unit.closed`, invalid `title.blank`, `document.too_long`,
/// `record_set.query_or_documents`, `text.not_utf8`.
ShownRecordSet make_record_set(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewRecordSet& wanted);

/// Newest first, older than the set `cursor`; one that is no set of his is the beginning.
std::vector<ShownRecordSet> list_record_sets(Archive& archive, const auth::Actor& actor, std::string_view cursor,
                                             std::size_t limit);
ShownRecordSet get_record_set(Archive& archive, const auth::Actor& actor, std::string_view uid);

struct RecordSetPage
{
    ShownRecordSet shown;
    std::vector<catalog::DocumentView> views; ///< newest first, those he may read
    Uid next_cursor;                          ///< empty at the end
};
/// After the document `cursor`; throws invalid `search.cursor` for one that he does not see in the set.
RecordSetPage show_record_set(Archive& archive, const auth::Actor& actor, std::string_view uid, std::string_view cursor,
                              std::size_t limit);
/// All of its documents that he may do this to.
std::vector<DocumentId> record_set_documents(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                             auth::Action action);

/// By its maker or who administers the people of its unit. Event `record_set.removed`. Throws forbidden
/// `auth.forbidden`, conflict `record_set.in_use` while a right by it holds or will.
void remove_record_set(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid);

} // namespace vtlt::services
