// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/organisation.h>

#include <CLI/CLI.hpp>

#include <map>

namespace vtlt::app {

namespace {

/// As typed; empty where not.
struct Options
{
    std::string code;
    std::string title;
    std::string parent;
    std::string on;
    std::string tells_hidden; ///< yes, no
    std::vector<std::string> codes;
    std::vector<std::string> into;
    bool move_people = false;
};

std::vector<catalog::Unit> all_units(services::Archive& archive)
{
    auto tx = archive.database().read();
    return catalog::list_units(tx);
}

void give_unit(const Context& context, services::Archive& archive, const catalog::Unit& unit)
{
    if (context.json) {
        auto json = webui::unit_json(unit, all_units(archive));
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        context.print_line(unit.code + "  " + unit.title);
    }
}

int run_add(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_unit(context, archive,
              services::create_unit(archive, context.clock(), context.actor(),
                                    {.code = options.code,
                                     .title = options.title,
                                     .parent = options.parent,
                                     .opened_on = day_or_none(options.on)}));
    return kExitOk;
}

int run_rename(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_unit(context, archive,
              services::rename_unit(archive, context.clock(), context.actor(), options.code, options.title,
                                    day_or_none(options.on)));
    return kExitOk;
}

int run_change(const Context& context, const Options& options)
{
    const auto tells = yes_or_no(options.tells_hidden);
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    give_unit(context, archive,
              services::set_unit_policy(archive, context.clock(), context.actor(), options.code, tells));
    return kExitOk;
}

/// close, merge and split are one act: units end, others have their place.
int run_close(const Context& context, const Options& options)
{
    services::UnitClosing closing{.units = options.codes,
                                  .successors = options.into,
                                  .on = day_or_none(options.on),
                                  .move_people = options.move_people};
    if (!options.code.empty()) {
        closing.units.push_back(options.code);
    }
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto closed = services::close_units(archive, context.clock(), context.actor(), closing);
    if (context.json) {
        const auto units = all_units(archive);
        auto list = Json::array();
        for (const auto& unit : closed.units) {
            list.push_back(webui::unit_json(unit, units));
        }
        context.print_json({{"format_version", 1},
                            {"units", list},
                            {"successors", options.into},
                            {"people", closed.people},
                            {"roles", closed.grants},
                            {"moved", options.move_people}});
        return kExitOk;
    }
    for (const auto& unit : closed.units) {
        context.print_line(unit.code + "  " + unit.title + "  " +
                           context.text("cli", "unit.closed_on", {{"on", format_date_vi(*unit.closed_on)}}));
    }
    if (closed.people + closed.grants > 0) {
        context.say(
            context.text("cli", options.move_people ? "unit.people_moved" : "unit.people_left",
                         {{"people", std::to_string(closed.people)}, {"roles", std::to_string(closed.grants)}}));
    }
    return kExitOk;
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto units = all_units(archive);
    if (context.json) {
        auto list = Json::array();
        for (const auto& unit : units) {
            list.push_back(webui::unit_json(unit, units));
        }
        context.print_json({{"format_version", 1}, {"units", list}});
        return kExitOk;
    }
    std::map<UnitId, std::string> codes;
    for (const auto& unit : units) {
        codes[unit.id] = unit.code;
    }
    for (const auto& unit : units) {
        auto line = unit.code + "  " + unit.title;
        line += unit.parent ? "  < " + codes[*unit.parent] : "";
        if (unit.closed_on) {
            line += "  " + context.text("cli", "unit.closed_on", {{"on", format_date_vi(*unit.closed_on)}});
        }
        line += unit.tells_hidden ? "  " + context.text("cli", "unit.tells") : std::string{};
        context.print_line(line);
    }
    return kExitOk;
}

} // namespace

void add_unit(CLI::App& app, Context& context)
{
    auto* unit = add_group(app, context, "unit");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*unit, context, command, [&context, options, run] { return run(context, *options); });
    };
    const auto add_code = [&](CLI::App* command) {
        command->add_option("CODE", options->code, context.help("unit.code"))->required();
    };
    const auto add_day = [&](CLI::App* command) { command->add_option("--on", options->on, context.help("unit.on")); };
    const auto add_into = [&](CLI::App* command) {
        return command->add_option("--into", options->into, context.help("unit.into"))
            ->delimiter(',')
            ->allow_extra_args(false);
    };
    const auto add_move = [&](CLI::App* command) {
        command->add_flag("--move-people", options->move_people, context.help("unit.move_people"));
    };

    auto* add = add_one("unit add", run_add);
    add_code(add);
    add->add_option("--title", options->title, context.help("unit.title"))->required();
    add->add_option("--parent", options->parent, context.help("unit.parent"));
    add->add_option("--opened-on", options->on, context.help("unit.opened_on"));
    add_one("unit list", run_list);
    auto* rename = add_one("unit rename", run_rename);
    add_code(rename);
    rename->add_option("--title", options->title, context.help("unit.title"))->required();
    add_day(rename);
    auto* change = add_one("unit change", run_change);
    add_code(change);
    change->add_option("--tells-hidden", options->tells_hidden, context.help("unit.tells_hidden"))->required();
    auto* close = add_one("unit close", run_close);
    add_code(close);
    add_day(close);
    add_into(close);
    add_move(close);
    auto* merge = add_one("unit merge", run_close);
    merge->add_option("CODE", options->codes, context.help("unit.codes"))->required();
    add_into(merge)->required()->expected(1);
    add_day(merge);
    add_move(merge);
    auto* split = add_one("unit split", run_close);
    add_code(split);
    add_into(split)->required();
    add_day(split);
}

} // namespace vtlt::app
