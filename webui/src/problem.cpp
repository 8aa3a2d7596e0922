// SPDX-License-Identifier: GPL-3.0-or-later
#include "problem.h"

#include <vtlt/webui/labels.h>
#include <vtlt/webui/shapes.h>

#include <algorithm>
#include <array>

namespace vtlt::webui {

namespace {

struct StatusRow
{
    std::string_view code;
    int status;
};

constexpr std::array kOwnStatus{
    StatusRow{"http.if_match_missing", 428},
    StatusRow{"document.changed_meanwhile", 412},
    StatusRow{"http.body_too_large", 413},
    StatusRow{"http.json_expected", 400},
    StatusRow{"json.syntax", 400},
    StatusRow{"http.form", 400},
    StatusRow{"http.multipart", 400},
    StatusRow{"http.method", 405},
    StatusRow{"http.body_cut_off", 400},
    StatusRow{"sign_in.wait", 429},
    StatusRow{"sign_in.busy", 429},
    StatusRow{"http.sign_in_first", 401},
    StatusRow{"http.csrf", 403},
    StatusRow{"http.range", 416},
};

} // namespace

Error unknown_role(std::string_view pointer, const std::string& value)
{
    std::string known;
    for (const auto name : auth::kRoleNames) {
        known.append(known.empty() ? "" : " ").append(name);
    }
    const Fields fields{{"value", value}, {"known", known}};
    return {Kind::invalid, "role.unknown", fields, {{std::string{pointer}, "role.unknown", fields}}};
}

int status_of(const Error& error)
{
    const auto own = std::ranges::find(kOwnStatus, error.code(), &StatusRow::code);
    return own != kOwnStatus.end() ? own->status : http_status(error.kind());
}

http::Response problem_answer(Language language, const Error& error)
{
    auto problem = problem_json(language, error);
    problem["status"] = status_of(error);
    if (error.kind() == Kind::not_found) {
        // Missing and hidden are told with the same words, and without what was asked for.
        problem["title"] = message(language, "error", "http.nothing_there");
    }
    // What a program goes on with: duplicate_of, received, seconds … (RFC 9457, extension members).
    for (const auto& [name, value] : error.fields()) {
        if (error.kind() != Kind::not_found && !problem.contains(name)) {
            problem[name] = value;
        }
    }
    auto response = json_answer(problem, status_of(error));
    response.headers.set("Content-Type", "application/problem+json");
    response.headers.set("Cache-Control", "no-store");
    if (error.code() == "http.sign_in_first") {
        response.headers.set("WWW-Authenticate", "Bearer");
    }
    return response;
}

http::Response error_page(const Call& call, const Error& error)
{
    const int status = status_of(error);
    auto view = error_view(call.language, status, error.kind() == Kind::not_found ? nullptr : &error);
    // The number helps whoever answers for the machine; a missing or hidden thing says nothing of the request.
    view["request_id"] = status >= 500 ? Json(call.request.id) : Json("");
    auto response = page(call, "error", std::move(view), frame_of(call, ""), status);
    response.headers.set("Cache-Control", "no-store");
    return response;
}

} // namespace vtlt::webui
