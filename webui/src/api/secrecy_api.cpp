// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/changed_document.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/reclassification.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 200;

http::Response change_secrecy(Call& call)
{
    const auto view = readable_document(call, call.value());
    const auto body = read_json(call);
    const auto name = text_member(body, "secrecy");
    const auto wanted = secrecy_from_name(name);
    if (!wanted) {
        throw Error{
            Kind::invalid, "secrecy.unknown", {{"value", name}}, {{"/secrecy", "secrecy.unknown", {{"value", name}}}}};
    }
    const auto reason = text_member(body, "reason");
    if (*wanted < view.document.secrecy) {
        const auto proposal =
            services::propose_lower_secrecy(call.archive(), call.clock(), call.actor, call.value(), *wanted, reason);
        auto json = reclassification_json(proposal);
        json["format_version"] = 1;
        return json_answer(json, 202);
    }
    return changed_document(call, services::raise_secrecy(call.archive(), call.clock(), call.actor, call.value(),
                                                          *wanted, reason, call.house.services.catch_up_index));
}

http::Response list_proposals(Call& call)
{
    const auto found = services::list_reclassifications(call.archive(), call.actor, call.query("cursor"), kListed);
    auto list = Json::array();
    for (const auto& one : found) {
        list.push_back(reclassification_json(one.proposal));
    }
    auto response = json_answer({{"format_version", 1}, {"proposals", list}});
    if (found.size() == kListed) {
        response.headers.add("Link", "<" + link("/api/v1/secrecy-proposals", {{"cursor", found.back().proposal.uid}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

http::Response confirm_proposal(Call& call)
{
    return changed_document(call, services::confirm_lower_secrecy(call.archive(), call.clock(), call.actor,
                                                                  call.value(), call.house.services.catch_up_index));
}

http::Response refuse_proposal(Call& call)
{
    services::refuse_lower_secrecy(call.archive(), call.clock(), call.actor, call.value(),
                                   text_member(read_json(call), "reason"));
    return http::Response{.status = 204};
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"POST",
          "/api/v1/documents/{id}/secrecy",
          Access::signed_in,
          Action::secrecy_raise,
          change_secrecy,
          {.summary = "Change the grade: up at once (200, or 204 when it is out of the asker's sight then), down by a "
                      "proposal that a second person confirms (202)",
           .request = "SecrecyChange",
           .response = "Document",
           .statuses = {200, 202, 204}}},
    Route{"GET",
          "/api/v1/secrecy-proposals",
          Access::signed_in,
          Action::secrecy_lower,
          list_proposals,
          {.summary = "Open proposals to lower a grade, oldest first",
           .parameters = "cursor",
           .response = "SecrecyProposalList"}},
    Route{"POST",
          "/api/v1/secrecy-proposals/{id}/confirm",
          Access::signed_in,
          Action::secrecy_confirm,
          confirm_proposal,
          {.summary = "Confirm another person's proposal", .response = "Document"}},
    Route{"POST",
          "/api/v1/secrecy-proposals/{id}/refuse",
          Access::signed_in,
          Action::secrecy_lower,
          refuse_proposal,
          {.summary = "Refuse a proposal, or withdraw one's own", .request = "SecrecyRefusal", .statuses = {204}}},
};

} // namespace

http::Response changed_document(const Call& call, const catalog::Document& document)
{
    if (!auth::is_allowed(call.actor, auth::Action::document_read, catalog::target_of(document))) {
        return http::Response{.status = 204};
    }
    auto response = json_answer(document_json(readable_document(call, document.uid)));
    response.headers.set("ETag", revision_tag(document.revision));
    return response;
}

std::span<const Route> secrecy_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
