// SPDX-License-Identifier: GPL-3.0-or-later
#include "history_extract.h"

#include "asked_history.h"
#include "pages/parts.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/history_words.h>
#include <vtlt/webui/http/conditional.h>

namespace vtlt::webui {

http::Response send_history_extract(Call& call)
{
    const auto wanted = call.query("format");
    const auto format = services::extract_format_from_name(wanted);
    if (!format) {
        throw Error{Kind::invalid, "audit.extract_format", {{"value", wanted}}};
    }
    auto asked = asked_history(call);
    require_days(asked);
    asked.filter.below = 0; // not from some page of the list on: what is signed says the whole filter
    services::ExtractRequest request{
        .filter = asked.filter, .format = *format, .asked_by = actor_title(call, call.actor.name)};
    for (const auto& [name, value] : asked.parts()) {
        if (!value.empty()) {
            request.asked[std::string{name}] = value;
        }
    }
    put_words(request, call.language);
    const auto extract = services::extract_history(call.archive(), call.clock(), call.actor, request);
    const auto day = format_date(day_in_vietnam(call.clock().now()));
    const auto name = "nhat-ky-" + day + std::string{services::extract_extension(*format)};
    auto bundle = services::bundle_extract(call.archive(), extract, name);
    http::FileDescription description;
    description.name = "nhat-ky-" + day + ".zip";
    description.media_type = "application/zip";
    description.size = bundle.size;
    // Made for this request and gone with it: there is nothing that a part of it could be asked for again.
    auto response = http::send_file(call.request, std::move(bundle.file), description);
    response.headers.set("Cache-Control", "no-store");
    return response;
}

} // namespace vtlt::webui
