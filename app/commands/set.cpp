// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/indexer/searcher.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::int64_t kMaxLimit = 200;

/// As typed; empty where not.
struct Options
{
    std::string title;
    std::string query;
    std::vector<std::string> documents;
    std::string unit;
    std::string set;
    std::string cursor;
    std::int64_t limit = 50;
};

void print_set(const Context& context, const services::ShownRecordSet& shown)
{
    const auto& set = shown.set;
    context.print_line(set.uid + "  " + text::one_line(set.title) + "  " + set.unit_code + "  " + moment(set.made_at) +
                       "  " +
                       counted(context, "set.documents", set.documents, {{"count", std::to_string(set.documents)}}));
}

std::vector<DocumentId> found_documents(const Context& context, const std::string& query)
{
    auth::authorize_somewhere(context.actor(), auth::Action::document_read);
    const auto house = context.open_house();
    const auto reach = auth::reach_of(context.actor(), auth::Action::document_read);
    house.index->catch_up();
    return with_sound_index([&] { house.index->rebuild(); },
                            [&] {
                                indexer::Searcher searcher{house.archive->home(), house.archive->database()};
                                return searcher.matching_documents(query, reach);
                            });
}

int run_new(const Context& context, const Options& options)
{
    if (options.query.empty() == options.documents.empty()) {
        throw Error{Kind::invalid, "record_set.query_or_documents"};
    }
    services::NewRecordSet wanted{.title = options.title, .unit = options.unit, .query = options.query};
    if (!options.query.empty()) {
        wanted.found = found_documents(context, options.query);
    }
    const auto opened = context.open_for_writing();
    for (const auto& typed : options.documents) {
        wanted.wanted.push_back(document_uid(context, *opened, typed));
    }
    const auto made = services::make_record_set(*opened, context.clock(), context.actor(), wanted);
    if (context.json) {
        context.print_json(webui::record_set_json(made));
    } else {
        print_set(context, made);
    }
    return kExitOk;
}

int run_list(const Context& context, const Options&)
{
    const auto opened = context.open_for_reading();
    auto list = Json::array();
    bool any = false;
    Uid cursor;
    for (;;) {
        const auto portion = services::list_record_sets(*opened, context.actor(), cursor, kMaxLimit);
        for (const auto& shown : portion) {
            any = true;
            if (context.json) {
                list.push_back(webui::record_set_json(shown));
            } else {
                print_set(context, shown);
            }
        }
        if (portion.size() < kMaxLimit) {
            break;
        }
        cursor = portion.back().set.uid;
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"record_sets", list}});
    } else if (!any) {
        context.say(context.text("cli", "set.none"));
    }
    return kExitOk;
}

int run_show(const Context& context, const Options& options)
{
    if (options.limit < 1 || options.limit > kMaxLimit) {
        throw Error{Kind::invalid,
                    "search.limit",
                    {{"limit", std::to_string(options.limit)}, {"most", std::to_string(kMaxLimit)}}};
    }
    const auto opened = context.open_for_reading();
    const auto page = services::show_record_set(*opened, context.actor(), options.set, options.cursor,
                                                static_cast<std::size_t>(options.limit));
    if (context.json) {
        context.print_json(webui::record_set_json(page));
        return kExitOk;
    }
    print_set(context, page.shown);
    for (const auto& view : page.views) {
        context.print_line("  " + view.document.uid + "  " + view.document.number_symbol() + "  " +
                           text::one_line(view.document.title));
    }
    if (!page.next_cursor.empty()) {
        context.say(context.text("cli", "search.more", {{"cursor", page.next_cursor}}));
    }
    return kExitOk;
}

int run_remove(const Context& context, const Options& options)
{
    const auto opened = context.open_for_writing();
    services::remove_record_set(*opened, context.clock(), context.actor(), options.set);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", options.set}});
    } else {
        context.say(context.text("cli", "set.was_removed"));
    }
    return kExitOk;
}

} // namespace

void add_set(CLI::App& app, Context& context)
{
    auto* set = add_group(app, context, "set");
    auto options = std::make_shared<Options>();
    const auto add_one = [&](Command command, int (*run)(const Context&, const Options&)) {
        return add_command(*set, context, command, [&context, options, run] { return run(context, *options); });
    };
    auto* create = add_one("set new", run_new);
    create->add_option("TITLE", options->title, context.help("set.title"))->required();
    auto* documents = create->add_option("ID", options->documents, context.help("set.ids"));
    create->add_option("--query", options->query, context.help("set.query"))->excludes(documents);
    create->add_option("--unit", options->unit, context.help("set.unit"));
    add_one("set list", run_list);
    auto* show = add_one("set show", run_show);
    show->add_option("SET", options->set, context.help("set.id"))->required();
    show->add_option("--limit", options->limit, context.help("search.limit"));
    show->add_option("--cursor", options->cursor, context.help("search.cursor"));
    add_one("set remove", run_remove)->add_option("SET", options->set, context.help("set.id"))->required();
}

} // namespace vtlt::app
