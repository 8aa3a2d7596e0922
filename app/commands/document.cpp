// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"
#include "app/typed.h"
#include "app/words.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/store/object_store.h>
#include <vtlt/core/store/text_object.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Options
{
    std::string id;
    bool text = false;
};

void print_view(const Context& context, const catalog::DocumentView& view)
{
    const auto& document = view.document;
    auto json = webui::document_json(view);
    json["issued_on"] = json_or_null(document.issued_on ? format_date_vi(*document.issued_on) : std::string{});
    json["created_at"] = moment(document.created_at);
    json["secrecy"] = context.text("secrecy", secrecy_name(document.secrecy));
    json["mode"] = context.text("mode", use_mode_name(document.mode));
    for (const auto& [key, value] : json.items()) {
        if (value.is_null() || value.is_structured() || key == "format_version") {
            continue;
        }
        context.print_line(context.text("field", key) + ": " +
                           text::one_line(value.is_string() ? value.get<std::string>() : value.dump()));
    }
    for (const auto& file : view.files) {
        context.print_line("  " + std::to_string(file.ordinal) + ". " + text::one_line(file.name) + "  " +
                           std::to_string(file.size) + " B  " + file.content_hash +
                           (file.cause ? "  (" + context.text("cause", cause_name(*file.cause)) + ")" : std::string{}));
    }
}

/// Not given before the history knows of it.
catalog::DocumentView read_document(const Context& context, services::Archive& archive, const Options& options,
                                    services::Access access)
{
    auto view = [&] {
        auto tx = archive.database().read();
        return find_document(context, archive, tx, options.id);
    }();
    context.note_access(archive, view.document, access);
    return view;
}

int run_show(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto view = read_document(context, archive, options, services::Access::viewed);
    const auto related = services::document_relations(archive, context.actor(), view.document.uid);
    if (context.json) {
        auto json = webui::document_json(view);
        json["relations"] = webui::relations_json(related);
        context.print_json(json);
        return kExitOk;
    }
    print_view(context, view);
    for (const auto& [relation, other] : related) {
        const auto code = other.document.number_symbol();
        context.print_line(context.text("relation", services::relation_name(relation)) + ": " + other.document.uid +
                           (code.empty() ? "" : "  " + text::one_line(code)) + "  " +
                           text::one_line(other.document.title));
    }
    return kExitOk;
}

void copy_object(const Context& context, const Home& home, Secrecy band, const std::string& hash)
{
    const auto fd = store::open_object(home, band, hash);
    std::vector<char> buffer(std::size_t{1} << 18);
    while (const auto got = read_some(fd.get(), buffer.data(), buffer.size(), hash)) {
        context.print({buffer.data(), got});
    }
}

int run_cat(const Context& context, const Options& options)
{
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto view = read_document(context, archive, options, services::Access::downloaded);
    if (view.files.empty()) {
        throw Error{Kind::not_found, "document.no_file"};
    }
    const auto& file = view.files.front();
    if (!options.text) {
        copy_object(context, archive.home(), file.band, file.object_hash);
        return kExitOk;
    }
    if (file.text_hash.empty()) {
        throw Error{Kind::not_found, "document.no_text",
                    file.cause ? Fields{{"cause", context.text("cause", cause_name(*file.cause))}} : Fields{}};
    }
    // Opened as an object first: one that is gone is told as such.
    store::open_object(archive.home(), file.band, file.text_hash);
    const store::TextObject text{archive.home().object(file.band, file.text_hash)};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool feed = text.page(i) && i + 1 < text.size() && text.page(i + 1);
        context.print(text.block(i) + (feed ? "\f" : ""));
    }
    return kExitOk;
}

} // namespace

void add_document(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    auto* show = add_command(app, context, "show", [&context, options] { return run_show(context, *options); });
    show->add_option("ID", options->id, context.help("document.id"))->required();
    auto* cat = add_command(app, context, "cat", [&context, options] { return run_cat(context, *options); });
    cat->add_option("ID", options->id, context.help("document.id"))->required();
    cat->add_flag("--text", options->text, context.help("cat.text"));
}

} // namespace vtlt::app
