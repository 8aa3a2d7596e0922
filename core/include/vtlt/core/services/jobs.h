// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/archive.h>

/// Jobs as a person meets them. He sees and ends his own; who may `job_read` sees everybody's; nobody sees one that
/// handles what is above his clearance. Another's job is answered as a missing one: not_found `job.not_found`.
namespace vtlt::services {

struct NewJob
{
    std::string kind;
    Json request = Json::object();
    std::string repeat_key; ///< empty: none
};

struct MadeJob
{
    Uid uid;
    bool repeated = false;
};

/// The kind's own rights are asked by the caller, and again by its work. Throws busy `job.queue_full`, conflict
/// `idempotency.key_reused`. Wake the runner afterwards.
MadeJob create_job(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewJob& job);

/// `filter.actor` is set to the asker's own name unless he may see all.
std::vector<jobs::Job> list_jobs(Archive& archive, const auth::Actor& actor, jobs::Filter filter, std::size_t limit);
jobs::Job get_job(Archive& archive, const auth::Actor& actor, std::string_view uid);
/// Items whose document the asker may not read are left out.
std::vector<jobs::Item> list_job_items(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                       std::int64_t after, std::size_t limit, bool only_bad);
/// What a job made is its asker's alone, whoever else sees that there is such a job, and his only as long as he may
/// export what is of that grade.
bool may_take_result(const auth::Actor& actor, const jobs::Job& job);
/// The same, and he may still export every document that it holds: asked when the result itself is handed out, since
/// their grades, their units' people and his rights change.
bool may_take_result_now(Archive& archive, const auth::Actor& actor, const jobs::Job& job);
/// Event `job.cancel_asked`. Returns the job as it is then: finished at once when nobody was at work on it.
/// Throws conflict `job.finished`.
jobs::Job cancel_job(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid);
/// Event `job.retried`. Throws conflict `job.unfinished`, `job.nothing_to_retry`, busy `job.queue_full`.
/// `attended`: the caller runs it himself, now.
jobs::Job retry_job(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                    bool attended = false);

} // namespace vtlt::services
