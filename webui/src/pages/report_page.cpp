// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_period.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/services/access_book.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <array>

namespace vtlt::webui {

namespace {

/// Days with their figures and their sum.
Json day_rows(Language language, const services::AccessReport& report, services::AccessDay& sum)
{
    auto rows = Json::array();
    for (const auto& day : report.days) {
        rows.push_back({{"day_text", date_text(day.day)},
                        {"sign_ins", number_text(language, day.sign_ins)},
                        {"viewed", number_text(language, day.viewed)},
                        {"downloaded", number_text(language, day.downloaded)}});
        sum.sign_ins += day.sign_ins;
        sum.viewed += day.viewed;
        sum.downloaded += day.downloaded;
    }
    return rows;
}

Json most_read_rows(const Call& call, const services::AccessReport& report)
{
    auto rows = Json::array();
    for (const auto& one : report.most_read) {
        auto row = document_line(call.language, one.view);
        row["accesses_text"] = number_text(call.language, one.count.accesses);
        row["last_text"] = instant_text(one.count.last_at);
        row["who_href"] = link("/audit", {{"object", one.view.document.uid}, {"action", "access."}});
        rows.push_back(std::move(row));
    }
    return rows;
}

/// As typed, else the day that is meant.
std::string shown_day(const std::string& typed, Date meant)
{
    return typed.empty() ? date_text(meant) : typed;
}

http::Response show_access_report(Call& call)
{
    const auto language = call.language;
    const auto asked = asked_period(call);
    services::AccessReport report;
    // What waits is counted like what is written.
    call.house.services.access.flush();
    if (!asked.is_bad()) {
        report = services::access_report(call.archive(), call.actor, asked.first, asked.last);
    }
    services::AccessDay sum;
    const auto days = day_rows(language, report, sum);
    const Json view{{"title", page_text(language, "report.access")},
                    {"errors", day_errors(language, asked.bad_from, asked.bad_to)},
                    {"action", "/reports/access"},
                    {"dates",
                     {{"from", day_view(language, shown_day(asked.from, asked.first), asked.bad_from)},
                      {"to", day_view(language, shown_day(asked.to, asked.last), asked.bad_to)}}},
                    {"days", days},
                    {"sum",
                     {{"sign_ins", number_text(language, sum.sign_ins)},
                      {"viewed", number_text(language, sum.viewed)},
                      {"downloaded", number_text(language, sum.downloaded)}}},
                    {"most_read", most_read_rows(call, report)},
                    {"back_href", "/audit"}};
    return page(call, "report_access", view, frame_of(call, "audit"));
}

http::Response get_access_report(Call& call)
{
    const auto asked = asked_period(call);
    require_period(asked);
    call.house.services.access.flush();
    return json_answer(
        access_report_json(services::access_report(call.archive(), call.actor, asked.first, asked.last)));
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/reports/access", Access::signed_in, Action::audit_read, show_access_report},
    Route{"GET",
          "/api/v1/reports/access",
          Access::signed_in,
          Action::audit_read,
          get_access_report,
          {.summary = "Sign-ins, documents opened and taken by day, and what was opened most",
           .parameters = "from to",
           .response = "AccessReport"}},
};

} // namespace

std::span<const Route> report_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
