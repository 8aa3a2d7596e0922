// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/document_form.h"
#include "pages/secrecy_parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/catalog/kind.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/store/object_store.h>
#include <vtlt/core/store/text_object.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/http/conditional.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownHistory = 20;
/// Links to single pages beside the present one; a law of a thousand pages has no thousand links.
constexpr int kPageLinks = 4;

int number_in(const std::string& text, int otherwise)
{
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() && value > 0 ? value : otherwise;
}

std::string own_path(const Call& call, const catalog::DocumentView& view, const std::string& file,
                     const std::string& page)
{
    return link(document_path(view.document.uid), {{"file", file}, {"page", page}, {"q", call.query("q")}});
}

/// số lượt truy cập; who audits goes on from there to who it was.
Json accesses(const Call& call, const catalog::Document& document)
{
    const auto count = call.house.services.access.count(document, call.actor.clearance);
    const bool tells_who = auth::is_allowed_somewhere(call.actor, auth::Action::audit_read);
    return term(page_text(call.language, "field.accesses"), number_text(call.language, count.accesses),
                tells_who ? link("/audit", {{"object", document.uid}, {"action", "access."}}) : std::string{});
}

std::string readers_href(const Call& call, const catalog::DocumentView& view)
{
    const bool opens =
        !view.reader_list_uid.empty() && auth::is_allowed_somewhere(call.actor, auth::Action::readers_read);
    return opens ? "/readers/" + view.reader_list_uid : std::string{};
}

Json summary(const Call& call, const catalog::DocumentView& view)
{
    const auto language = call.language;
    const auto& document = view.document;
    const auto field = [&](const char* name) { return page_text(language, std::string{"field."} + name); };
    const auto search_link = [&](std::string_view name, const std::string& value) {
        return value.empty() ? std::string{} : "/search?q=" + encoded(std::string{name} + ":\"" + value + "\"");
    };
    const auto dossier = dossier_name(view);
    const auto secrecy = document.secrecy == Secrecy::open
                             ? page_text(language, "secrecy.open")
                             : message(language, "secrecy", secrecy_name(document.secrecy));
    return {term(field("code"), document.number_symbol()),
            term(field("kind"), std::string{catalog::kind_title(document.kind)}),
            term(field("issuer"), document.issuer, search_link("cq", document.issuer)),
            term(field("issued_on"), date_text(document.issued_on)),
            term(field("signer"), document.signer, search_link("ky", document.signer)),
            term(field("unit"), view.unit_title),
            term(field("dossier"), dossier, dossier.empty() ? "" : "/search?q=" + encoded("hs:" + dossier)),
            term(field("secrecy"), secrecy),
            term(field("mode"), message(language, "mode", use_mode_name(document.mode))),
            term(field("reader_list"), view.reader_list_title, readers_href(call, view)),
            term(field("source_path"), document.source_path),
            term(field("created_at"), instant_text(document.created_at)),
            term(field("revision"), std::to_string(document.revision)),
            accesses(call, document)};
}

std::string_view text_state(const catalog::File& file)
{
    switch (file.text_state) {
    case catalog::TextState::pending:
        return "pending";
    case catalog::TextState::present:
        return "present";
    case catalog::TextState::absent:
        break;
    }
    return "absent";
}

/// "DOCX" rather than its media type; for what no reader knows, the type.
std::string format_text(const catalog::File& file)
{
    if (file.format.empty() || file.format == "unknown") {
        return file.media_type;
    }
    auto name = file.format;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

Json file_rows(const Call& call, const catalog::DocumentView& view, int current)
{
    auto rows = Json::array();
    for (const auto& file : view.files) {
        const auto ordinal = std::to_string(file.ordinal);
        const bool has_text = file.text_state == catalog::TextState::present;
        rows.push_back({{"n", file.ordinal},
                        {"name", file.name},
                        {"media_type", format_text(file)},
                        {"bytes_text", bytes_text(call.language, file.size)},
                        {"pages_text",
                         file.pages ? count_text(call.language, "count.pages", static_cast<std::uint64_t>(*file.pages))
                                    : std::string{}},
                        {"sha256", file.content_hash},
                        {"href", document_path(view.document.uid) + "/files/" + ordinal},
                        {"text_href", has_text ? own_path(call, view, ordinal, "1") + "#text" : std::string{}},
                        {"state", label(call.language, text_state(file))},
                        {"cause", cause_view(call.language, file.cause)},
                        {"current", file.ordinal == current && has_text}});
    }
    return rows;
}

Json text_view(const Call& call, const catalog::DocumentView& view, const catalog::File& file)
{
    if (file.text_hash.empty()) {
        return nullptr;
    }
    store::open_object(call.archive().home(), file.band, file.text_hash); // one that is gone is told as such
    const store::TextObject text{call.archive().home().object(file.band, file.text_hash)};
    const int last = static_cast<int>(text.size());
    if (last == 0) {
        return nullptr;
    }
    const int shown = std::min(number_in(call.query("page"), 1), last);
    const auto ordinal = std::to_string(file.ordinal);
    const auto at = [&](int block) { return own_path(call, view, ordinal, std::to_string(block)) + "#text"; };
    auto pages = Json::array();
    for (int block = 1; block <= last; ++block) {
        if (block == 1 || block == last || std::abs(block - shown) <= kPageLinks) {
            pages.push_back({{"text", std::to_string(block)}, {"href", at(block)}, {"current", block == shown}});
        }
    }
    const auto block = static_cast<std::size_t>(shown - 1);
    const auto page = text.page(block);
    return {{"name", file.name},
            {"heading", page ? count_text(call.language, "document.text_page", static_cast<std::uint64_t>(*page))
                             : page_text(call.language, "document.text")},
            {"body", text.block(block)},
            {"pages", last > 1 ? pages : Json::array()},
            {"previous", shown > 1 ? at(shown - 1) : std::string{}},
            {"next", shown < last ? at(shown + 1) : std::string{}},
            {"note", file.cause == Cause::text_truncated ? message(call.language, "cause", "text_truncated") : ""}};
}

Json relations(const Call& call, const Uid& uid)
{
    auto rows = Json::array();
    for (const auto& [relation, view] : services::document_relations(call.archive(), call.actor, uid)) {
        auto row = document_line(call.language, view);
        row["relation_text"] = message(call.language, "relation", services::relation_name(relation));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string value_text(Language language, const std::string& field, const std::string& value)
{
    if (field == "mode" && use_mode_from_name(value)) {
        return message(language, "mode", value);
    }
    if (field == "issued_on") {
        const auto day = parse_date(value);
        return day ? date_text(*day) : value;
    }
    return value;
}

/// What a value is today, as an event tells it; nullopt for what no edit changes.
std::optional<std::string> value_today(const catalog::Document& document, std::string_view field)
{
    using catalog::Document;
    static constexpr std::array<std::pair<std::string_view, std::string Document::*>, 6> kTexts{
        {{"title", &Document::title},
         {"number", &Document::number},
         {"symbol", &Document::symbol},
         {"kind", &Document::kind},
         {"issuer", &Document::issuer},
         {"signer", &Document::signer}}};
    if (field == "issued_on") {
        return document.issued_on ? format_date(*document.issued_on) : std::string{};
    }
    if (field == "mode") {
        return std::string{use_mode_name(document.mode)};
    }
    const auto row = std::ranges::find(kTexts, field, &std::pair<std::string_view, std::string Document::*>::first);
    return row != kTexts.end() ? std::optional{document.*row->second} : std::nullopt;
}

/// What gives a value back, where that would change anything.
Json restore_view(const catalog::Document& document, const services::HistoryEntry& entry,
                  const services::ValueChange& change, bool may_edit)
{
    const auto today = value_today(document, change.field);
    if (!may_edit || !entry.revision || !today || *today == change.before) {
        return nullptr;
    }
    return {{"action", document_path(document.uid) + "/restore"},
            {"field", change.field},
            {"from", std::to_string(*entry.revision)},
            {"revision", std::to_string(document.revision)}};
}

Json history(const Call& call, const catalog::Document& document, const services::HistoryPage& found, bool may_edit)
{
    auto rows = Json::array();
    for (const auto& entry : found.entries) {
        auto changes = Json::array();
        for (const auto& change : entry.changes) {
            changes.push_back({{"field", page_text(call.language, "field." + change.field)},
                               {"before", value_text(call.language, change.field, change.before)},
                               {"after", value_text(call.language, change.field, change.after)},
                               {"restore", restore_view(document, entry, change, may_edit)}});
        }
        rows.push_back(
            {{"when_text", instant_text(entry.at)},
             {"who", entry.actor_name.empty() ? page_text(call.language, "actor.operator") : entry.actor_name},
             {"what", event_title(call.language, entry.action)},
             {"changes", changes},
             {"reason", entry.reason},
             {"hidden", entry.is_hidden},
             {"proof", entry.seq ? Json("#" + std::to_string(*entry.seq)) : Json()}});
    }
    return rows;
}

bool may_edit(const Call& call, const catalog::Document& document)
{
    return auth::is_allowed(call.actor, auth::Action::document_edit, catalog::target_of(document));
}

} // namespace

http::Response document_page(const Call& call, const catalog::DocumentView& view, const DocumentPageExtra& extra)
{
    const auto& document = view.document;
    const int wanted = number_in(call.query("file"), 1);
    const auto file = std::ranges::find(view.files, wanted, &catalog::File::ordinal);
    const auto path = document_path(document.uid);
    const auto back = call.query("q");
    const auto past =
        services::document_history(call.archive(), call.actor, document.uid,
                                   static_cast<std::uint64_t>(number_in(call.query("history"), 0)), kShownHistory);
    const bool without_text = view.files.empty() || view.files.front().text_state == catalog::TextState::absent;
    const Json shown{
        {"title", document.title},
        {"id", document.uid},
        {"href", path},
        {"code", document.number_symbol()},
        {"kind", catalog::kind_title(document.kind)},
        {"secrecy", secrecy_badge(call.language, document.secrecy)},
        {"listed", document.reader_list.has_value()},
        {"state", label(call.language, without_text ? "without_text" : "accepted")},
        {"warnings", Json::array()},
        {"summary", summary(call, view)},
        {"files", file_rows(call, view, wanted)},
        {"text", file == view.files.end() ? Json() : text_view(call, view, *file)},
        {"relations", relations(call, document.uid)},
        {"history", history(call, document, past, may_edit(call, document))},
        {"history_older", past.next_start
                              ? link(path, {{"history", std::to_string(*past.next_start)}, {"q", back}}) + "#history"
                              : std::string{}},
        {"history_state", nullptr},
        {"edit_href", may_edit(call, document) && extra.edit.is_null() ? link(path, {{"edit", "1"}, {"q", back}}) : ""},
        {"edit", extra.edit},
        {"reclassify", secrecy_view(call, document, extra)},
        {"previous", ""},
        {"next", ""},
        {"back", back.empty() ? Json()
                              : Json{{"href", "/search?q=" + encoded(back)},
                                     {"text", page_text(call.language, "document.back")}}}};
    auto frame = frame_of(call, "search");
    frame.secrecy = document.secrecy;
    frame.query = back;
    auto response = page(call, "document", shown, frame, extra.status);
    response.headers.set("ETag", "W/" + revision_tag(document.revision));
    return response;
}

namespace {

http::Response show_document(Call& call)
{
    const auto view = readable_document(call, call.value());
    const bool editing = !call.query("edit").empty() && may_edit(call, view.document);
    return document_page(call, view, {.edit = editing ? edit_form(call, view.document, {}) : Json()});
}

http::Response edit_document(Call& call)
{
    const auto view = readable_document(call, call.value());
    const auto form = read_document_form(call);
    if (!form.problems.empty()) {
        return document_page(call, view, {.edit = edit_form(call, view.document, form), .status = 422});
    }
    try {
        services::update_document(call.archive(), call.clock(), call.actor, call.value(), form.seen, form.changes);
    } catch (const Error& error) {
        if (error.code() == "document.changed_meanwhile") {
            return merge_page(call, readable_document(call, call.value()), form);
        }
        if (error.code() == "document.bad_values") {
            return document_page(
                call, view, {.edit = edit_form(call, view.document, with_problems(call, form, error)), .status = 422});
        }
        throw;
    }
    call.house.services.wake_index();
    auto response = redirect(document_path(call.value()));
    tell_next(response, call, "good", "saved");
    return response;
}

http::Response restore_document_value(Call& call)
{
    readable_document(call, call.value());
    const auto number = [&](const char* name) {
        std::int64_t value = 0;
        const auto text = call.field(name);
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    auto response = redirect(document_path(call.value()) + "#history");
    try {
        services::restore_value(call.archive(), call.clock(), call.actor, call.value(), number("revision"),
                                call.field("field"), number("from"), call.field("reason"));
    } catch (const Error& error) {
        // The page shows what it is now; a value that today's limits refuse is typed anew.
        if (error.code() != "document.changed_meanwhile" && error.code() != "document.bad_values") {
            throw;
        }
        tell_next(response, call, "warn", error.code() == "document.bad_values" ? "not_restored" : "changed_meanwhile");
        return response;
    }
    call.house.services.wake_index();
    tell_next(response, call, "good", "restored");
    return response;
}

http::Response send_document_file(Call& call)
{
    const auto view = readable_document(call, call.value(0), services::Access::downloaded);
    const auto file = std::ranges::find(view.files, number_in(call.value(1), 0), &catalog::File::ordinal);
    if (file == view.files.end()) {
        throw Error{Kind::not_found, "document.no_file"};
    }
    http::FileDescription description;
    description.name = file->name;
    // Never shown inside our pages: a stored file is somebody else's program (safety.md §4.8).
    description.media_type = "application/octet-stream";
    description.sha256 = file->content_hash;
    description.size = file->size;
    auto response = http::send_file(
        call.request, store::open_object(call.archive().home(), file->band, file->object_hash), description);
    response.headers.set("Cache-Control", view.document.is_guarded() ? "no-store" : "private, no-cache");
    // A grade that goes up while the file is on its way ends it.
    response.may_go_on = [&archive = call.archive(), actor = call.actor, uid = view.document.uid] {
        auto tx = archive.database().read();
        return auth::is_allowed(actor, auth::Action::document_read,
                                catalog::target_of(catalog::get_view(tx, uid).document));
    };
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/documents/{id}", Access::signed_in, Action::document_read, show_document},
    Route{"POST", "/documents/{id}", Access::signed_in, Action::document_edit, edit_document},
    Route{"POST", "/documents/{id}/restore", Access::signed_in, Action::document_edit, restore_document_value},
    Route{"GET", "/documents/{id}/files/{n}", Access::signed_in, Action::document_read, send_document_file},
    Route{"GET",
          "/api/v1/documents/{id}/files/{n}",
          Access::signed_in,
          Action::document_read,
          send_document_file,
          {.summary = "The original file", .response = "Bytes"}},
};

} // namespace

std::span<const Route> document_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
