// SPDX-License-Identifier: GPL-3.0-or-later
#include "document_list.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/messages.h>

namespace vtlt::webui {

namespace {

constexpr std::uint64_t kShownRows = 500;

Json file_links(const Call& call, const AskedQuery& asked)
{
    auto rows = Json::array();
    for (const auto* format : {"pdf", "xlsx", "docx"}) {
        auto parts = asked.parts();
        parts.emplace_back("format", format);
        rows.push_back({{"href", link("/search/list/file", parts)},
                        {"text", page_text(call.language, std::string{"document_list."} + format)}});
    }
    return rows;
}

http::Response show_list(Call& call)
{
    const auto asked = asked_query(call);
    Json view{{"title", page_text(call.language, "document_list.title")},
              {"back", {{"href", link("/search", asked.parts())}, {"text", page_text(call.language, "document.back")}}},
              {"form", ""},
              {"files", Json::array()},
              {"too_long", ""},
              {"package",
               {{"href", link("/packages/new", asked.parts())}, {"text", page_text(call.language, "nav.packages")}}}};
    try {
        view["form"] = document_list(call, asked, forms::Output::html, kShownRows);
        view["files"] = file_links(call, asked);
    } catch (const Error& error) {
        if (error.code() != "list.too_long") {
            throw;
        }
        view["too_long"] = error_text(call.language, error);
    }
    auto frame = frame_of(call, "search");
    frame.query = asked.q;
    return page(call, "document_list", view, frame);
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/search/list", Access::signed_in, Action::document_read, show_list},
    Route{"GET", "/search/list/file", Access::signed_in, Action::document_read, send_document_list},
    Route{"GET",
          "/api/v1/search/list",
          Access::signed_in,
          Action::document_read,
          send_document_list,
          {.summary = "The documents of a query as a printed list",
           .parameters = "q from to relaxed format",
           .response = "Bytes"}},
};

} // namespace

std::span<const Route> list_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
