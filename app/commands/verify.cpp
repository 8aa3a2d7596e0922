// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/again.h"
#include "app/command_parts.h"
#include "app/integrity.h"

#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

#include <map>
#include <optional>
#include <random>

namespace vtlt::app {

namespace {

constexpr std::size_t kShownOfAKind = 20;

struct Options
{
    bool all = false;
    std::optional<std::int64_t> sample;
};

Json to_json(const Context& context, const IntegrityReport& report)
{
    auto problems = Json::array();
    for (const auto& problem : report.problems) {
        problems.push_back({{"kind", problem.kind},
                            {"path", json_or_null(problem.path)},
                            {"id", json_or_null(problem.id)},
                            {"expected", json_or_null(problem.expected)},
                            {"found", json_or_null(problem.found)},
                            {"hint", context.text("integrity", problem.hint)}});
    }
    return {{"format_version", 1},
            {"ok", report.problems.empty()},
            {"checked", {{"objects", report.objects}, {"records", report.records}, {"events", report.events}}},
            {"problems", problems}};
}

void print_report(const Context& context, const IntegrityReport& report)
{
    context.print_line(context.text("cli", report.problems.empty() ? "verify.ok" : "verify.bad",
                                    {{"objects", std::to_string(report.objects)},
                                     {"records", std::to_string(report.records)},
                                     {"events", std::to_string(report.events)},
                                     {"problems", std::to_string(report.problems.size())}}));
    // A list of thousands helps nobody on a screen; --json has them all.
    std::map<std::string, std::size_t> shown;
    for (const auto& problem : report.problems) {
        if (++shown[problem.kind] > kShownOfAKind) {
            continue;
        }
        context.print_line("  " + problem.kind + "  " + problem.path + (problem.id.empty() ? "" : "  " + problem.id) +
                           (problem.found.empty() ? "" : "  " + problem.found) + "\n    " +
                           context.text("integrity", problem.hint));
    }
    for (const auto& [kind, count] : shown) {
        if (count > kShownOfAKind) {
            context.print_line(
                context.text("cli", "verify.more", {{"kind", kind}, {"count", std::to_string(count - kShownOfAKind)}}));
        }
    }
}

int run_verify(const Context& context, const Options& options)
{
    if (options.sample && *options.sample < 1) {
        throw Error{Kind::invalid, "verify.sample"};
    }
    watch_interrupts();
    const auto report = [&] {
        ProgressLine progress{context, "verify.progress"};
        return check_home(context, {.sample = static_cast<std::uint64_t>(options.sample.value_or(0)),
                                    .seed = std::random_device{}(),
                                    .progress =
                                        [&](const store::FixityProgress& now) {
                                            progress.show(now.objects, now.objects_total, now.bytes);
                                        },
                                    .stop = &context.stop()});
    }();
    if (report.interrupted) {
        context.say(context.text("cli", "verify.interrupted", {{"objects", std::to_string(report.objects)}}));
        return kExitInterrupted;
    }
    if (context.json) {
        context.print_json(to_json(context, report));
    } else {
        print_report(context, report);
    }
    return report.problems.empty() ? kExitOk : kExitIntegrity;
}

} // namespace

int verify_again(const Context& context, std::string_view request)
{
    const auto sample = parse_json(request).value("sample", std::int64_t{0});
    return run_verify(context, {.all = sample == 0, .sample = sample > 0 ? std::optional{sample} : std::nullopt});
}

void add_verify(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(app, context, "verify", [&context, options] { return run_verify(context, *options); });
    auto* all = command->add_flag("--all", options->all, context.help("verify.all"));
    command->add_option("--sample", options->sample, context.help("verify.sample"))->excludes(all);
}

} // namespace vtlt::app
