// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"

#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/webui/http/form.h>

#include <algorithm>
#include <array>

namespace vtlt::webui {

namespace {

constexpr std::size_t kMaxForm = std::size_t{1} << 20;
constexpr std::string_view kBearer = "Bearer ";
/// Whose handlers read the form with its files themselves (read_form_files). On any other route that content type is
/// no way around the check.
constexpr std::array<std::string_view, 3> kFormsWithFiles{"/intake", "/packages/verify", "/people/{id}/certificates"};

bool is_changing(const http::Request& request)
{
    return request.method != "GET" && request.method != "HEAD";
}

std::string_view content_type(const http::Request& request)
{
    const auto type = request.headers.find("Content-Type").value_or("");
    return type.substr(0, type.find(';'));
}

bool has_same_rights(const auth::Actor& before, const auth::Actor& now)
{
    return before.name == now.name && before.clearance == now.clearance && before.unit == now.unit &&
           before.scopes == now.scopes &&
           std::ranges::equal(before.grants, now.grants, [](const auth::Grant& one, const auth::Grant& other) {
               return one.role == other.role && one.unit == other.unit && one.with_sub_units == other.with_sub_units &&
                      one.records_from == other.records_from && one.records_to == other.records_to &&
                      one.order == other.order && one.set == other.set;
           });
}

/// The bearer token, where one is given.
std::optional<std::string_view> bearer_of(const http::Request& request)
{
    const auto header = request.headers.find("Authorization");
    return header && header->starts_with(kBearer) ? std::optional{header->substr(kBearer.size())} : std::nullopt;
}

/// The session's secret, or "".
std::string own_secret(const http::Request& request)
{
    return std::string{request.cookie(session_cookie_name(request.secure)).value_or("")};
}

/// What came with the connection and is worth something now.
std::string trusted_certificate(const http::Request& request)
{
    return request.certificate && request.certificate->is_trusted ? request.certificate->digest : std::string{};
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

std::string_view code_cookie_name(bool secure)
{
    return secure ? "__Host-vtlt_code" : "vtlt_code";
}

std::string code_cookie(const std::string& secret, bool secure)
{
    return std::string{code_cookie_name(secure)} + "=" + secret + "; Path=/; HttpOnly; SameSite=Strict" +
           (secure ? "; Secure" : "") +
           (secret.empty() ? "; Max-Age=0"
                           : "; Max-Age=" + std::to_string(std::chrono::seconds{services::kCodePatience}.count()));
}

void require_own_site(const http::Request& request)
{
    const auto site = request.headers.find("Sec-Fetch-Site");
    if (site && *site != "same-origin" && *site != "none") {
        throw Error{Kind::forbidden, "http.csrf"};
    }
}

bool had_session(const Call& call)
{
    return !call.session && !own_secret(call.request).empty();
}

bool is_own_form(const Call& call)
{
    return had_session(call) && auth::is_csrf_token(own_secret(call.request), call.field("csrf"));
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
    if (request.headers.find("Authorization")) {
        const auto token = bearer_of(request);
        const auto actor = token ? services::find_actor_by_token(call.archive(), call.clock(), *token) : std::nullopt;
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
    if (auto found = services::find_session(call.archive(), call.clock(), secret, trusted_certificate(request))) {
        call.house.services.activity.note(found->session);
        call.actor = found->actor;
        call.csrf = auth::csrf_token(secret);
        call.session = std::move(found);
    }
}

std::function<bool()> still_allowed(const Call& call, bool is_download)
{
    if (const auto token = bearer_of(call.request)) {
        return [&house = call.house, token = std::string{*token}, before = call.actor] {
            const auto now = services::find_actor_by_token(house.services.archive, house.services.clock, token);
            return now && has_same_rights(before, *now);
        };
    }
    return [&house = call.house, secret = own_secret(call.request), certificate = trusted_certificate(call.request),
            before = call.actor, is_download] {
        const auto now = services::find_session(house.services.archive, house.services.clock, secret, certificate);
        if (now && is_download) {
            house.services.activity.note(now->session);
        }
        return now && has_same_rights(before, now->actor);
    };
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
    const bool is_checked_when_read = type == "multipart/form-data" &&
                                      std::ranges::find(kFormsWithFiles, call.route.pattern) != kFormsWithFiles.end();
    if (!call.session || is_checked_when_read) {
        return; // a token, nobody's sign-in, or a form with files
    }
    const auto header = call.request.headers.find("X-CSRF-Token");
    if (!is_own_token(call, header ? *header : call.field("csrf"))) {
        throw Error{Kind::forbidden, "http.csrf"};
    }
}

} // namespace vtlt::webui
