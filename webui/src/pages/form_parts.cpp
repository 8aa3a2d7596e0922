// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/form_parts.h"

#include "problem.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/formats.h>

#include <algorithm>

namespace vtlt::webui {

Json field_view(const std::string& value, const std::string& error)
{
    return {{"value", value}, {"error", error.empty() ? Json() : Json(error)}};
}

std::optional<Date> day_field(const Call& call, const char* name, const std::string& id, FieldProblems& problems)
{
    const auto typed = call.field(name);
    if (typed.empty()) {
        return std::nullopt;
    }
    const auto day = parse_date(typed);
    if (!day) {
        problems.emplace_back(id,
                              error_text(call.language, Error{Kind::invalid, "date.not_a_day", {{"value", typed}}}));
    }
    return day;
}

std::string problem_of(const FieldProblems& problems, std::string_view id)
{
    const auto found = std::ranges::find(problems, id, &FieldProblems::value_type::first);
    return found != problems.end() ? found->second : std::string{};
}

std::string field_of(const Error& error, std::span<const std::pair<std::string_view, std::string_view>> rows)
{
    const auto row = std::ranges::find_if(rows, [&](const auto& one) { return error.code().starts_with(one.first); });
    return std::string{row != rows.end() ? row->second : rows.front().second};
}

bool is_refusal_of_form(const Error& error)
{
    return error.kind() == Kind::invalid || error.kind() == Kind::conflict || error.kind() == Kind::not_found;
}

namespace {

bool is_open(const catalog::Unit& unit, Date today)
{
    return !unit.closed_on || *unit.closed_on > today;
}

} // namespace

std::vector<catalog::Unit> all_units(const Call& call)
{
    auto tx = call.archive().database().read();
    return catalog::list_units(tx);
}

Json unit_options(const Call& call, auth::Action action, const std::string& selected)
{
    auto options = Json::array();
    for (const auto& unit : all_units(call)) {
        if (is_open(unit, call.clock().today()) && auth::is_allowed(call.actor, action, {.unit = unit.id})) {
            options.push_back(
                {{"value", unit.code}, {"text", unit.code + " – " + unit.title}, {"selected", unit.code == selected}});
        }
    }
    return options;
}

Json holding_state(Language language, const Holding& holding)
{
    struct Row
    {
        bool holds;
        const char* tone;
        const char* key;
    };
    const std::array rows{
        Row{holding.is_ended, "quiet", "rights.ended"}, Row{holding.is_waiting, "warn", "order.waiting"},
        Row{!holding.is_active, "quiet", "rights.not_now"}, Row{!holding.is_confirmed, "warn", "rights.is_unconfirmed"},
        Row{true, "good", "rights.active"}};
    const auto row = std::ranges::find_if(rows, &Row::holds);
    return {{"tone", row->tone}, {"text", page_text(language, row->key)}};
}

http::Response tell_at(const Call& call, std::string path, std::string_view key)
{
    auto response = redirect(std::move(path));
    tell_next(response, call, "good", key);
    return response;
}

} // namespace vtlt::webui
