// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_history.h"
#include "history_extract.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/base/error.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/history_words.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownEvents = 50;
/// Whoever read, took, printed or was refused.
constexpr std::string_view kEveryAccess = "access.";

/// A value of a detail as one line.
std::string line_of(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : value.is_null() ? std::string{} : value.dump();
}

std::string name_of(Language language, const std::string& member)
{
    for (const auto* prefix : {"audit_detail.", "field."}) {
        if (has_message(language, "page", prefix + member)) {
            return page_text(language, prefix + member);
        }
    }
    return member;
}

/// Each value with its name; of an edit the values before and after.
Json detail_rows(Language language, const std::optional<Json>& detail)
{
    auto rows = Json::array();
    if (!detail) {
        return rows;
    }
    const auto changes = detail->value("changes", Json::object());
    for (const auto& [name, change] : changes.items()) {
        rows.push_back({{"name", name_of(language, name)},
                        {"before", line_of(change.value("old", Json()))},
                        {"after", line_of(change.value("new", Json()))},
                        {"is_change", true}});
    }
    for (const auto& [name, value] : detail->items()) {
        const auto text = line_of(value);
        if (name != "changes" && !text.empty()) {
            rows.push_back({{"name", name_of(language, name)}, {"before", ""}, {"after", text}, {"is_change", false}});
        }
    }
    return rows;
}

/// Where the object of an event has a page of its own.
std::string object_href(const services::HistoryEvent& one)
{
    struct Row
    {
        std::string_view kind;
        std::string_view path;
    };
    constexpr std::array kRows{Row{"document.", "/documents/"}, Row{"job.", "/jobs/"}, Row{"package.", "/jobs/"},
                               Row{"access.", "/documents/"}, Row{"reader_list.", "/readers/"}};
    const auto row =
        std::ranges::find_if(kRows, [&](const Row& candidate) { return one.event.action.starts_with(candidate.kind); });
    const bool leads = row != kRows.end() && !one.is_hidden && is_uid(one.event.object) &&
                       (row->path != "/documents/" || !one.object_name.empty());
    return leads ? std::string{row->path} + one.event.object : std::string{};
}

Json event_row(const Call& call, const services::HistoryEvent& one)
{
    auto alone = AskedHistory{.filter = {.object = one.event.object}};
    return {{"number", std::to_string(one.event.seq)},
            {"when_text", instant_text(one.event.at)},
            {"who", event_actor(call.language, one)},
            {"what", event_title(call.language, one.event.action)},
            {"object_text", one.object_name.empty() ? one.event.object : one.object_name},
            {"object_href", object_href(one)},
            {"only_href", link("/audit", alone.parts())},
            {"hidden", one.is_hidden},
            {"detail", detail_rows(call.language, one.event.detail)}};
}

Json action_options(const Call& call, const std::string& asked)
{
    auto options =
        Json::array({{{"value", ""}, {"text", page_text(call.language, "audit.any")}, {"selected", asked.empty()}}});
    for (const auto& action : services::list_history_actions(call.archive(), call.actor)) {
        options.push_back(
            {{"value", action}, {"text", event_title(call.language, action)}, {"selected", action == asked}});
    }
    options.push_back({{"value", kEveryAccess},
                       {"text", page_text(call.language, "audit.every_access")},
                       {"selected", asked == kEveryAccess}});
    return options;
}

/// The seal: what is signed, and how far the list reaches beyond it.
Json seal_view(const Call& call)
{
    const auto& home = call.archive().home();
    const auto checkpoint = audit::read_checkpoint(home);
    if (!checkpoint) {
        return nullptr;
    }
    return {{"size_text", count_text(call.language, "audit.events", checkpoint->head.size)},
            {"at_text", instant_text(checkpoint->at)},
            {"root", checkpoint->head.root},
            {"key", audit::read_audit_key(home).fingerprint()}};
}

/// What stands on the page, and all the rest of it, as signed files.
Json extract_links(const Call& call, const AskedHistory& asked)
{
    auto rows = Json::array();
    for (const auto* format : {"csv", "pdf"}) {
        auto parts = asked.parts();
        parts.emplace_back("format", format);
        rows.push_back({{"href", link("/audit/extract", parts)},
                        {"text", page_text(call.language, std::string{"audit.extract_"} + format)}});
    }
    return rows;
}

http::Response show_audit(Call& call)
{
    const auto asked = asked_history(call);
    Json problem;
    std::vector<services::HistoryEvent> events;
    try {
        events = services::list_history(call.archive(), call.actor, asked.filter, kShownEvents + 1);
    } catch (const Error& error) {
        // Nobody has that name: the field says so, and nothing is found.
        if (error.kind() != Kind::not_found) {
            throw;
        }
        problem = error_text(call.language, error);
    }
    const bool more = events.size() > kShownEvents;
    if (more) {
        events.pop_back();
    }
    auto rows = Json::array();
    for (const auto& one : events) {
        rows.push_back(event_row(call, one));
    }
    auto next = asked.parts();
    if (more) {
        next.emplace_back("cursor", std::to_string(events.back().event.seq));
    }
    const Json view{{"title", page_text(call.language, "nav.audit")},
                    {"seal", seal_view(call)},
                    {"errors", day_errors(call.language, asked.bad_from, asked.bad_to)},
                    {"person", asked.filter.person},
                    {"object", asked.filter.object},
                    {"unit", asked.filter.unit},
                    {"problem", problem},
                    {"actions", action_options(call, asked.filter.action)},
                    {"dates",
                     {{"from", day_view(call.language, asked.from, asked.bad_from)},
                      {"to", day_view(call.language, asked.to, asked.bad_to)}}},
                    {"report_href", "/reports/access"},
                    {"filtered", !asked.is_empty()},
                    {"clear_href", "/audit"},
                    {"extracts", rows.empty() ? Json::array() : extract_links(call, asked)},
                    {"events", rows},
                    {"pages", pages_view("", asked.filter.below > 0 ? link("/audit", asked.parts()) : "",
                                         more ? link("/audit", next) : "")}};
    return page(call, "audit", view, frame_of(call, "audit"));
}

constexpr std::array kRoutes{
    Route{"GET", "/audit", Access::signed_in, auth::Action::audit_read, show_audit},
    Route{"GET", "/audit/extract", Access::signed_in, auth::Action::audit_read, send_history_extract}};

} // namespace

std::span<const Route> audit_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
