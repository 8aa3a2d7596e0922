// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/again.h"
#include "app/command_parts.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/jobs.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace vtlt::app {

namespace {

constexpr std::size_t kShownJobs = 100;
constexpr std::size_t kShownItems = 200;

struct Options
{
    std::string id;
    std::string kind;
    std::string state;
    std::string cursor;
    bool failed = false;
};

/// The command of each kind that a person at a terminal starts; kind and command have one name.
struct KindRow
{
    Command command;
    int (*again)(const Context& context, std::string_view request);

    std::string_view kind() const { return command.name(); }
};

constexpr std::array kKinds{KindRow{"ingest", ingest_again}, KindRow{"export", export_again},
                            KindRow{"verify", verify_again}};

/// A row may say "running" of a holder who was killed: the lock and the lease both must speak for him.
std::string_view shown_state(const jobs::Job& job, Instant now, bool somebody_writes)
{
    if (job.outcome) {
        return jobs::outcome_name(*job.outcome);
    }
    if (job.state == jobs::State::running && somebody_writes && job.lease_until >= now) {
        return "running";
    }
    return job.attended ? "open" : "queued";
}

Json parsed(const std::string& json)
{
    return json.empty() ? Json(nullptr) : Json::parse(json, nullptr, false);
}

/// As the API tells it, with what only the machine's own people may know: who asked, and whether it runs just now.
Json to_json(const Context& context, const jobs::Job& job, bool somebody_writes)
{
    auto json = webui::job_json(context.language, job);
    const bool runs = shown_state(job, context.clock().now(), somebody_writes) == "running";
    json["state"] = job.outcome ? "finished" : runs ? "running" : "queued";
    json["actor"] = job.actor.name;
    json["progress"]["updated_at"] = format_instant(job.updated_at);
    return json;
}

std::string job_line(const Context& context, const jobs::Job& job, bool somebody_writes)
{
    const auto state = shown_state(job, context.clock().now(), somebody_writes);
    return job.uid + "  " + context.text("job_kind", job.kind) + "  " +
           moment(job.started_at.value_or(job.created_at)) + "  " + context.text("job_outcome", state);
}

int run_list(const Context& context, const Options& options)
{
    const auto state = jobs::state_from_name(options.state);
    if (!options.state.empty() && !state) {
        throw Error{Kind::invalid, "job.bad_state", {{"value", options.state}}};
    }
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto found =
        services::list_jobs(archive, context.actor(),
                            {.kind = options.kind, .state = state, .actor = {}, .before = options.cursor}, kShownJobs);
    const bool somebody_writes = !services::is_archive_free(archive.home());
    if (!context.json) {
        if (found.empty()) {
            context.say(context.text("cli", "job.none"));
        }
        for (const auto& job : found) {
            context.print_line(job_line(context, job, somebody_writes));
        }
        return kExitOk;
    }
    auto list = Json::array();
    for (const auto& job : found) {
        list.push_back(to_json(context, job, somebody_writes));
    }
    const bool full = found.size() == kShownJobs;
    context.print_json(
        {{"format_version", 1}, {"jobs", list}, {"next_cursor", full ? Json(found.back().uid) : Json(nullptr)}});
    return kExitOk;
}

Json to_json(const jobs::Item& item)
{
    return {{"source_path", item.source_path},
            {"id", json_or_null(item.outcome == "duplicate" ? Uid{} : item.document_uid)},
            {"outcome", json_or_null(item.outcome)},
            {"cause", item.cause ? Json(cause_name(*item.cause)) : Json(nullptr)},
            {"duplicate_of", json_or_null(item.duplicate_of)}};
}

void print_job(const Context& context, const jobs::Job& job, const std::vector<jobs::Item>& items, bool somebody_writes)
{
    context.print_line(job_line(context, job, somebody_writes));
    if (!job.error_code.empty()) {
        context.print_line("  " + webui::message(context.language, "error", job.error_code, job.error_fields));
    }
    context.print_line(context.text(
        "cli", "job.progress",
        {{"done", std::to_string(job.progress.items_done)}, {"total", std::to_string(job.progress.items_total)}}));
    for (const auto& item : items) {
        const auto outcome =
            item.outcome.empty() ? context.text("job_outcome", "open") : context.text("outcome", item.outcome);
        context.print_line("  " + outcome + "  " + text::one_line(item.source_path) +
                           (item.cause ? "  " + context.text("cause", cause_name(*item.cause)) : ""));
    }
}

int run_show(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto job = services::get_job(archive, context.actor(), options.id);
    const auto items = services::list_job_items(archive, context.actor(), options.id, -1, kShownItems, options.failed);
    const bool somebody_writes = !services::is_archive_free(archive.home());
    if (!context.json) {
        print_job(context, job, items, somebody_writes);
        return kExitOk;
    }
    auto json = to_json(context, job, somebody_writes);
    json["request"] = parsed(job.request);
    auto list = Json::array();
    for (const auto& item : items) {
        list.push_back(to_json(item));
    }
    context.print_json({{"format_version", 1}, {"job", json}, {"items", list}});
    return kExitOk;
}

int run_cancel(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto job = services::cancel_job(archive, context.clock(), context.actor(), options.id);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"job", to_json(context, job, false)}});
    } else {
        context.print_line(context.text("cli", job.outcome ? "job.cancelled" : "job.cancel_asked", {{"id", job.uid}}));
    }
    return kExitOk;
}

/// A command's job is done again here and now; a server's waits for the server.
int run_retry(const Context& context, const Options& options)
{
    const auto again = [&] {
        const auto opened = context.open_for_writing();
        auto& archive = *opened;
        const auto job = services::get_job(archive, context.actor(), options.id);
        // Before a new job stands there that he may not do: what he could once, or what another began.
        if (const auto row = std::ranges::find(kKinds, job.kind, &KindRow::kind); job.attended && row != kKinds.end()) {
            context.enter(row->command.row());
        }
        return services::retry_job(archive, context.clock(), context.actor(), options.id, job.attended);
    }();
    const auto row = std::ranges::find(kKinds, again.kind, &KindRow::kind);
    if (again.attended && row != kKinds.end()) {
        return row->again(context, again.request);
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"job", to_json(context, again, false)}});
    } else {
        context.print_line(context.text("cli", "job.retry_queued", {{"id", again.uid}}));
    }
    return kExitOk;
}

} // namespace

void add_job(CLI::App& app, Context& context)
{
    auto* job = add_group(app, context, "job");
    auto options = std::make_shared<Options>();
    const auto add = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*job, context, command, [&context, options, run] { return run(context, *options); });
    };
    auto* list = add("job list", run_list);
    list->add_option("--kind", options->kind, context.help("job.kind"));
    list->add_option("--state", options->state, context.help("job.state"));
    list->add_option("--cursor", options->cursor, context.help("job.cursor"));
    auto* show = add("job show", run_show);
    show->add_option("ID", options->id, context.help("job.id"))->required();
    show->add_flag("--failed", options->failed, context.help("job.failed"));
    add("job cancel", run_cancel)->add_option("ID", options->id, context.help("job.id"))->required();
    add("job retry", run_retry)->add_option("ID", options->id, context.help("job.id"))->required();
}

} // namespace vtlt::app
