// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/jobs/job.h>

namespace vtlt::jobs {

void put_documents(db::WriteTx& tx, JobId job, std::span<const DocumentId> documents)
{
    std::vector<std::int64_t> keys;
    keys.reserve(documents.size());
    for (const auto document : documents) {
        keys.push_back(document.value);
    }
    // A job that begins again makes its result anew.
    tx.prepare("DELETE FROM job_document WHERE job_id = ?1").bind(1, job).run();
    tx.prepare("INSERT INTO job_document (job_id, document_id) SELECT job.id, document.id FROM job, document"
               " WHERE job.id = ?1 AND document.id IN {ids ?2}")
        .bind(1, job)
        .bind_list(2, std::span<const std::int64_t>{keys})
        .run();
    tx.prepare(R"sql(
        UPDATE job
           SET secrecy = (SELECT max(document.secrecy) FROM job_document
                            JOIN document ON document.id = job_document.document_id WHERE job_document.job_id = ?1)
         WHERE id = ?1
           AND secrecy < (SELECT max(document.secrecy) FROM job_document
                            JOIN document ON document.id = job_document.document_id WHERE job_document.job_id = ?1)
    )sql")
        .bind(1, job)
        .run();
    tx.prepare("DELETE FROM job_reader_list WHERE job_id = ?1").bind(1, job).run();
    tx.prepare(R"sql(
        INSERT INTO job_reader_list (job_id, reader_list_id)
        SELECT DISTINCT job_document.job_id, document.reader_list_id
          FROM job_document
          JOIN document ON document.id = job_document.document_id
         WHERE job_document.job_id = ?1 AND document.reader_list_id IS NOT NULL
    )sql")
        .bind(1, job)
        .run();
}

bool are_documents_reached(db::ReadTx& tx, JobId job, const auth::Reach& reach)
{
    const catalog::ReachSql where{reach, catalog::kDocumentReach, 2};
    auto select = tx.prepare("SELECT 1 FROM job_document JOIN document ON document.id = job_document.document_id"
                             " WHERE job_document.job_id = ?1 AND (" +
                             where.text() + ") IS NOT TRUE LIMIT 1");
    where.bind_to(select.bind(1, job));
    return !select.step();
}

void raise_jobs_of(db::WriteTx& tx, DocumentId document, Secrecy secrecy)
{
    tx.prepare("UPDATE job SET secrecy = ?2, revision = revision + 1 WHERE secrecy < ?2"
               " AND id IN (SELECT job_id FROM job_document WHERE document_id = ?1)")
        .bind(1, document)
        .bind(2, static_cast<int>(secrecy))
        .run();
    tx.prepare(R"sql(
        UPDATE job
           SET revision = revision + 1,
               secrecy = (SELECT min(document.secrecy) FROM job_item
                            JOIN document ON document.id = job_item.document_id WHERE job_item.job_id = job.id)
         WHERE id IN (SELECT job_id FROM job_item WHERE document_id = ?1)
           AND secrecy < (SELECT min(document.secrecy) FROM job_item
                            JOIN document ON document.id = job_item.document_id WHERE job_item.job_id = job.id)
    )sql")
        .bind(1, document)
        .run();
}

void restrict_jobs_of(db::WriteTx& tx, DocumentId document, ReaderListId list)
{
    tx.prepare(R"sql(
        INSERT INTO job_reader_list (job_id, reader_list_id)
        SELECT holds.job_id, list.id
          FROM job_document AS holds
          JOIN reader_list AS list ON list.id = ?2
         WHERE holds.document_id = ?1
        ON CONFLICT (job_id, reader_list_id) DO NOTHING
    )sql")
        .bind(1, document)
        .bind(2, list)
        .run();
    tx.prepare(R"sql(
        INSERT INTO job_reader_list (job_id, reader_list_id)
        SELECT DISTINCT job_item.job_id, document.reader_list_id
          FROM job_item
          JOIN document ON document.id = job_item.document_id
         WHERE job_item.job_id IN (SELECT took.job_id FROM job_item AS took WHERE took.document_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM job_item AS other
                             JOIN document AS known ON known.id = other.document_id
                            WHERE other.job_id = job_item.job_id AND known.reader_list_id IS NULL)
        ON CONFLICT (job_id, reader_list_id) DO NOTHING
    )sql")
        .bind(1, document)
        .run();
}

bool is_known_to(db::ReadTx& tx, JobId job, std::span<const ReaderListId> lists)
{
    std::vector<std::int64_t> keys;
    for (const auto list : lists) {
        keys.push_back(list.value);
    }
    auto select = tx.prepare("SELECT 1 FROM job_reader_list WHERE job_id = ?1 AND NOT (reader_list_id IN {ids ?2})"
                             " LIMIT 1");
    select.bind(1, job).bind_list(2, std::span<const std::int64_t>{keys});
    return !select.step();
}

} // namespace vtlt::jobs
