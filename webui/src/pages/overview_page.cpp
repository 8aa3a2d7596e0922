// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/overview.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>
#include <iterator>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownJobs = 5;
constexpr std::size_t kShownDocuments = 8;

std::uint64_t document_count(const services::Overview& figures)
{
    std::uint64_t sum = 0;
    for (const auto& [band, count] : figures.documents) {
        sum += count;
    }
    return sum;
}

Json figure(const Call& call, std::string_view href, std::string_view key, std::uint64_t value, std::string_view tone)
{
    return {{"href", href},
            {"text", page_text(call.language, key)},
            {"value_text", number_text(call.language, static_cast<std::int64_t>(value))},
            {"tone", value == 0 ? std::string_view{"quiet"} : tone}};
}

Json integrity_light(const Call& call, const services::Overview& figures)
{
    if (!figures.integrity) {
        return {{"href", "/integrity"},
                {"state", label(call.language, "unchecked")},
                {"when_text", ""},
                {"text", page_text(call.language, "integrity.never_hint")}};
    }
    const auto& run = *figures.integrity;
    return {{"href", "/integrity"},
            {"state", label(call.language, run.ok ? "ok" : "not_ok")},
            {"when_text", instant_text(run.finished_at)},
            {"text", run.ok ? page_text(call.language, "integrity.no_problem")
                            : count_text(call.language, "count.problems", run.problems)}};
}

Json first_steps(const Call& call)
{
    const auto step = [&](bool done, const std::string& key, const std::string& href) {
        return Json{{"done", done},
                    {"text", page_text(call.language, key)},
                    {"hint", page_text(call.language, key + "_hint")},
                    {"href", href}};
    };
    struct Row
    {
        auth::Action action;
        const char* key;
        const char* href;
    };
    constexpr std::array rows{Row{auth::Action::user_administer, "overview.step_people", "/people"},
                              Row{auth::Action::upload_create, "overview.step_intake", "/intake"},
                              Row{auth::Action::document_read, "overview.step_search", "/search"}};
    auto steps = Json::array({step(true, "overview.step_account", "")});
    for (const auto& row : rows) {
        if (auth::is_allowed_somewhere(call.actor, row.action)) {
            steps.push_back(step(false, row.key, row.href));
        }
    }
    return steps;
}

/// The newest in the archive: a search for everything is answered newest first and stops early.
Json recent_documents(const Call& call)
{
    auto lines = Json::array();
    const auto answer = call.house.searchers.with([&](indexer::Searcher& searcher) {
        return searcher.search({.query = "",
                                .limit = kShownDocuments,
                                .reach = auth::reach_of(call.actor, auth::Action::document_read),
                                .with_snippets = false});
    });
    std::vector<catalog::DocumentView> views;
    std::ranges::transform(answer.hits, std::back_inserter(views), &indexer::Hit::view);
    keep_readable(call.actor, views);
    for (const auto& view : views) {
        lines.push_back(document_line(call.language, view));
    }
    return lines;
}

http::Response show_overview(Call& call)
{
    const auto figures = services::overview(call.archive(), call.clock(), call.actor);
    const auto documents = document_count(figures);
    auto jobs = Json::array();
    for (const auto& job : services::list_jobs(call.archive(), call.actor, {}, kShownJobs)) {
        jobs.push_back(job_line(call, job));
    }
    auto counts = Json::array();
    const bool empty = documents == 0 && figures.uploads_waiting == 0;
    if (!empty) {
        counts = {
            figure(call, "/search?q=*", "overview.documents", documents, "quiet"),
            figure(call, "/intake", "overview.waiting", figures.uploads_waiting + figures.uploads_receiving, "warn"),
            figure(call, "/jobs?state=running", "overview.jobs_running", figures.jobs_unfinished, "info"),
            figure(call, "/jobs?state=partial", "overview.jobs_partial", figures.jobs_failed, "bad")};
    }
    const auto& last = call.session ? call.session->session.previous.at : std::optional<Instant>{};
    const Json view{{"title", page_text(call.language, "nav.overview")},
                    {"last_sign_in", last ? instant_text(*last) : std::string{}},
                    {"counts", counts},
                    {"integrity", empty ? Json() : integrity_light(call, figures)},
                    {"jobs", jobs},
                    {"recent", empty ? Json::array() : recent_documents(call)},
                    {"steps", empty ? first_steps(call) : Json()}};
    auto frame = frame_of(call, "overview");
    if (figures.jobs_unfinished > 0) {
        frame.jobs_text = count_text(call.language, "count.jobs_running", figures.jobs_unfinished);
    }
    return page(call, "overview", view, frame);
}

constexpr std::array kRoutes{Route{"GET", "/", Access::signed_in, auth::Action::account_use, show_overview}};

} // namespace

std::span<const Route> overview_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
