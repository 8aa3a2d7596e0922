// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/store/object_store.h>
#include <vtlt/core/store/text_object.h>
#include <vtlt/webui/shapes.h>

#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kHistoryPage = 50;

http::Response with_tag(const catalog::DocumentView& view, int status = 200)
{
    auto response = json_answer(document_json(view), status);
    response.headers.set("ETag", revision_tag(view.document.revision));
    return response;
}

http::Response get_document(Call& call)
{
    const auto view = readable_document(call, call.value());
    if (call.request.headers.find("If-None-Match") == revision_tag(view.document.revision)) {
        http::Response response{.status = 304};
        response.headers.set("ETag", revision_tag(view.document.revision));
        return response;
    }
    return with_tag(view);
}

struct TextMember
{
    std::string_view name;
    std::optional<std::string> services::DocumentChanges::*change;
};

using Changes = services::DocumentChanges;

constexpr std::array kMembers{TextMember{"kind", &Changes::kind},     TextMember{"number", &Changes::number},
                              TextMember{"symbol", &Changes::symbol}, TextMember{"issuer", &Changes::issuer},
                              TextMember{"signer", &Changes::signer}, TextMember{"title", &Changes::title},
                              TextMember{"mode", &Changes::mode}};

/// A JSON merge patch (RFC 7396): null makes a value unknown, what is absent stays.
Changes changes_of(const Json& patch)
{
    Changes changes;
    std::vector<Problem> problems;
    changes.reason = text_member(patch, "reason");
    for (const auto& [name, value] : patch.items()) {
        if (name == "reason") {
            continue;
        }
        const auto row = std::ranges::find(kMembers, name, &TextMember::name);
        const bool is_day = name == "issued_on";
        if (row == kMembers.end() && !is_day) {
            problems.push_back({"/" + name, "api.unknown_member", {{"name", name}}});
        } else if (!value.is_string() && !value.is_null()) {
            problems.push_back({"/" + name, "api.not_text", {{"name", name}}});
        } else if (!is_day) {
            changes.*(row->change) = value.is_null() ? std::string{} : value.get<std::string>();
        } else if (const auto day = value.is_null() ? std::nullopt : parse_date(value.get<std::string>());
                   value.is_null() || day) {
            changes.issued_on = day;
        } else {
            problems.push_back({"/issued_on", "document.bad_date", {{"value", value.get<std::string>()}}});
        }
    }
    if (!problems.empty()) {
        throw Error{Kind::invalid, "document.bad_values", {}, std::move(problems)};
    }
    return changes;
}

http::Response patch_document(Call& call)
{
    const auto seen = wanted_revision(call);
    const auto before = readable_document(call, call.value());
    const auto changes = changes_of(read_json(call));
    try {
        if (!seen) {
            throw Error{Kind::conflict, "document.changed_meanwhile", {{"document", call.value()}}};
        }
        services::update_document(call.archive(), call.clock(), call.actor, call.value(), *seen, changes);
    } catch (const Error& error) {
        if (error.code() != "document.changed_meanwhile") {
            throw;
        }
        // What the writer has to bring his change together with.
        return with_tag(readable_document(call, call.value()), 412);
    }
    call.house.services.wake_index();
    return with_tag(readable_document(call, call.value()));
}

http::Response restore_value(Call& call)
{
    const auto seen = wanted_revision(call);
    readable_document(call, call.value());
    const auto body = read_json(call);
    const auto from = body.find("revision");
    if (from == body.end() || !from->is_number_integer()) {
        throw Error{Kind::invalid, "api.not_number", {{"name", "revision"}}, {{"/revision", "api.not_number", {}}}};
    }
    try {
        services::restore_value(call.archive(), call.clock(), call.actor, call.value(), seen.value_or(0),
                                text_member(body, "field"), from->get<std::int64_t>(), text_member(body, "reason"));
    } catch (const Error& error) {
        if (error.code() != "document.changed_meanwhile") {
            throw;
        }
        return with_tag(readable_document(call, call.value()), 412);
    }
    call.house.services.wake_index();
    return with_tag(readable_document(call, call.value()));
}

std::uint64_t start_of(const std::string& text)
{
    std::uint64_t start = 0;
    std::from_chars(text.data(), text.data() + text.size(), start);
    return start;
}

http::Response get_history(Call& call)
{
    readable_document(call, call.value());
    const auto found = services::document_history(call.archive(), call.actor, call.value(),
                                                  start_of(call.query("cursor")), kHistoryPage);
    auto entries = Json::array();
    for (const auto& entry : found.entries) {
        auto changes = Json::array();
        for (const auto& change : entry.changes) {
            changes.push_back({{"field", change.field}, {"before", change.before}, {"after", change.after}});
        }
        entries.push_back({{"at", format_instant(entry.at)},
                           {"action", entry.action},
                           {"actor", json_or_null(entry.actor_name)},
                           {"changes", changes},
                           {"reason", json_or_null(entry.reason)},
                           {"revision", entry.revision ? Json(*entry.revision) : Json(nullptr)},
                           {"hidden", entry.is_hidden},
                           {"seq", entry.seq ? Json(*entry.seq) : Json(nullptr)}});
    }
    auto response = json_answer({{"format_version", 1}, {"entries", entries}});
    if (found.next_start) {
        response.headers.add("Link", "<" +
                                         link("/api/v1/documents/" + call.value() + "/history",
                                              {{"cursor", std::to_string(*found.next_start)}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

http::Response get_relations(Call& call)
{
    readable_document(call, call.value());
    return json_answer(
        {{"format_version", 1},
         {"relations", relations_json(services::document_relations(call.archive(), call.actor, call.value()))}});
}

/// The text of the main file, U+000C between its pages.
http::Response get_text(Call& call)
{
    const auto view = readable_document(call, call.value());
    if (view.files.empty()) {
        throw Error{Kind::not_found, "document.no_file"};
    }
    const auto& file = view.files.front();
    if (file.text_hash.empty()) {
        const auto cause = file.cause ? message(call.language, "cause", cause_name(*file.cause)) : std::string{};
        throw Error{Kind::not_found, "document.no_text", {{"cause", cause}}};
    }
    store::open_object(call.archive().home(), file.band, file.text_hash);
    http::Response response;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = store::TextObject{call.archive().home().object(file.band, file.text_hash)}.whole();
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/documents/{id}",
          Access::signed_in,
          Action::document_read,
          get_document,
          {.summary = "One document", .response = "Document", .statuses = {200, 304}}},
    Route{"PATCH",
          "/api/v1/documents/{id}",
          Access::signed_in,
          Action::document_edit,
          patch_document,
          {.summary = "Change what is said of a document; If-Match is required",
           .request = "DocumentPatch",
           .response = "Document"}},
    Route{"GET",
          "/api/v1/documents/{id}/history",
          Access::signed_in,
          Action::document_read,
          get_history,
          {.summary = "What happened to a document, newest first",
           .parameters = "cursor",
           .response = "DocumentHistory"}},
    Route{"POST",
          "/api/v1/documents/{id}/restore",
          Access::signed_in,
          Action::document_edit,
          restore_value,
          {.summary = "Give one value back what it was before the edit that made a revision; If-Match is required",
           .request = "ValueRestore",
           .response = "Document"}},
    Route{"GET",
          "/api/v1/documents/{id}/relations",
          Access::signed_in,
          Action::document_read,
          get_relations,
          {.summary = "Documents that belong to one: the same bytes, or the same number and symbol",
           .response = "RelationList"}},
    Route{"GET",
          "/api/v1/documents/{id}/text",
          Access::signed_in,
          Action::document_read,
          get_text,
          {.summary = "Text of the main file, U+000C between pages", .response = "Text"}},
};

} // namespace

std::span<const Route> document_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
