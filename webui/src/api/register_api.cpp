// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/members.h"
#include "asked_query.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/registry.h>
#include <vtlt/webui/register_json.h>
#include <vtlt/webui/shapes.h>

#include <charconv>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 200;

std::string book_path(const catalog::RegisterBook& book)
{
    return "/api/v1/registers/" + book.uid;
}

[[noreturn]] void refuse_number(const char* name)
{
    throw Error{Kind::invalid,
                "api.not_number",
                {{"name", name}},
                {{std::string{"/"} + name, "api.not_number", {{"name", name}}}}};
}

template <class Whole>
std::optional<Whole> whole(std::string_view text)
{
    Whole value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

std::optional<int> number_member(const Json& body, const char* name)
{
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        return std::nullopt;
    }
    if (!found->is_number_integer()) {
        refuse_number(name);
    }
    const auto value = whole<int>(found->dump());
    if (!value) {
        refuse_number(name);
    }
    return value;
}

/// One of a list of words; `otherwise` where absent.
template <class Value>
Value word_member(const Json& body, const char* name, std::optional<Value> (*named)(std::string_view), Value otherwise)
{
    const auto typed = text_member(body, name);
    if (typed.empty()) {
        return otherwise;
    }
    const auto value = named(typed);
    if (!value) {
        refuse_member(name, "register.unknown_word", typed);
    }
    return *value;
}

std::optional<int> hour_member(const Json& body, const char* name)
{
    const auto typed = text_member(body, name);
    const auto minute = catalog::parse_hour(typed);
    if (!typed.empty() && !minute) {
        refuse_member(name, "register.bad_hour", typed);
    }
    return minute;
}

std::size_t asked_limit(const Call& call)
{
    const auto limit = asked_query(call).limit;
    if (limit < 1 || limit > kListed) {
        throw Error{
            Kind::invalid, "search.limit", {{"limit", std::to_string(limit)}, {"most", std::to_string(kListed)}}};
    }
    return limit;
}

http::Response list_books(Call& call)
{
    catalog::BookFilter filter;
    if (const auto typed = call.query("year"); !typed.empty()) {
        filter.year = whole<int>(typed);
        if (!filter.year) {
            refuse_number("year");
        }
    }
    if (const auto typed = call.query("direction"); !typed.empty()) {
        filter.direction = catalog::direction_from_name(typed);
        if (!filter.direction) {
            refuse_member("direction", "register.unknown_word", typed);
        }
    }
    const auto limit = asked_limit(call);
    const auto found = services::list_register_books(call.archive(), call.actor, filter, call.query("cursor"), limit);
    auto list = Json::array();
    for (const auto& book : found) {
        list.push_back(register_json(book));
    }
    auto response = json_answer({{"format_version", 1}, {"registers", list}});
    if (found.size() == limit) {
        response.headers.add("Link", "<" +
                                         link("/api/v1/registers", {{"year", call.query("year")},
                                                                    {"direction", call.query("direction")},
                                                                    {"limit", std::to_string(limit)},
                                                                    {"cursor", found.back().uid}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

http::Response open_book(Call& call)
{
    const auto body = read_json(call);
    const auto made = services::open_register_book(
        call.archive(), call.clock(), call.actor,
        {.code = text_member(body, "code"),
         .direction = word_member(body, "direction", catalog::direction_from_name, catalog::Direction::in),
         .unit = text_member(body, "unit"),
         .year = number_member(body, "year"),
         .title = text_member(body, "title"),
         .secrecy = secrecy_member(body, "secrecy"),
         .symbol = text_member(body, "symbol"),
         .form = word_member(body, "number_form", catalog::number_form_from_name, catalog::NumberForm::typed),
         .first_number = number_member(body, "first_number").value_or(1),
         .reason = text_member(body, "reason")});
    auto response = json_answer(with_version(register_json(made)), 201);
    response.headers.set("Location", book_path(made));
    return response;
}

http::Response show_book(Call& call)
{
    return json_answer(
        with_version(register_json(services::get_register_book(call.archive(), call.actor, call.value()))));
}

http::Response list_book_entries(Call& call)
{
    const auto limit = asked_limit(call);
    std::int64_t after = 0;
    if (const auto typed = call.query("cursor"); !typed.empty()) {
        const auto value = whole<std::int64_t>(typed);
        if (!value) {
            refuse_number("cursor");
        }
        after = *value;
    }
    const auto found = services::list_entries(call.archive(), call.actor, call.value(), {}, after, limit);
    auto list = Json::array();
    for (const auto& one : found.entries) {
        list.push_back(register_entry_json(one));
    }
    const auto next = found.next_after ? std::to_string(*found.next_after) : std::string{};
    auto response = json_answer({{"format_version", 1}, {"entries", list}, {"next_cursor", json_or_null(next)}});
    if (!next.empty()) {
        response.headers.add(
            "Link", "<" +
                        link(book_path(found.book) + "/entries", {{"limit", std::to_string(limit)}, {"cursor", next}}) +
                        ">; rel=\"next\"");
    }
    return response;
}

http::Response enter(Call& call)
{
    const auto body = read_json(call);
    const auto made = services::register_document(
        call.archive(), call.clock(), call.actor,
        {.book = call.value(),
         .document = text_member(body, "document"),
         .kind = text_member(body, "kind"),
         .number_symbol = text_member(body, "number_symbol"),
         .symbol = text_member(body, "symbol"),
         .issuer = text_member(body, "issuer"),
         .signer = text_member(body, "signer"),
         .issued_on = day_member(body, "issued_on"),
         .arrived_on = day_member(body, "arrived_on"),
         .arrived_minute = hour_member(body, "arrived_at"),
         .subject = text_member(body, "subject"),
         .secrecy = secrecy_member(body, "secrecy"),
         .due_on = day_member(body, "due_on"),
         .urgency = word_member(body, "urgency", catalog::urgency_from_name, catalog::Urgency::none),
         .medium = word_member(body, "medium", catalog::medium_from_name, catalog::Medium::paper),
         .recipients = text_member(body, "recipients"),
         .assignee = text_member(body, "assignee"),
         .copies = number_member(body, "copies"),
         .pages = number_member(body, "pages"),
         .note = text_member(body, "note"),
         .keep_duplicate = flag_member(body, "keep_duplicate"),
         .repeat_key = repeat_key(call)});
    call.house.services.wake_index();
    return json_answer({{"format_version", 1},
                        {"id", made.document.uid},
                        {"book", made.book.uid},
                        {"year", made.book.year},
                        {"number", made.entry.number},
                        {"number_symbol", json_or_null(made.document.number_symbol())},
                        {"repeated", made.repeated},
                        {"duplicates", duplicates_json(made.duplicates)}},
                       made.repeated ? 200 : 201);
}

http::Response show_gaps(Call& call)
{
    return json_answer(findings_json(services::examine_book(call.archive(), call.actor, call.value(), {}).findings));
}

http::Response void_one(Call& call)
{
    const auto number = whole<std::int64_t>(call.value(1));
    if (!number) {
        throw Error{Kind::not_found, "register.no_entry", {{"number", call.value(1)}, {"book", call.value()}}};
    }
    const auto voided = services::void_entry(call.archive(), call.clock(), call.actor, call.value(), {}, *number,
                                             text_member(read_json(call), "reason"));
    call.house.services.wake_index();
    return json_answer(with_version(register_entry_json(voided)));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/registers",
          Access::signed_in,
          Action::register_read,
          list_books,
          {.summary = "Register books, newest year first",
           .parameters = "year direction cursor limit",
           .response = "RegisterList"}},
    Route{
        "POST",
        "/api/v1/registers",
        Access::signed_in,
        Action::register_open,
        open_book,
        {.summary = "Open a register book", .request = "NewRegister", .response = "Register", .statuses = {201, 0, 0}}},
    Route{"GET",
          "/api/v1/registers/{id}",
          Access::signed_in,
          Action::register_read,
          show_book,
          {.summary = "A register book", .response = "Register"}},
    Route{"GET",
          "/api/v1/registers/{id}/entries",
          Access::signed_in,
          Action::register_read,
          list_book_entries,
          {.summary = "Its lines whose documents the reader may read, by number",
           .parameters = "limit cursor",
           .response = "RegisterEntryList"}},
    Route{"POST",
          "/api/v1/registers/{id}/entries",
          Access::signed_in,
          Action::document_register,
          enter,
          {.summary = "Register a document under the book's next number (200: the same request was answered before)",
           .request = "NewRegisterEntry",
           .response = "Registered",
           .statuses = {201, 200, 0}}},
    Route{"GET",
          "/api/v1/registers/{id}/gaps",
          Access::signed_in,
          Action::register_read,
          show_gaps,
          {.summary = "Missing and voided numbers, likely duplicates, lines out of order",
           .response = "RegisterFindings"}},
    Route{"POST",
          "/api/v1/registers/{id}/entries/{n}/void",
          Access::signed_in,
          Action::register_void,
          void_one,
          {.summary = "Void a number, which stays with its reason",
           .request = "RegisterVoid",
           .response = "RegisterEntry"}},
};

} // namespace

std::span<const Route> register_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
