// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/record_set.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

const std::string kSelect = R"sql(
    SELECT record_set.id, record_set.uid, record_set.title, record_set.unit_id, unit.code, record_set.secrecy,
           record_set.query, record_set.documents, record_set.made_at, record_set.made_by
      FROM record_set
      JOIN unit ON unit.id = record_set.unit_id
     WHERE record_set.removed_at IS NULL
)sql";
const std::string kSelectByUid = kSelect + " AND record_set.uid IN {ids ?1}";
constexpr ReachSql::Columns kSetReach{"record_set.secrecy", "record_set.unit_id", "NULL"};
constexpr std::string_view kFromSet = R"sql(
      FROM record_set_document AS listed
      JOIN document ON document.id = listed.document_id
)sql";

template <class IdType>
std::vector<std::int64_t> keys_of(std::span<const IdType> ids)
{
    std::vector<std::int64_t> keys;
    keys.reserve(ids.size());
    for (const auto id : ids) {
        keys.push_back(id.value);
    }
    return keys;
}

RecordSet read_set(const db::Statement& row)
{
    return {.id = row.id<RecordSetId>(0),
            .uid = row.text(1),
            .title = row.text(2),
            .unit = row.id<UnitId>(3),
            .unit_code = row.text(4),
            .secrecy = static_cast<Secrecy>(row.integer(5)),
            .query = row.text(6),
            .documents = static_cast<std::uint64_t>(row.integer(7)),
            .made_at = row.instant(8),
            .made_by = row.text(9)};
}

std::vector<RecordSet> read_sets(db::Statement& rows)
{
    std::vector<RecordSet> sets;
    while (rows.step()) {
        sets.push_back(read_set(rows));
    }
    return sets;
}

} // namespace

Reached reached_of(db::ReadTx& tx, std::span<const DocumentId> documents, const auth::Reach& reach)
{
    const ReachSql where{reach, kDocumentReach, 2};
    auto select = tx.prepare("SELECT count(*), coalesce(max(document.secrecy), 0) FROM document"
                             " WHERE document.id IN {ids ?1} AND " +
                             where.text());
    where.bind_to(select.bind_list(1, keys_of(documents)));
    ensure(select.step(), "a count has a row");
    return {.documents = static_cast<std::uint64_t>(select.integer(0)),
            .highest = static_cast<Secrecy>(select.integer(1))};
}

RecordSetId insert_record_set(db::WriteTx& tx, const RecordSet& set, std::span<const DocumentId> documents,
                              const auth::Reach& reach)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO record_set (uid, title, unit_id, secrecy, query, documents, made_at, made_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        RETURNING id
    )sql");
    insert.bind(1, set.uid)
        .bind(2, set.title)
        .bind(3, set.unit)
        .bind(4, static_cast<int>(set.secrecy))
        .bind_text_or_null(5, set.query)
        .bind(6, static_cast<std::int64_t>(set.documents))
        .bind(7, set.made_at)
        .bind(8, set.made_by);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<RecordSetId>(0);
    insert.step();
    const ReachSql where{reach, kDocumentReach, 3};
    auto fill = tx.prepare("INSERT INTO record_set_document (record_set_id, document_id)"
                           " SELECT record_set.id, document.id FROM record_set, document"
                           " WHERE record_set.id = ?1 AND document.id IN {ids ?2} AND " +
                           where.text());
    where.bind_to(fill.bind(1, id).bind_list(2, keys_of(documents)));
    ensure(fill.run() == static_cast<std::int64_t>(set.documents), "a set has the documents that were counted");
    return id;
}

void remove_record_set(db::WriteTx& tx, RecordSetId set, Instant at)
{
    tx.prepare("DELETE FROM record_set_document WHERE record_set_id = ?1").bind(1, set).run();
    tx.prepare("UPDATE record_set SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL")
        .bind(1, set)
        .bind(2, at)
        .run();
}

std::optional<RecordSet> find_record_set(db::ReadTx& tx, std::string_view uid)
{
    const std::vector<Uid> wanted{Uid{uid}};
    auto found = is_uid(uid) ? list_record_sets_by_uid(tx, wanted) : std::vector<RecordSet>{};
    return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

std::vector<RecordSet> list_record_sets_by_uid(db::ReadTx& tx, std::span<const Uid> uids)
{
    auto select = tx.prepare(kSelectByUid);
    select.bind_list(1, uids);
    return read_sets(select);
}

std::vector<RecordSet> list_record_sets(db::ReadTx& tx, const KnownSets& known, std::optional<RecordSetId> before,
                                        std::size_t limit)
{
    const ReachSql administered{known.administered, kSetReach, 5};
    auto select = tx.prepare(kSelect + R"sql(
           AND (record_set.id < ?1 OR ?1 IS NULL)
           AND (record_set.made_by = ?2 OR record_set.id IN {ids ?3} OR )sql" +
                             administered.text() + ") ORDER BY record_set.id DESC LIMIT ?4");
    administered.bind_to(select.bind(1, before)
                             .bind(2, known.maker)
                             .bind_list(3, keys_of(known.held))
                             .bind(4, static_cast<std::int64_t>(limit)));
    return read_sets(select);
}

std::map<RecordSetId, std::uint64_t> count_documents(db::ReadTx& tx, std::span<const RecordSetId> sets,
                                                     const auth::Reach& reach)
{
    const ReachSql where{reach, kDocumentReach, 2};
    auto select =
        tx.prepare("SELECT listed.record_set_id, count(*)" + std::string{kFromSet} +
                   " WHERE listed.record_set_id IN {ids ?1} AND " + where.text() + " GROUP BY listed.record_set_id");
    where.bind_to(select.bind_list(1, keys_of(sets)));
    std::map<RecordSetId, std::uint64_t> counts;
    while (select.step()) {
        counts.emplace(select.id<RecordSetId>(0), static_cast<std::uint64_t>(select.integer(1)));
    }
    return counts;
}

std::vector<DocumentId> list_documents(db::ReadTx& tx, RecordSetId set, const auth::Reach& reach,
                                       std::optional<DocumentId> before, std::optional<std::size_t> limit)
{
    const ReachSql where{reach, kDocumentReach, 3};
    const auto text = "SELECT listed.document_id" + std::string{kFromSet} +
                      " WHERE listed.record_set_id = ?1 AND (listed.document_id < ?2 OR ?2 IS NULL) AND " +
                      where.text() + " ORDER BY listed.document_id DESC";
    auto select = tx.prepare(limit ? text + " LIMIT ?" + std::to_string(where.next()) : text);
    where.bind_to(select.bind(1, set).bind(2, before));
    if (limit) {
        select.bind(where.next(), static_cast<std::int64_t>(*limit));
    }
    std::vector<DocumentId> ids;
    while (select.step()) {
        ids.push_back(select.id<DocumentId>(0));
    }
    return ids;
}

std::vector<Uid> list_document_uids(db::ReadTx& tx, RecordSetId set)
{
    auto select = tx.prepare("SELECT document.uid" + std::string{kFromSet} +
                             " WHERE listed.record_set_id = ?1 ORDER BY document.uid");
    select.bind(1, set);
    std::vector<Uid> uids;
    while (select.step()) {
        uids.push_back(select.text(0));
    }
    return uids;
}

std::vector<std::pair<DocumentId, RecordSetId>> list_granted_sets(db::ReadTx& tx,
                                                                  std::span<const std::int64_t> documents)
{
    auto select = tx.prepare(R"sql(
        SELECT listed.document_id, listed.record_set_id
          FROM (SELECT DISTINCT role_grant.record_set_id
                  FROM role_grant
                 WHERE role_grant.record_set_id IS NOT NULL AND role_grant.ended_at IS NULL) AS granted
          JOIN record_set_document AS listed ON listed.record_set_id = granted.record_set_id
         WHERE listed.document_id IN {ids ?1}
         ORDER BY listed.record_set_id, listed.document_id
    )sql");
    select.bind_list(1, documents);
    std::vector<std::pair<DocumentId, RecordSetId>> rows;
    while (select.step()) {
        rows.emplace_back(select.id<DocumentId>(0), select.id<RecordSetId>(1));
    }
    return rows;
}

bool is_granted(db::ReadTx& tx, RecordSetId set)
{
    auto select = tx.prepare("SELECT 1 FROM role_grant WHERE record_set_id = ?1 AND ended_at IS NULL LIMIT 1");
    return select.bind(1, set).step();
}

bool is_in_use(db::ReadTx& tx, RecordSetId set, Date today)
{
    auto select = tx.prepare("SELECT 1 FROM role_grant WHERE record_set_id = ?1 AND ended_at IS NULL"
                             " AND (to_on IS NULL OR to_on >= ?2) LIMIT 1");
    return select.bind(1, set).bind(2, today).step();
}

} // namespace vtlt::catalog
