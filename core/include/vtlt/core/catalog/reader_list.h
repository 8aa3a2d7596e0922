// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// danh sách người được biết = need-to-know list: a document on it is known to its people alone, as far as their roles
/// and clearances reach it.
struct ReaderList
{
    ReaderListId id;
    Uid uid;
    UnitId unit;
    std::string unit_code; ///< filled when read
    std::string title;
    Secrecy secrecy = Secrecy::open; ///< of its title
    Instant made_at{};
    std::string made_by; ///< as an actor's name
};

auth::Target target_of(const ReaderList& list);

/// Throws not_found `reader_list.not_found`.
ReaderList get_reader_list(db::ReadTx& tx, std::string_view uid);
/// Of a list that is there.
ReaderList get_reader_list(db::ReadTx& tx, ReaderListId id);
/// Those that `reach` reaches, oldest first, at most `limit` after the given one.
std::vector<ReaderList> list_reader_lists(db::ReadTx& tx, const auth::Reach& reach, std::string_view after,
                                          std::size_t limit);
ReaderListId insert_reader_list(db::WriteTx& tx, const ReaderList& list);

/// Somebody on a list, for a time.
struct ReaderEntry
{
    std::int64_t id = 0;
    Uid uid;
    ReaderListId list;
    AccountId account;
    Uid account_uid; ///< filled when read, like the next two
    std::string account_name;
    std::string account_full_name;
    Date from_on;
    std::optional<Date> to_on; ///< the last day on which it holds
    std::string reason;
    Instant added_at{};
    std::string added_by; ///< as an actor's name
    std::optional<Instant> confirmed_at;
    std::string confirmed_by;
    std::optional<Instant> ended_at;
    std::string ended_by;
};

/// Throws not_found `reader_entry.not_found`.
ReaderEntry get_reader_entry(db::ReadTx& tx, std::string_view uid);
/// By name; with `past` also those that were ended.
std::vector<ReaderEntry> list_reader_entries(db::ReadTx& tx, ReaderListId list, bool past);
void insert_reader_entry(db::WriteTx& tx, const ReaderEntry& entry);
/// False when it was confirmed or ended already.
bool confirm_reader_entry(db::WriteTx& tx, std::int64_t entry, Instant at, std::string_view by);
bool end_reader_entry(db::WriteTx& tx, std::int64_t entry, Instant at, std::string_view by);

/// The lists somebody stands on that day, ascending.
std::vector<ReaderListId> lists_of(db::ReadTx& tx, AccountId account, Date today);

} // namespace vtlt::catalog
