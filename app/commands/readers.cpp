// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/typed.h"

#include <vtlt/core/services/readers.h>
#include <vtlt/core/services/reclassification.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

/// As typed; empty where not.
struct Options
{
    std::string title;
    std::string unit;
    std::string secrecy = std::string{secrecy_name(Secrecy::open)};
    std::string list;
    std::string who;
    std::string entry;
    std::string document;
    std::string from;
    std::string to;
    std::string reason;
    bool past = false;
};

void give(const Context& context, Json json, const std::string& line)
{
    if (context.json) {
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        context.print_line(line);
    }
}

std::string list_line(const Context& context, const catalog::ReaderList& list)
{
    return list.uid + "  " + list.unit_code + "  " + context.text("secrecy", secrecy_name(list.secrecy)) + "  " +
           list.title;
}

int run_new(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    const auto list = services::make_reader_list(
        *opened, context.clock(), context.actor(),
        {.title = options.title, .unit = options.unit, .secrecy = clearance_of(options.secrecy)});
    give(context, webui::reader_list_json(list), list_line(context, list));
    return kExitOk;
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    auto rows = Json::array();
    std::string after;
    // A portion at a time: the whole of it is what a command line is asked for.
    for (;;) {
        const auto lists = services::list_reader_lists(*opened, context.actor(), after);
        for (const auto& list : lists) {
            if (context.json) {
                rows.push_back(webui::reader_list_json(list));
            } else {
                context.print_line(list_line(context, list));
            }
        }
        if (lists.empty()) {
            break;
        }
        after = lists.back().uid;
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"reader_lists", rows}});
    } else if (after.empty()) {
        context.say(context.text("cli", "readers.none"));
    }
    return kExitOk;
}

std::string reader_line(const Context& context, const services::ListedReader& reader)
{
    const auto& entry = reader.entry;
    auto line = entry.uid + "  " + entry.account_name + "  " + entry.account_full_name + "  " +
                format_date_vi(entry.from_on) + "–" + (entry.to_on ? format_date_vi(*entry.to_on) : std::string{});
    if (entry.ended_at) {
        line += "  " + context.text("cli", "rights.is_ended");
    } else if (!entry.confirmed_at) {
        line += "  " + context.text("cli", "rights.is_unconfirmed");
    }
    return line;
}

int run_show(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    const auto list = services::get_reader_list(*opened, context.actor(), options.list);
    const auto readers = services::list_readers(*opened, context.clock(), context.actor(), options.list, options.past);
    if (context.json) {
        auto json = webui::reader_list_json(list);
        json["format_version"] = 1;
        json["readers"] = Json::array();
        for (const auto& one : readers) {
            json["readers"].push_back(webui::reader_json(one));
        }
        context.print_json(json);
        return kExitOk;
    }
    context.print_line(list_line(context, list));
    for (const auto& one : readers) {
        context.print_line("  " + reader_line(context, one));
    }
    return kExitOk;
}

int run_add(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    const auto entry = services::add_reader(*opened, context.clock(), context.actor(),
                                            {.list = options.list,
                                             .who = options.who,
                                             .from_on = day_or_none(options.from),
                                             .to_on = day_or_none(options.to),
                                             .reason = options.reason});
    const services::ListedReader listed{.entry = entry, .is_active = entry.from_on <= context.clock().today()};
    give(context, webui::reader_json(listed), reader_line(context, listed));
    return kExitOk;
}

int give_done(const Context& context, const std::string& uid, const char* key)
{
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", uid}});
    } else {
        context.say(context.text("cli", key));
    }
    return kExitOk;
}

int run_end(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    services::end_reader(*opened, context.clock(), context.actor(), options.entry);
    return give_done(context, options.entry, "readers.was_ended");
}

int run_confirm(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    services::confirm_reader(*opened, context.clock(), context.actor(), options.entry);
    return give_done(context, options.entry, "readers.was_confirmed");
}

int run_set(const Context& context, const Options& options)
{
    const auto house = context.open_house();
    auto& archive = *house.archive;
    const auto before = [&] {
        auto tx = archive.database().read();
        return find_document(context, archive, tx, options.document).document;
    }();
    const auto change = services::change_readers(archive, context.clock(), context.actor(), before.uid, options.list,
                                                 options.reason, [&house] { house.index->catch_up(); });
    if (change.proposal && context.json) {
        give(context, webui::reclassification_json(*change.proposal), {});
        return kExitOk;
    }
    if (change.proposal) {
        context.say(context.text("cli", "secrecy.was_proposed", {{"id", change.proposal->uid}}));
        return kExitOk;
    }
    return give_done(context, before.uid, "readers.was_put");
}

} // namespace

void add_readers(CLI::App& app, Context& context)
{
    auto* readers = add_group(app, context, "readers");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*readers, context, command, [&context, options, run] { return run(context, *options); });
    };
    const auto add_list = [&](CLI::App* command) {
        command->add_option("LIST", options->list, context.help("readers.list_id"))->required();
    };
    const auto add_entry = [&](CLI::App* command) {
        command->add_option("ENTRY", options->entry, context.help("readers.entry"))->required();
    };
    auto* make = add_one("readers new", run_new);
    make->add_option("TITLE", options->title, context.help("readers.title"))->required();
    make->add_option("--unit", options->unit, context.help("readers.unit"));
    make->add_option("--secrecy", options->secrecy, context.help("readers.secrecy"));
    add_one("readers list", run_list);
    auto* show = add_one("readers show", run_show);
    add_list(show);
    show->add_flag("--past", options->past, context.help("readers.past"));
    auto* add = add_one("readers add", run_add);
    add_list(add);
    add->add_option("USER", options->who, context.help("user.name"))->required();
    add->add_option("--from", options->from, context.help("rights.from"));
    add->add_option("--to", options->to, context.help("rights.to"));
    add->add_option("--reason", options->reason, context.help("rights.reason"));
    add_entry(add_one("readers end", run_end));
    add_entry(add_one("readers confirm", run_confirm));
    auto* set = add_one("readers set", run_set);
    set->add_option("ID", options->document, context.help("document.id"))->required();
    set->add_option("--list", options->list, context.help("readers.to_list"));
    set->add_option("--reason", options->reason, context.help("secrecy.reason"))->required();
}

} // namespace vtlt::app
