// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/members.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 200;

std::optional<catalog::Door> door_member(const Json& body)
{
    const auto text = text_member(body, "door");
    const auto door = catalog::door_from_name(text);
    if (!text.empty() && !door) {
        refuse_member("door", "door.unknown", text);
    }
    return door;
}

Json account_answer(const Call& call, const catalog::Account& account)
{
    const auto grants = services::grants_of(call.archive(), std::span{&account, 1});
    const auto held = grants.find(account.id);
    return with_version(account_json(account, held != grants.end() ? held->second : std::vector<catalog::RoleGrant>{}));
}

// --- people

http::Response list_users(Call& call)
{
    const auto accounts = services::list_accounts(call.archive(), call.actor, call.query("cursor"), kListed);
    auto grants = services::grants_of(call.archive(), accounts);
    auto list = Json::array();
    for (const auto& account : accounts) {
        list.push_back(account_json(account, grants[account.id]));
    }
    auto response = json_answer({{"format_version", 1}, {"users", list}});
    if (accounts.size() == kListed) {
        response.headers.add("Link",
                             "<" + link("/api/v1/users", {{"cursor", accounts.back().name}}) + ">; rel=\"next\"");
    }
    return response;
}

http::Response show_user(Call& call)
{
    const auto account = services::get_account(call.archive(), call.actor, call.value());
    auto response = json_answer(account_answer(call, account));
    response.headers.set("ETag", revision_tag(account.revision));
    return response;
}

/// Without a password: one is set at the command line or by the administrator's page, never sent in a script's JSON.
http::Response add_user(Call& call)
{
    const auto body = read_json(call);
    const services::NewAccount wanted{.name = text_member(body, "name"),
                                      .full_name = text_member(body, "full_name"),
                                      .unit = text_member(body, "unit"),
                                      .roles = roles_member(body, "roles"),
                                      .only_unit = flag_member(body, "only_unit"),
                                      .clearance = secrecy_member(body, "clearance"),
                                      .password = {},
                                      .door = door_member(body).value_or(catalog::Door::password)};
    const auto account = services::add_account(call.archive(), call.clock(), call.actor, wanted);
    auto response = json_answer(account_answer(call, account), 201);
    response.headers.set("Location", "/api/v1/users/" + account.uid);
    return response;
}

http::Response change_user(Call& call)
{
    const auto body = read_json(call);
    services::AccountChange change{.door = door_member(body), .seen = wanted_revision(call)};
    if (const auto name = text_member(body, "full_name"); !name.empty()) {
        change.full_name = name;
    }
    // Null or empty is no unit and no clearance: they stay.
    if (const auto unit = text_member(body, "unit"); !unit.empty()) {
        change.unit = unit;
    }
    if (!text_member(body, "clearance").empty()) {
        change.clearance = secrecy_member(body, "clearance");
    }
    const auto account = services::change_account(call.archive(), call.clock(), call.actor, call.value(), change);
    auto response = json_answer(account_answer(call, account));
    response.headers.set("ETag", revision_tag(account.revision));
    return response;
}

http::Response disable_user(Call& call)
{
    services::disable_account(call.archive(), call.clock(), call.actor, call.value());
    return json_answer(account_answer(call, services::get_account(call.archive(), call.actor, call.value())));
}

http::Response enable_user(Call& call)
{
    services::enable_account(call.archive(), call.clock(), call.actor, call.value());
    return json_answer(account_answer(call, services::get_account(call.archive(), call.actor, call.value())));
}

// --- roles

Json grant_list(const std::vector<services::ListedGrant>& grants)
{
    auto list = Json::array();
    for (const auto& one : grants) {
        list.push_back(grant_json(one));
    }
    return {{"format_version", 1}, {"grants", list}};
}

http::Response list_user_grants(Call& call)
{
    return json_answer(grant_list(
        services::list_grants(call.archive(), call.clock(), call.actor, call.value(), call.query("past") == "1")));
}

http::Response list_unconfirmed(Call& call)
{
    return json_answer(grant_list(services::list_unconfirmed(call.archive(), call.clock(), call.actor, kListed)));
}

http::Response grant_role(Call& call)
{
    const auto body = read_json(call);
    services::NewGrant wanted{.who = call.value(),
                              .unit = text_member(body, "unit"),
                              .only_unit = flag_member(body, "only_unit"),
                              .from_on = day_member(body, "from"),
                              .to_on = day_member(body, "to"),
                              .records_from_on = day_member(body, "records_from"),
                              .records_to_on = day_member(body, "records_to"),
                              .record_set = text_member(body, "record_set"),
                              .delegated_from = text_member(body, "delegated_from"),
                              .reason = text_member(body, "reason")};
    if (wanted.delegated_from.empty()) {
        wanted.role = role_named("role", text_member(body, "role"));
    }
    const auto grant = services::grant_role(call.archive(), call.clock(), call.actor, wanted);
    return json_answer(with_version(grant_json(grant)), 201);
}

http::Response end_grant(Call& call)
{
    services::end_grant(call.archive(), call.clock(), call.actor, call.value());
    return {.status = 204};
}

http::Response confirm_grant(Call& call)
{
    services::confirm_grant(call.archive(), call.clock(), call.actor, call.value());
    return {.status = 204};
}

http::Response explain(Call& call)
{
    return json_answer(explanation_json(
        services::explain_reading(call.archive(), call.clock(), call.actor, call.value(), call.query("document"))));
}

// --- units

std::vector<catalog::Unit> all_units(const Call& call)
{
    auto tx = call.archive().database().read();
    return catalog::list_units(tx);
}

http::Response list_units(Call& call)
{
    const auto units = all_units(call);
    auto list = Json::array();
    for (const auto& unit : units) {
        list.push_back(unit_json(unit, units));
    }
    return json_answer({{"format_version", 1}, {"units", list}});
}

http::Response add_unit(Call& call)
{
    const auto body = read_json(call);
    const auto unit = services::create_unit(call.archive(), call.clock(), call.actor,
                                            {.code = text_member(body, "code"),
                                             .title = text_member(body, "title"),
                                             .parent = text_member(body, "parent"),
                                             .opened_on = day_member(body, "opened_on")});
    return json_answer(with_version(unit_json(unit, all_units(call))), 201);
}

http::Response rename_unit(Call& call)
{
    const auto body = read_json(call);
    const auto unit = services::rename_unit(call.archive(), call.clock(), call.actor, call.value(),
                                            text_member(body, "title"), day_member(body, "on"));
    return json_answer(with_version(unit_json(unit, all_units(call))));
}

http::Response set_unit_policy(Call& call)
{
    const auto body = read_json(call);
    const auto said = body.find("tells_hidden");
    const auto tells = said != body.end() && said->is_boolean() ? std::optional{said->get<bool>()} : std::nullopt;
    const auto unit = services::set_unit_policy(call.archive(), call.clock(), call.actor, call.value(), tells);
    return json_answer(with_version(unit_json(unit, all_units(call))));
}

http::Response close_units(Call& call)
{
    const auto body = read_json(call);
    const services::UnitClosing closing{.units = texts_member(body, "units"),
                                        .successors = texts_member(body, "successors"),
                                        .on = day_member(body, "on"),
                                        .move_people = flag_member(body, "move_people")};
    const auto closed = services::close_units(call.archive(), call.clock(), call.actor, closing);
    const auto units = all_units(call);
    auto list = Json::array();
    for (const auto& unit : closed.units) {
        list.push_back(unit_json(unit, units));
    }
    return json_answer({{"format_version", 1},
                        {"units", list},
                        {"people", closed.people},
                        {"roles", closed.grants},
                        {"moved", closing.move_people}});
}

http::Response show_role_labels(Call& call)
{
    return json_answer(role_labels_json(services::role_labels(call.archive())));
}

http::Response choose_role_labels(Call& call)
{
    return json_answer(role_labels_json(
        services::choose_role_labels(call.archive(), call.clock(), call.actor, text_member(read_json(call), "set"))));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/users",
          Access::signed_in,
          Action::user_read,
          list_users,
          {.summary = "People, by name", .parameters = "cursor", .response = "UserList"}},
    Route{"POST",
          "/api/v1/users",
          Access::signed_in,
          Action::user_administer,
          add_user,
          {.summary = "Add a person", .request = "NewUser", .response = "User", .statuses = {201, 0, 0}}},
    Route{"GET",
          "/api/v1/users/{id}",
          Access::signed_in,
          Action::user_read,
          show_user,
          {.summary = "A person with his roles", .response = "User"}},
    Route{"PATCH",
          "/api/v1/users/{id}",
          Access::signed_in,
          Action::user_administer,
          change_user,
          {.summary = "Change name, unit, clearance or door", .request = "UserPatch", .response = "User"}},
    Route{"POST",
          "/api/v1/users/{id}/disable",
          Access::signed_in,
          Action::user_administer,
          disable_user,
          {.summary = "End his sessions and tokens; he cannot sign in", .response = "User"}},
    Route{"POST",
          "/api/v1/users/{id}/enable",
          Access::signed_in,
          Action::user_administer,
          enable_user,
          {.summary = "He can sign in again", .response = "User"}},
    Route{"GET",
          "/api/v1/users/{id}/grants",
          Access::signed_in,
          Action::user_read,
          list_user_grants,
          {.summary = "Roles that somebody holds", .parameters = "past", .response = "GrantList"}},
    Route{"POST",
          "/api/v1/users/{id}/grants",
          Access::signed_in,
          Action::user_administer,
          grant_role,
          {.summary = "Grant a role in a unit", .request = "NewGrant", .response = "Grant", .statuses = {201, 0, 0}}},
    Route{"GET",
          "/api/v1/users/{id}/rights",
          Access::signed_in,
          Action::user_read,
          explain,
          {.summary = "Why somebody can, or cannot, read a document",
           .parameters = "document",
           .response = "Explanation"}},
    Route{"GET",
          "/api/v1/grants",
          Access::signed_in,
          Action::right_confirm,
          list_unconfirmed,
          {.summary = "Changes of rights that wait for a second person", .response = "GrantList"}},
    Route{"POST",
          "/api/v1/grants/{id}/end",
          Access::signed_in,
          Action::account_use,
          end_grant,
          {.summary = "End a role; one's own can be given back", .statuses = {204}}},
    Route{"POST",
          "/api/v1/grants/{id}/confirm",
          Access::signed_in,
          Action::right_confirm,
          confirm_grant,
          {.summary = "Confirm another person's change of rights; a written order is in force from then on",
           .statuses = {204}}},
    Route{"GET",
          "/api/v1/role-labels",
          Access::signed_in,
          Action::unit_read,
          show_role_labels,
          {.summary = "What the roles are called here, and elsewhere", .response = "RoleLabels"}},
    Route{"POST",
          "/api/v1/role-labels",
          Access::signed_in,
          Action::archive_administer,
          choose_role_labels,
          {.summary = "Choose what the roles are called", .request = "RoleLabelsChoice", .response = "RoleLabels"}},
    Route{"GET",
          "/api/v1/units",
          Access::signed_in,
          Action::unit_read,
          list_units,
          {.summary = "Units, closed ones too", .response = "UnitList"}},
    Route{"POST",
          "/api/v1/units",
          Access::signed_in,
          Action::unit_create,
          add_unit,
          {.summary = "Add a unit", .request = "NewUnit", .response = "Unit", .statuses = {201, 0, 0}}},
    Route{"POST",
          "/api/v1/units/{code}/rename",
          Access::signed_in,
          Action::unit_create,
          rename_unit,
          {.summary = "Another name from a day on", .request = "UnitName", .response = "Unit"}},
    Route{"POST",
          "/api/v1/units/{code}/policy",
          Access::signed_in,
          Action::unit_create,
          set_unit_policy,
          {.summary = "Whether who may not read a record of the unit may know that there is one",
           .request = "UnitPolicy",
           .response = "Unit"}},
    Route{"POST",
          "/api/v1/units/close",
          Access::signed_in,
          Action::unit_create,
          close_units,
          {.summary = "Units are no more: closed, merged into one or split into several",
           .request = "UnitClosing",
           .response = "ClosedUnits"}},
};

} // namespace

std::span<const Route> rights_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
