// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/jobs.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/repeat_key.h>

#include "services/upload_rows.h"

#include <algorithm>
#include <map>

namespace vtlt::services {

namespace {

bool sees_all(const auth::Actor& actor)
{
    return auth::is_allowed(actor, auth::Action::job_read, {});
}

/// His own, or anybody's for whoever sees all, of no grade above his and no need-to-know list without him; else as if
/// there were none.
jobs::Job visible_job(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto job = jobs::find_job(tx, uid);
    if (!job || job->secrecy > actor.clearance || (job->actor.name != actor.name && !sees_all(actor)) ||
        (actor.type == auth::Actor::Type::person && !jobs::is_known_to(tx, job->id, actor.lists))) {
        throw Error{Kind::not_found, "job.not_found", {{"id", std::string{uid}}}};
    }
    return std::move(*job);
}

} // namespace

MadeJob create_job(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewJob& wanted)
{
    auth::authorize(actor, auth::Action::job_create, {});
    const auto request = to_line(wanted.request);
    const auto asked = wanted.kind + " " + request;
    auto tx = archive.database().write();
    if (!wanted.repeat_key.empty()) {
        if (const auto known = find_repeated(tx, clock, actor, wanted.repeat_key, asked)) {
            return {.uid = *known, .repeated = true};
        }
    }
    const auto job = jobs::enqueue(tx, clock, actor, wanted.kind, request);
    if (!wanted.repeat_key.empty()) {
        remember_repeat_key(tx, clock, actor, wanted.repeat_key, asked, job.uid);
    }
    tx.commit();
    return {.uid = job.uid};
}

std::vector<jobs::Job> list_jobs(Archive& archive, const auth::Actor& actor, jobs::Filter filter, std::size_t limit)
{
    if (!sees_all(actor)) {
        filter.actor = actor.name;
    }
    filter.highest = actor.clearance;
    if (actor.type == auth::Actor::Type::person) {
        filter.lists = actor.lists;
    }
    auto tx = archive.database().read();
    return jobs::list_jobs(tx, filter, limit);
}

jobs::Job get_job(Archive& archive, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().read();
    return visible_job(tx, actor, uid);
}

std::vector<jobs::Item> list_job_items(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                       std::int64_t after, std::size_t limit, bool only_bad)
{
    auto tx = archive.database().read();
    auto items = jobs::list_items(tx, visible_job(tx, actor, uid).id, after, limit, only_bad);
    // An item tells a document's path, and its duplicate's: both only to those who may read them now.
    std::vector<Uid> uids;
    for (const auto& item : items) {
        for (const auto& one : {item.document_uid, item.duplicate_of}) {
            if (!one.empty()) {
                uids.push_back(one);
            }
        }
    }
    std::map<Uid, bool> readable;
    for (const auto& view : catalog::list_views_by_uid(tx, uids)) {
        readable[view.document.uid] =
            auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(view.document));
    }
    std::erase_if(items, [&](const jobs::Item& item) { return item.document && !readable[item.document_uid]; });
    for (auto& item : items) {
        if (!item.duplicate_of.empty() && !readable[item.duplicate_of]) {
            item.duplicate_of.clear();
        }
    }
    return items;
}

bool may_take_result(const auth::Actor& actor, const jobs::Job& job)
{
    const auto result = Json::parse(job.result, nullptr, false);
    const auto grade = result.is_object() ? secrecy_from_name(result.value("secrecy", std::string{})) : std::nullopt;
    return job.actor.name == actor.name && grade && *grade <= actor.clearance &&
           auth::is_allowed_somewhere(actor, auth::Action::document_export);
}

bool may_take_result_now(Archive& archive, const auth::Actor& actor, const jobs::Job& job)
{
    auto tx = archive.database().read();
    return may_take_result(actor, job) &&
           jobs::are_documents_reached(tx, job.id, auth::reach_of(actor, auth::Action::document_export));
}

jobs::Job cancel_job(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto job = visible_job(tx, actor, uid);
    auth::authorize(actor, auth::Action::job_cancel, {});
    jobs::ask_to_cancel(tx, clock, job);
    auto now = jobs::get_job(tx, uid);
    if (now.outcome && now.kind == kUploadJob) {
        cancel_uploads(tx, clock, now, now.started_at.has_value());
    }
    audit::record_event(tx, clock, actor, {"job.cancel_asked", job.uid, {{"kind", job.kind}}});
    tx.commit();
    return now;
}

jobs::Job retry_job(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid, bool attended)
{
    auto tx = archive.database().write();
    const auto job = visible_job(tx, actor, uid);
    auth::authorize(actor, auth::Action::job_retry, {});
    auto again = jobs::retry(tx, clock, actor, job, attended);
    audit::record_event(tx, clock, actor, {"job.retried", again.uid, {{"kind", job.kind}, {"retry_of", job.uid}}});
    tx.commit();
    return again;
}

} // namespace vtlt::services
