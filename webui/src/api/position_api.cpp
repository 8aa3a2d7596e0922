// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/members.h"
#include "routing/groups.h"

#include <vtlt/core/services/hand_over.h>
#include <vtlt/core/services/positions.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/webui/shapes.h>

#include <array>

namespace vtlt::webui {

namespace {

http::Response list_user_positions(Call& call)
{
    return json_answer(
        position_list_json(services::list_positions(call.archive(), call.clock(), call.actor, call.value())));
}

http::Response add_position(Call& call)
{
    const auto body = read_json(call);
    const services::NewPosition wanted{.who = call.value(),
                                       .title = text_member(body, "title"),
                                       .unit = text_member(body, "unit"),
                                       .is_main = flag_member(body, "main"),
                                       .from_on = day_member(body, "from"),
                                       .to_on = day_member(body, "to"),
                                       .roles = roles_member(body, "roles"),
                                       .only_unit = flag_member(body, "only_unit"),
                                       .reason = text_member(body, "reason")};
    const auto position = services::add_position(call.archive(), call.clock(), call.actor, wanted);
    return json_answer(with_version(position_json(position)), 201);
}

http::Response end_position(Call& call)
{
    const auto last = day_member(read_json(call), "to");
    return json_answer(with_version(
        position_json(services::end_position(call.archive(), call.clock(), call.actor, call.value(), last))));
}

http::Response propose_order(Call& call)
{
    const auto body = read_json(call);
    const services::NewOrder wanted{.who = call.value(),
                                    .number = text_member(body, "number"),
                                    .on = day_member(body, "on"),
                                    .signer = text_member(body, "signer"),
                                    .unit = text_member(body, "unit"),
                                    .only_unit = flag_member(body, "only_unit"),
                                    .from_on = day_member(body, "from"),
                                    .to_on = day_member(body, "to"),
                                    .records_from_on = day_member(body, "records_from"),
                                    .records_to_on = day_member(body, "records_to"),
                                    .reason = text_member(body, "reason")};
    const auto order = services::propose_order(call.archive(), call.clock(), call.actor, wanted);
    return json_answer(with_version(grant_json(order)), 201);
}

http::Response leave(Call& call)
{
    const auto body = read_json(call);
    const services::Leaving wanted{.who = call.value(),
                                   .to = text_member(body, "to"),
                                   .on = day_member(body, "on"),
                                   .reason = text_member(body, "reason")};
    return json_answer(
        with_version(hand_over_json(services::leave_account(call.archive(), call.clock(), call.actor, wanted))), 201);
}

http::Response list_user_hand_overs(Call& call)
{
    return json_answer(hand_over_list_json(services::list_hand_overs(call.archive(), call.actor, call.value())));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/users/{id}/positions",
          Access::signed_in,
          Action::user_read,
          list_user_positions,
          {.summary = "What somebody is where: past, present and to come", .response = "PositionList"}},
    Route{"POST",
          "/api/v1/users/{id}/positions",
          Access::signed_in,
          Action::user_administer,
          add_position,
          {.summary = "Add a position, with roles that end with it",
           .request = "NewPosition",
           .response = "Position",
           .statuses = {201, 0, 0}}},
    Route{"POST",
          "/api/v1/positions/{id}/end",
          Access::signed_in,
          Action::user_administer,
          end_position,
          {.summary = "The last day of a position; its roles end with it",
           .request = "PositionEnd",
           .response = "Position"}},
    Route{"POST",
          "/api/v1/users/{id}/orders",
          Access::signed_in,
          Action::user_administer,
          propose_order,
          {.summary = "A written order by which who administers may read; in force once another person confirms it",
           .request = "NewOrder",
           .response = "Grant",
           .statuses = {201, 0, 0}}},
    Route{"POST",
          "/api/v1/users/{id}/leave",
          Access::signed_in,
          Action::user_administer,
          leave,
          {.summary = "Somebody leaves and hands over",
           .request = "Leaving",
           .response = "HandOver",
           .statuses = {201, 0, 0}}},
    Route{"GET",
          "/api/v1/users/{id}/hand-overs",
          Access::signed_in,
          Action::user_read,
          list_user_hand_overs,
          {.summary = "What somebody handed over when he left", .response = "HandOverList"}},
};

} // namespace

std::span<const Route> position_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
