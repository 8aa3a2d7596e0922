// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>
#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 100;

http::Response list_jobs(Call& call)
{
    auto found = services::list_jobs(call.archive(), call.actor,
                                     {.kind = call.query("kind"),
                                      .state = jobs::state_from_name(call.query("state")),
                                      .before = call.query("cursor")},
                                     kListed + 1);
    const bool more = found.size() > kListed;
    if (more) {
        found.pop_back();
    }
    auto list = Json::array();
    for (const auto& job : found) {
        list.push_back(job_json(call.language, job));
    }
    auto response = json_answer({{"format_version", 1}, {"jobs", list}});
    if (more) {
        response.headers.add("Link", "<" +
                                         link("/api/v1/jobs", {{"kind", call.query("kind")},
                                                               {"state", call.query("state")},
                                                               {"cursor", found.back().uid}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

Json one_job(Language language, const jobs::Job& job)
{
    auto json = job_json(language, job);
    json["format_version"] = 1;
    return json;
}

http::Response get_job(Call& call)
{
    return json_answer(one_job(call.language, services::get_job(call.archive(), call.actor, call.value())));
}

http::Response cancel_job(Call& call)
{
    return json_answer(
        one_job(call.language, services::cancel_job(call.archive(), call.clock(), call.actor, call.value())));
}

http::Response retry_job(Call& call)
{
    const auto job = services::retry_job(call.archive(), call.clock(), call.actor, call.value());
    call.house.services.jobs.wake();
    auto response = json_answer(one_job(call.language, job), 202);
    response.headers.set("Location", "/api/v1/jobs/" + job.uid);
    return response;
}

/// What the page needs to follow a job without asking anything else.
std::string event_of(Language language, const jobs::Job& job)
{
    auto data = one_job(language, job);
    data["bar"] = progress(language, job.progress.items_done, job.progress.items_total);
    data["label"] = label(language, job_state(job));
    return "id: " + std::to_string(job.revision) + "\ndata: " + to_line(data) + "\n\n";
}

/// A job as it changes, until it has ended. Whoever may no longer see it sees the stream end.
http::Response follow_job(Call& call)
{
    auto last = std::int64_t{0};
    services::get_job(call.archive(), call.actor, call.value()); // 404 before the stream begins
    http::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Accel-Buffering", "no");
    response.body =
        http::EventBody{[&archive = call.archive(), actor = call.actor, uid = call.value(), language = call.language,
                         last, ended = false]() mutable -> std::optional<std::string> {
            if (ended) {
                return std::nullopt;
            }
            const auto job = services::get_job(archive, actor, uid);
            ended = job.outcome.has_value();
            if (job.revision == last) {
                return std::string{};
            }
            last = job.revision;
            return event_of(language, job);
        }};
    return response;
}

std::int64_t position_in(const std::string& text)
{
    std::int64_t value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

http::Response list_items(Call& call)
{
    auto items = services::list_job_items(call.archive(), call.actor, call.value(), position_in(call.query("cursor")),
                                          kListed + 1, call.query("bad") == "1");
    const bool more = items.size() > kListed;
    if (more) {
        items.pop_back();
    }
    auto list = Json::array();
    for (const auto& item : items) {
        list.push_back({{"source_path", item.source_path},
                        {"id", json_or_null(item.document_uid)},
                        {"outcome", json_or_null(item.outcome)},
                        {"cause", item.cause ? Json(cause_name(*item.cause)) : Json(nullptr)},
                        {"duplicate_of", json_or_null(item.duplicate_of)}});
    }
    auto response = json_answer({{"format_version", 1}, {"items", list}});
    if (more) {
        response.headers.add("Link",
                             "<" +
                                 link("/api/v1/jobs/" + call.value() + "/items",
                                      {{"bad", call.query("bad")}, {"cursor", std::to_string(items.back().position)}}) +
                                 ">; rel=\"next\"");
    }
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/jobs",
          Access::signed_in,
          Action::job_read_own,
          list_jobs,
          {.summary = "Jobs, newest first", .parameters = "kind state cursor", .response = "JobList"}},
    Route{"GET",
          "/api/v1/jobs/{id}",
          Access::signed_in,
          Action::job_read_own,
          get_job,
          {.summary = "One job", .response = "Job"}},
    Route{"GET",
          "/api/v1/jobs/{id}/items",
          Access::signed_in,
          Action::job_read_own,
          list_items,
          {.summary = "Its files with their outcomes", .parameters = "bad cursor", .response = "JobItems"}},
    Route{"GET",
          "/api/v1/jobs/{id}/events",
          Access::signed_in,
          Action::job_read_own,
          follow_job,
          {.summary = "Server-sent events until the job has ended", .response = "Events"}},
    Route{"POST",
          "/api/v1/jobs/{id}/cancel",
          Access::signed_in,
          Action::job_cancel,
          cancel_job,
          {.summary = "Ask a job to end", .response = "Job"}},
    Route{"POST",
          "/api/v1/jobs/{id}/retry",
          Access::signed_in,
          Action::job_retry,
          retry_job,
          {.summary = "Do its failed items again, as a new job", .response = "Job", .statuses = {202}}},
};

} // namespace

std::span<const Route> job_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
