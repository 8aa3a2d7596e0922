// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/person_parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/certificates.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/role_words.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownPeople = 50;
constexpr std::size_t kShownGrants = 200;
constexpr std::size_t kShownSets = 200;

std::string clearance_text(Language language, Secrecy clearance)
{
    return message(language, "secrecy", secrecy_name(clearance));
}

// --- the list of people

std::string roles_text(Language language, const RoleWords& words, const catalog::Account& account,
                       const std::vector<catalog::RoleGrant>& grants)
{
    std::string text;
    for (const auto& grant : grants) {
        text += (text.empty() ? "" : ", ") + grant_title(language, words, grant);
        text += grant.unit == account.unit ? "" : " (" + grant.unit_code + ")";
    }
    return text;
}

Json state_of(Language language, const catalog::Account& account)
{
    const bool warn = !account.disabled && !account.has_password && account.door == catalog::Door::password;
    return {{"tone", account.disabled ? "quiet"
                     : warn           ? "warn"
                                      : "good"},
            {"text", page_text(language, account.disabled ? "people.disabled"
                                         : warn           ? "people.no_password"
                                                          : "people.active")}};
}

Json unconfirmed_notice(const Call& call)
{
    if (!auth::is_allowed_somewhere(call.actor, auth::Action::right_confirm)) {
        return nullptr;
    }
    const auto waiting = services::list_unconfirmed(call.archive(), call.clock(), call.actor, kShownGrants).size();
    return waiting == 0 ? Json()
                        : Json{{"text", count_text(call.language, "rights.waiting", waiting)}, {"href", "/rights"}};
}

http::Response show_people(Call& call)
{
    auto accounts = services::list_accounts(call.archive(), call.actor, call.query("cursor"), kShownPeople + 1);
    const bool more = accounts.size() > kShownPeople;
    if (more) {
        accounts.pop_back();
    }
    auto grants = services::grants_of(call.archive(), accounts);
    const RoleWords words{call};
    auto rows = Json::array();
    for (const auto& account : accounts) {
        rows.push_back({{"href", "/people/" + account.uid},
                        {"name", account.name},
                        {"full_name", account.full_name},
                        {"unit", account.unit_code},
                        {"roles", roles_text(call.language, words, account, grants[account.id])},
                        {"clearance", clearance_text(call.language, account.clearance)},
                        {"state", state_of(call.language, account)},
                        {"last_text", account.last.at ? instant_text(*account.last.at) : std::string{}}});
    }
    const bool may_add = auth::is_allowed_somewhere(call.actor, auth::Action::user_administer);
    const bool administers = auth::is_allowed(call.actor, auth::Action::archive_administer, {});
    const Json view{{"title", page_text(call.language, "nav.people")},
                    {"add_href", may_add ? "/people/new" : ""},
                    {"demand_href", administers ? "/people/second-factor" : ""},
                    {"labels_href", administers ? "/people/role-labels" : ""},
                    {"unconfirmed", unconfirmed_notice(call)},
                    {"people", rows},
                    {"pages", pages_view("", call.query("cursor").empty() ? "" : "/people",
                                         more ? link("/people", {{"cursor", accounts.back().name}}) : "")}};
    return page(call, "people", view, frame_of(call, "people"));
}

// --- a new person

Json role_boxes(const Call& call)
{
    const RoleWords words{call};
    auto boxes = Json::array();
    for (std::size_t i = 0; i < auth::kRoleNames.size(); ++i) {
        const std::string name{auth::kRoleNames[i]};
        const bool checked = std::ranges::any_of(
            call.form, [&](const auto& field) { return field.first == "role" && field.second == name; });
        boxes.push_back({{"id", "f-role-" + name},
                         {"value", name},
                         {"text", words(static_cast<auth::Role>(i))},
                         {"checked", checked}});
    }
    return boxes;
}

http::Response person_form(const Call& call, const FieldProblems& problems, int status = 200)
{
    const auto clearance = secrecy_from_name(call.field("clearance")).value_or(Secrecy::open);
    const auto highest = std::min(call.archive().config().highest, call.actor.clearance);
    const Json view{
        {"title", page_text(call.language, "people.add")},
        {"action", "/people"},
        {"cancel", "/people"},
        {"errors", error_summary(call.language, problems)},
        {"name", field_view(call.field("name"), problem_of(problems, "f-name"))},
        {"full_name", field_view(call.field("full_name"), problem_of(problems, "f-full-name"))},
        {"unit", field_view(call.field("unit"), problem_of(problems, "f-unit"))},
        {"units", unit_options(call, auth::Action::user_administer, call.field("unit"))},
        {"roles", role_boxes(call)},
        {"roles_error", problem_of(problems, "f-roles").empty() ? Json() : Json(problem_of(problems, "f-roles"))},
        {"only_unit", call.field("only_unit") == "1"},
        {"clearances", secrecy_options(call.language, highest, clearance)},
        {"ldap", call.archive().config().ldap ? Json{{"checked", call.field("door") == "ldap"}} : Json()}};
    return page(call, "person_new", view, frame_of(call, "people"), status);
}

http::Response show_new_person(Call& call)
{
    return person_form(call, {});
}

http::Response add_person(Call& call)
{
    const bool by_ldap = call.field("door") == catalog::door_name(catalog::Door::ldap);
    services::NewAccount wanted{.name = call.field("name"),
                                .full_name = call.field("full_name"),
                                .unit = call.field("unit"),
                                .roles = {},
                                .only_unit = call.field("only_unit") == "1",
                                .clearance = secrecy_from_name(call.field("clearance")).value_or(Secrecy::open),
                                .password = by_ldap ? std::nullopt : std::optional{auth::make_readable_password()},
                                .door = by_ldap ? catalog::Door::ldap : catalog::Door::password};
    for (const auto& [name, value] : call.form) {
        if (const auto role = auth::role_from_name(value); name == "role" && role) {
            wanted.roles.push_back(*role);
        }
    }
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFields{
        {{"account.", "f-name"}, {"title.", "f-full-name"}, {"unit.", "f-unit"}, {"text.", "f-full-name"}}};
    try {
        const auto account = services::add_account(call.archive(), call.clock(), call.actor, wanted);
        return person_page(call, account.uid, {.password = wanted.password.value_or(""), .problems = {}});
    } catch (const Error& error) {
        if (!is_refusal_of_form(error)) {
            throw;
        }
        return person_form(call, {{field_of(error, kFields), error_text(call.language, error)}}, 422);
    }
}

// --- one person

std::string period_text(const catalog::RoleGrant& grant)
{
    return date_text(grant.from_on) + " – " + (grant.to_on ? date_text(*grant.to_on) : std::string{"…"});
}

/// Which records only: of a period, of a saved set.
std::string records_text(Language language, const services::ListedGrant& one)
{
    const auto& grant = one.grant;
    auto in_set = !grant.record_set ? std::string{}
                  : one.record_set_title.empty()
                      ? page_text(language, "rights.in_some_set")
                      : page_text(language, "rights.in_set", {{"set", one.record_set_title}});
    if (!grant.records_from_on && !grant.records_to_on) {
        return in_set;
    }
    const auto day = [](std::optional<Date> date) { return date ? date_text(*date) : std::string{"…"}; };
    return page_text(language, "rights.records") + " " + day(grant.records_from_on) + " – " + day(grant.records_to_on) +
           (in_set.empty() ? "" : " · ") + in_set;
}

/// A written order that nobody has confirmed: nothing is read by it.
bool is_waiting(const catalog::RoleGrant& grant)
{
    return grant.order && !grant.confirmed_at && !grant.ended_at;
}

std::string basis_text(Language language, const catalog::RoleGrant& grant)
{
    if (grant.order) {
        return page_text(language, "order.paper",
                         {{"number", grant.order->number},
                          {"on", date_text(grant.order->on)},
                          {"signer", grant.order->signer}}) +
               ": " + grant.reason;
    }
    return grant.delegated_from
               ? page_text(language, "rights.delegated") + (grant.reason.empty() ? "" : ": ") + grant.reason
               : grant.reason;
}

Json grant_row(const Call& call, const RoleWords& words, const services::ListedGrant& one)
{
    const auto& grant = one.grant;
    const auto path = "/grants/" + grant.uid;
    const auto language = call.language;
    const bool open = !grant.ended_at;
    const bool other = one.account != call.actor.name && grant.granted_by != call.actor.name;
    const auto may = [&](auth::Action action) { return auth::is_allowed(call.actor, action, {.unit = grant.unit}); };
    return {
        {"href", "/people/" + one.account},
        {"person", one.account_full_name},
        {"role", grant_title(language, words, grant)},
        {"waiting", is_waiting(grant) ? page_text(language, "order.waiting") : ""},
        {"unit", grant.unit_code},
        {"scope", page_text(language, grant.with_sub_units ? "rights.with_sub_units" : "rights.without_sub_units")},
        {"period", period_text(grant)},
        {"records", records_text(language, one)},
        {"reason", basis_text(language, grant)},
        {"by", one.granted_by_name.empty() ? actor_title(call, grant.granted_by) : one.granted_by_name},
        {"state", holding_state(language, {.is_ended = !open,
                                           .is_waiting = is_waiting(grant),
                                           .is_active = one.is_active,
                                           .is_confirmed = grant.confirmed_at.has_value()})},
        {"confirm_text", page_text(language, grant.order ? "order.confirm" : "rights.confirm")},
        {"confirm", open && !grant.confirmed_at && other && may(auth::Action::right_confirm) ? path + "/confirm" : ""},
        {"end", open && (may(auth::Action::user_administer) || one.account == call.actor.name) ? path + "/end" : ""}};
}

Json day_fields(const Call& call, const FieldProblems& problems)
{
    auto fields = Json::array();
    for (const auto& [name, id] : {std::pair{"from", "f-from"},
                                   {"to", "f-to"},
                                   {"records_from", "f-records-from"},
                                   {"records_to", "f-records-to"}}) {
        auto field = field_view(call.field(name), problem_of(problems, id));
        field["id"] = id;
        field["name"] = name;
        field["text"] = page_text(call.language, "rights." + std::string{name});
        fields.push_back(std::move(field));
    }
    return fields;
}

Json role_options(const Call& call)
{
    const RoleWords words{call};
    auto options = Json::array();
    for (std::size_t i = 0; i < auth::kRoleNames.size(); ++i) {
        options.push_back({{"value", auth::kRoleNames[i]},
                           {"text", words(static_cast<auth::Role>(i))},
                           {"selected", call.field("role") == auth::kRoleNames[i]}});
    }
    return options;
}

/// Saved sets that a grant may be confined to; the first choice is none.
Json set_options(const Call& call)
{
    auto options = Json::array();
    for (const auto& one : services::list_record_sets(call.archive(), call.actor, {}, kShownSets)) {
        options.push_back({{"value", one.set.uid},
                           {"text", one.set.title + " (" + one.set.unit_code + ")"},
                           {"selected", call.field("record_set") == one.set.uid}});
    }
    return options;
}

Json grant_form(const Call& call, const catalog::Account& account, const FieldProblems& problems)
{
    const auto unit = call.field("unit");
    return {{"action", "/people/" + account.uid + "/grants"},
            {"roles", role_options(call)},
            {"units", unit_options(call, auth::Action::user_administer, unit.empty() ? account.unit_code : unit)},
            {"only_unit", call.field("only_unit") == "1"},
            {"days", day_fields(call, problems)},
            {"sets", set_options(call)},
            {"reason", call.field("reason")}};
}

std::string door_text(Language language, const catalog::Account& account)
{
    return page_text(language, account.door == catalog::Door::ldap ? "door.ldap" : "door.password");
}

/// The way to the other door; null where there is none.
Json door_form(const Call& call, const catalog::Account& account)
{
    const bool by_ldap = account.door == catalog::Door::ldap;
    if (account.disabled || (!by_ldap && !call.archive().config().ldap)) {
        return nullptr;
    }
    return {{"action", "/people/" + account.uid + "/door"},
            {"value", catalog::door_name(by_ldap ? catalog::Door::password : catalog::Door::ldap)},
            {"text", page_text(call.language, by_ldap ? "door.to_password" : "door.to_ldap")}};
}

/// "12:34:AB:…": as other programs show it, in two lines.
std::string fingerprint_text(const std::string& digest)
{
    std::string text;
    for (std::size_t at = 0; at < digest.size(); at += 2) {
        text += (at == 0 ? "" : at == digest.size() / 2 ? " " : ":") + digest.substr(at, 2);
    }
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c; });
    return text;
}

Json certificates_view(const Call& call, const catalog::Account& account, bool may)
{
    const auto path = "/people/" + account.uid + "/certificates";
    auto rows = Json::array();
    for (const auto& one : services::list_certificates(call.archive(), call.actor, account.uid)) {
        rows.push_back({{"subject", one.subject},
                        {"issuer", one.issuer},
                        {"fingerprint", fingerprint_text(one.digest)},
                        {"expires_text", instant_text(one.expires_at)},
                        {"remove", may ? path + "/" + one.uid + "/remove" : ""}});
    }
    return {{"rows", rows}, {"add", may && !account.disabled ? path : ""}};
}

std::string second_factor_text(Language language, const services::SecondFactorState& factor)
{
    if (factor.is_on()) {
        return page_text(language, "second_factor.on_since", {{"since", instant_text(*factor.since)}});
    }
    return page_text(language, factor.is_demanded ? "second_factor.state_lacking" : "second_factor.state_off");
}

} // namespace

http::Response person_page(const Call& call, const std::string& who, const PersonPage& extra)
{
    const auto language = call.language;
    const auto account = services::get_account(call.archive(), call.actor, who);
    const bool past = call.query("past") == "1";
    const bool may = auth::is_allowed(call.actor, auth::Action::user_administer,
                                      {.secrecy = account.clearance, .unit = account.unit});
    const RoleWords words{call};
    auto grants = Json::array();
    for (const auto& one : services::list_grants(call.archive(), call.clock(), call.actor, account.uid, past)) {
        grants.push_back(grant_row(call, words, one));
    }
    const auto path = "/people/" + account.uid;
    const auto factor = services::second_factor_of(call.archive(), call.clock(), call.actor, account.uid);
    const Json view{
        {"title", account.full_name},
        {"heading", account.full_name},
        {"password", extra.password},
        {"summary",
         {term(page_text(language, "account.name"), account.name),
          term(page_text(language, "people.works_in"), account.unit_code),
          term(page_text(language, "account.clearance"), clearance_text(language, account.clearance)),
          term(page_text(language, "people.state"), state_of(language, account).at("text")),
          term(page_text(language, "door.title"), door_text(language, account)),
          term(page_text(language, "second_factor.title"), second_factor_text(language, factor)),
          term(page_text(language, "people.last"),
               account.last.at ? instant_text(*account.last.at) + " · " + account.last.address : "")}},
        {"may", may},
        {"new_password", may && !account.disabled && account.door == catalog::Door::password ? path + "/password" : ""},
        {"door", may ? door_form(call, account) : Json()},
        {"disable", may && !account.disabled ? path + "/disable" : ""},
        {"enable", may && account.disabled ? path + "/enable" : ""},
        {"remove_second_factor",
         may && factor.is_on() && account.uid != call.actor.name ? path + "/second-factor/remove" : ""},
        {"certificates", certificates_view(call, account, may)},
        {"errors", error_summary(language, extra.problems)},
        {"grants", grants},
        {"past_href", past ? path : path + "?past=1"},
        {"why", auth::is_allowed_somewhere(call.actor, auth::Action::user_read) ? path + "/why" : std::string{}},
        {"past_text", page_text(language, past ? "rights.only_present" : "rights.also_past")},
        {"grant", may && !account.disabled ? grant_form(call, account, extra.problems) : Json()},
        {"positions", positions_view(call, account, may, extra.problems)},
        {"order", order_form(call, account, may, extra.problems)},
        {"leave", leave_form(call, account, may, extra.problems)},
        {"hand_over_href", hand_over_href(call, account)}};
    auto response = page(call, "person", view, frame_of(call, "people"), extra.status);
    if (!extra.password.empty()) {
        response.headers.set("Cache-Control", "no-store");
    }
    return response;
}

namespace {

http::Response show_person(Call& call)
{
    return person_page(call, call.value(), {});
}

http::Response new_password(Call& call)
{
    const auto password = auth::make_readable_password();
    services::set_password(call.archive(), call.clock(), call.actor, call.value(), password);
    return person_page(call, call.value(), {.password = password, .problems = {}});
}

http::Response change_door(Call& call)
{
    const auto door = catalog::door_from_name(call.field("door"));
    if (!door) {
        throw Error{Kind::invalid, "door.unknown", {{"value", call.field("door")}}};
    }
    services::change_account(call.archive(), call.clock(), call.actor, call.value(), {.door = *door});
    return tell_at(call, "/people/" + call.value(), "door_changed");
}

http::Response disable_person(Call& call)
{
    services::disable_account(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, "/people/" + call.value(), "people.was_disabled");
}

http::Response enable_person(Call& call)
{
    services::enable_account(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, "/people/" + call.value(), "people.was_enabled");
}

http::Response grant_role(Call& call)
{
    FieldProblems problems;
    const auto role = auth::role_from_name(call.field("role"));
    if (!role) {
        throw unknown_role("/role", call.field("role"));
    }
    const services::NewGrant wanted{.who = call.value(),
                                    .role = *role,
                                    .unit = call.field("unit"),
                                    .only_unit = call.field("only_unit") == "1",
                                    .from_on = day_field(call, "from", "f-from", problems),
                                    .to_on = day_field(call, "to", "f-to", problems),
                                    .records_from_on = day_field(call, "records_from", "f-records-from", problems),
                                    .records_to_on = day_field(call, "records_to", "f-records-to", problems),
                                    .record_set = call.field("record_set"),
                                    .reason = call.field("reason")};
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kFields{{{"grant.exists", "f-role"},
                                                                                           {"grant.", "f-to"},
                                                                                           {"record_set.", "f-set"},
                                                                                           {"unit.", "f-unit"},
                                                                                           {"text.", "f-reason"}}};
    if (problems.empty()) {
        try {
            services::grant_role(call.archive(), call.clock(), call.actor, wanted);
            return tell_at(call, "/people/" + call.value(), "rights.was_granted");
        } catch (const Error& error) {
            if (!is_refusal_of_form(error)) {
                throw;
            }
            problems.emplace_back(field_of(error, kFields), error_text(call.language, error));
        }
    }
    return person_page(call, call.value(), {.password = {}, .problems = problems, .status = 422});
}

// --- changes of rights

std::string way_back(const Call& call)
{
    const auto back = call.field("back");
    return is_own_path(back) ? back : "/people";
}

http::Response end_grant(Call& call)
{
    services::end_grant(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, way_back(call), "rights.was_ended");
}

http::Response confirm_grant(Call& call)
{
    const auto grant = services::confirm_grant(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, way_back(call), grant.order ? "order.was_confirmed" : "rights.was_confirmed");
}

http::Response show_unconfirmed(Call& call)
{
    const RoleWords words{call};
    auto rows = Json::array();
    for (const auto& one : services::list_unconfirmed(call.archive(), call.clock(), call.actor, kShownGrants)) {
        rows.push_back(grant_row(call, words, one));
    }
    return page(call, "rights", {{"title", page_text(call.language, "rights.unconfirmed")}, {"grants", rows}},
                frame_of(call, "people"));
}

// --- what the roles are called

http::Response show_role_labels(Call& call)
{
    const std::string language{kLanguageNames[static_cast<std::size_t>(call.language)]};
    const auto& chosen = services::role_labels(call.archive());
    auto sets = Json::array();
    for (const auto& one : auth::role_labels()) {
        std::string words;
        for (const auto& word : one.words.at(language)) {
            words += (words.empty() ? "" : ", ") + word;
        }
        sets.push_back({{"id", "f-set-" + one.code},
                        {"value", one.code},
                        {"text", one.titles.at(language)},
                        {"words", words},
                        {"source", one.source},
                        {"checked", &one == &chosen}});
    }
    const Json view{{"title", page_text(call.language, "role_labels.title")},
                    {"action", "/people/role-labels"},
                    {"cancel", "/people"},
                    {"sets", sets}};
    return page(call, "role_labels", view, frame_of(call, "people"));
}

http::Response choose_role_labels(Call& call)
{
    services::choose_role_labels(call.archive(), call.clock(), call.actor, call.field("set"));
    auto response = redirect("/people");
    tell_next(response, call, "good", "saved");
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/people", Access::signed_in, Action::user_read, show_people},
    Route{"POST", "/people", Access::signed_in, Action::user_administer, add_person},
    Route{"GET", "/people/new", Access::signed_in, Action::user_administer, show_new_person},
    Route{"GET", "/people/{id}", Access::signed_in, Action::user_read, show_person},
    Route{"POST", "/people/{id}/password", Access::signed_in, Action::user_administer, new_password},
    Route{"POST", "/people/{id}/door", Access::signed_in, Action::user_administer, change_door},
    Route{"POST", "/people/{id}/disable", Access::signed_in, Action::user_administer, disable_person},
    Route{"POST", "/people/{id}/enable", Access::signed_in, Action::user_administer, enable_person},
    Route{"POST", "/people/{id}/grants", Access::signed_in, Action::user_administer, grant_role},
    Route{"POST", "/grants/{id}/end", Access::signed_in, Action::account_use, end_grant},
    Route{"POST", "/grants/{id}/confirm", Access::signed_in, Action::right_confirm, confirm_grant},
    Route{"GET", "/rights", Access::signed_in, Action::right_confirm, show_unconfirmed},
    Route{"GET", "/people/role-labels", Access::signed_in, Action::archive_administer, show_role_labels},
    Route{"POST", "/people/role-labels", Access::signed_in, Action::archive_administer, choose_role_labels},
};

} // namespace

std::span<const Route> people_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
