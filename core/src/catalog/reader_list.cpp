// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reader_list.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

const std::string kSelectList = R"sql(
    SELECT reader_list.id, reader_list.uid, reader_list.unit_id, unit.code, reader_list.title, reader_list.secrecy,
           reader_list.made_at, reader_list.made_by
      FROM reader_list
      JOIN unit ON unit.id = reader_list.unit_id
)sql";
const std::string kSelectListByUid = kSelectList + " WHERE reader_list.uid = ?1";
const std::string kSelectListById = kSelectList + " WHERE reader_list.id = ?1";
const std::string kSelectLists =
    kSelectList + " WHERE reader_list.id > coalesce((SELECT last.id FROM reader_list AS last WHERE last.uid = ?1), 0)"
                  " AND ";
constexpr ReachSql::Columns kListReach{"reader_list.secrecy", "reader_list.unit_id", "NULL"};

const std::string kSelectEntry = R"sql(
    SELECT reader_entry.id, reader_entry.uid, reader_entry.reader_list_id, reader_entry.account_id, account.uid,
           account.name, account.full_name, reader_entry.from_on, reader_entry.to_on, reader_entry.reason,
           reader_entry.added_at, reader_entry.added_by, reader_entry.confirmed_at, reader_entry.confirmed_by,
           reader_entry.ended_at, reader_entry.ended_by
      FROM reader_entry
      JOIN account ON account.id = reader_entry.account_id
)sql";
const std::string kSelectEntryByUid = kSelectEntry + " WHERE reader_entry.uid = ?1";
const std::string kSelectEntries = kSelectEntry + R"sql(
     WHERE reader_entry.reader_list_id = ?1 AND (?2 = 1 OR reader_entry.ended_at IS NULL)
     ORDER BY account.name_key, reader_entry.id
)sql";

ReaderList read_list(const db::Statement& row)
{
    return {.id = row.id<ReaderListId>(0),
            .uid = row.text(1),
            .unit = row.id<UnitId>(2),
            .unit_code = row.text(3),
            .title = row.text(4),
            .secrecy = static_cast<Secrecy>(row.integer(5)),
            .made_at = row.instant(6),
            .made_by = row.text(7)};
}

std::optional<Instant> optional_instant(const db::Statement& row, int column)
{
    return row.is_null(column) ? std::nullopt : std::optional{row.instant(column)};
}

ReaderEntry read_entry(const db::Statement& row)
{
    return {.id = row.integer(0),
            .uid = row.text(1),
            .list = row.id<ReaderListId>(2),
            .account = row.id<AccountId>(3),
            .account_uid = row.text(4),
            .account_name = row.text(5),
            .account_full_name = row.text(6),
            .from_on = *row.optional_date(7),
            .to_on = row.optional_date(8),
            .reason = row.text(9),
            .added_at = row.instant(10),
            .added_by = row.text(11),
            .confirmed_at = optional_instant(row, 12),
            .confirmed_by = row.text(13),
            .ended_at = optional_instant(row, 14),
            .ended_by = row.text(15)};
}

} // namespace

auth::Target target_of(const ReaderList& list)
{
    return {.secrecy = list.secrecy, .unit = list.unit};
}

ReaderList get_reader_list(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectListByUid);
    if (!select.bind(1, uid).step()) {
        throw Error{Kind::not_found, "reader_list.not_found", {{"id", std::string{uid}}}};
    }
    return read_list(select);
}

ReaderList get_reader_list(db::ReadTx& tx, ReaderListId id)
{
    auto select = tx.prepare(kSelectListById);
    ensure(select.bind(1, id).step(), "a list that is named is there");
    return read_list(select);
}

std::vector<ReaderList> list_reader_lists(db::ReadTx& tx, const auth::Reach& reach, std::string_view after,
                                          std::size_t limit)
{
    const ReachSql where{reach, kListReach, 3};
    auto select = tx.prepare(kSelectLists + where.text() + " ORDER BY reader_list.id LIMIT ?2");
    where.bind_to(select.bind(1, after).bind(2, static_cast<std::int64_t>(limit)));
    std::vector<ReaderList> lists;
    while (select.step()) {
        lists.push_back(read_list(select));
    }
    return lists;
}

ReaderListId insert_reader_list(db::WriteTx& tx, const ReaderList& list)
{
    auto insert = tx.prepare("INSERT INTO reader_list (uid, unit_id, title, secrecy, made_at, made_by)"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id");
    insert.bind(1, list.uid)
        .bind(2, list.unit)
        .bind(3, list.title)
        .bind(4, static_cast<int>(list.secrecy))
        .bind(5, list.made_at)
        .bind(6, list.made_by);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<ReaderListId>(0);
    insert.step();
    return id;
}

ReaderEntry get_reader_entry(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectEntryByUid);
    if (!select.bind(1, uid).step()) {
        throw Error{Kind::not_found, "reader_entry.not_found", {{"id", std::string{uid}}}};
    }
    return read_entry(select);
}

std::vector<ReaderEntry> list_reader_entries(db::ReadTx& tx, ReaderListId list, bool past)
{
    auto select = tx.prepare(kSelectEntries);
    select.bind(1, list).bind(2, past ? 1 : 0);
    std::vector<ReaderEntry> entries;
    while (select.step()) {
        entries.push_back(read_entry(select));
    }
    return entries;
}

void insert_reader_entry(db::WriteTx& tx, const ReaderEntry& entry)
{
    tx.prepare("INSERT INTO reader_entry (uid, reader_list_id, account_id, from_on, to_on, reason, added_at, added_by)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .bind(1, entry.uid)
        .bind(2, entry.list)
        .bind(3, entry.account)
        .bind(4, entry.from_on)
        .bind(5, entry.to_on)
        .bind_text_or_null(6, entry.reason)
        .bind(7, entry.added_at)
        .bind(8, entry.added_by)
        .run();
}

bool confirm_reader_entry(db::WriteTx& tx, std::int64_t entry, Instant at, std::string_view by)
{
    return tx.prepare("UPDATE reader_entry SET confirmed_at = ?2, confirmed_by = ?3"
                      " WHERE id = ?1 AND confirmed_at IS NULL AND ended_at IS NULL")
               .bind(1, entry)
               .bind(2, at)
               .bind(3, by)
               .run() == 1;
}

bool end_reader_entry(db::WriteTx& tx, std::int64_t entry, Instant at, std::string_view by)
{
    return tx.prepare("UPDATE reader_entry SET ended_at = ?2, ended_by = ?3 WHERE id = ?1 AND ended_at IS NULL")
               .bind(1, entry)
               .bind(2, at)
               .bind(3, by)
               .run() == 1;
}

std::vector<ReaderListId> lists_of(db::ReadTx& tx, AccountId account, Date today)
{
    auto select = tx.prepare(R"sql(
        SELECT DISTINCT reader_list_id
          FROM reader_entry
         WHERE account_id = ?1 AND ended_at IS NULL AND from_on <= ?2 AND (to_on IS NULL OR to_on >= ?2)
         ORDER BY reader_list_id
    )sql");
    select.bind(1, account).bind(2, today);
    std::vector<ReaderListId> lists;
    while (select.step()) {
        lists.push_back(select.id<ReaderListId>(0));
    }
    return lists;
}

} // namespace vtlt::catalog
