// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/outbox/index_outbox.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

namespace vtlt::outbox {

void request_reindex(db::WriteTx& tx, DocumentId document, Secrecy band)
{
    tx.prepare("INSERT INTO index_outbox (document_id, band) VALUES (?1, ?2)")
        .bind(1, document)
        .bind(2, static_cast<int>(band))
        .run();
}

void request_removal(db::WriteTx& tx, DocumentId document, Secrecy band)
{
    tx.prepare("INSERT INTO index_outbox (document_id, band, leaving) VALUES (?1, ?2, 1)")
        .bind(1, document)
        .bind(2, static_cast<int>(band))
        .run();
}

void request_reindex(db::WriteTx& tx, DossierId dossier)
{
    tx.prepare("INSERT INTO index_outbox (document_id, band) SELECT id, secrecy FROM document WHERE dossier_id = ?1")
        .bind(1, dossier)
        .run();
}

void request_reindex(db::WriteTx& tx, RecordSetId set)
{
    tx.prepare(R"sql(
        INSERT INTO index_outbox (document_id, band)
        SELECT document.id, document.secrecy
          FROM record_set_document
          JOIN document ON document.id = record_set_document.document_id
         WHERE record_set_document.record_set_id = ?1
         ORDER BY document.id
    )sql")
        .bind(1, set)
        .run();
}

std::vector<DocumentId> list_leaving(db::ReadTx& tx, const auth::Reach& reach)
{
    const catalog::ReachSql where{reach, catalog::kDocumentReach, 1};
    auto select = tx.prepare(R"sql(
        SELECT DISTINCT index_outbox.document_id
          FROM index_outbox
          JOIN document ON document.id = index_outbox.document_id
         WHERE index_outbox.leaving = 1 AND index_outbox.seq > (SELECT seq FROM index_outbox_closed)
           AND (CASE WHEN )sql" +
                             where.text() + " THEN 0 ELSE 1 END) = 1"); // NOT would lose what has no day
    where.bind_to(select);
    std::vector<DocumentId> documents;
    while (select.step()) {
        documents.push_back(select.id<DocumentId>(0));
    }
    return documents;
}

std::vector<IndexRequest> list_requests(db::ReadTx& tx, std::int64_t after, std::size_t limit)
{
    auto select = tx.prepare(R"sql(
        SELECT seq, document_id, band, leaving
          FROM index_outbox
         WHERE seq > ?1 AND seq > (SELECT seq FROM index_outbox_closed)
         ORDER BY seq
         LIMIT ?2
    )sql");
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<IndexRequest> requests;
    while (select.step()) {
        requests.push_back({.seq = select.integer(0),
                            .document = select.id<DocumentId>(1),
                            .band = static_cast<Secrecy>(select.integer(2)),
                            .leaving = select.integer(3) != 0});
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
    auto select = tx.prepare("SELECT count(DISTINCT document_id) FROM index_outbox"
                             " WHERE seq > (SELECT seq FROM index_outbox_closed)");
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

std::int64_t count_pending(db::ReadTx& tx, const auth::Reach& reach)
{
    const catalog::ReachSql where{reach, catalog::kDocumentReach, 1};
    auto select = tx.prepare(R"sql(
        SELECT count(DISTINCT index_outbox.document_id)
          FROM index_outbox
          JOIN document ON document.id = index_outbox.document_id
         WHERE index_outbox.seq > (SELECT seq FROM index_outbox_closed) AND )sql" +
                             where.text());
    where.bind_to(select);
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
