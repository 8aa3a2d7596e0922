// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/index_upkeep.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/documents.h>

#include <CLI/CLI.hpp>

#include <array>
#include <map>

namespace vtlt::app {

namespace {

constexpr std::size_t kHistoryPage = 100;

struct Options
{
    std::string id;
    std::map<std::string, std::string> values; ///< by name, as typed
    std::string reason;
    std::string restore;
    std::int64_t from = 0;
    std::uint64_t start = 0;
};

using Changes = services::DocumentChanges;

struct TextValue
{
    const char* name;
    std::optional<std::string> Changes::*change;
};

constexpr std::array kTexts{TextValue{"title", &Changes::title},   TextValue{"number", &Changes::number},
                            TextValue{"symbol", &Changes::symbol}, TextValue{"kind", &Changes::kind},
                            TextValue{"issuer", &Changes::issuer}, TextValue{"signer", &Changes::signer},
                            TextValue{"mode", &Changes::mode}};
constexpr const char* kDay = "issued-on";

Changes changes_of(const Options& options)
{
    Changes changes;
    changes.reason = options.reason;
    for (const auto& row : kTexts) {
        if (const auto typed = options.values.find(row.name); typed != options.values.end()) {
            changes.*row.change = typed->second;
        }
    }
    if (const auto typed = options.values.find(kDay); typed != options.values.end()) {
        changes.issued_on = day_or_none(typed->second);
    }
    return changes;
}

int run_edit(const Context& context, const Options& options)
{
    if (options.restore.empty() == options.values.empty()) {
        throw Error{Kind::invalid, "edit.nothing"};
    }
    const auto house = context.open_house();
    auto& archive = *house.archive;
    const auto before = [&] {
        auto tx = archive.database().read();
        return find_document(context, archive, tx, options.id).document;
    }();
    const auto after = options.restore.empty()
                           ? services::update_document(archive, context.clock(), context.actor(), before.uid,
                                                       before.revision, changes_of(options))
                           : services::restore_value(archive, context.clock(), context.actor(), before.uid,
                                                     before.revision, options.restore, options.from, options.reason);
    house.index->catch_up();
    if (context.json) {
        context.print_json({{"format_version", 1}, {"id", after.uid}, {"revision", after.revision}});
    } else {
        context.print_line(context.text("cli", after.revision == before.revision ? "edit.unchanged" : "edit.done",
                                        {{"revision", std::to_string(after.revision)}}));
    }
    return kExitOk;
}

Json entry_json(const services::HistoryEntry& entry)
{
    auto changes = Json::array();
    for (const auto& change : entry.changes) {
        changes.push_back({{"field", change.field}, {"before", change.before}, {"after", change.after}});
    }
    return {{"at", format_instant(entry.at)},
            {"action", entry.action},
            {"actor", json_or_null(entry.actor_name)},
            {"changes", changes},
            {"reason", json_or_null(entry.reason)},
            {"revision", entry.revision ? Json(*entry.revision) : Json(nullptr)},
            {"hidden", entry.is_hidden}};
}

void print_entry(const Context& context, const services::HistoryEntry& entry)
{
    context.print_line(moment(entry.at) + "  " +
                       (entry.actor_name.empty() ? entry.actor : text::one_line(entry.actor_name)) + "  " +
                       entry.action + (entry.revision ? "  r" + std::to_string(*entry.revision) : "") +
                       (entry.reason.empty() ? "" : "  (" + text::one_line(entry.reason) + ")"));
    for (const auto& change : entry.changes) {
        context.print_line("  " + context.text("field", change.field) + ": " + text::one_line(change.before) + " → " +
                           text::one_line(change.after));
    }
}

int run_history(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto document = [&] {
        auto tx = archive.database().read();
        return find_document(context, archive, tx, options.id).document;
    }();
    context.note_access(archive, document, services::Access::viewed);
    const auto& uid = document.uid;
    const auto page = services::document_history(archive, context.actor(), uid, options.start, kHistoryPage);
    if (!context.json) {
        for (const auto& entry : page.entries) {
            print_entry(context, entry);
        }
        return kExitOk;
    }
    auto entries = Json::array();
    for (const auto& entry : page.entries) {
        entries.push_back(entry_json(entry));
    }
    context.print_json({{"format_version", 1},
                        {"id", uid},
                        {"entries", entries},
                        {"next_cursor", page.next_start ? Json(std::to_string(*page.next_start)) : Json(nullptr)}});
    return kExitOk;
}

} // namespace

void add_edit(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* edit = add_command(app, context, "edit", [&context, options] { return run_edit(context, *options); });
    edit->add_option("ID", options->id, context.help("document.id"))->required();
    const auto add_value = [&](const std::string& name) {
        edit->add_option_function<std::string>(
            "--" + name, [options, name](const std::string& typed) { options->values[name] = typed; },
            context.help("edit." + name));
    };
    for (const auto& row : kTexts) {
        add_value(row.name);
    }
    add_value(kDay);
    edit->add_option("--reason", options->reason, context.help("edit.reason"));
    auto* restore = edit->add_option("--restore", options->restore, context.help("edit.restore"));
    auto* from = edit->add_option("--from", options->from, context.help("edit.from"));
    restore->needs(from);
    from->needs(restore);

    auto* history =
        add_command(app, context, "history", [&context, options] { return run_history(context, *options); });
    history->add_option("ID", options->id, context.help("document.id"))->required();
    history->add_option("--cursor", options->start, context.help("history.cursor"));
}

} // namespace vtlt::app
