// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/words.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/history_export.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/out_file.h>
#include <vtlt/core/services/history_extract.h>
#include <vtlt/indexer/query.h>
#include <vtlt/webui/history_words.h>

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

services::HistoryFilter filter_of(const ListOptions& options)
{
    auto filter = options.filter;
    if (!options.from.empty()) {
        filter.first = period_of(options.from).from;
    }
    if (!options.to.empty()) {
        filter.last = period_of(options.to).to;
    }
    std::from_chars(options.cursor.data(), options.cursor.data() + options.cursor.size(), filter.below);
    return filter;
}

int run_list(const Context& context, const ListOptions& options)
{
    const auto filter = filter_of(options);
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

/// What was asked for and no more: it stands in what is signed.
SortedJson asked_json(const ListOptions& options)
{
    auto json = SortedJson::object();
    for (const auto& [name, value] : {std::pair{"person", options.filter.person},
                                      {"action", options.filter.action},
                                      {"object", options.filter.object},
                                      {"unit", options.filter.unit},
                                      {"from", options.from},
                                      {"to", options.to}}) {
        if (!value.empty()) {
            json[name] = value;
        }
    }
    return json;
}

void copy_into(const services::HistoryExtract& extract, const export_::OutFile& out)
{
    std::string buffer(std::size_t{1} << 20, '\0');
    for (std::uint64_t done = 0; done < extract.size;) {
        const auto got = read_at(extract.file.get(), buffer.data(), buffer.size(), done, out.place().native());
        ensure(got > 0, "the extract is as long as it was written");
        write_all(out.fd(), std::string_view{buffer}.substr(0, got), out.place().native());
        done += got;
    }
}

int run_extract(const Context& context, const ListOptions& options, const std::filesystem::path& to)
{
    const auto typed = context.typed_path(to.native());
    const auto ending = to.extension().native();
    const auto format = services::extract_format_from_name(ending.empty() ? ending : ending.substr(1));
    if (!format) {
        throw Error{Kind::invalid, "audit.extract_format", {{"value", typed}}};
    }
    services::ExtractRequest request{.filter = filter_of(options),
                                     .asked = asked_json(options),
                                     .format = *format,
                                     .asked_by = context.actor().name};
    webui::put_words(request, context.language);
    export_::OutFile out{to};
    export_::OutFile signature{to.native() + ".sig"};
    const auto archive = context.open_for_writing();
    const auto extract = services::extract_history(*archive, context.clock(), context.actor(), request);
    copy_into(extract, out);
    write_all(signature.fd(), extract.signature, signature.place().native());
    signature.publish();
    out.publish();
    if (context.json) {
        context.print_json({{"format_version", 1},
                            {"id", extract.uid},
                            {"path", typed},
                            {"signature", typed + ".sig"},
                            {"events", extract.events},
                            {"sha256", extract.sha256}});
    } else {
        context.print_line(
            context.text("cli", "audit.extracted",
                         {{"events", std::to_string(extract.events)}, {"path", typed}, {"sha256", extract.sha256}}));
    }
    return kExitOk;
}

void add_filters(CLI::App& command, const Context& context, ListOptions& asked)
{
    command.add_option("--person", asked.filter.person, context.help("audit.person"));
    command.add_option("--action", asked.filter.action, context.help("audit.action"));
    command.add_option("--object", asked.filter.object, context.help("audit.object"));
    command.add_option("--unit", asked.filter.unit, context.help("audit.unit"));
    command.add_option("--from", asked.from, context.help("audit.from"));
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
    add_filters(*list, context, *asked);
    list->add_option("--to", asked->to, context.help("audit.until"));
    list->add_option("--cursor", asked->cursor, context.help("audit.cursor"));
    auto to = std::make_shared<std::filesystem::path>();
    auto* command = add_command(
        *audit, context, "audit export", [&context, to] { return run_export(context, *to); },
        [&context, to] { context.takes_path(PathUse::output, *to); });
    command->add_option("--to", *to, context.help("audit.to"))->required();
    auto extracted = std::make_shared<ListOptions>();
    auto file = std::make_shared<std::filesystem::path>();
    auto* extract = add_command(
        *audit, context, "audit extract",
        [&context, extracted, file] { return run_extract(context, *extracted, *file); },
        [&context, file] { context.takes_path(PathUse::output, *file); });
    extract->add_option("--to", *file, context.help("audit.extract_to"))->required();
    add_filters(*extract, context, *extracted);
    extract->add_option("--until", extracted->to, context.help("audit.until"));
    add_command(*audit, context, "audit verifier", [&context] {
        context.print(audit::verifier_script());
        return kExitOk;
    });
}

} // namespace vtlt::app
