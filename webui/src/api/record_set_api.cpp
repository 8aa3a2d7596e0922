// SPDX-License-Identifier: GPL-3.0-or-later
#include "record_sets.h"

#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kListed = 200;

http::Response list_sets(Call& call)
{
    const auto found = services::list_record_sets(call.archive(), call.actor, call.query("cursor"), kListed);
    auto list = Json::array();
    for (const auto& shown : found) {
        list.push_back(record_set_json(shown));
    }
    auto response = json_answer({{"format_version", 1}, {"record_sets", list}});
    if (found.size() == kListed) {
        response.headers.add("Link",
                             "<" + link("/api/v1/record-sets", {{"cursor", found.back().set.uid}}) + ">; rel=\"next\"");
    }
    return response;
}

std::vector<Uid> documents_member(const Json& body)
{
    std::vector<Uid> uids;
    const auto found = body.find("documents");
    if (found == body.end() || found->is_null()) {
        return uids;
    }
    if (!found->is_array() || !std::ranges::all_of(*found, [](const Json& one) { return one.is_string(); })) {
        throw Error{Kind::invalid,
                    "api.not_text",
                    {{"name", "documents"}},
                    {{"/documents", "api.not_text", {{"name", "documents"}}}}};
    }
    for (const auto& one : *found) {
        uids.push_back(one.get<Uid>());
    }
    return uids;
}

http::Response make_set(Call& call)
{
    const auto body = read_json(call);
    const auto title = text_member(body, "title");
    const auto unit = text_member(body, "unit");
    AskedQuery asked;
    asked.q = text_member(body, "q");
    asked.from = text_member(body, "from");
    asked.to = text_member(body, "to");
    const auto documents = documents_member(body);
    const auto made =
        documents.empty()
            ? save_found(call, asked, title, unit)
            : services::make_record_set(call.archive(), call.clock(), call.actor,
                                        {.title = title, .unit = unit, .query = asked.text(), .wanted = documents});
    auto response = json_answer(record_set_json(made), 201);
    response.headers.set("Location", "/api/v1/record-sets/" + made.set.uid);
    return response;
}

http::Response show_set(Call& call)
{
    const auto limit = asked_query(call).limit;
    if (limit < 1 || limit > kListed) {
        throw Error{
            Kind::invalid, "search.limit", {{"limit", std::to_string(limit)}, {"most", std::to_string(kListed)}}};
    }
    const auto found = services::show_record_set(call.archive(), call.actor, call.value(), call.query("cursor"), limit);
    auto response = json_answer(record_set_json(found));
    response.headers.set("X-Total-Count", std::to_string(found.shown.set.documents));
    if (!found.next_cursor.empty()) {
        response.headers.add("Link", "<" +
                                         link("/api/v1/record-sets/" + found.shown.set.uid,
                                              {{"limit", std::to_string(limit)}, {"cursor", found.next_cursor}}) +
                                         ">; rel=\"next\"");
    }
    return response;
}

http::Response remove_set(Call& call)
{
    services::remove_record_set(call.archive(), call.clock(), call.actor, call.value());
    return {.status = 204};
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/record-sets",
          Access::signed_in,
          Action::record_set_read,
          list_sets,
          {.summary = "Saved sets that one may know of, newest first",
           .parameters = "cursor",
           .response = "RecordSetList"}},
    Route{"POST",
          "/api/v1/record-sets",
          Access::signed_in,
          Action::record_set_create,
          make_set,
          {.summary = "Save what a query finds, or the documents named, as a set",
           .request = "NewRecordSet",
           .response = "RecordSet",
           .statuses = {201, 0, 0}}},
    Route{"GET",
          "/api/v1/record-sets/{id}",
          Access::signed_in,
          Action::record_set_read,
          show_set,
          {.summary = "A saved set with those of its documents that the reader may read",
           .parameters = "limit cursor",
           .response = "RecordSet"}},
    Route{"DELETE",
          "/api/v1/record-sets/{id}",
          Access::signed_in,
          Action::record_set_remove,
          remove_set,
          {.summary = "Remove a saved set that no right names", .statuses = {204}}},
};

} // namespace

std::span<const Route> record_set_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
