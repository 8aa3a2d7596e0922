// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/reader_list.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// danh sách người được biết = need-to-know lists: who stands on them. Permission, transaction, event. Nobody puts
/// himself on one; an entry holds at once and is shown as a warning until a second person has confirmed it (TT 05/2025,
/// phụ lục VI, F3c). What is put on a list: services/reclassification.h. A list that is hidden is missing: not_found
/// `reader_list.not_found`, `reader_entry.not_found`.
namespace vtlt::services {

struct NewReaderList
{
    std::string title;
    std::string unit = {}; ///< code; empty: where the asker works, the root unit for the operator
    Secrecy secrecy = Secrecy::open;
};
/// Event `reader_list.made`. Throws forbidden `auth.forbidden`, not_found `unit.not_found`, conflict `unit.closed`,
/// invalid `title.blank`, `text.not_utf8`.
catalog::ReaderList make_reader_list(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                     const NewReaderList& wanted);

catalog::ReaderList get_reader_list(Archive& archive, const auth::Actor& actor, std::string_view list);
/// At most `limit` after the given one, oldest first.
std::vector<catalog::ReaderList> list_reader_lists(Archive& archive, const auth::Actor& actor,
                                                   std::string_view after = {}, std::size_t limit = 200);

struct NewReader
{
    std::string list;
    std::string who;                            ///< name or uid
    std::optional<Date> from_on = std::nullopt; ///< absent: today
    std::optional<Date> to_on = std::nullopt;   ///< the last day; absent: until it is ended
    std::string reason = {};
};
/// Event `reader.added`. Throws forbidden `auth.forbidden`, `readers.needs_another_person` (oneself), not_found
/// `account.not_found`, conflict `account.disabled`, `reader.exists`, invalid `readers.no_person`, `grant.bad_period`,
/// `text.not_utf8`.
catalog::ReaderEntry add_reader(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewReader& wanted);
/// Ends the person's sessions. Returns the list's uid. Event `reader.ended`. Throws forbidden `auth.forbidden`,
/// conflict `reader.ended_already`.
Uid end_reader(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view entry);
/// By a person who neither added nor is it. Returns the list's uid. Event `reader.confirmed`. Throws forbidden
/// `auth.forbidden`, `readers.needs_another_person`, conflict `reader.ended_already`, `reader.confirmed_already`.
Uid confirm_reader(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view entry);

/// An entry as a list shows it.
struct ListedReader
{
    catalog::ReaderEntry entry;
    bool is_active = false; ///< holds today
    bool may_confirm = false;
};
/// By name; with `past` also those that were ended.
std::vector<ListedReader> list_readers(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                       std::string_view list, bool past = false);
/// What is on the list, as far as the asker may read it, newest first; at most `limit` after the given document.
std::vector<catalog::DocumentView> list_documents_on(Archive& archive, const auth::Actor& actor, std::string_view list,
                                                     std::string_view after, std::size_t limit);

} // namespace vtlt::services
