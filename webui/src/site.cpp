// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/site.h>

#include "gate.h"
#include "pages/parts.h"
#include "pages/sign_in.h"
#include "problem.h"
#include "routing/router.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/dossier.h>

#include <algorithm>
#include <atomic>

namespace vtlt::webui {

struct Site::State
{
    State(const SiteServices& services, std::string title)
        : house{.services = services,
                .templates = Templates{services.assets_dir},
                .searchers = {services.archive.home(), services.archive.database()},
                .archive_title = std::move(title),
                .version = VTLT_VERSION}
    {}

    House house;
    Router router{route_groups()};
    std::atomic<bool> retired{false};
};

namespace {

constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Of files that somebody handed in: whatever is in them, it runs nothing and loads nothing.
constexpr std::string_view kFilePolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

bool is_api(std::string_view path)
{
    return path.starts_with("/api/");
}

void protect(const http::Request& request, http::Response& response)
{
    auto& headers = response.headers;
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Content-Security-Policy",
                std::string{headers.find("Content-Disposition") ? kFilePolicy : kContentPolicy});
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    if (request.secure) {
        headers.set("Strict-Transport-Security", "max-age=31536000");
    }
    // What a person may see today he may not see tomorrow: nothing but the static files is kept without asking.
    if (!headers.find("Cache-Control")) {
        headers.set("Cache-Control", "private, no-cache");
    }
    if (!is_api(request.path)) {
        headers.set("Vary", "Cookie, Accept-Language, HX-Request");
    }
}

std::string archive_title(services::Archive& archive)
{
    auto tx = archive.database().read();
    return catalog::root_unit(tx).title;
}

/// Somebody who has not signed in is sent to the sign-in page and back; a program is told so.
http::Response ask_to_sign_in(const Call& call)
{
    if (is_api(call.request.path)) {
        return problem_answer(call.language, Error{Kind::invalid, "http.sign_in_first"});
    }
    if (const auto kept = form_to_keep(call); kept.is_there()) {
        return sign_in_to_go_on(call, kept);
    }
    const bool come_back = call.request.method == "GET" && call.request.path != "/";
    return redirect(
        link("/sign-in", {{"back", come_back ? call.request.target : ""}, {"ended", had_session(call) ? "1" : ""}}));
}

/// Where who must set up a second factor may go before he has.
constexpr std::string_view kSecondFactorPage = "/account/second-factor";

bool is_way_to_second_factor(const Route& route)
{
    return route.pattern.starts_with(kSecondFactorPage) ||
           route.pattern.starts_with("/api/v1" + std::string{kSecondFactorPage});
}

http::Response run(Call& call)
{
    identify(call);
    admit(call);
    if (call.route.access == Access::signed_in) {
        if (call.actor.name == auth::nobody().name) {
            return ask_to_sign_in(call);
        }
        if (call.session && call.session->lacks_second_factor && !is_way_to_second_factor(call.route)) {
            if (!is_api(call.request.path) && call.request.method == "GET") {
                return redirect(std::string{kSecondFactorPage});
            }
            throw Error{Kind::forbidden, "second_factor.demanded"};
        }
        // The object's own rights are asked by the service that knows it; here, whether this may ever be.
        if (!auth::is_allowed_somewhere(call.actor, call.route.action.value())) {
            throw Error{
                Kind::forbidden, "auth.forbidden", {{"action", std::string{auth::action_name(*call.route.action)}}}};
        }
    }
    return call.route.handler(call);
}

/// An answer that takes its time ends with what it was allowed by. What fits into a socket is there already.
void watch(const Call& call, http::Response& response)
{
    constexpr std::size_t at_once = std::size_t{64} * 1024;
    const bool is_file = std::holds_alternative<http::FileBody>(response.body);
    const auto* text = std::get_if<std::string>(&response.body);
    const bool is_long = is_file || std::holds_alternative<http::EventBody>(response.body) ||
                         (text != nullptr && text->size() > at_once);
    if (is_long && call.actor.type == auth::Actor::Type::person && call.actor.name != auth::nobody().name) {
        response.may_go_on = [own = std::move(response.may_go_on), still = still_allowed(call, is_file)] {
            return still() && (!own || own());
        };
    }
}

/// What was asked for, where it is named by a uid.
Uid object_of(const Call& call)
{
    const auto named = std::ranges::find_if(call.values, [](const std::string& value) { return is_uid(value); });
    return named != call.values.end() ? *named : Uid{};
}

http::Response answer_error(const Call& call, const Error& error)
{
    if (error.code() == "index.unreadable") {
        call.house.services.mend_index();
        const Error mending{Kind::busy, "index.being_mended"};
        return is_api(call.request.path) ? problem_answer(call.language, mending) : error_page(call, mending);
    }
    return is_api(call.request.path) ? problem_answer(call.language, error) : error_page(call, error);
}

constexpr Route kNoRoute{"", "", Access::everybody, {}, nullptr};

} // namespace

Site::Site(const SiteServices& services) : state_(std::make_unique<State>(services, archive_title(services.archive))) {}

Site::~Site() = default;

void Site::retire()
{
    state_->retired = true;
}

http::Response Site::answer(http::Request& request) const
{
    auto match = state_->router.find(request.method, request.path);
    Call call{.request = request,
              .house = state_->house,
              .route = match.route != nullptr ? *match.route : kNoRoute,
              .values = {match.values.begin(), match.values.end()},
              .actor = auth::nobody(),
              .session = {},
              .csrf = {},
              .language = language_of(request),
              .form = {}};
    http::Response response;
    try {
        if (match.route == nullptr) {
            identify(call);
            throw match.allowed.empty() ? Error{Kind::not_found, "http.not_found"}
                                        : Error{Kind::invalid, "http.method"};
        }
        response = state_->retired && request.path == "/readyz" ? http::Response{.status = 503} : run(call);
        watch(call, response);
    } catch (const Error& error) {
        if (error.code() == "auth.forbidden") {
            call.house.services.access.note_refusal(call.actor, error.fields().front().second, object_of(call));
        }
        response = answer_error(call, error);
        if (!match.allowed.empty()) {
            response.headers.set("Allow", match.allowed);
        }
    } catch (const std::exception& error) {
        response = answer_error(call, Error{Kind::internal, "internal.unexpected", {{"reason", error.what()}}});
    }
    protect(request, response);
    return response;
}

} // namespace vtlt::webui
