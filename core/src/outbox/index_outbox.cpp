// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/outbox/index_outbox.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

namespace vtlt::outbox {

void request_reindex(db::WriteTx& tx, DocumentId document, Secrecy band)
{
    // Sequences are never given twice, also when every row has been closed: the index compares itself with the last
    // one.
    tx.prepare("UPDATE index_outbox_last SET seq = seq + 1").run();
    tx.prepare("INSERT INTO index_outbox (seq, document_id, band) SELECT seq, ?1, ?2 FROM index_outbox_last")
        .bind(1, document)
        .bind(2, static_cast<int>(band))
        .run();
}

std::vector<IndexRequest> list_requests(db::ReadTx& tx, std::int64_t after, std::size_t limit)
{
    auto select = tx.prepare("SELECT seq, document_id, band FROM index_outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<IndexRequest> requests;
    while (select.step()) {
        requests.push_back({select.integer(0), select.id<DocumentId>(1), static_cast<Secrecy>(select.integer(2))});
    }
    return requests;
}

void close_requests(db::WriteTx& tx, std::int64_t up_to)
{
    tx.prepare("DELETE FROM index_outbox WHERE seq <= ?1").bind(1, up_to).run();
}

std::int64_t count_pending(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT count(DISTINCT document_id) FROM index_outbox");
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

std::int64_t last_seq(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT seq FROM index_outbox_last");
    ensure(select.step(), "the last sequence has a row");
    return select.integer(0);
}

} // namespace vtlt::outbox
