// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Options
{
    std::filesystem::path directory;
    services::InitOptions init;
    std::string highest = std::string{secrecy_name(Secrecy::tuyet_mat)};
};

int run_init(const Context& context, Options& options)
{
    const auto highest = secrecy_from_name(options.highest);
    if (!highest) {
        throw Error{Kind::invalid, "secrecy.unknown", {{"value", options.highest}}};
    }
    options.init.highest = *highest;
    services::init_archive(options.directory, context.clock(), context.actor(), options.init);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"path", options.directory.native()}});
    } else {
        context.say(context.text("cli", "init.done", {{"path", options.directory.native()}}));
    }
    return kExitOk;
}

} // namespace

void add_init(CLI::App& app, Context& context)
{
    auto* command = app.add_subcommand("init", context.help("init"));
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->directory, context.help("init.dir"))->required();
    command->add_option("--highest", options->highest, context.help("init.highest"));
    command->add_option("--unit-code", options->init.unit_code, context.help("init.unit_code"));
    command->add_option("--unit-title", options->init.unit_title, context.help("init.unit_title"));
    command->add_flag("--test-clock", options->init.test_clock, context.help("init.test_clock"));
    command->callback([&context, options] { context.command = [&context, options] { return run_init(context, *options); }; });
}

} // namespace vtlt::app
