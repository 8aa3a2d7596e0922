// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

http::Response unkept(http::Response response)
{
    response.headers.set("Cache-Control", "no-store");
    return response;
}

http::Response state_of(const Call& call, const std::string& who)
{
    return json_answer(second_factor_json(services::second_factor_of(call.archive(), call.clock(), call.actor, who)));
}

// --- one's own: from a session only

http::Response show_own(Call& call)
{
    return state_of(call, call.actor.name);
}

http::Response start_own(Call& call)
{
    const auto secret = services::start_second_factor(call.archive(), call.clock(), call.actor, own_session(call));
    return unkept(json_answer({{"format_version", 1}, {"secret", secret.text}, {"uri", secret.uri}}));
}

http::Response codes_answer(const std::vector<std::string>& codes)
{
    return unkept(json_answer({{"format_version", 1}, {"recovery_codes", codes}}));
}

http::Response confirm_own(Call& call)
{
    const auto body = read_json(call);
    return codes_answer(
        call.house.services.sign_in.turn_on_second_factor(call.actor, own_session(call), text_member(body, "password"),
                                                          text_member(body, "code"), call.request.remote_address));
}

http::Response renew_own(Call& call)
{
    const auto body = read_json(call);
    return codes_answer(call.house.services.sign_in.renew_recovery_codes(
        call.actor, text_member(body, "password"), text_member(body, "code"), call.request.remote_address));
}

http::Response remove_own(Call& call)
{
    const auto body = read_json(call);
    call.house.services.sign_in.turn_off_second_factor(call.actor, text_member(body, "password"),
                                                       text_member(body, "code"), call.request.remote_address);
    return {.status = 204};
}

// --- of others, and who must have one

http::Response show_of_user(Call& call)
{
    return state_of(call, call.value());
}

http::Response remove_of_user(Call& call)
{
    services::remove_second_factor(call.archive(), call.clock(), call.actor, call.value());
    return {.status = 204};
}

http::Response show_demand(Call& call)
{
    return json_answer(second_factor_demand_json(services::second_factor_demand(call.archive(), call.actor)));
}

http::Response change_demand(Call& call)
{
    const auto body = read_json(call);
    services::SecondFactorDemand demand{.of_everybody = flag_member(body, "everybody"), .roles = {}};
    const auto roles = body.value("roles", Json::array());
    if (!roles.is_array()) {
        throw Error{
            Kind::invalid, "api.not_text", {{"name", "roles"}}, {{"/roles", "api.not_text", {{"name", "roles"}}}}};
    }
    for (const auto& one : roles) {
        const auto role = one.is_string() ? auth::role_from_name(one.get<std::string>()) : std::nullopt;
        if (!role) {
            throw unknown_role("/roles", one.is_string() ? one.get<std::string>() : one.dump());
        }
        demand.roles.push_back(*role);
    }
    services::demand_second_factor(call.archive(), call.clock(), call.actor, demand);
    return show_demand(call);
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/account/second-factor",
          Access::signed_in,
          Action::account_use,
          show_own,
          {.summary = "One's own second factor", .response = "SecondFactor"}},
    Route{"POST",
          "/api/v1/account/second-factor/start",
          Access::signed_in,
          Action::account_use,
          start_own,
          {.summary = "A secret to begin with; in force once a code of it is confirmed",
           .response = "SecondFactorSecret"}},
    Route{"POST",
          "/api/v1/account/second-factor/confirm",
          Access::signed_in,
          Action::account_use,
          confirm_own,
          {.summary = "Turn it on; the recovery codes are told once",
           .request = "PasswordAndCode",
           .response = "RecoveryCodes"}},
    Route{"POST",
          "/api/v1/account/second-factor/recovery-codes",
          Access::signed_in,
          Action::account_use,
          renew_own,
          {.summary = "Other recovery codes in place of those there are",
           .request = "PasswordAndCode",
           .response = "RecoveryCodes"}},
    Route{"POST",
          "/api/v1/account/second-factor/remove",
          Access::signed_in,
          Action::account_use,
          remove_own,
          {.summary = "Turn it off", .request = "PasswordAndCode", .statuses = {204}}},
    Route{"GET",
          "/api/v1/users/{id}/second-factor",
          Access::signed_in,
          Action::user_read,
          show_of_user,
          {.summary = "Whether somebody has a second factor, and must", .response = "SecondFactor"}},
    Route{"POST",
          "/api/v1/users/{id}/second-factor/remove",
          Access::signed_in,
          Action::user_administer,
          remove_of_user,
          {.summary = "Remove the second factor of who has lost his phone; ends his sessions", .statuses = {204}}},
    Route{"GET",
          "/api/v1/second-factor/demand",
          Access::signed_in,
          Action::archive_administer,
          show_demand,
          {.summary = "Who must have a second factor", .response = "SecondFactorDemand"}},
    Route{"POST",
          "/api/v1/second-factor/demand",
          Access::signed_in,
          Action::archive_administer,
          change_demand,
          {.summary = "Decide who must have a second factor",
           .request = "SecondFactorDemand",
           .response = "SecondFactorDemand"}},
};

} // namespace

std::span<const Route> second_factor_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
