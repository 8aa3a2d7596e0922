// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/secrecy_parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/readers.h>
#include <vtlt/core/services/reclassification.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <array>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShown = 50;

std::string grade_text(Language language, Secrecy secrecy)
{
    return secrecy == Secrecy::open ? page_text(language, "secrecy.open")
                                    : message(language, "secrecy", secrecy_name(secrecy));
}

/// What a proposal goes from and to: a grade, or a need-to-know list.
std::pair<std::string, std::string> ends_of(Language language, const catalog::Reclassification& proposal)
{
    if (!proposal.from_list) {
        return {grade_text(language, proposal.from), grade_text(language, proposal.to)};
    }
    return {proposal.from_list_title,
            proposal.to_list ? proposal.to_list_title : page_text(language, "readers.everybody")};
}

Json proposal_view(const Call& call, const services::ListedReclassification& one)
{
    const auto& proposal = one.proposal;
    const auto path = "/secrecy/" + proposal.uid;
    const auto [from, to] = ends_of(call.language, proposal);
    return {{"href", document_path(proposal.document_uid)},
            {"title", proposal.document_title},
            {"from", from},
            {"to", to},
            {"reason", proposal.reason},
            {"when_text", instant_text(proposal.proposed_at)},
            {"who", one.proposer.empty() ? actor_title(call, proposal.proposed_by) : one.proposer},
            {"confirm", one.may_confirm ? path + "/confirm" : ""},
            {"refuse", one.may_confirm && !one.may_withdraw ? path + "/refuse" : ""},
            {"withdraw", one.may_withdraw ? path + "/refuse" : ""}};
}

/// Where the person goes on: the document, or the first page when he has just lost sight of it.
std::string next_place(const Call& call, const catalog::Document& document)
{
    const bool sees = auth::is_allowed(call.actor, auth::Action::document_read, catalog::target_of(document));
    return sees ? document_path(document.uid) : "/";
}

http::Response tell_at(const Call& call, std::string path, std::string_view tone, const std::string& text)
{
    auto response = redirect(std::move(path));
    tell_next(response, call, tone, text);
    return response;
}

http::Response change_secrecy(Call& call)
{
    const auto view = readable_document(call, call.value());
    const auto wanted = secrecy_from_name(call.field("secrecy"));
    const auto now = view.document.secrecy;
    const auto reason = call.field("reason");
    try {
        if (!wanted) {
            throw Error{Kind::invalid, "secrecy.unknown", {{"value", call.field("secrecy")}}};
        }
        if (*wanted < now) {
            services::propose_lower_secrecy(call.archive(), call.clock(), call.actor, call.value(), *wanted, reason);
            return tell_at(call, document_path(call.value()), "good", "secrecy.was_proposed");
        }
        const auto document = services::raise_secrecy(call.archive(), call.clock(), call.actor, call.value(), *wanted,
                                                      reason, call.house.services.catch_up_index);
        const auto place = next_place(call, document);
        return tell_at(call, place, "good", place == "/" ? "secrecy.was_raised_away" : "secrecy.was_raised");
    } catch (const Error& error) {
        if (error.kind() != Kind::invalid && error.kind() != Kind::conflict) {
            throw;
        }
        return document_page(
            call, view, {.secrecy_reason = reason, .secrecy_error = error_text(call.language, error), .status = 422});
    }
}

http::Response change_readers(Call& call)
{
    const auto view = readable_document(call, call.value());
    const auto reason = call.field("reason");
    try {
        const auto change =
            services::change_readers(call.archive(), call.clock(), call.actor, call.value(), call.field("reader_list"),
                                     reason, call.house.services.catch_up_index);
        if (change.proposal) {
            return tell_at(call, document_path(call.value()), "good", "secrecy.was_proposed");
        }
        const auto place = next_place(call, *change.document);
        return tell_at(call, place, "good", place == "/" ? "readers.was_put_away" : "readers.was_put");
    } catch (const Error& error) {
        if (error.kind() != Kind::invalid && error.kind() != Kind::conflict &&
            error.code() != "reader_list.not_found") {
            throw;
        }
        return document_page(
            call, view, {.readers_reason = reason, .readers_error = error_text(call.language, error), .status = 422});
    }
}

http::Response show_proposals(Call& call)
{
    auto list = services::list_reclassifications(call.archive(), call.actor, call.query("cursor"), kShown + 1);
    const bool more = list.size() > kShown;
    if (more) {
        list.pop_back();
    }
    auto rows = Json::array();
    for (const auto& one : list) {
        rows.push_back(proposal_view(call, one));
    }
    const Json view{{"title", page_text(call.language, "nav.secrecy")},
                    {"proposals", rows},
                    {"pages", pages_view("", call.query("cursor").empty() ? "" : "/secrecy",
                                         more ? link("/secrecy", {{"cursor", list.back().proposal.uid}}) : "")}};
    return page(call, "secrecy", view, frame_of(call, "secrecy"));
}

http::Response confirm_proposal(Call& call)
{
    const auto document = services::confirm_lower_secrecy(call.archive(), call.clock(), call.actor, call.value(),
                                                          call.house.services.catch_up_index);
    return tell_at(call, document_path(document.uid), "good", "secrecy.was_lowered");
}

http::Response refuse_proposal(Call& call)
{
    services::refuse_lower_secrecy(call.archive(), call.clock(), call.actor, call.value(), call.field("reason"));
    return tell_at(call, "/secrecy", "good", "secrecy.was_refused");
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"POST", "/documents/{id}/secrecy", Access::signed_in, Action::secrecy_raise, change_secrecy},
    Route{"POST", "/documents/{id}/reader-list", Access::signed_in, Action::secrecy_raise, change_readers},
    Route{"GET", "/secrecy", Access::signed_in, Action::secrecy_lower, show_proposals},
    Route{"POST", "/secrecy/{id}/confirm", Access::signed_in, Action::secrecy_confirm, confirm_proposal},
    Route{"POST", "/secrecy/{id}/refuse", Access::signed_in, Action::secrecy_lower, refuse_proposal},
};

/// null where there is nothing to choose.
Json readers_view(const Call& call, const catalog::Document& document, const DocumentPageExtra& extra)
{
    if (!auth::is_allowed_somewhere(call.actor, Action::readers_read)) {
        return nullptr;
    }
    auto options = Json::array();
    if (document.reader_list) {
        options.push_back({{"value", ""}, {"text", page_text(call.language, "readers.everybody")}});
    }
    for (const auto& list : services::list_reader_lists(call.archive(), call.actor)) {
        if (list.id != document.reader_list && list.secrecy <= document.secrecy) {
            options.push_back({{"value", list.uid}, {"text", list.title + " (" + list.unit_code + ")"}});
        }
    }
    if (options.empty()) {
        return nullptr;
    }
    return {{"action", document_path(document.uid) + "/reader-list"},
            {"options", options},
            {"reason", extra.readers_reason},
            {"error", extra.readers_error.empty() ? Json() : Json(extra.readers_error)},
            {"open", !extra.readers_error.empty()}};
}

} // namespace

Json secrecy_view(const Call& call, const catalog::Document& document, const DocumentPageExtra& extra)
{
    if (!auth::is_allowed(call.actor, auth::Action::secrecy_raise, catalog::target_of(document))) {
        return nullptr;
    }
    const auto open = services::reclassification_of(call.archive(), call.actor, document.uid);
    auto options = Json::array();
    for (auto& option : secrecy_options(call.language, call.archive().config().highest, document.secrecy)) {
        if (option.at("value") != secrecy_name(document.secrecy)) {
            options.push_back(std::move(option));
        }
    }
    return {{"action", document_path(document.uid) + "/secrecy"},
            {"options", options},
            {"reason", extra.secrecy_reason},
            {"error", extra.secrecy_error.empty() ? Json() : Json(extra.secrecy_error)},
            {"open", !extra.secrecy_error.empty()},
            {"readers", readers_view(call, document, extra)},
            {"proposal", open ? proposal_view(call, *open) : Json()}};
}

std::span<const Route> secrecy_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
