// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/organisation.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Options
{
    services::NewDossier dossier;
    std::string opened_on;
    std::string secrecy = std::string{secrecy_name(Secrecy::open)};
    std::string code;
};

std::string full_name(const catalog::Dossier& dossier)
{
    return dossier.unit_code + "/" + std::to_string(dossier.year) + "/" + dossier.code;
}

Json to_json(const catalog::Dossier& dossier)
{
    return {{"id", dossier.uid},
            {"name", full_name(dossier)},
            {"unit", dossier.unit_code},
            {"year", dossier.year},
            {"code", dossier.code},
            {"title", dossier.title},
            {"secrecy", secrecy_name(dossier.secrecy)},
            {"opened_on", json_or_null(dossier.opened_on)},
            {"closed_on", json_or_null(dossier.closed_on)},
            {"documents", dossier.documents}};
}

void print_dossier(const Context& context, const catalog::Dossier& dossier)
{
    context.print_line(full_name(dossier) + "  " + text::one_line(dossier.title) + "  (" +
                       std::to_string(dossier.documents) + ")");
}

int run_new(const Context& context, Options& options)
{
    const auto secrecy = secrecy_from_name(options.secrecy);
    if (!secrecy) {
        throw Error{Kind::invalid, "secrecy.unknown", {{"value", options.secrecy}}};
    }
    options.dossier.secrecy = *secrecy;
    options.dossier.opened_on = day_or_none(options.opened_on);
    const auto opened = context.open_for_writing();
    auto& archive = *opened;
    const auto dossier = services::create_dossier(archive, context.clock(), context.actor(), options.dossier);
    if (context.json) {
        auto json = to_json(dossier);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_dossier(context, dossier);
    }
    return kExitOk;
}

int run_show(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    auto tx = archive.database().read();
    const auto dossier =
        catalog::get_dossier(tx, auth::reach_of(context.actor(), auth::Action::dossier_read), options.code);
    auto views = catalog::list_views(tx, catalog::list_dossier_documents(tx, dossier.id));
    std::erase_if(views, [&](const catalog::DocumentView& view) {
        return !auth::is_allowed(context.actor(), auth::Action::document_read, catalog::target_of(view.document));
    });
    auto json = to_json(dossier);
    json["format_version"] = 1;
    json["items"] = Json::array();
    for (const auto& view : views) {
        json["items"].push_back({{"n", view.dossier_ordinal.value_or(0)},
                                 {"id", view.document.uid},
                                 {"code", json_or_null(view.document.number_symbol())},
                                 {"issued_on", json_or_null(view.document.issued_on)},
                                 {"title", view.document.title}});
    }
    if (context.json) {
        context.print_json(json);
        return kExitOk;
    }
    print_dossier(context, dossier);
    for (const auto& view : views) {
        context.print_line("  " + std::to_string(view.dossier_ordinal.value_or(0)) + ". " +
                           view.document.number_symbol() + "  " + text::one_line(view.document.title));
    }
    return kExitOk;
}

int run_list(const Context& context)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    auto tx = archive.database().read();
    auto list = Json::array();
    const auto reach = auth::reach_of(context.actor(), auth::Action::dossier_read);
    DossierId after;
    for (auto page = catalog::list_dossiers(tx, reach, after, 500); !page.empty();
         page = catalog::list_dossiers(tx, reach, after, 500)) {
        for (const auto& dossier : page) {
            if (context.json) {
                list.push_back(to_json(dossier));
            } else {
                print_dossier(context, dossier);
            }
        }
        after = page.back().id;
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"dossiers", list}});
    }
    return kExitOk;
}

} // namespace

void add_dossier(CLI::App& app, Context& context)
{
    auto* dossier = add_group(app, context, "dossier");
    auto options = std::make_shared<Options>();
    auto* create =
        add_command(*dossier, context, "dossier new", [&context, options] { return run_new(context, *options); });
    create->add_option("CODE", options->dossier.code, context.help("dossier.code"))->required();
    create->add_option("--title", options->dossier.title, context.help("dossier.title"))->required();
    create->add_option("--unit", options->dossier.unit, context.help("dossier.unit"));
    create->add_option("--year", options->dossier.year, context.help("dossier.year"));
    create->add_option("--opened-on", options->opened_on, context.help("dossier.opened_on"));
    create->add_option("--secrecy", options->secrecy, context.help("dossier.secrecy"));
    auto* show =
        add_command(*dossier, context, "dossier show", [&context, options] { return run_show(context, *options); });
    show->add_option("CODE", options->code, context.help("dossier.code"))->required();
    add_command(*dossier, context, "dossier list", [&context] { return run_list(context); });
}

} // namespace vtlt::app
