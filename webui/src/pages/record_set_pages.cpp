// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_query.h"
#include "pages/form_parts.h"
#include "problem.h"
#include "record_sets.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kShownSets = 50;
constexpr std::size_t kShownDocuments = 50;

std::string set_path(const Uid& uid)
{
    return "/sets/" + uid;
}

std::string maker(const Call& call, const services::ShownRecordSet& shown)
{
    return shown.made_by_name.empty() ? actor_title(call, shown.set.made_by) : shown.made_by_name;
}

http::Response show_sets(Call& call)
{
    auto list = services::list_record_sets(call.archive(), call.actor, call.query("cursor"), kShownSets + 1);
    const bool more = list.size() > kShownSets;
    if (more) {
        list.pop_back();
    }
    auto rows = Json::array();
    for (const auto& shown : list) {
        rows.push_back({{"href", set_path(shown.set.uid)},
                        {"title", shown.set.title},
                        {"unit", shown.set.unit_code},
                        {"count_text", count_text(call.language, "count.documents", shown.set.documents)},
                        {"made_text", instant_text(shown.set.made_at)},
                        {"by", maker(call, shown)}});
    }
    const Json view{{"title", page_text(call.language, "nav.sets")},
                    {"sets", rows},
                    {"pages", pages_view("", call.query("cursor").empty() ? "" : "/sets",
                                         more ? link("/sets", {{"cursor", list.back().set.uid}}) : "")}};
    return page(call, "sets", view, frame_of(call, "sets"));
}

Json summary(const Call& call, const services::ShownRecordSet& shown)
{
    const auto text = [&](const char* key) { return page_text(call.language, key); };
    auto facts = Json::array(
        {term(text("sets.documents"), number_text(call.language, static_cast<std::int64_t>(shown.set.documents))),
         term(text("field.unit"), shown.set.unit_code), term(text("sets.made"), instant_text(shown.set.made_at)),
         term(text("jobs.by"), maker(call, shown))});
    if (!shown.set.query.empty()) {
        facts.push_back(term(text("sets.query"), shown.set.query, "/search?q=" + encoded(shown.set.query)));
    }
    return facts;
}

http::Response show_set(Call& call)
{
    const auto found =
        services::show_record_set(call.archive(), call.actor, call.value(), call.query("cursor"), kShownDocuments);
    const auto& shown = found.shown;
    const auto path = set_path(shown.set.uid);
    auto frame = frame_of(call, "sets");
    auto documents = Json::array();
    for (const auto& view : found.views) {
        documents.push_back(document_line(call.language, view));
        frame.secrecy = std::max(frame.secrecy, view.document.secrecy);
    }
    const bool may_export =
        shown.set.documents > 0 && auth::is_allowed_somewhere(call.actor, auth::Action::document_export);
    const Json view{
        {"title", shown.set.title},
        {"back_href", "/sets"},
        {"summary", summary(call, shown)},
        {"documents", documents},
        {"package", may_export ? link("/packages/new", {{"set", shown.set.uid}}) : std::string{}},
        {"remove", shown.may_remove ? path + "/remove" : std::string{}},
        {"pages", pages_view("", call.query("cursor").empty() ? "" : path,
                             found.next_cursor.empty() ? "" : link(path, {{"cursor", found.next_cursor}}))}};
    return page(call, "set", view, frame);
}

// --- a new one

http::Response set_form(const Call& call, const FieldProblems& problems, int status = 200)
{
    const auto asked = asked_query(call);
    auto fields = Json::array();
    for (const auto& [name, value] : {std::pair{"q", asked.q}, {"from", asked.from}, {"to", asked.to}}) {
        fields.push_back({{"name", name}, {"value", value}});
    }
    const Json view{{"title", page_text(call.language, "sets.new")},
                    {"action", "/sets"},
                    {"cancel", link("/search", asked.parts())},
                    {"errors", error_summary(call.language, problems)},
                    {"source", asked.is_empty() ? std::string{} : asked.text()},
                    {"fields", fields},
                    {"name", field_view(call.field("title"), problem_of(problems, "f-title"))},
                    {"units", unit_options(call, auth::Action::record_set_create, call.field("unit"))}};
    return page(call, "set_new", view, frame_of(call, "sets"), status);
}

http::Response show_new_set(Call& call)
{
    return set_form(call, {});
}

http::Response make_set(Call& call)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kFields{{{"", "f-title"}}};
    try {
        const auto made = save_found(call, asked_query(call), call.field("title"), call.field("unit"));
        return tell_at(call, set_path(made.set.uid), "sets.was_made");
    } catch (const Error& error) {
        if (!is_refusal_of_form(error)) {
            throw;
        }
        return set_form(call, {{field_of(error, kFields), error_text(call.language, error)}}, 422);
    }
}

http::Response remove_set(Call& call)
{
    services::remove_record_set(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, "/sets", "sets.was_removed");
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/sets", Access::signed_in, Action::record_set_read, show_sets},
    Route{"POST", "/sets", Access::signed_in, Action::record_set_create, make_set},
    Route{"GET", "/sets/new", Access::signed_in, Action::record_set_create, show_new_set},
    Route{"GET", "/sets/{id}", Access::signed_in, Action::record_set_read, show_set},
    Route{"POST", "/sets/{id}/remove", Access::signed_in, Action::record_set_remove, remove_set},
};

} // namespace

std::span<const Route> record_set_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
