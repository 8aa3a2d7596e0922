// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"
#include "pages/parts.h"
#include "pages/sign_in.h"
#include "problem.h"
#include "qr.h"
#include "routing/groups.h"

#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/sessions.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

constexpr std::size_t kSecretGroup = 4;
constexpr const char* kOwnPage = "/account/second-factor";
constexpr const char* kDemandPage = "/people/second-factor";

/// No cache and no back button shows a secret again.
http::Response unkept(http::Response response)
{
    response.headers.set("Cache-Control", "no-store");
    return response;
}

Json error_or_null(const std::string& text)
{
    return text.empty() ? Json() : Json(text);
}

// --- the second step of signing in

std::string half_secret(const Call& call)
{
    return std::string{call.request.cookie(code_cookie_name(call.request.secure)).value_or("")};
}

std::string back_of(const std::string& wanted)
{
    return is_own_path(wanted) && !wanted.starts_with("/sign-in") ? wanted : "/";
}

struct CodeForm
{
    std::string secret; ///< of services::CodeAsked
    std::string back;
    KeptForm kept;
    bool recovery = false; ///< asks for a recovery code
    std::string error;
    std::string blocked;
};

http::Response code_page(const Call& call, const CodeForm& form, int status = 200)
{
    const auto language = call.language;
    const Json view{
        {"title", page_text(language, "sign_in_code.title")},
        {"errors", form.error.empty() ? Json() : error_summary(language, {{"f-code", form.error}})},
        {"action", "/sign-in/code"},
        {"token", auth::csrf_token(form.secret)},
        {"back", form.back},
        {"kept", kept_view(form.kept)},
        {"recovery", form.recovery},
        {"code", {{"error", error_or_null(form.error)}}},
        {"switch_href", link("/sign-in/code", {{"back", form.back}, {"recovery", form.recovery ? "" : "1"}})},
        {"restart_href", link("/sign-in", {{"back", form.back}})},
        {"blocked", error_or_null(form.blocked)}};
    return unkept(page(call, "sign_in_code", view, frame_of(call, ""), status));
}

http::Response start_again(const Call& call, const std::string& back)
{
    auto response = redirect(link("/sign-in", {{"back", back == "/" ? "" : back}, {"late", "1"}}));
    response.headers.add("Set-Cookie", code_cookie("", call.request.secure));
    return response;
}

http::Response show_code(Call& call)
{
    const auto back = back_of(call.query("back"));
    if (!call.house.services.sign_in.is_code_asked(half_secret(call))) {
        return call.session ? redirect(back) : start_again(call, back);
    }
    return code_page(call, {.secret = half_secret(call),
                            .back = back,
                            .kept = {},
                            .recovery = call.query("recovery") == "1",
                            .error = {},
                            .blocked = {}});
}

http::Response take_code(Call& call)
{
    require_own_site(call.request);
    const auto half = half_secret(call);
    CodeForm form{.secret = half,
                  .back = back_of(call.field("back")),
                  .kept = kept_form(call),
                  .recovery = call.field("recovery") == "1",
                  .error = {},
                  .blocked = {}};
    if (!call.house.services.sign_in.is_code_asked(half)) {
        return start_again(call, form.back);
    }
    if (!auth::is_csrf_token(half, call.field("token"))) {
        throw Error{Kind::forbidden, "http.csrf"};
    }
    try {
        const auto opened =
            call.house.services.sign_in.sign_in_with_code(half, call.field("code"), call.request.remote_address);
        auto response = go_on(call, opened, form.back, form.kept);
        response.headers.add("Set-Cookie", code_cookie("", call.request.secure));
        if (opened.recovery_codes_left) {
            tell_next(response, call, "warn", "recovery_code_used",
                      {{"left", number_text(call.language, *opened.recovery_codes_left)}});
        }
        return response;
    } catch (const Error& error) {
        if (error.code() == "sign_in.code_refused") {
            form.error = error_text(call.language, error);
            return code_page(call, form, 422);
        }
        if (error.code() == "sign_in.wait" || error.code() == "sign_in.busy") {
            form.blocked = error_text(call.language, error);
            return code_page(call, form, 429);
        }
        if (error.code() == "sign_in.too_late") {
            return start_again(call, form.back);
        }
        throw;
    }
}

// --- one's own

/// "ABCD EFGH …": as a person reads it out and types it in.
Json groups_of(const std::string& text)
{
    auto groups = Json::array();
    for (std::size_t at = 0; at < text.size(); at += kSecretGroup) {
        groups.push_back({{"text", text.substr(at, kSecretGroup)}});
    }
    return groups;
}

/// In two parts, so that no text of a page looks like an address that it loads.
Json uri_view(const std::string& uri)
{
    const auto end = uri.find(':') + 1;
    return {{"scheme", uri.substr(0, end)}, {"rest", uri.substr(end)}};
}

struct OwnForm
{
    std::string password; ///< what is wrong with it
    std::string code;
};

http::Response own_page(const Call& call, const OwnForm& wrong, int status = 200)
{
    const auto language = call.language;
    const auto state = services::second_factor_of(call.archive(), call.clock(), call.actor, call.actor.name);
    const auto started =
        state.is_on() ? std::nullopt
                      : services::started_second_factor(call.archive(), call.clock(), call.actor, own_session(call));
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto& [id, text] : {std::pair{"f-code", wrong.code}, {"f-password", wrong.password}}) {
        if (!text.empty()) {
            problems.emplace_back(id, text);
        }
    }
    const std::string path = kOwnPage;
    Json view{{"title", page_text(language, "second_factor.title")},
              {"user_name", call.session ? call.session->account.name : std::string{}},
              {"demanded", state.is_demanded && !state.is_on()},
              {"may_leave", !(call.session && call.session->lacks_second_factor)},
              {"errors", error_summary(language, problems)},
              {"password", {{"error", error_or_null(wrong.password)}}},
              {"code", {{"error", error_or_null(wrong.code)}}},
              {"off", nullptr},
              {"started", nullptr},
              {"on", nullptr}};
    if (state.is_on()) {
        view["on"] = {
            {"since_text", instant_text(*state.since)}, {"left_text", number_text(language, state.recovery_codes)},
            {"few", state.recovery_codes < 3},          {"still_demanded", state.is_demanded},
            {"renew", path + "/recovery-codes"},        {"remove", path + "/remove"}};
    } else if (started) {
        view["started"] = {{"groups", groups_of(started->text)},
                           {"uri", uri_view(started->uri)},
                           {"qr", qr_view(started->uri)},
                           {"action", path + "/confirm"},
                           {"again", path + "/start"}};
    } else {
        view["off"] = {{"action", path + "/start"}};
    }
    return unkept(page(call, "second_factor", view, frame_of(call, ""), status));
}

http::Response show_own(Call& call)
{
    return own_page(call, {});
}

http::Response start_own(Call& call)
{
    services::start_second_factor(call.archive(), call.clock(), call.actor, own_session(call));
    return redirect(kOwnPage);
}

/// Once: they are kept nowhere.
http::Response codes_page(const Call& call, const std::vector<std::string>& codes, const char* heading)
{
    auto rows = Json::array();
    for (const auto& code : codes) {
        rows.push_back({{"text", code}});
    }
    const Json view{{"title", page_text(call.language, heading)},
                    {"heading", page_text(call.language, heading)},
                    {"count_text", number_text(call.language, static_cast<std::int64_t>(codes.size()))},
                    {"codes", rows},
                    {"next", "/account"}};
    return unkept(page(call, "second_factor_codes", view, frame_of(call, "")));
}

/// The page again with what was wrong; throws what is not about the form's two fields.
http::Response own_refusal(const Call& call, const Error& error)
{
    const auto text = error_text(call.language, error);
    if (error.code() == "second_factor.not_started" || error.code() == "second_factor.on_already" ||
        error.code() == "second_factor.off_already") {
        return redirect(kOwnPage); // too late, or in another window meanwhile: the page tells how it stands
    }
    if (error.code() == "password.wrong") {
        return own_page(call, {.password = text, .code = {}}, 422);
    }
    if (error.code() == "second_factor.wrong_code") {
        return own_page(call, {.password = {}, .code = text}, 422);
    }
    if (error.kind() == Kind::busy && error.code().starts_with("sign_in.")) {
        return own_page(call, {.password = {}, .code = text}, status_of(error));
    }
    throw error;
}

http::Response confirm_own(Call& call)
{
    try {
        return codes_page(call,
                          call.house.services.sign_in.turn_on_second_factor(call.actor, own_session(call),
                                                                            call.field("password"), call.field("code"),
                                                                            call.request.remote_address),
                          "second_factor.is_on");
    } catch (const Error& error) {
        return own_refusal(call, error);
    }
}

http::Response renew_own(Call& call)
{
    try {
        return codes_page(call,
                          call.house.services.sign_in.renew_recovery_codes(
                              call.actor, call.field("password"), call.field("code"), call.request.remote_address),
                          "second_factor.new_codes");
    } catch (const Error& error) {
        return own_refusal(call, error);
    }
}

http::Response remove_own(Call& call)
{
    try {
        call.house.services.sign_in.turn_off_second_factor(call.actor, call.field("password"), call.field("code"),
                                                           call.request.remote_address);
    } catch (const Error& error) {
        return own_refusal(call, error);
    }
    auto response = redirect("/account");
    tell_next(response, call, "good", "second_factor_off");
    return response;
}

// --- of others

http::Response remove_of_person(Call& call)
{
    services::remove_second_factor(call.archive(), call.clock(), call.actor, call.value());
    auto response = redirect("/people/" + call.value());
    tell_next(response, call, "good", "second_factor_removed");
    return response;
}

http::Response show_demand(Call& call)
{
    const auto demand = services::second_factor_demand(call.archive(), call.actor);
    const RoleWords words{call};
    auto roles = Json::array();
    for (std::size_t i = 0; i < auth::kRoleNames.size(); ++i) {
        const std::string name{auth::kRoleNames[i]};
        roles.push_back(
            {{"id", "f-role-" + name},
             {"value", name},
             {"text", words(static_cast<auth::Role>(i))},
             {"checked", std::ranges::find(demand.roles, static_cast<auth::Role>(i)) != demand.roles.end()}});
    }
    const Json view{{"title", page_text(call.language, "second_factor.demand")},
                    {"action", kDemandPage},
                    {"cancel", "/people"},
                    {"everybody", demand.of_everybody},
                    {"roles", roles}};
    return page(call, "second_factor_demand", view, frame_of(call, "people"));
}

http::Response change_demand(Call& call)
{
    services::SecondFactorDemand demand{.of_everybody = call.field("everybody") == "1", .roles = {}};
    for (const auto& [name, value] : call.form) {
        if (const auto role = auth::role_from_name(value); name == "role" && role) {
            demand.roles.push_back(*role);
        }
    }
    services::demand_second_factor(call.archive(), call.clock(), call.actor, demand);
    auto response = redirect("/people");
    tell_next(response, call, "good", "saved");
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/sign-in/code", Access::everybody, {}, show_code},
    Route{"POST", "/sign-in/code", Access::everybody, {}, take_code},
    Route{"GET", "/account/second-factor", Access::signed_in, Action::account_use, show_own},
    Route{"POST", "/account/second-factor/start", Access::signed_in, Action::account_use, start_own},
    Route{"POST", "/account/second-factor/confirm", Access::signed_in, Action::account_use, confirm_own},
    Route{"POST", "/account/second-factor/recovery-codes", Access::signed_in, Action::account_use, renew_own},
    Route{"POST", "/account/second-factor/remove", Access::signed_in, Action::account_use, remove_own},
    Route{"POST", "/people/{id}/second-factor/remove", Access::signed_in, Action::user_administer, remove_of_person},
    Route{"GET", "/people/second-factor", Access::signed_in, Action::archive_administer, show_demand},
    Route{"POST", "/people/second-factor", Access::signed_in, Action::archive_administer, change_demand},
};

} // namespace

http::Response ask_for_code(const Call& call, const std::string& secret, const std::string& back, const KeptForm& kept)
{
    auto response = kept.is_there()
                        ? code_page(call, {.secret = secret, .back = back, .kept = kept, .error = {}, .blocked = {}})
                        : redirect(link("/sign-in/code", {{"back", back == "/" ? "" : back}}));
    response.headers.add("Set-Cookie", code_cookie(secret, call.request.secure));
    return response;
}

std::span<const Route> second_factor_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
