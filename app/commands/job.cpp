// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include <vtlt/core/jobs/job.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::size_t kShownJobs = 100;

int run_list(const Context& context)
{
    auto archive = context.open_for_reading();
    auto tx = archive.database().read();
    auto list = Json::array();
    for (const auto& job : jobs::list_jobs(tx, kShownJobs)) {
        list.push_back({{"id", job.uid},
                        {"kind", job.kind},
                        {"started_at", format_instant(job.started_at)},
                        {"finished_at", job.finished_at ? Json(format_instant(*job.finished_at)) : Json(nullptr)},
                        {"outcome", job.outcome ? Json(jobs::outcome_name(*job.outcome)) : Json(nullptr)}});
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"jobs", list}});
        return kExitOk;
    }
    if (list.empty()) {
        context.say(context.text("cli", "job.none"));
    }
    for (const auto& job : list) {
        const auto& outcome = job.at("outcome");
        context.print_line(job.at("id").get<std::string>() + "  " + job.at("kind").get<std::string>() + "  " +
                           job.at("started_at").get<std::string>() + "  " +
                           context.text("job_outcome", outcome.is_null() ? "open" : outcome.get<std::string>()));
    }
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
