// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/form_parts.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/readers.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <array>

namespace vtlt::webui {

namespace {

using auth::Action;

constexpr std::size_t kShown = 100;

std::string list_path(const Uid& uid)
{
    return "/readers/" + uid;
}

Json list_rows(const Call& call, const std::vector<catalog::ReaderList>& lists)
{
    auto rows = Json::array();
    for (const auto& list : lists) {
        rows.push_back({{"href", list_path(list.uid)},
                        {"title", list.title},
                        {"unit", list.unit_code},
                        {"secrecy", secrecy_badge(call.language, list.secrecy)},
                        {"made_text", instant_text(list.made_at)},
                        {"by", actor_title(call, list.made_by)}});
    }
    return rows;
}

http::Response lists_page(const Call& call, const FieldProblems& problems, int status = 200)
{
    const auto after = call.query("cursor");
    auto lists = services::list_reader_lists(call.archive(), call.actor, after, kShown + 1);
    const bool more = lists.size() > kShown;
    if (more) {
        lists.pop_back();
    }
    const auto secrecy = secrecy_from_name(call.field("secrecy")).value_or(Secrecy::open);
    const auto highest = std::min(call.archive().config().highest, call.actor.clearance);
    const Json view{{"title", page_text(call.language, "nav.readers")},
                    {"lists", list_rows(call, lists)},
                    {"pages", pages_view("", after.empty() ? "" : "/readers",
                                         more ? link("/readers", {{"cursor", lists.back().uid}}) : "")},
                    {"may", auth::is_allowed_somewhere(call.actor, Action::readers_keep)},
                    {"errors", error_summary(call.language, problems)},
                    {"name", field_view(call.field("title"), problem_of(problems, "f-title"))},
                    {"units", unit_options(call, Action::readers_keep, call.field("unit"))},
                    {"grades", secrecy_options(call.language, highest, secrecy)}};
    return page(call, "readers", view, frame_of(call, "readers"), status);
}

http::Response show_lists(Call& call)
{
    return lists_page(call, {});
}

http::Response make_list(Call& call)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kFields{{{"title.", "f-title"}}};
    try {
        const auto list =
            services::make_reader_list(call.archive(), call.clock(), call.actor,
                                       {.title = call.field("title"),
                                        .unit = call.field("unit"),
                                        .secrecy = secrecy_from_name(call.field("secrecy")).value_or(Secrecy::open)});
        return tell_at(call, list_path(list.uid), "readers.was_made");
    } catch (const Error& error) {
        if (!is_refusal_of_form(error)) {
            throw;
        }
        return lists_page(call, {{field_of(error, kFields), error_text(call.language, error)}}, 422);
    }
}

Json entry_state(const Call& call, const services::ListedReader& reader)
{
    return holding_state(call.language, {.is_ended = reader.entry.ended_at.has_value(),
                                         .is_active = reader.is_active,
                                         .is_confirmed = reader.entry.confirmed_at.has_value()});
}

Json entry_rows(const Call& call, const std::vector<services::ListedReader>& readers, bool keeps)
{
    auto rows = Json::array();
    for (const auto& reader : readers) {
        const auto& entry = reader.entry;
        const auto path = "/reader-entries/" + entry.uid;
        rows.push_back({{"name", entry.account_full_name},
                        {"account", entry.account_name},
                        {"period", date_text(entry.from_on) + " – " + date_text(entry.to_on)},
                        {"by", actor_title(call, entry.added_by)},
                        {"reason", entry.reason},
                        {"state", entry_state(call, reader)},
                        {"confirm", reader.may_confirm ? path + "/confirm" : ""},
                        {"end", keeps && !entry.ended_at ? path + "/end" : ""}});
    }
    return rows;
}

Json documents_view(const Call& call, const catalog::ReaderList& list)
{
    auto documents =
        services::list_documents_on(call.archive(), call.actor, list.uid, call.query("cursor"), kShown + 1);
    const bool more = documents.size() > kShown;
    if (more) {
        documents.pop_back();
    }
    auto rows = Json::array();
    for (const auto& view : documents) {
        rows.push_back(document_line(call.language, view));
    }
    const auto path = list_path(list.uid);
    return {{"documents", rows},
            {"pages", pages_view("", call.query("cursor").empty() ? "" : path,
                                 more ? link(path, {{"cursor", documents.back().document.uid}}) : "")}};
}

http::Response list_page(const Call& call, const Uid& uid, const FieldProblems& problems, int status = 200)
{
    const auto list = services::get_reader_list(call.archive(), call.actor, uid);
    const bool keeps = auth::is_allowed(call.actor, Action::readers_keep, catalog::target_of(list));
    const bool past = call.query("past") == "1";
    const auto readers = services::list_readers(call.archive(), call.clock(), call.actor, uid, past);
    const auto field = [&](const char* name, const char* id) {
        return field_view(call.field(name), problem_of(problems, id));
    };
    const auto path = list_path(list.uid);
    const auto documents = documents_view(call, list);
    const Json view{{"title", list.title},
                    {"unit", list.unit_code},
                    {"secrecy", secrecy_badge(call.language, list.secrecy)},
                    {"readers", entry_rows(call, readers, keeps)},
                    {"past_href", past ? path : path + "?past=1"},
                    {"past_text", page_text(call.language, past ? "readers.only_present" : "readers.also_past")},
                    {"add", keeps ? path + "/entries" : ""},
                    {"errors", error_summary(call.language, problems)},
                    {"who", field("who", "f-who")},
                    {"from", field("from", "f-from")},
                    {"to", field("to", "f-to")},
                    {"reason", call.field("reason")},
                    {"documents", documents.at("documents")},
                    {"pages", documents.at("pages")}};
    auto frame = frame_of(call, "readers");
    frame.secrecy = list.secrecy;
    return page(call, "reader_list", view, frame, status);
}

http::Response show_list(Call& call)
{
    return list_page(call, call.value(), {});
}

http::Response add_reader(Call& call)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFields{
        {{"account.", "f-who"}, {"reader", "f-who"}, {"grant.bad_period", "f-to"}}};
    FieldProblems problems;
    const services::NewReader wanted{.list = call.value(),
                                     .who = call.field("who"),
                                     .from_on = day_field(call, "from", "f-from", problems),
                                     .to_on = day_field(call, "to", "f-to", problems),
                                     .reason = call.field("reason")};
    // Hidden as missing before anything is told of the form.
    services::get_reader_list(call.archive(), call.actor, call.value());
    if (problems.empty()) {
        try {
            services::add_reader(call.archive(), call.clock(), call.actor, wanted);
            return tell_at(call, list_path(call.value()), "readers.was_added");
        } catch (const Error& error) {
            if (!is_refusal_of_form(error) && error.code() != "account.not_found" &&
                error.code() != "readers.needs_another_person") {
                throw;
            }
            problems.emplace_back(field_of(error, kFields), error_text(call.language, error));
        }
    }
    return list_page(call, call.value(), problems, 422);
}

http::Response end_reader(Call& call)
{
    const auto list = services::end_reader(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, list_path(list), "readers.was_ended");
}

http::Response confirm_reader(Call& call)
{
    const auto list = services::confirm_reader(call.archive(), call.clock(), call.actor, call.value());
    return tell_at(call, list_path(list), "readers.was_confirmed");
}

constexpr std::array kRoutes{
    Route{"GET", "/readers", Access::signed_in, Action::readers_read, show_lists},
    Route{"POST", "/readers", Access::signed_in, Action::readers_keep, make_list},
    Route{"GET", "/readers/{id}", Access::signed_in, Action::readers_read, show_list},
    Route{"POST", "/readers/{id}/entries", Access::signed_in, Action::readers_keep, add_reader},
    Route{"POST", "/reader-entries/{id}/end", Access::signed_in, Action::readers_keep, end_reader},
    Route{"POST", "/reader-entries/{id}/confirm", Access::signed_in, Action::readers_confirm, confirm_reader},
};

} // namespace

std::span<const Route> reader_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
