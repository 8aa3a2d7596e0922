// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/form_parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <array>

namespace vtlt::webui {

namespace {

/// Of what people paste: the id, or the address of the document's page.
std::string typed_document(const Call& call)
{
    const auto typed = call.query("document");
    const auto slash = typed.rfind('/');
    return slash == std::string::npos ? typed : typed.substr(slash + 1);
}

Json reason_row(Language language, bool holds, std::string text)
{
    return {{"state", {{"tone", holds ? "good" : "bad"}, {"text", page_text(language, holds ? "why.yes" : "why.no")}}},
            {"text", std::move(text)}};
}

std::string grade_name(Language language, Secrecy secrecy)
{
    return secrecy == Secrecy::open ? page_text(language, "secrecy.open")
                                    : message(language, "secrecy", secrecy_name(secrecy));
}

/// What is asked once, whatever the roles.
Json conditions(const Call& call, const services::Explanation& answer)
{
    const auto language = call.language;
    auto rows = Json::array({reason_row(language, !answer.account.disabled, page_text(language, "why.enabled")),
                             reason_row(language, answer.reasons.clearance,
                                        message(language, "page", "why.clearance",
                                                {{"clearance", grade_name(language, answer.account.clearance)},
                                                 {"secrecy", grade_name(language, answer.secrecy)}}))});
    if (answer.is_listed) {
        rows.push_back(reason_row(language, answer.reasons.list, page_text(language, "why.list")));
    }
    for (const auto& order : answer.waiting) {
        rows.push_back(
            reason_row(language, false, message(language, "page", "why.order", {{"number", order.order->number}})));
    }
    return rows;
}

Json grant_rows(const Call& call, const services::Explanation& answer)
{
    const auto language = call.language;
    const RoleWords words{call};
    auto rows = Json::array();
    for (std::size_t i = 0; i < answer.grants.size(); ++i) {
        const auto& grant = answer.grants[i];
        const auto& why = answer.reasons.grants.at(i);
        auto reasons =
            Json::array({reason_row(language, why.role, page_text(language, "why.role")),
                         reason_row(language, why.unit, message(language, "page", "why.unit", {{"unit", answer.unit}})),
                         reason_row(language, why.period,
                                    message(language, "page", "why.period",
                                            {{"day", answer.issued_on ? date_text(*answer.issued_on) : "…"}}))});
        if (grant.record_set) {
            reasons.push_back(reason_row(language, why.set, page_text(language, "why.set")));
        }
        rows.push_back({{"role", words(grant.role)}, {"unit", grant.unit_code}, {"reasons", reasons}});
    }
    return rows;
}

http::Response explain(Call& call)
{
    const auto answer =
        services::explain_reading(call.archive(), call.clock(), call.actor, call.value(), typed_document(call));
    const Json view{{"title", page_text(call.language, "why.title")},
                    {"person", {{"href", "/people/" + answer.account.uid}, {"text", answer.account.full_name}}},
                    {"document", {{"href", document_path(answer.document)}, {"text", answer.document}}},
                    {"may", answer.is_allowed},
                    {"conditions", conditions(call, answer)},
                    {"grants", grant_rows(call, answer)}};
    return page(call, "why", view, frame_of(call, "people"));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/people/{id}/why", Access::signed_in, Action::user_read, explain},
};

} // namespace

std::span<const Route> explain_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
