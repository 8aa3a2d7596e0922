// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/typed.h"

#include <vtlt/core/services/reclassification.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::size_t kShown = 200;

struct Options
{
    std::string document;
    std::string secrecy;
    std::string reason;
    std::string proposal;
};

services::MakeSearchable searchable(const OpenHouse& house)
{
    return [&house] { house.index->catch_up(); };
}

std::string grade_text(const Context& context, Secrecy secrecy)
{
    return context.text("secrecy", secrecy_name(secrecy));
}

int give_document(const Context& context, const catalog::Document& document, const char* key)
{
    if (context.json) {
        context.print_json({{"format_version", 1},
                            {"id", document.uid},
                            {"secrecy", secrecy_name(document.secrecy)},
                            {"revision", document.revision}});
    } else {
        context.say(context.text("cli", key, {{"secrecy", grade_text(context, document.secrecy)}}));
    }
    return kExitOk;
}

int run_set(const Context& context, const Options& options)
{
    const auto wanted = clearance_of(options.secrecy);
    const auto house = context.open_house();
    auto& archive = *house.archive;
    const auto before = [&] {
        auto tx = archive.database().read();
        return find_document(context, archive, tx, options.document).document;
    }();
    if (wanted < before.secrecy) {
        const auto proposal = services::propose_lower_secrecy(archive, context.clock(), context.actor(), before.uid,
                                                              wanted, options.reason);
        if (context.json) {
            auto json = webui::reclassification_json(proposal);
            json["format_version"] = 1;
            context.print_json(json);
        } else {
            context.say(context.text("cli", "secrecy.was_proposed", {{"id", proposal.uid}}));
        }
        return kExitOk;
    }
    return give_document(context,
                         services::raise_secrecy(archive, context.clock(), context.actor(), before.uid, wanted,
                                                 options.reason, searchable(house)),
                         "secrecy.was_raised");
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    const auto found = services::list_reclassifications(*opened, context.actor(), {}, kShown);
    if (context.json) {
        auto list = Json::array();
        for (const auto& one : found) {
            list.push_back(webui::reclassification_json(one.proposal));
        }
        context.print_json({{"format_version", 1}, {"proposals", list}});
        return kExitOk;
    }
    if (found.empty()) {
        context.say(context.text("cli", "secrecy.none"));
    }
    for (const auto& one : found) {
        const auto& proposal = one.proposal;
        const auto from = proposal.from_list ? proposal.from_list_title : grade_text(context, proposal.from);
        const auto to = !proposal.from_list ? grade_text(context, proposal.to)
                        : proposal.to_list  ? proposal.to_list_title
                                            : context.text("page", "readers.everybody");
        auto line = proposal.uid + "  " + proposal.document_uid + "  ";
        line.append(from).append(" → ").append(to).append("  ").append(proposal.reason);
        context.print_line(line);
    }
    return kExitOk;
}

int run_confirm(const Context& context, const Options& options)
{
    const auto house = context.open_house();
    return give_document(context,
                         services::confirm_lower_secrecy(*house.archive, context.clock(), context.actor(),
                                                         options.proposal, searchable(house)),
                         "secrecy.was_lowered");
}

int run_refuse(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    services::refuse_lower_secrecy(*opened, context.clock(), context.actor(), options.proposal, options.reason);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", options.proposal}});
    } else {
        context.say(context.text("cli", "secrecy.was_refused"));
    }
    return kExitOk;
}

} // namespace

void add_secrecy(CLI::App& app, Context& context)
{
    auto* secrecy = add_group(app, context, "secrecy");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*secrecy, context, command, [&context, options, run] { return run(context, *options); });
    };
    auto* set = add_one("secrecy set", run_set);
    set->add_option("ID", options->document, context.help("document.id"))->required();
    set->add_option("SECRECY", options->secrecy, context.help("secrecy.to"))->required();
    set->add_option("--reason", options->reason, context.help("secrecy.reason"))->required();
    add_one("secrecy list", run_list);
    add_one("secrecy confirm", run_confirm)
        ->add_option("PROPOSAL", options->proposal, context.help("secrecy.proposal"))
        ->required();
    auto* refuse = add_one("secrecy refuse", run_refuse);
    refuse->add_option("PROPOSAL", options->proposal, context.help("secrecy.proposal"))->required();
    refuse->add_option("--reason", options->reason, context.help("secrecy.reason"));
}

} // namespace vtlt::app
