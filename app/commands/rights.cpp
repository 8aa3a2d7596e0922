// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/role_words.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

/// As typed; empty where not.
struct Options
{
    std::string who;
    std::string document;
    std::string grant;
    std::string role;
    std::string unit;
    std::string from;
    std::string to;
    std::string records_from;
    std::string records_to;
    std::string record_set;
    std::string delegated_from;
    std::string reason;
    std::string number;
    std::string on;
    std::string signer;
    bool only_unit = false;
    bool past = false;
    bool unconfirmed = false;
};

std::string scope_text(const Context& context, const auth::RoleLabels& labels, const catalog::RoleGrant& grant)
{
    auto text = (grant.order ? context.text("cli", "order.paper",
                                            {{"number", grant.order->number},
                                             {"on", format_date_vi(grant.order->on)},
                                             {"signer", grant.order->signer}})
                             : role_word(context, labels, grant.role)) +
                "  " + grant.unit_code;
    text += grant.with_sub_units ? "" : "  " + context.text("cli", "rights.without_sub_units");
    text += "  " + format_date_vi(grant.from_on) + "–" + (grant.to_on ? format_date_vi(*grant.to_on) : std::string{});
    if (grant.records_from_on || grant.records_to_on) {
        text += "  " + context.text("cli", "rights.records",
                                    {{"from", grant.records_from_on ? format_date_vi(*grant.records_from_on) : ""},
                                     {"to", grant.records_to_on ? format_date_vi(*grant.records_to_on) : ""}});
    }
    if (grant.record_set) {
        text += "  " + context.text("cli", "rights.in_set", {{"set", grant.record_set_uid}});
    }
    return text;
}

void print_grant(const Context& context, const auth::RoleLabels& labels, const catalog::RoleGrant& grant)
{
    auto line = grant.uid + "  " + scope_text(context, labels, grant);
    if (grant.delegated_from) {
        line += "  " + context.text("cli", "rights.is_delegated");
    }
    if (grant.ended_at) {
        line += "  " + context.text("cli", "rights.is_ended");
    } else if (!grant.confirmed_at) {
        line += "  " + context.text("cli", grant.order ? "order.waiting" : "rights.is_unconfirmed");
    }
    context.print_line(line);
}

int give_grant(const Context& context, services::Archive& archive, const catalog::RoleGrant& grant)
{
    if (context.json) {
        auto json = webui::grant_json(grant);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_grant(context, services::role_labels(archive), grant);
    }
    return kExitOk;
}

int run_grant(const Context& context, const Options& options)
{
    services::NewGrant wanted{.who = options.who,
                              .unit = options.unit,
                              .only_unit = options.only_unit,
                              .from_on = day_or_none(options.from),
                              .to_on = day_or_none(options.to),
                              .records_from_on = day_or_none(options.records_from),
                              .records_to_on = day_or_none(options.records_to),
                              .record_set = options.record_set,
                              .delegated_from = options.delegated_from,
                              .reason = options.reason};
    if (!options.role.empty()) {
        wanted.role = role_of(options.role);
    }
    const auto opened = context.open_for_writing();
    return give_grant(context, *opened, services::grant_role(*opened, context.clock(), context.actor(), wanted));
}

int run_order(const Context& context, const Options& options)
{
    const services::NewOrder wanted{.who = options.who,
                                    .number = options.number,
                                    .on = day_or_none(options.on),
                                    .signer = options.signer,
                                    .unit = options.unit,
                                    .only_unit = options.only_unit,
                                    .from_on = day_or_none(options.from),
                                    .to_on = day_or_none(options.to),
                                    .records_from_on = day_or_none(options.records_from),
                                    .records_to_on = day_or_none(options.records_to),
                                    .reason = options.reason};
    const auto opened = context.open_for_writing();
    return give_grant(context, *opened, services::propose_order(*opened, context.clock(), context.actor(), wanted));
}

int give_changed(const Context& context, const std::string& grant, const char* key)
{
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", grant}});
    } else {
        context.say(context.text("cli", key));
    }
    return kExitOk;
}

int run_end(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    services::end_grant(*opened, context.clock(), context.actor(), options.grant);
    return give_changed(context, options.grant, "rights.is_ended");
}

int run_confirm(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    const auto grant = services::confirm_grant(*opened, context.clock(), context.actor(), options.grant);
    return give_changed(context, options.grant, grant.order ? "order.in_force" : "rights.is_confirmed");
}

int run_list(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    if (options.who.empty() == !options.unconfirmed) {
        throw Error{Kind::invalid, "rights.person_or_unconfirmed"};
    }
    const auto list = options.unconfirmed
                          ? services::list_unconfirmed(archive, context.clock(), context.actor())
                          : services::list_grants(archive, context.clock(), context.actor(), options.who, options.past);
    if (context.json) {
        auto grants = Json::array();
        for (const auto& one : list) {
            grants.push_back(webui::grant_json(one));
        }
        context.print_json({{"format_version", 1}, {"grants", grants}});
        return kExitOk;
    }
    if (list.empty()) {
        context.say(context.text("cli", "rights.none"));
    }
    const auto& labels = services::role_labels(archive);
    for (const auto& one : list) {
        if (options.unconfirmed) {
            context.print_line(one.account_name + "  " + one.account_full_name);
        }
        print_grant(context, labels, one.grant);
    }
    return kExitOk;
}

int run_explain(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto answer = services::explain_reading(archive, context.clock(), context.actor(), options.who,
                                                  document_uid(context, archive, options.document));
    if (context.json) {
        context.print_json(webui::explanation_json(answer));
        return kExitOk;
    }
    const auto mark = [](bool holds) { return holds ? std::string{"✓ "} : std::string{"✗ "}; };
    context.print_line(context.text("cli", answer.is_allowed ? "rights.can_read" : "rights.cannot_read",
                                    {{"account", answer.account.name}, {"document", answer.document}}));
    if (answer.account.disabled) {
        context.print_line("  ✗ " + context.text("cli", "user.is_disabled"));
    }
    context.print_line("  " + mark(answer.reasons.clearance) +
                       context.text("cli", "rights.grade",
                                    {{"clearance", context.text("secrecy", secrecy_name(answer.account.clearance))},
                                     {"secrecy", context.text("secrecy", secrecy_name(answer.secrecy))}}));
    if (answer.is_listed) {
        context.print_line("  " + mark(answer.reasons.list) + context.text("cli", "rights.on_list"));
    }
    if (answer.grants.empty()) {
        context.print_line("  ✗ " + context.text("cli", "user.has_no_role"));
    }
    const auto& labels = services::role_labels(archive);
    for (std::size_t i = 0; i < answer.grants.size(); ++i) {
        const auto& why = answer.reasons.grants.at(i);
        context.print_line("  " + mark(why.holds()) + scope_text(context, labels, answer.grants[i]));
        context.print_line("      " + mark(why.role) + context.text("cli", "rights.role_reads") + "  " +
                           mark(why.unit) + context.text("cli", "rights.reaches_unit", {{"unit", answer.unit}}) + "  " +
                           mark(why.period) + context.text("cli", "rights.reaches_day") +
                           (answer.grants[i].record_set
                                ? "  " + mark(why.set) + context.text("cli", "rights.holds_document")
                                : std::string{}));
    }
    for (const auto& order : answer.waiting) {
        context.print_line("  ✗ " + scope_text(context, labels, order) + "  " + context.text("cli", "order.waiting"));
    }
    return kExitOk;
}

} // namespace

void add_rights(CLI::App& app, Context& context)
{
    auto* rights = add_group(app, context, "rights");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*rights, context, command, [&context, options, run] { return run(context, *options); });
    };
    auto* grant = add_one("rights grant", run_grant);
    grant->add_option("USER", options->who, context.help("user.name"))->required();
    auto* role = grant->add_option("--role", options->role, context.help("user.role"));
    auto* unit = grant->add_option("--unit", options->unit, context.help("rights.unit"));
    grant->add_flag("--only-unit", options->only_unit, context.help("rights.only_unit"));
    grant->add_option("--from", options->from, context.help("rights.from"));
    grant->add_option("--to", options->to, context.help("rights.to"));
    grant->add_option("--records-from", options->records_from, context.help("rights.records_from"));
    grant->add_option("--records-to", options->records_to, context.help("rights.records_to"));
    auto* set = grant->add_option("--set", options->record_set, context.help("rights.set"));
    grant->add_option("--delegated-from", options->delegated_from, context.help("rights.delegated_from"))
        ->excludes(role)
        ->excludes(unit)
        ->excludes(set);
    grant->add_option("--reason", options->reason, context.help("rights.reason"));
    auto* order = add_one("rights order", run_order);
    order->add_option("USER", options->who, context.help("user.name"))->required();
    order->add_option("--number", options->number, context.help("order.number"))->required();
    order->add_option("--on", options->on, context.help("order.on"))->required();
    order->add_option("--signer", options->signer, context.help("order.signer"))->required();
    order->add_option("--from", options->from, context.help("rights.from"));
    order->add_option("--to", options->to, context.help("rights.to"))->required();
    order->add_option("--unit", options->unit, context.help("rights.unit"));
    order->add_flag("--only-unit", options->only_unit, context.help("rights.only_unit"));
    order->add_option("--records-from", options->records_from, context.help("rights.records_from"));
    order->add_option("--records-to", options->records_to, context.help("rights.records_to"));
    order->add_option("--reason", options->reason, context.help("rights.reason"))->required();
    add_one("rights end", run_end)->add_option("GRANT", options->grant, context.help("rights.grant_id"))->required();
    add_one("rights confirm", run_confirm)
        ->add_option("GRANT", options->grant, context.help("rights.grant_id"))
        ->required();
    auto* list = add_one("rights list", run_list);
    list->add_option("USER", options->who, context.help("user.name"));
    list->add_flag("--past", options->past, context.help("rights.past"));
    list->add_flag("--unconfirmed", options->unconfirmed, context.help("rights.unconfirmed"));
    auto* explain = add_one("rights explain", run_explain);
    explain->add_option("USER", options->who, context.help("user.name"))->required();
    explain->add_option("ID", options->document, context.help("document.id"))->required();
}

} // namespace vtlt::app
