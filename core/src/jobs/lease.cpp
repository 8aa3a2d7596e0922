// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/job.h>

#include "jobs/job_row.h"

namespace vtlt::jobs {

namespace {

std::string fields_json(const Fields& fields)
{
    auto object = Json::object();
    for (const auto& [name, value] : fields) {
        object[name] = value;
    }
    return to_line(object);
}

void require_changed(std::int64_t changed)
{
    if (changed == 0) {
        throw_lease_lost();
    }
}

} // namespace

void throw_lease_lost()
{
    throw Error{Kind::conflict, "job.lease_lost"};
}

void take_lease(db::WriteTx& tx, const Clock& clock, JobId job)
{
    const auto now = clock.now();
    tx.prepare(R"sql(
        UPDATE job
           SET state = 'running', lease_until = ?2, fence = fence + 1, attempts = attempts + 1,
               started_at = coalesce(started_at, ?3), updated_at = ?3, revision = revision + 1
         WHERE id = ?1 AND state <> 'finished'
    )sql")
        .bind(1, job)
        .bind(2, now + kLeaseLength)
        .bind(3, now)
        .run();
}

std::optional<Job> claim(db::WriteTx& tx, const Clock& clock, const std::vector<std::string>& kinds)
{
    for (;;) {
        auto select = tx.prepare(R"sql(
            SELECT id, attempts
              FROM job
             WHERE state <> 'finished' AND attended = 0 AND kind IN {ids ?1} AND (lease_until IS NULL OR lease_until < ?2)
             ORDER BY id
             LIMIT 1
        )sql");
        select.bind_list(1, std::span<const std::string>{kinds}).bind(2, clock.now());
        if (!select.step()) {
            return std::nullopt;
        }
        const auto id = select.id<JobId>(0);
        const auto attempts = select.integer(1);
        select.step();
        take_lease(tx, clock, id);
        auto job = get_job(tx, id);
        if (attempts < kAttempts) {
            return job;
        }
        finish(tx, clock, job.lease(),
               {.outcome = Outcome::failed,
                .error_code = "job.given_up",
                .error_fields = {{"attempts", std::to_string(attempts)}}});
    }
}

std::int64_t release_all(db::WriteTx& tx)
{
    return tx
        .prepare("UPDATE job SET state = 'queued', lease_until = NULL, revision = revision + 1"
                 " WHERE state <> 'finished' AND state = 'running'")
        .run();
}

void require_lease(db::WriteTx& tx, const Lease& lease)
{
    auto select = tx.prepare("SELECT 1 FROM job WHERE id = ?1 AND fence = ?2 AND state = 'running'");
    select.bind(1, lease.job).bind(2, lease.fence);
    if (!select.step()) {
        throw_lease_lost();
    }
}

bool renew(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Progress& progress)
{
    const auto now = clock.now();
    require_changed(tx.prepare(R"sql(
        UPDATE job
           SET lease_until = ?3, items_done = ?4, items_total = ?5, bytes_done = ?6, bytes_total = ?7, updated_at = ?8,
               revision = revision + 1
         WHERE id = ?1 AND fence = ?2 AND state = 'running'
    )sql")
                        .bind(1, lease.job)
                        .bind(2, lease.fence)
                        .bind(3, now + kLeaseLength)
                        .bind(4, static_cast<std::int64_t>(progress.items_done))
                        .bind(5, static_cast<std::int64_t>(progress.items_total))
                        .bind(6, static_cast<std::int64_t>(progress.bytes_done))
                        .bind(7, static_cast<std::int64_t>(progress.bytes_total))
                        .bind(8, now)
                        .run());
    return is_cancel_asked(tx, lease.job);
}

bool is_cancel_asked(db::ReadTx& tx, JobId job)
{
    auto select = tx.prepare("SELECT cancel_asked FROM job WHERE id = ?1");
    select.bind(1, job);
    return select.step() && select.integer(0) != 0;
}

void release(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Progress& progress)
{
    renew(tx, clock, lease, progress);
    // Given back in good order: this taking does not count against it.
    tx.prepare("UPDATE job SET state = 'queued', lease_until = NULL, attempts = attempts - 1 WHERE id = ?1")
        .bind(1, lease.job)
        .run();
}

void add_spent(db::WriteTx& tx, const Lease& lease, std::int64_t ms)
{
    require_changed(
        tx.prepare("UPDATE job SET spent_ms = spent_ms + ?3 WHERE id = ?1 AND fence = ?2 AND state = 'running'")
            .bind(1, lease.job)
            .bind(2, lease.fence)
            .bind(3, ms)
            .run());
}

void finish(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Ending& ending)
{
    require_changed(tx.prepare(R"sql(
        UPDATE job
           SET state = 'finished', outcome = ?3, finished_at = ?4, updated_at = ?4, lease_until = NULL, result = ?5,
               error_code = ?6, error_fields = ?7, revision = revision + 1
         WHERE id = ?1 AND fence = ?2 AND state = 'running'
    )sql")
                        .bind(1, lease.job)
                        .bind(2, lease.fence)
                        .bind(3, outcome_name(ending.outcome))
                        .bind(4, clock.now())
                        .bind_text_or_null(5, ending.result.is_null() ? std::string{} : to_line(ending.result))
                        .bind_text_or_null(6, ending.error_code)
                        .bind_text_or_null(7, ending.error_fields.empty() ? "" : fields_json(ending.error_fields))
                        .run());
}

void ask_to_cancel(db::WriteTx& tx, const Clock& clock, const Job& job)
{
    if (job.outcome) {
        throw Error{Kind::conflict, "job.finished", {{"job", job.uid}}};
    }
    tx.prepare("UPDATE job SET cancel_asked = 1, updated_at = ?2, revision = revision + 1 WHERE id = ?1")
        .bind(1, job.id)
        .bind(2, clock.now())
        .run();
    // With a document stored whose text was not yet read the job has work left: whoever takes it next does that and
    // ends it.
    tx.prepare(R"sql(
        UPDATE job
           SET state = 'finished', outcome = 'cancelled', finished_at = ?2, lease_until = NULL, fence = fence + 1, reported = 1
         WHERE id = ?1 AND state = 'queued'
           AND NOT EXISTS (SELECT 1 FROM job_item WHERE job_id = ?1 AND job_item.outcome IS NULL)
    )sql")
        .bind(1, job.id)
        .bind(2, clock.now())
        .run();
}

} // namespace vtlt::jobs
