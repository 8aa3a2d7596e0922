// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/services/hand_over.h>
#include <vtlt/core/services/positions.h>
#include <vtlt/core/services/role_words.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>

namespace vtlt::app {

namespace {

/// As typed; empty where not.
struct Options
{
    std::string who;
    std::string position;
    std::string title;
    std::string unit;
    std::string from;
    std::string to;
    std::string on;
    std::string taker;
    std::string reason;
    std::vector<std::string> roles;
    bool is_main = false;
    bool only_unit = false;
};

std::string line_of(const Context& context, const catalog::Position& position)
{
    return position.uid + "  " + position.title + "  " + position.unit_code + "  " + format_date_vi(position.from_on) +
           "–" + (position.to_on ? format_date_vi(*position.to_on) : std::string{}) +
           (position.is_main ? "  " + context.text("cli", "position.is_main") : std::string{});
}

int give(const Context& context, const catalog::Position& position)
{
    if (context.json) {
        auto json = webui::position_json(position);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        context.print_line(line_of(context, position));
    }
    return kExitOk;
}

int run_add(const Context& context, const Options& options)
{
    services::NewPosition wanted{.who = options.who,
                                 .title = options.title,
                                 .unit = options.unit,
                                 .is_main = options.is_main,
                                 .from_on = day_or_none(options.from),
                                 .to_on = day_or_none(options.to),
                                 .roles = {},
                                 .only_unit = options.only_unit,
                                 .reason = options.reason};
    std::ranges::transform(options.roles, std::back_inserter(wanted.roles), role_of);
    const auto opened = context.open_for_writing();
    return give(context, services::add_position(*opened, context.clock(), context.actor(), wanted));
}

int run_end(const Context& context, const Options& options)
{
    const auto last = day_or_none(options.on);
    const auto opened = context.open_for_writing();
    return give(context, services::end_position(*opened, context.clock(), context.actor(), options.position, last));
}

int run_list(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    const auto list = services::list_positions(*opened, context.clock(), context.actor(), options.who);
    if (context.json) {
        context.print_json(webui::position_list_json(list));
        return kExitOk;
    }
    if (list.empty()) {
        context.say(context.text("cli", "position.none"));
    }
    const auto& labels = services::role_labels(*opened);
    for (const auto& one : list) {
        auto line = line_of(context, one.position);
        for (const auto role : one.roles) {
            line += "  " + role_word(context, labels, role);
        }
        context.print_line(line + (one.is_held ? "" : "  " + context.text("cli", "position.not_held")));
    }
    return kExitOk;
}

int run_leave(const Context& context, const Options& options)
{
    const services::Leaving leaving{
        .who = options.who, .to = options.taker, .on = day_or_none(options.on), .reason = options.reason};
    const auto opened = context.open_for_writing();
    const auto made = services::leave_account(*opened, context.clock(), context.actor(), leaving);
    if (context.json) {
        auto json = webui::hand_over_json(made);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        context.print_line(made.uid);
        context.say(context.text("cli", "hand_over.done", {{"account", options.who}}));
    }
    return kExitOk;
}

/// One text for each word of core/src/services/hand_over.cpp.
std::string item_word(const Context& context, const std::string& what)
{
    return webui::message(context.language, "page", "hand_over.what_" + what);
}

int run_show_hand_over(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    const auto list = services::list_hand_overs(*opened, context.actor(), options.who);
    if (context.json) {
        context.print_json(webui::hand_over_list_json(list));
        return kExitOk;
    }
    if (list.empty()) {
        context.say(context.text("cli", "hand_over.none"));
    }
    for (const auto& one : list) {
        const auto& made = one.hand_over;
        context.print_line(made.uid + "  " + format_date_vi(made.on) + "  " + one.account.full_name + " → " +
                           one.to.full_name + (made.reason.empty() ? "" : "  " + made.reason));
        for (const auto& item : made.items) {
            const auto fate = "hand_over." + std::string{catalog::fate_name(item.fate)};
            context.print_line("  " + item_word(context, item.what) + "  " + item.object + "  " +
                               webui::message(context.language, "page", fate));
        }
    }
    return kExitOk;
}

} // namespace

void add_positions(CLI::App& user, Context& context)
{
    auto options = std::make_shared<Options>();
    const auto add_to = [&](CLI::App& group, Command row, int (*run)(const Context&, const Options&)) {
        return add_command(group, context, row, [&context, options, run] { return run(context, *options); });
    };
    const auto named = [&](CLI::App& group, Command row, int (*run)(const Context&, const Options&)) {
        auto* command = add_to(group, row, run);
        command->add_option("NAME", options->who, context.help("user.name"))->required();
        return command;
    };
    auto* position = add_group(user, context, "user position");
    auto* add = named(*position, "user position add", run_add);
    add->add_option("--title", options->title, context.help("position.title"))->required();
    add->add_option("--unit", options->unit, context.help("rights.unit"));
    add->add_flag("--main", options->is_main, context.help("position.main"));
    add->add_option("--from", options->from, context.help("rights.from"));
    add->add_option("--to", options->to, context.help("rights.to"));
    add->add_option("--role", options->roles, context.help("position.role"))->delimiter(',')->allow_extra_args(false);
    add->add_flag("--only-unit", options->only_unit, context.help("rights.only_unit"));
    add->add_option("--reason", options->reason, context.help("rights.reason"));
    auto* end = add_to(*position, "user position end", run_end);
    end->add_option("POSITION", options->position, context.help("position.id"))->required();
    end->add_option("--on", options->on, context.help("position.last_day"));
    named(*position, "user position list", run_list);

    auto* leave = named(user, "user leave", run_leave);
    leave->add_option("--to", options->taker, context.help("hand_over.to"))->required();
    leave->add_option("--on", options->on, context.help("hand_over.on"));
    leave->add_option("--reason", options->reason, context.help("rights.reason"));
    auto* hand_over = add_group(user, context, "user hand-over");
    named(*hand_over, "user hand-over show", run_show_hand_over);
}

} // namespace vtlt::app
