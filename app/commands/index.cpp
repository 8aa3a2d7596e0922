// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/integrity.h"
#include "app/words.h"

#include <vtlt/indexer/index_worker.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

int run_rebuild(const Context& context)
{
    const auto house = context.open_house();
    ProgressLine progress{context, "index.progress"};
    const auto documents =
        house.index->rebuild([&](const indexer::IndexProgress& now) { progress.show(now.done, now.total, 0); });
    if (context.json) {
        context.print_json({{"format_version", 1}, {"documents", documents}});
    } else {
        context.print_line(counted(context, "index.rebuilt", documents, {{"documents", std::to_string(documents)}}));
    }
    return kExitOk;
}

int run_compact(const Context& context)
{
    const auto house = context.open_house();
    house.index->catch_up(); // what is still to leave a band, first
    const int bands = house.index->compact();
    if (context.json) {
        context.print_json({{"format_version", 1}, {"bands", bands}});
    } else {
        context.print_line(context.text("cli", bands > 0 ? "index.compacted" : "index.compact_not_needed"));
    }
    return kExitOk;
}

void print_problem(const Context& context, const Json& problem)
{
    std::string line;
    for (const auto* key : {"band", "path", "id", "expected", "found"}) {
        const auto& value = problem.at(key);
        line += value.is_null() ? "" : "  " + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    context.print_line(line + "\n    " + problem.at("hint").get<std::string>());
}

int run_check(const Context& context)
{
    const auto house = open_for_check(context);
    auto& archive = *house.archive;
    apply_ordinary_work(house);
    auto problems = Json::array();
    for (const auto& problem : indexer::check_index(archive.home(), archive.database())) {
        problems.push_back({{"kind", "index"},
                            {"band", secrecy_name(problem.band)},
                            {"path", json_or_null(problem.path)},
                            {"id", json_or_null(problem.id)},
                            {"expected", json_or_null(problem.expected)},
                            {"found", json_or_null(problem.found)},
                            {"hint", context.text("integrity", "index")}});
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"ok", problems.empty()}, {"problems", problems}});
    } else {
        context.print_line(problems.empty() ? context.text("cli", "index.ok")
                                            : counted(context, "index.bad", problems.size(),
                                                      {{"problems", std::to_string(problems.size())}}));
        for (const auto& problem : problems) {
            print_problem(context, problem);
        }
    }
    return problems.empty() ? kExitOk : kExitIntegrity;
}

int run_stats(const Context& context)
{
    const auto opened = context.open_for_reading();
    const auto& archive = *opened;
    auto bands = Json::array();
    for (const auto& stats : indexer::index_stats(archive.home())) {
        bands.push_back({{"band", secrecy_name(stats.band)},
                         {"documents", stats.documents},
                         {"applied_seq", stats.applied_seq},
                         {"bytes", stats.bytes},
                         {"generation", stats.generation},
                         {"has_remains", stats.has_remains}});
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"bands", bands}});
        return kExitOk;
    }
    for (const auto& band : bands) {
        context.print_line(context.text("secrecy", band.at("band").get<std::string>()) + "  " +
                           band.at("documents").dump() + "  " + band.at("bytes").dump() + " B  " +
                           band.at("generation").get<std::string>());
    }
    return kExitOk;
}

} // namespace

void add_index(CLI::App& app, Context& context)
{
    auto* index = add_group(app, context, "index");
    add_command(*index, context, "index rebuild", [&context] { return run_rebuild(context); });
    add_command(*index, context, "index check", [&context] { return run_check(context); });
    add_command(*index, context, "index compact", [&context] { return run_compact(context); });
    add_command(*index, context, "index stats", [&context] { return run_stats(context); });
}

} // namespace vtlt::app
