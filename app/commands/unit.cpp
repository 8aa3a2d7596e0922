// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include <vtlt/core/services/organisation.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Options
{
    std::string code;
    std::string title;
    std::string parent;
};

int run_add(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto unit =
        services::create_unit(archive, context.clock(), context.actor(), options.code, options.title, options.parent);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", unit.uid}, {"code", unit.code}});
    } else {
        context.print_line(unit.code + "  " + unit.title);
    }
    return kExitOk;
}

int run_list(const Context& context)
{
    context.require(auth::Action::unit_read);
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    auto tx = archive.database().read();
    auto units = Json::array();
    for (const auto& unit : catalog::list_units(tx)) {
        units.push_back({{"id", unit.uid}, {"code", unit.code}, {"title", unit.title}});
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"units", units}});
        return kExitOk;
    }
    for (const auto& unit : units) {
        context.print_line(unit.at("code").get<std::string>() + "  " + unit.at("title").get<std::string>());
    }
    return kExitOk;
}

} // namespace

void add_unit(CLI::App& app, Context& context)
{
    auto* unit = app.add_subcommand("unit", context.help("unit"))->require_subcommand(1);
    auto options = std::make_shared<Options>();
    auto* add = unit->add_subcommand("add", context.help("unit.add"));
    add->add_option("CODE", options->code, context.help("unit.code"))->required();
    add->add_option("--title", options->title, context.help("unit.title"))->required();
    add->add_option("--parent", options->parent, context.help("unit.parent"));
    add->callback(
        [&context, options] { context.command = [&context, options] { return run_add(context, *options); }; });
    unit->add_subcommand("list", context.help("unit.list"))->callback([&context] {
        context.command = [&context] { return run_list(context); };
    });
}

} // namespace vtlt::app
