// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/outbox/index_outbox.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

namespace vtlt::outbox {

void request_reindex(db::WriteTx& tx, DocumentId document, Secrecy band)
{
    tx.prepare("INSERT INTO index_outbox (document_id, band) VALUES (?1, ?2)")
        .bind(1, document)
        .bind(2, static_cast<int>(band))
        .run();
}

std::vector<IndexRequest> list_requests(db::ReadTx& tx, std::int64_t after, std::size_t limit)
{
    auto select = tx.prepare(R"sql(
        SELECT seq, document_id, band
          FROM index_outbox
         WHERE seq > ?1 AND seq > (SELECT seq FROM index_outbox_closed)
         ORDER BY seq
         LIMIT ?2
    )sql");
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<IndexRequest> requests;
    while (select.step()) {
        requests.push_back({select.integer(0), select.id<DocumentId>(1), static_cast<Secrecy>(select.integer(2))});
    }
    return requests;
}

void close_requests(db::WriteTx& tx, std::int64_t up_to)
{
    tx.prepare(R"sql(
        UPDATE index_outbox_closed
           SET seq = (SELECT max(seq) FROM index_outbox WHERE seq <= ?1)
         WHERE seq < (SELECT max(seq) FROM index_outbox WHERE seq <= ?1)
    )sql")
        .bind(1, up_to)
        .run();
    // The newest row stays: the next seq follows it, so that none is ever given twice and the index can compare itself
    // with the last one.
    tx.prepare("DELETE FROM index_outbox WHERE seq <= ?1 AND seq < (SELECT max(seq) FROM index_outbox)")
        .bind(1, up_to)
        .run();
}

std::int64_t count_pending(db::ReadTx& tx)
{
    return count_pending(tx, kBands);
}

std::int64_t count_pending(db::ReadTx& tx, std::span<const Secrecy> bands)
{
    auto select = tx.prepare(R"sql(
        SELECT count(DISTINCT document_id)
          FROM index_outbox
         WHERE seq > (SELECT seq FROM index_outbox_closed) AND band IN (?1, ?2, ?3, ?4)
    )sql");
    for (std::size_t i = 0; i < kBands.size(); ++i) {
        select.bind(static_cast<int>(i) + 1, i < bands.size() ? static_cast<int>(bands[i]) : -1);
    }
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

std::int64_t last_seq(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT coalesce(max(seq), 0) FROM index_outbox");
    ensure(select.step(), "the last sequence has a row");
    return select.integer(0);
}

} // namespace vtlt::outbox
