// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownJobs = 30;
constexpr std::size_t kShownItems = 100;

Json filters(const Call& call, const std::string& state)
{
    auto rows = Json::array();
    for (const auto* value : {"", "queued", "running", "finished"}) {
        const std::string name{value};
        rows.push_back({{"text", page_text(call.language, name.empty() ? "jobs.all" : "job_state." + name)},
                        {"href", link("/jobs", {{"state", name}})},
                        {"current", name == state}});
    }
    return rows;
}

http::Response show_jobs(Call& call)
{
    const auto state = call.query("state");
    const jobs::Filter filter{.state = jobs::state_from_name(state), .before = call.query("cursor")};
    auto found = services::list_jobs(call.archive(), call.actor, filter, kShownJobs + 1);
    const bool more = found.size() > kShownJobs;
    if (more) {
        found.pop_back();
    }
    auto rows = Json::array();
    for (const auto& job : found) {
        rows.push_back(job_line(call, job));
    }
    const auto next = more ? link("/jobs", {{"state", state}, {"cursor", found.back().uid}}) : std::string{};
    const auto first = call.query("cursor").empty() ? std::string{} : link("/jobs", {{"state", state}});
    const Json view{{"title", page_text(call.language, "nav.jobs")},
                    {"filters", filters(call, state)},
                    {"jobs", rows},
                    {"pages", pages_view("", first, next)}};
    return page(call, "jobs", view, frame_of(call, "jobs"));
}

/// The figures of an intake's result, as far as it has them.
Json outcome_counts(const Call& call, const Json& result)
{
    static constexpr std::array<std::pair<const char*, const char*>, 4> kRows{{{"accepted", "accepted"},
                                                                               {"duplicates", "duplicate"},
                                                                               {"without_text", "without_text"},
                                                                               {"failed", "failed"}}};
    auto rows = Json::array();
    for (const auto& [member, state] : kRows) {
        if (result.is_object() && result.contains(member) && result.at(member).is_number()) {
            rows.push_back({{"term", label(call.language, state)},
                            {"value_text", number_text(call.language, result.at(member).get<std::int64_t>())}});
        }
    }
    return rows;
}

Json item_row(const Call& call, const jobs::Item& item)
{
    const auto cause = cause_view(call.language, item.cause);
    return {{"path", item.source_path},
            {"href", item.document_uid.empty() ? std::string{} : document_path(item.document_uid)},
            {"state", label(call.language, item.outcome.empty() ? std::string_view{"reading"} : item.outcome)},
            {"cause", cause.is_null() ? Json("") : cause["text"]},
            {"hint", cause.is_null() ? Json("") : cause["hint"]}};
}

Json result_link(const Call& call, const jobs::Job& job)
{
    if (job.kind == kExportJob && job.outcome == jobs::Outcome::done) {
        return {{"href", "/packages/" + job.uid}, {"text", page_text(call.language, "job.to_package")}};
    }
    if (job.kind == kVerifyJob && job.outcome) {
        return {{"href", "/integrity/runs/" + job.uid}, {"text", page_text(call.language, "job.to_report")}};
    }
    return nullptr;
}

std::int64_t position_in(const std::string& text)
{
    std::int64_t value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

http::Response show_job(Call& call)
{
    const auto job = services::get_job(call.archive(), call.actor, call.value());
    const bool all = !call.query("all").empty();
    auto items = services::list_job_items(call.archive(), call.actor, job.uid, position_in(call.query("after")),
                                          kShownItems + 1, !all);
    const bool more = items.size() > kShownItems;
    if (more) {
        items.pop_back();
    }
    auto rows = Json::array();
    for (const auto& item : items) {
        rows.push_back(item_row(call, item));
    }
    const auto path = "/jobs/" + job.uid;
    const bool unfinished = !job.outcome;
    const bool can_retry = job.outcome && *job.outcome != jobs::Outcome::done;
    const auto result = job.result.empty() ? Json() : parse_json(job.result);
    const Json view{{"title", page_text(call.language, "job_kind." + job.kind)},
                    {"job", job_line(call, job)},
                    {"events", unfinished ? "/api/v1" + path + "/events" : std::string{}},
                    {"counts", outcome_counts(call, result)},
                    {"problems", rows},
                    {"problems_text",
                     rows.empty() || all ? std::string{} : count_text(call.language, "count.problems", rows.size())},
                    {"all_problems_href", all || rows.empty() ? std::string{} : path + "?all=1"},
                    {"cancel", unfinished && !job.cancel_asked ? path + "/cancel" : std::string{}},
                    {"retry", can_retry ? path + "/retry" : std::string{}},
                    {"result", result_link(call, job)},
                    {"pages", pages_view("", "",
                                         more ? link(path, {{"all", all ? "1" : ""},
                                                            {"after", std::to_string(items.back().position)}})
                                              : std::string{})}};
    return page(call, "job", view, frame_of(call, "jobs"));
}

http::Response cancel_job(Call& call)
{
    services::cancel_job(call.archive(), call.clock(), call.actor, call.value());
    auto response = redirect("/jobs/" + call.value());
    tell_next(response, call, "info", "cancel_asked");
    return response;
}

http::Response retry_job(Call& call)
{
    const auto job = services::retry_job(call.archive(), call.clock(), call.actor, call.value());
    call.house.services.jobs.wake();
    return redirect("/jobs/" + job.uid);
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/jobs", Access::signed_in, Action::job_read_own, show_jobs},
    Route{"GET", "/jobs/{id}", Access::signed_in, Action::job_read_own, show_job},
    Route{"POST", "/jobs/{id}/cancel", Access::signed_in, Action::job_read_own, cancel_job},
    Route{"POST", "/jobs/{id}/retry", Access::signed_in, Action::job_read_own, retry_job},
};

} // namespace

std::span<const Route> job_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
