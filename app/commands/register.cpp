// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/typed.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/registry.h>
#include <vtlt/webui/register_json.h>

#include <CLI/CLI.hpp>

#include <array>

namespace vtlt::app {

namespace {

using catalog::Direction;

constexpr std::size_t kPage = 200;

/// As typed; empty where not.
struct Options
{
    services::NewRegisterBook book;
    services::NewEntry entry;
    Direction direction = Direction::in; ///< of the command: in, out, internal
    std::string direction_word;
    std::string form = std::string{number_form_name(catalog::NumberForm::typed)};
    std::string secrecy = std::string{secrecy_name(Secrecy::open)};
    std::string urgency = std::string{urgency_name(catalog::Urgency::none)};
    std::string medium = std::string{medium_name(catalog::Medium::paper)};
    std::string issued_on;
    std::string arrived_on;
    std::string arrived_at;
    std::string due_on;
    std::optional<int> year;
    std::int64_t number = 0;
    std::string reason;
};

/// One of a list of words. Throws invalid `register.unknown_word`.
template <class Value>
Value word(std::optional<Value> (*named)(std::string_view), const std::string& typed)
{
    const auto value = named(typed);
    if (!value) {
        throw Error{Kind::invalid, "register.unknown_word", {{"value", text::one_line(text::repair_utf8(typed))}}};
    }
    return *value;
}

/// Throws invalid `register.bad_hour`.
std::optional<int> minute_of(const std::string& typed)
{
    const auto minute = catalog::parse_hour(typed);
    if (!typed.empty() && !minute) {
        throw Error{Kind::invalid, "register.bad_hour"};
    }
    return minute;
}

void print_book(const Context& context, const catalog::RegisterBook& book)
{
    context.print_line(book.unit_code + "/" + std::to_string(book.year) + "/" + book.code + "  " +
                       std::string{catalog::direction_name(book.direction)} + "  " + text::one_line(book.title) +
                       "  → " + std::to_string(book.next_number));
}

void print_entry(const Context& context, const services::EntryView& one)
{
    const auto& document = one.view.document;
    context.print_line(std::to_string(one.entry.number) + "  " + format_date_vi(one.entry.entered_on) + "  " +
                       document.number_symbol() + "  " + text::one_line(document.title) +
                       (one.entry.voided_at ? "  (" + context.text("cli", "register.voided") + ": " +
                                                  text::one_line(one.entry.void_reason) + ")"
                                            : ""));
}

catalog::BookFilter filter_of(const Options& options)
{
    return {.year = options.year, .direction = options.direction};
}

int run_book_add(const Context& context, Options& options)
{
    auto& book = options.book;
    book.direction = word(catalog::direction_from_name, options.direction_word);
    book.form = word(catalog::number_form_from_name, options.form);
    book.secrecy = clearance_of(options.secrecy);
    book.year = options.year;
    const auto opened = context.open_for_writing();
    const auto made = services::open_register_book(*opened, context.clock(), context.actor(), book);
    if (context.json) {
        auto json = webui::register_json(made);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_book(context, made);
    }
    return kExitOk;
}

int run_book_list(const Context& context, Options& options)
{
    catalog::BookFilter filter{.year = options.year, .direction = {}};
    if (!options.direction_word.empty()) {
        filter.direction = word(catalog::direction_from_name, options.direction_word);
    }
    const auto opened = context.open_for_reading();
    auto list = Json::array();
    std::string after;
    while (true) {
        const auto page = services::list_register_books(*opened, context.actor(), filter, after, kPage);
        for (const auto& book : page) {
            if (context.json) {
                list.push_back(webui::register_json(book));
            } else {
                print_book(context, book);
            }
        }
        if (page.size() < kPage) {
            break;
        }
        after = page.back().uid;
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"books", list}});
    }
    return kExitOk;
}

int run_add(const Context& context, Options& options)
{
    auto& entry = options.entry;
    entry.filter = filter_of(options);
    entry.secrecy = clearance_of(options.secrecy);
    entry.urgency = word(catalog::urgency_from_name, options.urgency);
    entry.medium = word(catalog::medium_from_name, options.medium);
    entry.issued_on = day_or_none(options.issued_on);
    entry.arrived_on = day_or_none(options.arrived_on);
    entry.arrived_minute = minute_of(options.arrived_at);
    entry.due_on = day_or_none(options.due_on);
    const auto house = context.open_house();
    const auto done = services::register_document(*house.archive, context.clock(), context.actor(), entry);
    house.index->catch_up();
    if (!context.json) {
        context.print_line(std::to_string(done.entry.number) + "  " + done.document.number_symbol() + "  " +
                           done.document.uid);
        for (const auto& one : done.duplicates) {
            context.say(
                context.text("cli", "register.looks_like", {{"number", one.number_symbol}, {"id", one.document}}));
        }
        return kExitOk;
    }
    context.print_json({{"format_version", 1},
                        {"id", done.document.uid},
                        {"book", done.book.code},
                        {"year", done.book.year},
                        {"number", done.entry.number},
                        {"number_symbol", json_or_null(done.document.number_symbol())},
                        {"repeated", done.repeated},
                        {"duplicates", webui::duplicates_json(done.duplicates)}});
    return kExitOk;
}

int run_list(const Context& context, Options& options)
{
    const auto opened = context.open_for_reading();
    auto list = Json::array();
    std::optional<std::int64_t> after = 0;
    Json book;
    while (after) {
        const auto page =
            services::list_entries(*opened, context.actor(), options.entry.book, filter_of(options), *after, kPage);
        for (const auto& one : page.entries) {
            if (context.json) {
                list.push_back(webui::register_entry_json(one));
            } else {
                print_entry(context, one);
            }
        }
        after = page.next_after;
        book = webui::register_json(page.book);
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"book", book}, {"entries", list}});
    }
    return kExitOk;
}

int run_void(const Context& context, Options& options)
{
    const auto opened = context.open_for_writing();
    const auto one = services::void_entry(*opened, context.clock(), context.actor(), options.entry.book,
                                          filter_of(options), options.number, options.reason);
    if (context.json) {
        auto json = webui::register_entry_json(one);
        json["format_version"] = 1;
        context.print_json(json);
    } else {
        print_entry(context, one);
    }
    return kExitOk;
}

int run_gaps(const Context& context, Options& options)
{
    const auto opened = context.open_for_reading();
    const auto findings =
        services::examine_book(*opened, context.actor(), options.entry.book, filter_of(options)).findings;
    const auto json = webui::findings_json(findings);
    if (context.json) {
        context.print_json(json);
        return kExitOk;
    }
    const auto tell = [&](const char* key, const Json& found) {
        context.print_line(context.text("cli", key) + ": " + std::to_string(found.size()) +
                           (found.empty() ? "" : "  " + found.dump()));
    };
    tell("register.found_gaps", json.at("gaps"));
    tell("register.found_voided", json.at("voided"));
    tell("register.found_duplicates", json.at("duplicates"));
    tell("register.found_out_of_order", json.at("out_of_order"));
    return kExitOk;
}

/// The commands of one direction; a literal each, for a path without a row does not compile.
struct DirectionRow
{
    Direction direction;
    const char* group;
    Command add;
    Command list;
    Command voids;
    Command gaps;
};

constexpr std::array kDirections{
    DirectionRow{Direction::in, "register in", "register in add", "register in list", "register in void",
                 "register in gaps"},
    DirectionRow{Direction::out, "register out", "register out add", "register out list", "register out void",
                 "register out gaps"},
    DirectionRow{Direction::internal, "register internal", "register internal add", "register internal list",
                 "register internal void", "register internal gaps"},
};

void add_entry_options(CLI::App& add, const Context& context, Options& options)
{
    auto& entry = options.entry;
    const auto help = [&](const char* key) { return context.help(std::string{"register."} + key); };
    if (options.direction == Direction::in) {
        add.add_option("--number-symbol", entry.number_symbol, help("number_symbol"));
        add.add_option("--arrived-on", options.arrived_on, help("arrived_on"));
        add.add_option("--arrived-at", options.arrived_at, help("arrived_at"));
        add.add_flag("--keep-duplicate", entry.keep_duplicate, help("keep_duplicate"));
    } else {
        add.add_option("--symbol", entry.symbol, help("symbol"));
    }
    add.add_option("--document", entry.document, help("document"));
    add.add_option("--kind", entry.kind, help("kind"));
    add.add_option("--issuer", entry.issuer, help("issuer"));
    add.add_option("--signer", entry.signer, help("signer"));
    add.add_option("--issued-on", options.issued_on, help("issued_on"));
    add.add_option("--subject", entry.subject, help("subject"));
    add.add_option("--secrecy", options.secrecy, help("secrecy"));
    add.add_option("--due", options.due_on, help("due"));
    add.add_option("--urgency", options.urgency, help("urgency"));
    add.add_option("--medium", options.medium, help("medium"));
    add.add_option("--to", entry.recipients, help("to"));
    add.add_option("--assignee", entry.assignee, help("assignee"));
    add.add_option("--copies", entry.copies, help("copies"));
    add.add_option("--pages", entry.pages, help("pages"));
    add.add_option("--note", entry.note, help("note"));
    add.add_option("--idempotency-key", entry.repeat_key, help("idempotency_key"));
}

void add_books(CLI::App& group, Context& context)
{
    auto* books = add_group(group, context, "register book");
    auto options = std::make_shared<Options>();
    auto* add = add_command(*books, context, "register book add",
                            [&context, options] { return run_book_add(context, *options); });
    auto& book = options->book;
    const auto help = [&](const char* key) { return context.help(std::string{"register."} + key); };
    add->add_option("CODE", book.code, help("code"))->required();
    add->add_option("--direction", options->direction_word, help("direction"))->required();
    add->add_option("--unit", book.unit, help("unit"));
    add->add_option("--year", options->year, help("year"));
    add->add_option("--title,--series", book.title, help("title"));
    add->add_option("--secrecy", options->secrecy, help("book_secrecy"));
    add->add_option("--symbol", book.symbol, help("sign"));
    add->add_option("--form", options->form, help("form"));
    add->add_option("--start", book.first_number, help("start"));
    add->add_option("--reason", book.reason, help("start_reason"));
    auto* list = add_command(*books, context, "register book list",
                             [&context, options] { return run_book_list(context, *options); });
    list->add_option("--direction", options->direction_word, help("direction"));
    list->add_option("--year", options->year, help("year"));
}

} // namespace

void add_register(CLI::App& app, Context& context)
{
    auto* group = add_group(app, context, "register");
    add_books(*group, context);
    for (const auto& row : kDirections) {
        auto* below = add_group(*group, context, row.group);
        auto options = std::make_shared<Options>();
        options->direction = row.direction;
        const auto add_one = [&](Command command, int (*run)(const Context&, Options&)) {
            auto* one =
                add_command(*below, context, command, [&context, options, run] { return run(context, *options); });
            one->add_option("--book", options->entry.book, context.help("register.book_option"))->required();
            one->add_option("--year", options->year, context.help("register.year"));
            return one;
        };
        add_entry_options(*add_one(row.add, run_add), context, *options);
        add_one(row.list, run_list);
        auto* voids = add_one(row.voids, run_void);
        voids->add_option("N", options->number, context.help("register.number"))->required();
        voids->add_option("--reason", options->reason, context.help("register.void_reason"))->required();
        add_one(row.gaps, run_gaps);
    }
}

} // namespace vtlt::app
