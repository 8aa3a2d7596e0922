// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/services/access_book.h>
#include <vtlt/webui/shapes.h>

#include <CLI/CLI.hpp>

#include <chrono>

namespace vtlt::app {

namespace {

struct Options
{
    std::string from;
    std::string to;
};

int run_access(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    const auto last = day_or_none(options.to).value_or(context.clock().today());
    const auto first = day_or_none(options.from).value_or(Date{std::chrono::sys_days{last} - std::chrono::days{29}});
    const auto report = services::access_report(*opened, context.actor(), first, last);
    if (context.json) {
        context.print_json(webui::access_report_json(report));
        return kExitOk;
    }
    for (const auto& day : report.days) {
        context.print_line(format_date_vi(day.day) + "  " + std::to_string(day.sign_ins) + "  " +
                           std::to_string(day.viewed) + "  " + std::to_string(day.downloaded));
    }
    for (const auto& one : report.most_read) {
        context.print_line(std::to_string(one.count.accesses) + "  " + one.view.document.uid + "  " +
                           text::one_line(one.view.document.title));
    }
    return kExitOk;
}

} // namespace

void add_report(CLI::App& app, Context& context)
{
    auto* report = add_group(app, context, "report");
    auto options = std::make_shared<Options>();
    auto* access =
        add_command(*report, context, "report access", [&context, options] { return run_access(context, *options); });
    access->add_option("--from", options->from, context.help("report.from"));
    access->add_option("--to", options->to, context.help("report.to"));
}

} // namespace vtlt::app
