// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownRuns = 20;
constexpr std::array<int, 2> kSamples{1000, 10'000};

Json result_of(const jobs::Job& run)
{
    return run.result.empty() ? Json::object() : parse_json(run.result);
}

std::string scope_text(Language language, const jobs::Job& run)
{
    const auto sample = parse_json(run.request).value("sample", std::int64_t{0});
    return sample > 0 ? count_text(language, "integrity.sample", static_cast<std::uint64_t>(sample))
                      : page_text(language, "integrity.scope_all");
}

std::string_view verdict(const jobs::Job& run)
{
    const auto result = result_of(run);
    if (!result.contains("ok")) {
        return job_state(run); // did not come to its end
    }
    return result.at("ok").get<bool>() ? "ok" : "not_ok";
}

std::string problems_text(Language language, const jobs::Job& run)
{
    const auto count = result_of(run).value("problems_total", std::uint64_t{0});
    return count == 0 ? std::string{} : count_text(language, "count.problems", count);
}

std::string took_text(Language language, const jobs::Job& run)
{
    return run.started_at && run.finished_at ? duration_text(language, *run.finished_at - *run.started_at)
                                             : std::string{};
}

std::string when_text(const jobs::Job& run)
{
    return instant_text(run.finished_at.value_or(run.created_at));
}

Json run_row(const Call& call, const jobs::Job& run)
{
    return {{"href", "/integrity/runs/" + run.uid},
            {"when_text", when_text(run)},
            {"scope_text", scope_text(call.language, run)},
            {"state", label(call.language, verdict(run))},
            {"problems_text", problems_text(call.language, run)},
            {"by", actor_title(call, run.actor.name)},
            {"took_text", took_text(call.language, run)}};
}

Json last_view(const Call& call, const jobs::Job& run)
{
    auto view = run_row(call, run);
    view.erase("href");
    view["report"] = "/integrity/runs/" + run.uid;
    view["checked"] = Json::array();
    const auto checked = result_of(run).value("checked", Json::object());
    for (const auto* name : {"objects", "records", "events"}) {
        if (checked.contains(name)) {
            view["checked"].push_back(
                {{"term", page_text(call.language, std::string{"integrity."} + name)},
                 {"value_text", number_text(call.language, checked.at(name).get<std::int64_t>())}});
        }
    }
    return view;
}

std::string text_or_empty(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : std::string{};
}

Json problem_rows(const Call& call, const jobs::Job& run)
{
    auto rows = Json::array();
    for (const auto& problem : result_of(run).value("problems", Json::array())) {
        const auto uid = text_or_empty(problem.at("id"));
        rows.push_back({{"kind_text", page_text(call.language, "problem." + problem.at("kind").get<std::string>())},
                        {"path", text_or_empty(problem.at("path"))},
                        {"document", is_uid(uid) ? Json{{"href", document_path(uid)}, {"text", uid}} : Json()},
                        {"expected", text_or_empty(problem.at("expected"))},
                        {"found", text_or_empty(problem.at("found"))},
                        {"hint", message(call.language, "integrity", problem.at("hint").get<std::string>())}});
    }
    return rows;
}

Json verify_form(const Call& call)
{
    const auto language = call.language;
    auto rows = Json::array();
    for (const int sample : kSamples) {
        const auto count = static_cast<std::uint64_t>(sample);
        rows.push_back({{"id", "scope-" + std::to_string(sample)},
                        {"value", std::to_string(sample)},
                        {"text", count_text(language, "integrity.sample", count)},
                        {"hint", sample == kSamples.front() ? page_text(language, "integrity.sample_hint") : ""},
                        {"checked", sample == kSamples.front()}});
    }
    rows.push_back({{"id", "scope-all"},
                    {"value", "all"},
                    {"text", page_text(language, "integrity.scope_all")},
                    {"hint", page_text(language, "integrity.scope_all_hint")},
                    {"checked", false}});
    return {{"action", "/integrity/runs"}, {"samples", rows}};
}

Json running_view(const Call& call, const jobs::Job& run)
{
    return {{"id", run.uid},
            {"events", "/api/v1/jobs/" + run.uid + "/events"},
            {"progress", progress(call.language, run.progress.items_done, run.progress.items_total)},
            {"href", "/jobs/" + run.uid}};
}

/// `shown` is the run whose report stands on the page; absent: the last one that ended.
http::Response integrity_page(const Call& call, const std::optional<jobs::Job>& shown)
{
    const auto runs = services::list_jobs(call.archive(), call.actor, {.kind = std::string{kVerifyJob}}, kShownRuns);
    auto rows = Json::array();
    Json running;
    const jobs::Job* last = shown ? &*shown : nullptr;
    for (const auto& run : runs) {
        if (!run.outcome) {
            running = running_view(call, run);
            continue;
        }
        rows.push_back(run_row(call, run));
        last = last == nullptr && result_of(run).contains("ok") ? &run : last;
    }
    const bool may = auth::is_allowed(call.actor, auth::Action::integrity_verify, {});
    const Json view{{"title", page_text(call.language, "nav.integrity")},
                    {"running", running},
                    {"last", last != nullptr ? last_view(call, *last) : Json()},
                    {"problems", last != nullptr ? problem_rows(call, *last) : Json::array()},
                    {"verify", verify_form(call)},
                    {"runs", rows},
                    {"next_text", ""},
                    {"may_verify", may}};
    return page(call, "integrity", view, frame_of(call, "integrity"));
}

http::Response show_integrity(Call& call)
{
    return integrity_page(call, std::nullopt);
}

http::Response show_run(Call& call)
{
    auto run = services::get_job(call.archive(), call.actor, call.value());
    if (run.kind != kVerifyJob) {
        throw Error{Kind::not_found, "job.not_found", {{"id", ""}}};
    }
    return integrity_page(call, run);
}

http::Response start_run(Call& call)
{
    const auto scope = call.field("scope");
    std::int64_t sample = 0;
    std::from_chars(scope.data(), scope.data() + scope.size(), sample);
    services::create_job(call.archive(), call.clock(), call.actor,
                         {.kind = std::string{kVerifyJob}, .request = {{"sample", std::max<std::int64_t>(sample, 0)}}});
    call.house.services.jobs.wake();
    return redirect("/integrity");
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/integrity", Access::signed_in, Action::integrity_verify, show_integrity},
    Route{"GET", "/integrity/runs/{id}", Access::signed_in, Action::integrity_verify, show_run},
    Route{"POST", "/integrity/runs", Access::signed_in, Action::integrity_verify, start_run},
};

} // namespace

std::span<const Route> integrity_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
