// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/words.h"

#include <vtlt/core/jobs/job.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::size_t kShownJobs = 100;

Json to_json(const jobs::Job& job)
{
    return {{"id", job.uid},
            {"kind", job.kind},
            {"started_at", format_instant(job.started_at)},
            {"finished_at", job.finished_at ? Json(format_instant(*job.finished_at)) : Json(nullptr)},
            {"outcome", job.outcome ? Json(jobs::outcome_name(*job.outcome)) : Json(nullptr)}};
}

/// Whoever holds the lock is at work on the newest job that has no outcome; older ones wait to be resumed.
void print_jobs(const Context& context, const std::vector<jobs::Job>& list, bool somebody_writes)
{
    if (list.empty()) {
        context.say(context.text("cli", "job.none"));
    }
    for (const auto& job : list) {
        std::string_view outcome = "open";
        if (job.outcome) {
            outcome = jobs::outcome_name(*job.outcome);
        } else if (somebody_writes) {
            outcome = "running";
            somebody_writes = false;
        }
        context.print_line(job.uid + "  " + context.text("job_kind", job.kind) + "  " + moment(job.started_at) + "  " +
                           context.text("job_outcome", outcome));
    }
}

int run_list(const Context& context)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    auto tx = archive.database().read();
    const auto found = jobs::list_jobs(tx, kShownJobs);
    if (!context.json) {
        print_jobs(context, found, !services::is_archive_free(archive.home()));
        return kExitOk;
    }
    auto list = Json::array();
    for (const auto& job : found) {
        list.push_back(to_json(job));
    }
    context.print_json({{"format_version", 1}, {"jobs", list}});
    return kExitOk;
}

} // namespace

void add_job(CLI::App& app, Context& context)
{
    auto* job = app.add_subcommand("job", context.help("job"))->require_subcommand(1);
    job->add_subcommand("list", context.help("job.list"))->callback([&context] {
        context.command = [&context] { return run_list(context); };
    });
}

} // namespace vtlt::app
