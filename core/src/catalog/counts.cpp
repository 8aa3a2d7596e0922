// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/counts.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

constexpr std::array<std::string_view, 2> kRecords{"document", "dossier"};

} // namespace

void add_to_count(db::WriteTx& tx, Record record, Secrecy secrecy, std::int64_t difference)
{
    tx.prepare("UPDATE record_count SET records = records + ?3 WHERE record = ?1 AND secrecy = ?2")
        .bind(1, kRecords[static_cast<std::size_t>(record)])
        .bind(2, static_cast<int>(secrecy))
        .bind(3, difference)
        .run();
}

std::array<std::uint64_t, kBands.size()> read_counts(db::ReadTx& tx, Record record)
{
    std::array<std::uint64_t, kBands.size()> counts{};
    auto select = tx.prepare("SELECT secrecy, records FROM record_count WHERE record = ?1");
    select.bind(1, kRecords[static_cast<std::size_t>(record)]);
    while (select.step()) {
        counts.at(static_cast<std::size_t>(select.integer(0))) = static_cast<std::uint64_t>(select.integer(1));
    }
    return counts;
}

std::vector<std::string> check_counts(db::ReadTx& tx)
{
    auto select = tx.prepare(R"sql(
        SELECT record_count.record, record_count.secrecy, record_count.records, coalesce(counted.records, 0)
          FROM record_count
          LEFT JOIN (SELECT 'document' AS record, secrecy, count(*) AS records FROM document GROUP BY secrecy
                      UNION ALL
                     SELECT 'dossier' AS record, secrecy, count(*) AS records FROM dossier GROUP BY secrecy) AS counted
            ON counted.record = record_count.record AND counted.secrecy = record_count.secrecy
         WHERE record_count.records <> coalesce(counted.records, 0)
         ORDER BY record_count.record, record_count.secrecy
    )sql");
    std::vector<std::string> lines;
    while (select.step()) {
        lines.push_back(select.text(0) + " " + std::string{secrecy_name(static_cast<Secrecy>(select.integer(1)))} +
                        " counted=" + std::to_string(select.integer(2)) +
                        " found=" + std::to_string(select.integer(3)));
    }
    return lines;
}

} // namespace vtlt::catalog
