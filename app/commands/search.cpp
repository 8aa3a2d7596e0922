// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/words.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/document_list.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/people.h>
#include <vtlt/indexer/searcher.h>

#include <CLI/CLI.hpp>

#include <cerrno>
#include <fstream>
#include <optional>

namespace vtlt::app {

namespace {

constexpr std::int64_t kMaxLimit = 200;

struct Options
{
    std::vector<std::string> query;
    std::int64_t limit = 20;
    std::string cursor;
    bool count = false;
    bool relaxed = false;
    std::optional<std::string> batch;
    std::string as;
    std::string list; ///< format
};

/// The snippet with its lit ranges in bold where a terminal shows it.
std::string lit(const indexer::Hit& hit, bool colours)
{
    if (!colours) {
        return hit.snippet;
    }
    std::string out;
    std::size_t character = 0;
    auto mark = hit.marks.begin();
    for (std::size_t i = 0; i < hit.snippet.size(); ++i) {
        const bool starts = (static_cast<unsigned char>(hit.snippet[i]) & 0xC0U) != 0x80U;
        if (starts) {
            if (mark != hit.marks.end() && character == mark->first + mark->second) {
                out += "\x1b[0m";
                ++mark;
            }
            if (mark != hit.marks.end() && character == mark->first) {
                out += "\x1b[1m";
            }
            ++character;
        }
        out += hit.snippet[i];
    }
    return out + "\x1b[0m";
}

void print_hit(const Context& context, const indexer::Hit& hit, std::size_t rank, bool colours)
{
    const auto& document = hit.view.document;
    std::string head = std::to_string(rank) + ". ";
    if (const auto code = document.number_symbol(); !code.empty()) {
        head += code + "  ";
    }
    head += document.issued_on ? format_date_vi(*document.issued_on) + "  " : std::string{};
    head += text::one_line(document.title);
    context.print_line(head);
    std::string place = "   " + document.uid;
    if (hit.page) {
        place += "  " + context.text("cli", "search.page", {{"page", std::to_string(*hit.page)}});
    }
    if (const auto dossier = webui::dossier_name(hit.view); !dossier.empty()) {
        place += "  " + dossier;
    }
    place += "  " + text::one_line(document.source_path);
    context.print_line(place);
    if (!hit.snippet.empty()) {
        context.print_line("   " + lit(hit, colours));
    }
}

void print_answer(const Context& context, const indexer::SearchAnswer& answer, std::int64_t pending)
{
    const bool colours = context.is_terminal(context.outlets.out);
    if (answer.syntax) {
        context.say(context.text("error", answer.syntax->message));
    }
    if (pending > 0) {
        context.say(counted(context, "search.pending", static_cast<std::uint64_t>(pending),
                            {{"count", std::to_string(pending)}}));
    }
    context.print_line(counted(context, "search.total", answer.total, {{"total", std::to_string(answer.total)}}));
    bool relaxed_told = false;
    std::size_t rank = 0;
    for (const auto& hit : answer.hits) {
        if (hit.relaxed && !relaxed_told) {
            std::string dropped;
            for (const auto& word : answer.dropped) {
                dropped += (dropped.empty() ? "" : ", ") + word;
            }
            context.print_line(context.text("cli", "search.relaxed", {{"dropped", dropped}}));
            relaxed_told = true;
        }
        print_hit(context, hit, ++rank, colours);
    }
    say_excluded(context, answer.excluded);
    if (!answer.next_cursor.empty()) {
        context.say(context.text("cli", "search.more", {{"cursor", answer.next_cursor}}));
    }
}

/// Whose eyes the answer is for: the asker's, or with --as another person's, which only the operator may borrow.
auth::Actor reader(const Context& context, services::Archive& archive, const std::string& as)
{
    if (as.empty()) {
        return context.actor();
    }
    if (context.actor().type != auth::Actor::Type::operator_) {
        throw Error{Kind::forbidden, "search.as_is_for_operators"};
    }
    const auto account = services::get_account(archive, context.actor(), as);
    if (account.disabled) {
        throw Error{Kind::conflict, "account.disabled", {{"account", account.name}}};
    }
    auto tx = archive.database().read();
    return services::actor_of(archive, tx, account, context.clock().today());
}

/// What the eyes reach, and what they may only know of.
struct Sight
{
    auth::Reach reach;
    auth::Reach told;
};

Sight sight_of(const Context& context, services::Archive& archive, const Options& options)
{
    constexpr auto action = auth::Action::document_read;
    const auto eyes = reader(context, archive, options.as);
    auth::authorize_somewhere(eyes, action);
    return {.reach = auth::reach_of(eyes, action), .told = auth::told_reach(eyes, action)};
}

indexer::SearchRequest make_request(const Options& options, const Sight& sight, std::string query)
{
    return {.query = std::move(query),
            .limit = static_cast<std::size_t>(options.limit),
            .cursor = options.cursor,
            .reach = sight.reach,
            .told = sight.told,
            .count_only = options.count,
            .relaxed = options.relaxed};
}

void give_answer(const Context& context, const Options& options, const indexer::SearchAnswer& answer,
                 std::int64_t pending)
{
    if (context.json) {
        context.print_json(webui::search_json(context.language, answer, pending));
    } else if (options.count) {
        context.print_line(std::to_string(answer.total));
    } else {
        print_answer(context, answer, pending);
    }
}

/// A line without an answer still has its place: the answers count as the lines do.
void give_error(const Context& context, const Error& error)
{
    const auto title = webui::error_text(context.language, error);
    if (context.json) {
        context.print_json({{"format_version", 1}, {"error", {{"code", error.code()}, {"title", title}}}});
    } else {
        context.print_line("# " + text::one_line(title));
    }
}

indexer::SearchAnswer search(const Context& context, indexer::Searcher& searcher, const indexer::SearchRequest& request)
{
    return with_sound_index([&] { rebuild_index(context); }, [&] { return searcher.search(request); });
}

void answer_line(const Context& context, const Options& options, indexer::Searcher& searcher, const Sight& sight,
                 const std::string& line, std::int64_t pending)
{
    if (line.find_first_not_of(" \t") == std::string::npos) {
        give_error(context, Error{Kind::invalid, "search.blank_line"});
        return;
    }
    try {
        const auto answer = search(context, searcher, make_request(options, sight, line));
        if (!context.json && !options.count) {
            context.print_line("# " + text::one_line(line));
        }
        give_answer(context, options, answer, pending);
    } catch (const Error& error) {
        if (error.kind() != Kind::invalid) {
            throw;
        }
        give_error(context, error);
    }
}

std::ifstream open_batch(const std::filesystem::path& path)
{
    if (std::filesystem::is_directory(path)) {
        throw Error{Kind::invalid, "search.batch_is_a_folder", {{"path", path.native()}}};
    }
    std::ifstream lines{path};
    if (!lines && errno == ENOENT) {
        throw Error{Kind::not_found, "search.batch_not_found", {{"path", path.native()}}};
    }
    if (!lines) {
        throw_errno("open", path.native());
    }
    return lines;
}

int run_batch(const Context& context, const Options& options)
{
    auto lines = open_batch(*options.batch);
    const auto sight = sight_of(context, *context.open_for_reading(), options);
    const auto pending = catch_up_index(context, sight.reach);
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    indexer::Searcher searcher{archive.home(), archive.database()};
    for (std::string line; std::getline(lines, line);) {
        // Files from Windows end their lines with CR LF.
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        answer_line(context, options, searcher, sight, line, pending);
    }
    if (lines.bad()) {
        throw_errno("read", *options.batch);
    }
    return kExitOk;
}

void check_options(const Options& options)
{
    if (options.limit < 1 || options.limit > kMaxLimit) {
        throw Error{Kind::invalid,
                    "search.limit",
                    {{"limit", std::to_string(options.limit)}, {"most", std::to_string(kMaxLimit)}}};
    }
    if (options.batch && !options.query.empty()) {
        throw Error{Kind::invalid, "search.query_beside_batch"};
    }
    if (!options.batch && options.query.empty()) {
        throw Error{Kind::invalid, "search.no_query"};
    }
}

/// The printed list of what a query finds, to stdout.
int run_list(const Context& context, const Options& options, const std::string& query)
{
    const auto output = forms::output_from_name(options.list);
    if (!output) {
        throw Error{Kind::invalid, "list.format", {{"value", options.list}}};
    }
    const auto sight = sight_of(context, *context.open_for_reading(), options);
    catch_up_index(context, sight.reach);
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    indexer::Searcher searcher{archive.home(), archive.database()};
    const auto documents =
        with_sound_index([&] { rebuild_index(context); },
                         [&] { return searcher.matching_documents(query, sight.reach, options.relaxed); });
    export_::write_document_list(archive.database(), reader(context, archive, options.as), documents,
                                 {.query = query, .asked_by = context.actor().name, .made_at = context.clock().now()},
                                 *output, [&](std::string_view bytes) { context.print(bytes); });
    return kExitOk;
}

int run_search(const Context& context, const Options& options)
{
    check_options(options);
    if (options.batch) {
        return run_batch(context, options);
    }
    std::string query;
    for (const auto& part : options.query) {
        query += (query.empty() ? "" : " ") + part;
    }
    if (!options.list.empty()) {
        return run_list(context, options, query);
    }
    const auto sight = sight_of(context, *context.open_for_reading(), options);
    const auto pending = catch_up_index(context, sight.reach);
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    indexer::Searcher searcher{archive.home(), archive.database()};
    give_answer(context, options, search(context, searcher, make_request(options, sight, query)), pending);
    return kExitOk;
}

} // namespace

void add_search(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* command = add_command(
        app, context, "search", [&context, options] { return run_search(context, *options); },
        [&context, options] { context.takes_path(PathUse::input, options->batch); });
    command->add_option("QUERY", options->query, context.help("search.query"));
    command->add_option("--limit", options->limit, context.help("search.limit"));
    auto* cursor = command->add_option("--cursor", options->cursor, context.help("search.cursor"));
    command->add_flag("--count", options->count, context.help("search.count"));
    command->add_flag("--relaxed", options->relaxed, context.help("search.relaxed_flag"));
    command->add_option("--as", options->as, context.help("search.as"));
    auto* batch = command->add_option("--batch", options->batch, context.help("search.batch"))->excludes(cursor);
    command->add_option("--list", options->list, context.help("search.list"))->excludes(batch)->excludes(cursor);
}

} // namespace vtlt::app
