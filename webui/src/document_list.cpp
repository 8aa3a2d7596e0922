// SPDX-License-Identifier: GPL-3.0-or-later
#include "document_list.h"

#include "packages.h"
#include "pages/parts.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/http/conditional.h>

namespace vtlt::webui {

std::string document_list(const Call& call, const AskedQuery& asked, forms::Output output, std::uint64_t preview_rows)
{
    // Counting is quick where collecting half the archive would not be.
    auto request = search_request(asked, call.actor);
    request.count_only = true;
    request.told = {};
    const auto documents = call.house.searchers.with([&](indexer::Searcher& searcher) {
        const auto total = searcher.search(request).total;
        if (total > export_::kMaxListed) {
            throw export_::list_too_long(total);
        }
        return searcher.matching_documents(asked.text(), auth::reach_of(call.actor, auth::Action::document_read),
                                           asked.relaxed);
    });
    std::string list;
    export_::write_document_list(call.archive().database(), call.actor, documents,
                                 {.query = asked.text(),
                                  .asked_by = actor_title(call, call.actor.name),
                                  .made_at = call.clock().now(),
                                  .preview_rows = preview_rows},
                                 output, [&](std::string_view bytes) { list += bytes; });
    return list;
}

http::Response send_document_list(Call& call)
{
    const auto wanted = call.query("format");
    const auto output = forms::output_from_name(wanted);
    if (!output) {
        throw Error{Kind::invalid, "list.format", {{"value", wanted}}};
    }
    const auto asked = asked_query(call);
    http::Response response{.body = document_list(call, asked, *output)};
    call.house.services.access.note_print(call.actor, asked.text(), wanted);
    response.headers.set("Content-Type", std::string{forms::media_type(*output)});
    response.headers.set(
        "Content-Disposition",
        http::content_disposition("muc-luc-" + suggested_name(asked) + std::string{forms::extension(*output)}, true));
    response.headers.set("Cache-Control", "no-store");
    return response;
}

} // namespace vtlt::webui
