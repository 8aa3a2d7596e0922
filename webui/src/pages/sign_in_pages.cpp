// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"
#include "pages/parts.h"
#include "routing/groups.h"

#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/people.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

struct SignInForm
{
    std::string name;
    std::string error;   ///< under the name
    std::string blocked; ///< why nothing can be tried now
    std::string notice;
};

std::string place_to_return(const std::string& wanted)
{
    return is_own_path(wanted) && !wanted.starts_with("/sign-in") ? wanted : "/";
}

http::Response sign_in_page(const Call& call, const std::string& back, const SignInForm& form, int status = 200)
{
    const auto language = call.language;
    const Json view{{"title", page_text(language, "sign_in.title")},
                    {"errors", form.error.empty() ? Json() : error_summary(language, {{"f-name", form.error}})},
                    {"notice", form.notice.empty() ? Json() : Json(form.notice)},
                    {"action", "/sign-in"},
                    {"back", back},
                    {"name", {{"value", form.name}, {"error", nullptr}}},
                    {"password", {{"error", nullptr}}},
                    {"blocked", form.blocked.empty() ? Json() : Json(form.blocked)}};
    auto response = page(call, "sign_in", view, frame_of(call, ""), status);
    response.headers.set("Cache-Control", "no-store");
    return response;
}

http::Response show_sign_in(Call& call)
{
    const auto back = place_to_return(call.query("back"));
    if (call.session) {
        return redirect(back);
    }
    SignInForm form;
    if (!call.query("out").empty()) {
        form.notice = page_text(call.language, "sign_in.signed_out");
    }
    return sign_in_page(call, back, form);
}

/// A page of another site could sign somebody in as its own writer; browsers say where a form came from.
void require_own_site(const http::Request& request)
{
    const auto site = request.headers.find("Sec-Fetch-Site");
    if (site && *site != "same-origin" && *site != "none") {
        throw Error{Kind::forbidden, "http.csrf"};
    }
}

http::Response sign_in(Call& call)
{
    require_own_site(call.request);
    const auto back = place_to_return(call.field("back"));
    const auto name = call.field("name");
    try {
        const auto opened =
            call.house.services.sign_in.sign_in(name, call.field("password"), call.request.remote_address);
        if (call.session) { // its cookie is overwritten: nobody could end it any more
            services::end_session(call.archive(), call.clock(), call.actor, call.session->session.uid);
        }
        auto response = redirect(back);
        response.headers.add("Set-Cookie", session_cookie(opened.secret, call.request.secure));
        return response;
    } catch (const Error& error) {
        if (error.code() == "sign_in.refused") {
            return sign_in_page(call, back, {.name = name, .error = error_text(call.language, error)}, 422);
        }
        if (error.code() == "sign_in.wait" || error.code() == "sign_in.busy") {
            return sign_in_page(call, back, {.name = name, .blocked = error_text(call.language, error)}, 429);
        }
        throw;
    }
}

http::Response sign_out(Call& call)
{
    if (call.session) {
        services::end_session(call.archive(), call.clock(), call.actor, call.session->session.uid);
    }
    auto response = redirect("/sign-in?out=1");
    response.headers.add("Set-Cookie", session_cookie("", call.request.secure));
    response.headers.add("Clear-Site-Data", "\"cache\", \"storage\"");
    return response;
}

// --- one's own account

struct PasswordForm
{
    std::string present;
    std::string wanted;
    std::string again;
};

Json error_or_null(const std::string& text)
{
    return text.empty() ? Json() : Json(text);
}

Json password_view(Language language, const PasswordForm& errors)
{
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto& [id, text] :
         {std::pair{"f-present", errors.present}, {"f-new", errors.wanted}, {"f-again", errors.again}}) {
        if (!text.empty()) {
            problems.emplace_back(id, text);
        }
    }
    return {{"action", "/account/password"},
            {"errors", error_summary(language, problems)},
            {"present", {{"error", error_or_null(errors.present)}}},
            {"new", {{"error", error_or_null(errors.wanted)}}},
            {"again", {{"error", error_or_null(errors.again)}}},
            {"min_text", number_text(language, static_cast<std::int64_t>(auth::kPasswordShortest))}};
}

Json session_view(const Call& call, const catalog::Session& session)
{
    const bool current = call.session && call.session->session.uid == session.uid;
    return {{"id", session.uid},
            {"agent", ""},
            {"address", session.address},
            {"since_text", instant_text(session.opened_at)},
            {"last_text", instant_text(session.last_seen_at)},
            {"current", current},
            {"end", current ? std::string{} : "/account/sessions/" + session.uid + "/end"}};
}

http::Response account_page(const Call& call, const PasswordForm& errors, int status = 200)
{
    const auto language = call.language;
    const auto account = services::get_account(call.archive(), call.actor, call.actor.name);
    auto sessions = Json::array();
    for (const auto& session : services::list_own_sessions(call.archive(), call.clock(), call.actor)) {
        sessions.push_back(session_view(call, session));
    }
    const bool others = sessions.size() > 1;
    const Json view{{"title", page_text(language, "account.title")},
                    {"summary",
                     {term(page_text(language, "account.name"), account.name),
                      term(page_text(language, "account.full_name"), account.full_name),
                      term(page_text(language, "field.unit"), account.unit_code),
                      term(page_text(language, "account.roles"),
                           page_text(language, "role." + std::string{auth::role_name(account.role)})),
                      term(page_text(language, "account.clearance"),
                           message(language, "secrecy", secrecy_name(account.clearance)))}},
                    {"sessions", sessions},
                    {"end_others", others ? "/account/sessions/end-others" : ""},
                    {"password", password_view(language, errors)}};
    return page(call, "account", view, frame_of(call, ""), status);
}

http::Response show_account(Call& call)
{
    return account_page(call, {});
}

http::Response end_one_session(Call& call)
{
    services::end_session(call.archive(), call.clock(), call.actor, call.value());
    auto response = redirect("/account");
    tell_next(response, call, "good", "session_ended");
    return response;
}

http::Response end_other_sessions(Call& call)
{
    for (const auto& session : services::list_own_sessions(call.archive(), call.clock(), call.actor)) {
        if (!call.session || session.uid != call.session->session.uid) {
            services::end_session(call.archive(), call.clock(), call.actor, session.uid);
        }
    }
    auto response = redirect("/account");
    tell_next(response, call, "good", "session_ended");
    return response;
}

http::Response change_password(Call& call)
{
    PasswordForm errors;
    if (call.field("new") != call.field("again")) {
        errors.again = page_text(call.language, "account.not_same");
        return account_page(call, errors, 422);
    }
    try {
        call.house.services.sign_in.change_password(call.actor, call.field("present"), call.field("new"),
                                                    call.request.remote_address);
    } catch (const Error& error) {
        if (error.kind() != Kind::invalid) {
            throw;
        }
        (error.code() == "password.wrong" ? errors.present : errors.wanted) = error_text(call.language, error);
        return account_page(call, errors, 422);
    }
    // Every session has ended with it, this one too.
    auto response = redirect("/sign-in?out=1");
    response.headers.add("Set-Cookie", session_cookie("", call.request.secure));
    return response;
}

using auth::Action;

constexpr std::array kRoutes{
    Route{"GET", "/sign-in", Access::everybody, {}, show_sign_in},
    Route{"POST", "/sign-in", Access::everybody, {}, sign_in},
    Route{"POST", "/sign-out", Access::everybody, {}, sign_out},
    Route{"GET", "/account", Access::signed_in, Action::account_use, show_account},
    Route{"POST", "/account/password", Access::signed_in, Action::account_use, change_password},
    Route{"POST", "/account/sessions/end-others", Access::signed_in, Action::account_use, end_other_sessions},
    Route{"POST", "/account/sessions/{id}/end", Access::signed_in, Action::account_use, end_one_session},
};

} // namespace

std::span<const Route> sign_in_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
