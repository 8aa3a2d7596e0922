// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/words.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/history_export.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/history.h>
#include <vtlt/indexer/query.h>

#include <CLI/CLI.hpp>

#include <charconv>

namespace vtlt::app {

namespace {

constexpr std::size_t kListed = 200;

int run_verify(const Context& context)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto verdict = audit::verify_audit(archive.home(), archive.database());
    if (context.json) {
        context.print_json({{"format_version", 1},
                            {"ok", verdict.ok},
                            {"size", verdict.size},
                            {"root", verdict.root},
                            {"checkpoints", verdict.checkpoints},
                            {"key", verdict.fingerprint},
                            {"first_bad", verdict.first_bad ? Json{{"event", *verdict.first_bad}, {"why", verdict.why}}
                                                            : Json(nullptr)}});
    } else {
        context.print_line(context.text("cli", verdict.ok ? "audit.ok" : "audit.bad",
                                        {{"size", std::to_string(verdict.size)},
                                         {"root", verdict.root},
                                         {"event", std::to_string(verdict.first_bad.value_or(0))},
                                         {"why", verdict.why}}));
    }
    return verdict.ok ? kExitOk : kExitIntegrity;
}

struct ListOptions
{
    services::HistoryFilter filter;
    std::string from;
    std::string to;
    std::string cursor;
};

/// A day, a month or a year. Throws invalid `audit.bad_period`.
indexer::DateRange period_of(const std::string& text)
{
    const auto range = indexer::parse_date_range(text);
    if (!range) {
        throw Error{Kind::invalid, "audit.bad_period", {{"value", text}}};
    }
    return *range;
}

/// The list is derived by whoever writes; where nobody does, by this command.
void derive_list(const Context& context)
{
    if (context.house) {
        return;
    }
    try {
        services::Archive archive{context.home, services::Archive::Mode::write, std::chrono::milliseconds{0}};
        audit::derive_events(archive.database());
    } catch (const Error& error) {
        if (error.kind() != Kind::busy) {
            throw;
        }
    }
}

int run_list(const Context& context, const ListOptions& options)
{
    auto filter = options.filter;
    if (!options.from.empty()) {
        filter.first = period_of(options.from).from;
    }
    if (!options.to.empty()) {
        filter.last = period_of(options.to).to;
    }
    std::from_chars(options.cursor.data(), options.cursor.data() + options.cursor.size(), filter.below);
    derive_list(context);
    const auto opened = context.open_for_reading();
    auto events = services::list_history(*opened, context.actor(), filter, kListed + 1);
    const bool more = events.size() > kListed;
    if (more) {
        events.pop_back();
    }
    if (context.json) {
        context.print_json(webui::history_json(events, more));
        return kExitOk;
    }
    if (events.empty()) {
        context.say(context.text("cli", "audit.none"));
    }
    for (const auto& one : events) {
        context.print_line("#" + std::to_string(one.event.seq) + "  " + moment(one.event.at) + "  " +
                           text::one_line(one.actor_name.empty() ? one.event.actor : one.actor_name) + "  " +
                           one.event.action + "  " + one.event.object + "  " + text::one_line(one.object_name));
    }
    return kExitOk;
}

/// So that the newest checkpoint says all that happened: where somebody else writes, his own does within a minute.
void bring_up_checkpoint(const Context& context)
{
    if (context.house) {
        audit::write_checkpoint(context.house->archive->home(), context.house->archive->database(), context.clock());
        return;
    }
    try {
        services::Archive archive{context.home, services::Archive::Mode::write, std::chrono::milliseconds{0}};
        audit::write_checkpoint(archive.home(), archive.database(), SystemClock{});
    } catch (const Error& error) {
        if (error.kind() != Kind::busy) {
            throw;
        }
    }
}

int run_checkpoint(const Context& context)
{
    bring_up_checkpoint(context);
    const auto opened = context.open_for_reading();
    const auto& home = opened->home();
    const auto checkpoint = audit::read_checkpoint(home);
    if (!checkpoint) {
        throw Error{Kind::not_found, "audit.no_checkpoint"};
    }
    if (context.json) {
        context.print_json(webui::checkpoint_json(*checkpoint, audit::read_audit_key(home)));
    } else {
        // As it stands in the file: what is kept elsewhere is what `verify_audit.py --seen` reads.
        context.print(checkpoint->note);
    }
    return kExitOk;
}

int run_export(const Context& context, const std::filesystem::path& to)
{
    bring_up_checkpoint(context);
    const auto opened = context.open_for_reading();
    const auto& home = opened->home();
    const auto checkpoint = audit::export_history(home, to);
    const auto key = audit::read_audit_key(home);
    if (context.json) {
        context.print_json(webui::checkpoint_json(checkpoint, key));
    } else {
        context.print_line(context.text("cli", "audit.exported",
                                        {{"size", std::to_string(checkpoint.head.size)},
                                         {"path", context.typed_path(to.native())},
                                         {"key", key.fingerprint()}}));
    }
    return kExitOk;
}

} // namespace

void add_audit(CLI::App& app, Context& context)
{
    auto* audit = add_group(app, context, "audit");
    add_command(*audit, context, "audit verify", [&context] { return run_verify(context); });
    add_command(*audit, context, "audit checkpoint", [&context] { return run_checkpoint(context); });
    auto asked = std::make_shared<ListOptions>();
    auto* list = add_command(*audit, context, "audit list", [&context, asked] { return run_list(context, *asked); });
    list->add_option("--person", asked->filter.person, context.help("audit.person"));
    list->add_option("--action", asked->filter.action, context.help("audit.action"));
    list->add_option("--object", asked->filter.object, context.help("audit.object"));
    list->add_option("--unit", asked->filter.unit, context.help("audit.unit"));
    list->add_option("--from", asked->from, context.help("audit.from"));
    list->add_option("--to", asked->to, context.help("audit.until"));
    list->add_option("--cursor", asked->cursor, context.help("audit.cursor"));
    auto to = std::make_shared<std::filesystem::path>();
    auto* command = add_command(
        *audit, context, "audit export", [&context, to] { return run_export(context, *to); },
        [&context, to] { context.takes_path(PathUse::output, *to); });
    command->add_option("--to", *to, context.help("audit.to"))->required();
    add_command(*audit, context, "audit verifier", [&context] {
        context.print(audit::verifier_script());
        return kExitOk;
    });
}

} // namespace vtlt::app
