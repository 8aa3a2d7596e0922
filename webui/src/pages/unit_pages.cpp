// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/form_parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>
#include <functional>

namespace vtlt::webui {

namespace {

/// Deeper levels of the tree of units are drawn like this one.
constexpr int kDeepest = 5;

/// The tree, each unit after the one above it.
Json unit_rows(const Call& call, const std::vector<catalog::Unit>& units)
{
    auto rows = Json::array();
    const std::function<void(std::optional<UnitId>, int)> add = [&](std::optional<UnitId> parent, int depth) {
        for (const auto& unit : units) {
            if (unit.parent != parent) {
                continue;
            }
            rows.push_back({{"code", unit.code},
                            {"title", unit.title},
                            {"depth", std::to_string(std::min(depth, kDeepest))},
                            {"tells_hidden", unit.tells_hidden},
                            {"closed_text", unit.closed_on ? page_text(call.language, "units.closed_on") + " " +
                                                                 date_text(*unit.closed_on)
                                                           : std::string{}}});
            add(unit.id, depth + 1);
        }
    };
    add(std::nullopt, 0);
    return rows;
}

http::Response units_page(const Call& call, const FieldProblems& problems, int status = 200)
{
    constexpr auto action = auth::Action::unit_create;
    const auto field = [&](const char* name, const char* id) {
        return field_view(call.field(name), problem_of(problems, id));
    };
    const Json view{{"title", page_text(call.language, "nav.units")},
                    {"units", unit_rows(call, all_units(call))},
                    {"may", auth::is_allowed_somewhere(call.actor, action)},
                    {"errors", error_summary(call.language, problems)},
                    {"code", field("code", "f-code")},
                    {"name", field("title", "f-title")},
                    {"unit", field("unit", "f-unit")},
                    {"on", field("on", "f-on")},
                    {"parents", unit_options(call, action, call.field("parent"))},
                    {"closing", unit_options(call, action, call.field("unit"))},
                    {"telling", unit_options(call, action, call.field("policy_unit"))},
                    {"policy", field("policy_unit", "f-policy")},
                    {"successors", unit_options(call, action, call.field("successor"))}};
    return page(call, "units", view, frame_of(call, "units"), status);
}

http::Response show_units(Call& call)
{
    return units_page(call, {});
}

http::Response add_unit(Call& call)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFields{
        {{"unit.", "f-code"}, {"title.", "f-title"}, {"text.", "f-title"}}};
    try {
        services::create_unit(
            call.archive(), call.clock(), call.actor,
            {.code = call.field("code"), .title = call.field("title"), .parent = call.field("parent")});
        return tell_at(call, "/units", "units.was_added");
    } catch (const Error& error) {
        if (!is_refusal_of_form(error)) {
            throw;
        }
        return units_page(call, {{field_of(error, kFields), error_text(call.language, error)}}, 422);
    }
}

http::Response close_unit(Call& call)
{
    FieldProblems problems;
    services::UnitClosing closing{.units = {call.field("unit")},
                                  .successors = {},
                                  .on = day_field(call, "on", "f-on", problems),
                                  .move_people = call.field("move_people") == "1"};
    if (const auto successor = call.field("successor"); !successor.empty()) {
        closing.successors.push_back(successor);
    }
    if (problems.empty()) {
        try {
            services::close_units(call.archive(), call.clock(), call.actor, closing);
            return tell_at(call, "/units", "units.was_closed");
        } catch (const Error& error) {
            if (!is_refusal_of_form(error)) {
                throw;
            }
            problems.emplace_back("f-unit", error_text(call.language, error));
        }
    }
    return units_page(call, problems, 422);
}

http::Response set_policy(Call& call)
{
    const bool tells = call.field("tells_hidden") == "1";
    try {
        services::set_unit_policy(call.archive(), call.clock(), call.actor, call.field("policy_unit"), tells);
        return tell_at(call, "/units", tells ? "units.tells_now" : "units.tells_no_more");
    } catch (const Error& error) {
        if (!is_refusal_of_form(error)) {
            throw;
        }
        return units_page(call, {{"f-policy", error_text(call.language, error)}}, 422);
    }
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/units", Access::signed_in, Action::unit_read, show_units},
    Route{"POST", "/units", Access::signed_in, Action::unit_create, add_unit},
    Route{"POST", "/units/close", Access::signed_in, Action::unit_create, close_unit},
    Route{"POST", "/units/policy", Access::signed_in, Action::unit_create, set_policy},
};

} // namespace

std::span<const Route> unit_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
