// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/counts.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include <algorithm>

namespace vtlt::catalog {

namespace {

using Counts = std::array<std::uint64_t, kBands.size()>;

constexpr std::array<std::string_view, 2> kRecords{"document", "dossier"};
/// Of kept counts: they know of no day.
constexpr ReachSql::Columns kCountReach{"record_count.secrecy", "record_count.unit_id", "NULL",
                                        "NULLIF(record_count.reader_list_id, 0)"};
/// Of what is on no list: a key cannot be NULL.
constexpr std::int64_t kNoList = 0;

Counts read_rows(db::Statement& select)
{
    Counts counts{};
    while (select.step()) {
        counts.at(static_cast<std::size_t>(select.integer(0))) = static_cast<std::uint64_t>(select.integer(1));
    }
    return counts;
}

} // namespace

void add_to_count(db::WriteTx& tx, Record record, const CountedBy& by, std::int64_t difference)
{
    // The row is there when it becomes less, and one with so few would be refused before it met it.
    auto write = tx.prepare(difference < 0
                                ? "UPDATE record_count SET records = records + ?5 WHERE record = ?1 AND secrecy = ?2"
                                  " AND unit_id = ?3 AND reader_list_id = ?4"
                                : "INSERT INTO record_count (record, secrecy, unit_id, reader_list_id, records)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (record, secrecy, unit_id, reader_list_id)"
                                  " DO UPDATE SET records = record_count.records + excluded.records");
    write.bind(1, kRecords[static_cast<std::size_t>(record)])
        .bind(2, static_cast<int>(by.secrecy))
        .bind(3, by.unit)
        .bind(4, by.list ? by.list->value : kNoList)
        .bind(5, difference)
        .run();
}

Counts read_counts(db::ReadTx& tx, Record record, const auth::Reach& reach)
{
    // The counts know units and grades; what else a part asks for is counted record by record.
    const bool is_by_record = std::ranges::any_of(
        reach.parts, [](const auth::Reach::Part& part) { return part.from || part.to || part.set; });
    if (!is_by_record) {
        const ReachSql where{reach, kCountReach, 2};
        auto select = tx.prepare("SELECT secrecy, sum(records) FROM record_count WHERE record = ?1 AND " +
                                 where.text() + " GROUP BY secrecy");
        where.bind_to(select.bind(1, kRecords[static_cast<std::size_t>(record)]));
        return read_rows(select);
    }
    const bool documents = record == Record::document;
    const ReachSql where{reach, documents ? kDocumentReach : kDossierReach, 1};
    const std::string table{kRecords[static_cast<std::size_t>(record)]};
    auto select = tx.prepare("SELECT secrecy, count(*) FROM " + table + " WHERE " + where.text() + " GROUP BY secrecy");
    where.bind_to(select);
    return read_rows(select);
}

std::vector<std::string> check_counts(db::ReadTx& tx)
{
    // Both ways: a count without records, and records without a count.
    auto select = tx.prepare(R"sql(
        SELECT record, secrecy, code, sum(counted), sum(found), list
          FROM (SELECT record, secrecy, unit_id, reader_list_id AS list, records AS counted, 0 AS found
                  FROM record_count
                 UNION ALL
                SELECT 'document' AS record, secrecy, unit_id, coalesce(reader_list_id, 0) AS list, 0 AS counted,
                       count(*) AS found
                  FROM document GROUP BY secrecy, unit_id, coalesce(reader_list_id, 0)
                 UNION ALL
                SELECT 'dossier' AS record, secrecy, unit_id, 0 AS list, 0 AS counted, count(*) AS found
                  FROM dossier GROUP BY secrecy, unit_id) AS one
          JOIN unit ON unit.id = one.unit_id
         GROUP BY record, secrecy, code, list
        HAVING sum(counted) <> sum(found)
         ORDER BY record, secrecy, code, list
    )sql");
    std::vector<std::string> lines;
    while (select.step()) {
        lines.push_back(select.text(0) + " " + std::string{secrecy_name(static_cast<Secrecy>(select.integer(1)))} +
                        " " + select.text(2) + (select.integer(5) == kNoList ? "" : " on a list") + " counted=" +
                        std::to_string(select.integer(3)) + " found=" + std::to_string(select.integer(4)));
    }
    return lines;
}

} // namespace vtlt::catalog
