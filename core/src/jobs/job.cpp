// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/job.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <array>

namespace vtlt::jobs {

namespace {

constexpr std::array<std::string_view, 3> kOutcomes{"done", "partial", "failed"};

Job read_job(const db::Statement& select)
{
    Job job;
    job.id = select.id<JobId>(0);
    job.uid = select.text(1);
    job.kind = select.text(2);
    job.request = select.text(3);
    job.started_at = select.instant(4);
    if (!select.is_null(5)) {
        job.finished_at = select.instant(5);
    }
    if (const auto at = std::ranges::find(kOutcomes, select.text(6)); at != kOutcomes.end()) {
        job.outcome = static_cast<Outcome>(at - kOutcomes.begin());
    }
    job.spent_ms = select.integer(7);
    return job;
}

} // namespace

std::string_view outcome_name(Outcome outcome)
{
    return kOutcomes[static_cast<std::size_t>(outcome)];
}

Job start_or_resume(db::WriteTx& tx, const Clock& clock, std::string_view kind, std::string_view request)
{
    const auto key = sha256_hex(request);
    auto select = tx.prepare("SELECT id, uid, kind, request, started_at, finished_at, outcome, spent_ms FROM job"
                             " WHERE kind = ?1 AND request_key = ?2 AND reported = 0 ORDER BY id DESC LIMIT 1");
    select.bind(1, kind).bind(2, key);
    if (select.step()) {
        auto job = read_job(select);
        job.resumed = true;
        return job;
    }
    Job job{.uid = make_uid(), .kind = std::string{kind}, .request = std::string{request}, .started_at = clock.now()};
    auto insert = tx.prepare(
        "INSERT INTO job (uid, kind, request_key, request, started_at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id");
    insert.bind(1, job.uid).bind(2, kind).bind(3, key).bind(4, request).bind(5, job.started_at);
    ensure(insert.step(), "RETURNING gives the key");
    job.id = insert.id<JobId>(0);
    insert.step();
    return job;
}

void add_spent(db::WriteTx& tx, JobId job, std::int64_t ms)
{
    tx.prepare("UPDATE job SET spent_ms = spent_ms + ?2 WHERE id = ?1").bind(1, job).bind(2, ms).run();
}

void finish(db::WriteTx& tx, const Clock& clock, JobId job, Outcome outcome)
{
    tx.prepare("UPDATE job SET outcome = ?2, finished_at = ?3 WHERE id = ?1 AND outcome IS NULL")
        .bind(1, job)
        .bind(2, outcome_name(outcome))
        .bind(3, clock.now())
        .run();
}

void mark_reported(db::WriteTx& tx, JobId job)
{
    tx.prepare("UPDATE job SET reported = 1 WHERE id = ?1").bind(1, job).run();
}

std::vector<Job> list_jobs(db::ReadTx& tx, std::size_t limit)
{
    auto select = tx.prepare("SELECT id, uid, kind, request, started_at, finished_at, outcome, spent_ms FROM job"
                             " ORDER BY id DESC LIMIT ?1");
    select.bind(1, static_cast<std::int64_t>(limit));
    std::vector<Job> jobs;
    while (select.step()) {
        jobs.push_back(read_job(select));
    }
    return jobs;
}

void put_item(db::WriteTx& tx, JobId job, const Item& item)
{
    tx.prepare(R"sql(
        INSERT INTO job_item (job_id, item_key, stamp, position, source_path, document_id, duplicate_of, outcome, cause, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (job_id, item_key) DO UPDATE
           SET stamp = excluded.stamp, position = excluded.position, document_id = excluded.document_id,
               duplicate_of = excluded.duplicate_of, outcome = excluded.outcome, cause = excluded.cause, bytes = excluded.bytes
    )sql")
        .bind(1, job)
        .bind(2, item.key)
        .bind(3, item.stamp)
        .bind(4, item.position)
        .bind(5, item.source_path)
        .bind(6, item.document)
        .bind_text_or_null(7, item.duplicate_of)
        .bind_text_or_null(8, item.outcome)
        .bind_text_or_null(9, item.cause ? cause_name(*item.cause) : std::string_view{})
        .bind(10, static_cast<std::int64_t>(item.bytes))
        .run();
}

void set_item_outcome(db::WriteTx& tx, JobId job, std::string_view key, std::string_view outcome,
                      std::optional<Cause> cause)
{
    tx.prepare("UPDATE job_item SET outcome = ?3, cause = ?4 WHERE job_id = ?1 AND item_key = ?2")
        .bind(1, job)
        .bind(2, key)
        .bind(3, outcome)
        .bind_text_or_null(4, cause ? cause_name(*cause) : std::string_view{})
        .run();
}

std::vector<Item> list_items(db::ReadTx& tx, JobId job)
{
    auto select = tx.prepare(R"sql(
        SELECT item_key, stamp, position, job_item.source_path, document_id, duplicate_of, outcome, cause, bytes, document.uid
          FROM job_item
          LEFT JOIN document ON document.id = job_item.document_id
         WHERE job_id = ?1
         ORDER BY item_key
    )sql");
    select.bind(1, job);
    std::vector<Item> items;
    while (select.step()) {
        items.push_back({.key = select.text(0),
                         .stamp = select.text(1),
                         .position = select.integer(2),
                         .source_path = select.text(3),
                         .document = select.optional_id<DocumentId>(4),
                         .document_uid = select.text(9),
                         .duplicate_of = select.text(5),
                         .outcome = select.text(6),
                         .cause = cause_from_name(select.text(7)),
                         .bytes = static_cast<std::uint64_t>(select.integer(8))});
    }
    return items;
}

std::vector<std::string> check_jobs(db::ReadTx& tx)
{
    std::vector<std::string> lines;
    auto select = tx.prepare(R"sql(
        SELECT job.uid, job.outcome, count(job_item.item_key),
               coalesce(sum(CASE WHEN job_item.outcome IS NULL THEN 1 ELSE 0 END), 0),
               coalesce(sum(CASE WHEN job_item.outcome IN ('failed', 'without_text') THEN 1 ELSE 0 END), 0)
          FROM job
          JOIN job_item ON job_item.job_id = job.id
         WHERE job.outcome IS NOT NULL
         GROUP BY job.uid, job.outcome
    )sql");
    while (select.step()) {
        const auto open_items = select.integer(3);
        const auto bad_items = select.integer(4);
        const auto outcome = select.text(1);
        if (open_items > 0) {
            lines.push_back(select.text(0) + " " + outcome + " items_without_outcome=" + std::to_string(open_items));
        } else if ((outcome == "done") != (bad_items == 0)) {
            lines.push_back(select.text(0) + " " + outcome + " failed_items=" + std::to_string(bad_items));
        }
    }
    return lines;
}

} // namespace vtlt::jobs
