// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/again.h"
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/intake.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Options
{
    std::vector<std::string> paths;
    std::string dossier;
    std::string secrecy = std::string{secrecy_name(Secrecy::open)};
    bool dry_run = false;
};

Json to_json(const services::IntakeItem& item)
{
    Json json{{"source_path", item.source_path},
              {"id", json_or_null(item.id)},
              {"outcome", item.outcome},
              {"cause", item.cause ? Json(cause_name(*item.cause)) : Json(nullptr)},
              {"duplicate_of", json_or_null(item.duplicate_of)}};
    if (item.resumed) {
        json["resumed"] = true;
    }
    return json;
}

void print_summary(const Context& context, const services::IntakeSummary& summary)
{
    context.print_line(context.text("cli", "ingest.summary",
                                    {{"accepted", std::to_string(summary.accepted)},
                                     {"duplicates", std::to_string(summary.duplicates)},
                                     {"without_text", std::to_string(summary.without_text)},
                                     {"failed", std::to_string(summary.failed)},
                                     {"megabytes", decimal(context, static_cast<double>(summary.bytes) / 1e6)},
                                     {"seconds", decimal(context, summary.seconds)}}));
    for (const auto& [cause, count] : summary.causes) {
        context.print_line("  " + std::to_string(count) + " × " + context.text("cause", cause));
    }
}

/// Bad outcomes only: a list of ten thousand good ones helps nobody; --json has them all.
void print_item(const Context& context, const services::IntakeItem& item)
{
    if (context.json) {
        context.print_json(to_json(item));
    } else if (item.outcome != "accepted" && !context.quiet) {
        const auto cause = item.cause ? context.text("cause", cause_name(*item.cause)) : item.duplicate_of;
        context.print_line(context.text("outcome", item.outcome) + "  " + text::one_line(item.source_path) + "  " +
                           cause);
    }
}

int take_in(const Context& context, const services::IntakeRequest& request)
{
    const auto house = context.open_house();
    auto& archive = *house.archive;
    watch_interrupts();
    services::IntakeSummary summary;
    {
        ProgressLine progress{context, "ingest.progress"};
        ProgressLine indexing{context, "index.progress"};
        services::IntakeHooks hooks;
        hooks.on_item = [&](const services::IntakeItem& item) { print_item(context, item); };
        hooks.on_progress = [&](const services::IntakeProgress& now) {
            progress.show(now.files_done, now.files_total, now.bytes_done);
        };
        hooks.make_searchable = [&] {
            house.index->catch_up([&](const indexer::IndexProgress& now) { indexing.show(now.done, now.total, 0); });
        };
        hooks.stop = &context.stop();
        summary = services::run_intake(archive, context.clock(), context.actor(), request, hooks);
    }
    if (summary.interrupted) {
        context.say(context.text("cli", "ingest.interrupted"));
        return kExitInterrupted;
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"summary", services::to_json(summary)}});
    } else {
        print_summary(context, summary);
    }
    if (summary.cancelled) {
        context.say(context.text("cli", "ingest.cancelled"));
    }
    if (!request.dry_run) {
        services::acknowledge_intake(archive, summary.job);
    }
    return summary.failed + summary.without_text > 0 || summary.cancelled ? kExitPartial : kExitOk;
}

int run_ingest(const Context& context, const Options& options)
{
    const auto secrecy = secrecy_from_name(options.secrecy);
    if (!secrecy) {
        throw Error{Kind::invalid, "secrecy.unknown", {{"value", options.secrecy}}};
    }
    services::IntakeRequest request{.paths = {}, .secrecy = *secrecy, .dry_run = options.dry_run};
    for (const auto& path : options.paths) {
        services::IntakePath source{.path = path, .dossier = options.dossier};
        if (const auto typed = context.typed_path(path); typed != path) {
            // Came as a descriptor: its name, and what makes it the same source when the command is repeated.
            source.name = std::filesystem::path{typed}.filename().native();
            source.key = typed;
        }
        request.paths.push_back(std::move(source));
    }
    return take_in(context, request);
}

} // namespace

int ingest_again(const Context& context, std::string_view request)
{
    return take_in(context, services::read_intake_request(request));
}

void add_ingest(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(
        app, context, "ingest", [&context, options] { return run_ingest(context, *options); },
        [&context, options] { context.takes_paths(PathUse::input, options->paths); });
    command->add_option("PATH", options->paths, context.help("ingest.path"))->required();
    command->add_option("--dossier", options->dossier, context.help("ingest.dossier"));
    command->add_option("--secrecy", options->secrecy, context.help("ingest.secrecy"));
    command->add_flag("--dry-run", options->dry_run, context.help("ingest.dry_run"));
}

} // namespace vtlt::app
