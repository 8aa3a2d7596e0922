// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/changed_document.h"
#include "api/members.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/readers.h>
#include <vtlt/core/services/reclassification.h>
#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

using auth::Action;

constexpr std::size_t kListed = 200;

http::Response list_lists(Call& call)
{
    const auto found = services::list_reader_lists(call.archive(), call.actor, call.query("cursor"), kListed);
    auto list = Json::array();
    for (const auto& one : found) {
        list.push_back(reader_list_json(one));
    }
    auto response = json_answer({{"format_version", 1}, {"reader_lists", list}});
    if (found.size() == kListed) {
        response.headers.add("Link",
                             "<" + link("/api/v1/reader-lists", {{"cursor", found.back().uid}}) + ">; rel=\"next\"");
    }
    return response;
}

http::Response make_list(Call& call)
{
    const auto body = read_json(call);
    const auto list = services::make_reader_list(call.archive(), call.clock(), call.actor,
                                                 {.title = text_member(body, "title"),
                                                  .unit = text_member(body, "unit"),
                                                  .secrecy = secrecy_member(body, "secrecy")});
    auto response = json_answer(with_version(reader_list_json(list)), 201);
    response.headers.set("Location", "/api/v1/reader-lists/" + list.uid);
    return response;
}

http::Response show_list(Call& call)
{
    auto json = with_version(reader_list_json(services::get_reader_list(call.archive(), call.actor, call.value())));
    auto readers = Json::array();
    for (const auto& one :
         services::list_readers(call.archive(), call.clock(), call.actor, call.value(), call.query("past") == "1")) {
        readers.push_back(reader_json(one));
    }
    json["readers"] = readers;
    return json_answer(json);
}

http::Response add_reader(Call& call)
{
    const auto body = read_json(call);
    const auto entry = services::add_reader(call.archive(), call.clock(), call.actor,
                                            {.list = call.value(),
                                             .who = text_member(body, "account"),
                                             .from_on = day_member(body, "from"),
                                             .to_on = day_member(body, "to"),
                                             .reason = text_member(body, "reason")});
    const bool is_active = entry.from_on <= call.clock().today();
    return json_answer(with_version(reader_json({.entry = entry, .is_active = is_active})), 201);
}

http::Response end_reader(Call& call)
{
    services::end_reader(call.archive(), call.clock(), call.actor, call.value());
    return http::Response{.status = 204};
}

http::Response confirm_reader(Call& call)
{
    services::confirm_reader(call.archive(), call.clock(), call.actor, call.value());
    return http::Response{.status = 204};
}

http::Response change_readers(Call& call)
{
    readable_document(call, call.value());
    const auto body = read_json(call);
    const auto change = services::change_readers(call.archive(), call.clock(), call.actor, call.value(),
                                                 text_member(body, "reader_list"), text_member(body, "reason"),
                                                 call.house.services.catch_up_index);
    return change.proposal ? json_answer(with_version(reclassification_json(*change.proposal)), 202)
                           : changed_document(call, *change.document);
}

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/reader-lists",
          Access::signed_in,
          Action::readers_read,
          list_lists,
          {.summary = "Need-to-know lists, oldest first", .parameters = "cursor", .response = "ReaderListList"}},
    Route{"POST",
          "/api/v1/reader-lists",
          Access::signed_in,
          Action::readers_keep,
          make_list,
          {.summary = "Make a need-to-know list",
           .request = "NewReaderList",
           .response = "ReaderList",
           .statuses = {201}}},
    Route{"GET",
          "/api/v1/reader-lists/{id}",
          Access::signed_in,
          Action::readers_read,
          show_list,
          {.summary = "A list and who stands on it; past=1: also who did",
           .parameters = "past",
           .response = "ReaderList"}},
    Route{"POST",
          "/api/v1/reader-lists/{id}/entries",
          Access::signed_in,
          Action::readers_keep,
          add_reader,
          {.summary = "Put somebody on a list; a warning until a second person confirms it",
           .request = "NewReader",
           .response = "Reader",
           .statuses = {201}}},
    Route{"POST",
          "/api/v1/reader-entries/{id}/end",
          Access::signed_in,
          Action::readers_keep,
          end_reader,
          {.summary = "Take somebody off a list: his sessions end", .statuses = {204}}},
    Route{"POST",
          "/api/v1/reader-entries/{id}/confirm",
          Access::signed_in,
          Action::readers_confirm,
          confirm_reader,
          {.summary = "Confirm another person's entry", .statuses = {204}}},
    Route{"POST",
          "/api/v1/documents/{id}/reader-list",
          Access::signed_in,
          Action::secrecy_raise,
          change_readers,
          {.summary = "Put a document on a need-to-know list, at once (200, or 204 when it is out of the asker's sight "
                      "then); off its list or on another one by a proposal that a second person confirms (202)",
           .request = "ReadersChange",
           .response = "Document",
           .statuses = {200, 202, 204}}},
};

} // namespace

std::span<const Route> reader_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
