// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/person_parts.h"
#include "routing/groups.h"

#include <vtlt/core/auth/role.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/hand_over.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/positions.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/webui/formats.h>

#include <algorithm>
#include <array>
#include <span>

namespace vtlt::webui {

namespace {

/// An input of these forms: partial/form_field.
struct FieldRow
{
    const char* name;
    const char* id;
    const char* text; ///< key of context "page"
    bool is_day = false;
};

constexpr std::array kPositionFields{
    FieldRow{"position_title", "f-position-title", "position.title_of"},
    FieldRow{"position_from", "f-position-from", "rights.from", true},
    FieldRow{"position_to", "f-position-to", "rights.to", true},
    FieldRow{"position_reason", "f-position-reason", "rights.reason"},
};
constexpr std::array kOrderFields{
    FieldRow{"order_number", "f-order-number", "order.number"},
    FieldRow{"order_on", "f-order-on", "order.on", true},
    FieldRow{"order_signer", "f-order-signer", "order.signer"},
    FieldRow{"order_from", "f-order-from", "rights.from", true},
    FieldRow{"order_to", "f-order-to", "rights.to", true},
    FieldRow{"order_records_from", "f-order-records-from", "rights.records_from", true},
    FieldRow{"order_records_to", "f-order-records-to", "rights.records_to", true},
    FieldRow{"order_reason", "f-order-reason", "rights.reason"},
};
constexpr std::array kLeaveFields{
    FieldRow{"leave_to", "f-leave-to", "leave.to"},
    FieldRow{"leave_on", "f-leave-on", "leave.on", true},
    FieldRow{"leave_reason", "f-leave-reason", "rights.reason"},
};

Json fields_view(const Call& call, std::span<const FieldRow> rows, const FieldProblems& problems)
{
    auto fields = Json::array();
    for (const auto& row : rows) {
        auto field = field_view(call.field(row.name), problem_of(problems, row.id));
        field["id"] = row.id;
        field["name"] = row.name;
        field["text"] = page_text(call.language, row.text);
        field["example"] = row.is_day ? page_text(call.language, "rights.day_example") : "";
        fields.push_back(std::move(field));
    }
    return fields;
}

/// The day of one of `rows`, whose mistake is noted at its field.
std::optional<Date> day_of(const Call& call, std::span<const FieldRow> rows, std::string_view name,
                           FieldProblems& problems)
{
    const auto row = std::ranges::find_if(rows, [&](const FieldRow& one) { return one.name == name; });
    ensure(row != rows.end(), "a field of the form");
    return day_field(call, row->name, row->id, problems);
}

using FieldOfCode = std::pair<std::string_view, std::string_view>;

/// Does it, or shows the person's page again with what was wrong.
template <class Work>
http::Response try_form(const Call& call, FieldProblems problems, std::span<const FieldOfCode> fields,
                        std::string_view done, const Work& work)
{
    if (problems.empty()) {
        try {
            work();
            return tell_at(call, "/people/" + call.value(), done);
        } catch (const Error& error) {
            if (!is_refusal_of_form(error)) {
                throw;
            }
            problems.emplace_back(field_of(error, fields), error_text(call.language, error));
        }
    }
    return person_page(call, call.value(), {.password = {}, .problems = std::move(problems), .status = 422});
}

std::string unit_or_own(const Call& call, const char* name, const catalog::Account& account)
{
    const auto typed = call.field(name);
    return typed.empty() ? account.unit_code : typed;
}

// --- positions

std::string days_text(const catalog::Position& position)
{
    return date_text(position.from_on) + " – " + (position.to_on ? date_text(*position.to_on) : std::string{"…"});
}

Json position_state(const Call& call, const services::ListedPosition& one)
{
    const auto& position = one.position;
    const auto today = call.clock().today();
    struct Row
    {
        bool holds;
        const char* tone;
        const char* key;
    };
    const std::array rows{Row{position.to_on && *position.to_on < position.from_on, "quiet", "position.called_off"},
                          Row{position.is_over_before(today), "quiet", "position.past"},
                          Row{!one.is_held, "info", "position.to_come"}, Row{true, "good", "position.held"}};
    const auto row = std::ranges::find_if(rows, &Row::holds);
    return {{"tone", row->tone}, {"text", page_text(call.language, row->key)}};
}

Json role_boxes(const Call& call)
{
    const RoleWords words{call};
    auto boxes = Json::array();
    for (std::size_t i = 0; i < auth::kRoleNames.size(); ++i) {
        const std::string name{auth::kRoleNames.at(i)};
        const bool checked = std::ranges::any_of(
            call.form, [&](const auto& field) { return field.first == "position_role" && field.second == name; });
        boxes.push_back({{"id", "f-position-role-" + name},
                         {"value", name},
                         {"text", words(static_cast<auth::Role>(i))},
                         {"checked", checked}});
    }
    return boxes;
}

http::Response add_position(Call& call)
{
    FieldProblems problems;
    services::NewPosition wanted{.who = call.value(),
                                 .title = call.field("position_title"),
                                 .unit = call.field("position_unit"),
                                 .is_main = call.field("position_main") == "1",
                                 .from_on = day_of(call, kPositionFields, "position_from", problems),
                                 .to_on = day_of(call, kPositionFields, "position_to", problems),
                                 .roles = {},
                                 .only_unit = call.field("position_only_unit") == "1",
                                 .reason = call.field("position_reason")};
    for (const auto& [name, value] : call.form) {
        if (const auto role = auth::role_from_name(value); name == "position_role" && role) {
            wanted.roles.push_back(*role);
        }
    }
    static constexpr std::array<FieldOfCode, 5> kFields{{{"title.", "f-position-title"},
                                                         {"position.main", "f-position-main"},
                                                         {"position.", "f-position-to"},
                                                         {"grant.", "f-position-to"},
                                                         {"unit.", "f-position-unit"}}};
    return try_form(call, std::move(problems), kFields, "position.was_added",
                    [&] { services::add_position(call.archive(), call.clock(), call.actor, wanted); });
}

http::Response end_position(Call& call)
{
    const auto typed = call.field("to");
    const auto last = parse_date(typed);
    if (!typed.empty() && !last) {
        throw Error{Kind::invalid, "date.not_a_day", {{"value", typed}}};
    }
    services::end_position(call.archive(), call.clock(), call.actor, call.value(), last);
    const auto back = call.field("back");
    return tell_at(call, is_own_path(back) ? back : "/people", "position.was_ended");
}

// --- written orders

http::Response propose_order(Call& call)
{
    FieldProblems problems;
    const auto day = [&](std::string_view name) { return day_of(call, kOrderFields, name, problems); };
    const services::NewOrder wanted{.who = call.value(),
                                    .number = call.field("order_number"),
                                    .on = day("order_on"),
                                    .signer = call.field("order_signer"),
                                    .unit = call.field("order_unit"),
                                    .only_unit = call.field("order_only_unit") == "1",
                                    .from_on = day("order_from"),
                                    .to_on = day("order_to"),
                                    .records_from_on = day("order_records_from"),
                                    .records_to_on = day("order_records_to"),
                                    .reason = call.field("order_reason")};
    static constexpr std::array<FieldOfCode, 5> kFields{{{"order.incomplete", "f-order-number"},
                                                         {"order.bad_day", "f-order-on"},
                                                         {"order.too_long", "f-order-to"},
                                                         {"grant.bad_period", "f-order-to"},
                                                         {"unit.", "f-order-unit"}}};
    return try_form(call, std::move(problems), kFields, "order.was_proposed",
                    [&] { services::propose_order(call.archive(), call.clock(), call.actor, wanted); });
}

// --- leaving

http::Response leave(Call& call)
{
    FieldProblems problems;
    const services::Leaving wanted{.who = call.value(),
                                   .to = call.field("leave_to"),
                                   .on = day_of(call, kLeaveFields, "leave_on", problems),
                                   .reason = call.field("leave_reason")};
    static constexpr std::array<FieldOfCode, 2> kFields{
        {{"hand_over.future", "f-leave-on"}, {"account.", "f-leave-to"}}};
    auto response = try_form(call, std::move(problems), kFields, "leave.was_done",
                             [&] { services::leave_account(call.archive(), call.clock(), call.actor, wanted); });
    if (response.status == 303) {
        response.headers.set("Location", "/people/" + call.value() + "/hand-over");
    }
    return response;
}

/// The words of core/src/services/hand_over.cpp, in the order of their texts.
std::string item_text(Language language, const std::string& what)
{
    return page_text(language, "hand_over.what_" + what);
}

Json minutes_view(const Call& call, const services::ListedHandOver& one)
{
    const auto language = call.language;
    const auto& made = one.hand_over;
    auto items = Json::array();
    for (const auto& item : made.items) {
        items.push_back({{"number", std::to_string(items.size() + 1)},
                         {"what", item_text(language, item.what)},
                         {"object", item.object},
                         {"fate", page_text(language, "hand_over." + std::string{catalog::fate_name(item.fate)})}});
    }
    return {{"id", made.uid},
            {"facts",
             {term(page_text(language, "hand_over.from"), one.account.full_name + " (" + one.account.name + ")"),
              term(page_text(language, "hand_over.to"), one.to.full_name + " (" + one.to.name + ")"),
              term(page_text(language, "hand_over.on"), date_text(made.on)),
              term(page_text(language, "rights.reason"), made.reason),
              term(page_text(language, "hand_over.made"),
                   instant_text(made.made_at) + " · " +
                       (one.made_by_name.empty() ? actor_title(call, made.made_by) : one.made_by_name))}},
            {"items", items},
            {"giver", one.account.full_name},
            {"taker", one.to.full_name}};
}

http::Response show_hand_over(Call& call)
{
    const auto account = services::get_account(call.archive(), call.actor, call.value());
    auto minutes = Json::array();
    for (const auto& one : services::list_hand_overs(call.archive(), call.actor, account.uid)) {
        minutes.push_back(minutes_view(call, one));
    }
    const Json view{{"title", page_text(call.language, "hand_over.title")},
                    {"person", account.full_name},
                    {"back_href", "/people/" + account.uid},
                    {"minutes", minutes}};
    return page(call, "hand_over", view, frame_of(call, "people"));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"POST", "/people/{id}/positions", Access::signed_in, Action::user_administer, add_position},
    Route{"POST", "/positions/{id}/end", Access::signed_in, Action::user_administer, end_position},
    Route{"POST", "/people/{id}/orders", Access::signed_in, Action::user_administer, propose_order},
    Route{"POST", "/people/{id}/leave", Access::signed_in, Action::user_administer, leave},
    Route{"GET", "/people/{id}/hand-over", Access::signed_in, Action::user_read, show_hand_over},
};

} // namespace

Json positions_view(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems)
{
    const RoleWords words{call};
    auto rows = Json::array();
    for (const auto& one : services::list_positions(call.archive(), call.clock(), call.actor, account.uid)) {
        const auto& position = one.position;
        std::string roles;
        for (const auto role : one.roles) {
            roles += (roles.empty() ? "" : ", ") + words(role);
        }
        const bool may_end = !position.is_over_before(call.clock().today()) &&
                             auth::is_allowed(call.actor, Action::user_administer, {.unit = position.unit});
        rows.push_back({{"title", position.title},
                        {"main", position.is_main ? page_text(call.language, "position.main") : ""},
                        {"unit", position.unit_code},
                        {"period", days_text(position)},
                        {"roles", roles},
                        {"state", position_state(call, one)},
                        {"end", may_end ? "/positions/" + position.uid + "/end" : ""}});
    }
    const Json form{{"action", "/people/" + account.uid + "/positions"},
                    {"fields", fields_view(call, kPositionFields, problems)},
                    {"units", unit_options(call, Action::user_administer, unit_or_own(call, "position_unit", account))},
                    {"main", call.field("position_main") == "1"},
                    {"roles", role_boxes(call)},
                    {"only_unit", call.field("position_only_unit") == "1"}};
    return {{"rows", rows}, {"back", "/people/" + account.uid}, {"form", may && !account.disabled ? form : Json()}};
}

Json order_form(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems)
{
    const auto grants = services::list_grants(call.archive(), call.clock(), call.actor, account.uid);
    const bool is_admin = std::ranges::any_of(grants, [](const services::ListedGrant& one) {
        return one.is_active && one.grant.role == auth::Role::admin && !one.grant.order;
    });
    if (!may || account.disabled || !is_admin) {
        return nullptr;
    }
    return {{"action", "/people/" + account.uid + "/orders"},
            {"fields", fields_view(call, kOrderFields, problems)},
            {"units", unit_options(call, Action::user_administer, unit_or_own(call, "order_unit", account))},
            {"only_unit", call.field("order_only_unit") == "1"}};
}

Json leave_form(const Call& call, const catalog::Account& account, bool may, const FieldProblems& problems)
{
    if (!may || (account.disabled && !hand_over_href(call, account).empty())) {
        return nullptr;
    }
    return {{"action", "/people/" + account.uid + "/leave"}, {"fields", fields_view(call, kLeaveFields, problems)}};
}

std::string hand_over_href(const Call& call, const catalog::Account& account)
{
    return services::list_hand_overs(call.archive(), call.actor, account.uid).empty()
               ? std::string{}
               : "/people/" + account.uid + "/hand-over";
}

std::span<const Route> position_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
