// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/db/database.h>
#include <vtlt/core/jobs/job.h>

namespace vtlt::jobs {

/// Head of every statement that reads whole jobs with `read_job`.
inline constexpr std::string_view kSelectJob = R"sql(
    SELECT job.id, job.uid, job.kind, job.request, job.actor, job.clearance, job.scopes, job.state, job.attended,
           job.created_at, job.started_at, job.finished_at, job.outcome, job.lease_until, job.cancel_asked,
           job.items_done, job.items_total, job.bytes_done, job.bytes_total, job.updated_at, job.result,
           job.error_code, job.error_fields, retried.uid, job.spent_ms, job.revision, job.fence, job.secrecy
      FROM job
      LEFT JOIN job AS retried ON retried.id = job.retry_of
)sql";

Job read_job(const db::Statement& select);
Job get_job(db::ReadTx& tx, JobId id);

/// What a new row is made of.
struct NewRow
{
    std::string_view kind;
    std::string_view request;
    bool attended = false;
    std::optional<JobId> retry_of;
};
Job insert_job(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const NewRow& row);
/// Takes a job that nobody holds any more.
void take_lease(db::WriteTx& tx, const Clock& clock, JobId job);
[[noreturn]] void throw_lease_lost();

} // namespace vtlt::jobs
