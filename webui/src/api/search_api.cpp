// SPDX-License-Identifier: GPL-3.0-or-later
#include "asked_query.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/webui/shapes.h>

namespace vtlt::webui {

namespace {

http::Response answer_with(const Call& call, const AskedQuery& asked, std::string_view path)
{
    const auto [answer, pending] = search(call, asked);
    auto response = json_answer(search_json(call.language, answer, pending));
    response.headers.set("X-Total-Count", std::to_string(answer.total));
    if (!answer.next_cursor.empty()) {
        auto parts = asked.parts();
        parts.emplace_back("sort", asked.sort);
        parts.emplace_back("limit", std::to_string(asked.limit));
        parts.emplace_back("cursor", answer.next_cursor);
        response.headers.add("Link", "<" + link(path, parts) + ">; rel=\"next\"");
    }
    return response;
}

http::Response search_documents(Call& call)
{
    return answer_with(call, asked_query(call), "/api/v1/search");
}

/// Every document, or those of a query: the same answer as a search.
http::Response list_documents(Call& call)
{
    return answer_with(call, asked_query(call), "/api/v1/documents");
}

constexpr std::string_view kParameters = "q from to sort relaxed limit cursor";

constexpr std::array kRoutes{
    Route{"GET",
          "/api/v1/search",
          Access::signed_in,
          auth::Action::document_read,
          search_documents,
          {.summary = "Search, strict hits first", .parameters = kParameters, .response = "SearchAnswer"}},
    Route{"GET",
          "/api/v1/documents",
          Access::signed_in,
          auth::Action::document_read,
          list_documents,
          {.summary = "Documents, all or those of a query", .parameters = kParameters, .response = "SearchAnswer"}},
};

} // namespace

std::span<const Route> search_api_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
