// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"

#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/webui/http/form.h>

namespace vtlt::webui {

namespace {

constexpr std::size_t kMaxForm = std::size_t{1} << 20;
constexpr std::string_view kBearer = "Bearer ";

bool is_changing(const http::Request& request)
{
    return request.method != "GET" && request.method != "HEAD";
}

std::string_view content_type(const http::Request& request)
{
    const auto type = request.headers.find("Content-Type").value_or("");
    return type.substr(0, type.find(';'));
}

/// The session's secret, or "".
std::string own_secret(const http::Request& request)
{
    return std::string{request.cookie(session_cookie_name(request.secure)).value_or("")};
}

} // namespace

std::string_view session_cookie_name(bool secure)
{
    return secure ? "__Host-vtlt_session" : "vtlt_session";
}

std::string session_cookie(const std::string& secret, bool secure)
{
    return std::string{session_cookie_name(secure)} + "=" + secret + "; Path=/; HttpOnly; SameSite=Lax" +
           (secure ? "; Secure" : "") + (secret.empty() ? "; Max-Age=0" : "");
}

Language language_of(const http::Request& request)
{
    for (const auto& wanted : {request.query_value("lang"), request.cookie(kLanguageCookie)}) {
        if (const auto language = wanted ? language_from_name(*wanted) : std::nullopt) {
            return *language;
        }
    }
    // The first language that we have, in the order written: browsers list them by preference.
    auto rest = request.headers.find("Accept-Language").value_or("");
    while (!rest.empty()) {
        const auto end = std::min(rest.find(','), rest.size());
        auto tag = rest.substr(0, end);
        tag.remove_prefix(std::min(tag.find_first_not_of(' '), tag.size()));
        if (const auto language = language_from_name(tag.substr(0, tag.find_first_of("-;")))) {
            return *language;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return Language::vi;
}

void identify(Call& call)
{
    const auto& request = call.request;
    call.actor = auth::nobody();
    if (const auto header = request.headers.find("Authorization")) {
        const auto actor = header->starts_with(kBearer) ? services::find_actor_by_token(call.archive(), call.clock(),
                                                                                        header->substr(kBearer.size()))
                                                        : std::nullopt;
        if (!actor) {
            throw Error{Kind::invalid, "http.sign_in_first"};
        }
        call.actor = *actor;
        return;
    }
    const auto secret = own_secret(request);
    if (secret.empty()) {
        return;
    }
    if (auto found = services::find_session(call.archive(), call.clock(), secret)) {
        call.house.services.activity.note(found->session);
        call.actor = found->actor;
        call.csrf = auth::csrf_token(secret);
        call.session = std::move(found);
    }
}

bool is_own_token(const Call& call, std::string_view given)
{
    return call.session && auth::is_csrf_token(own_secret(call.request), given);
}

void admit(Call& call)
{
    if (!is_changing(call.request)) {
        return;
    }
    const auto type = content_type(call.request);
    if (type == "application/x-www-form-urlencoded") {
        call.form = http::parse_form(http::read_body(*call.request.body, kMaxForm));
    }
    if (!call.session || type == "multipart/form-data") {
        return; // a token, nobody's sign-in, or a body that is checked when it is read
    }
    const auto header = call.request.headers.find("X-CSRF-Token");
    if (!is_own_token(call, header ? *header : call.field("csrf"))) {
        throw Error{Kind::forbidden, "http.csrf"};
    }
}

} // namespace vtlt::webui
