// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate.h"
#include "pages/parts.h"
#include "pages/sign_in.h"
#include "problem.h"
#include "routing/groups.h"

#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/http/form.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

struct SignInForm
{
    std::string name;
    std::string error;   ///< under the name
    std::string refused; ///< why the certificate does not let in
    std::string blocked; ///< why nothing can be tried now
    std::string notice;
    KeptForm kept = {};
};

std::string place_to_return(const std::string& wanted)
{
    return is_own_path(wanted) && !wanted.starts_with("/sign-in") ? wanted : "/";
}

http::Response sign_in_page(const Call& call, const std::string& back, const SignInForm& form, int status = 200)
{
    const auto language = call.language;
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto& [id, text] : {std::pair{"f-name", form.error}, {"f-certificate", form.refused}}) {
        if (!text.empty()) {
            problems.emplace_back(id, text);
        }
    }
    const Json view{{"title", page_text(language, "sign_in.title")},
                    {"errors", error_summary(language, problems)},
                    {"certificate", call.request.certificate ? Json{{"action", "/sign-in/certificate"}} : Json()},
                    {"notice", form.notice.empty() ? Json() : Json(form.notice)},
                    {"action", "/sign-in"},
                    {"back", back},
                    {"kept", kept_view(form.kept)},
                    {"name", {{"value", form.name}, {"error", nullptr}}},
                    {"password", {{"error", nullptr}}},
                    {"blocked", form.blocked.empty() ? Json() : Json(form.blocked)}};
    auto response = page(call, "sign_in", view, frame_of(call, ""), status);
    response.headers.set("Cache-Control", "no-store");
    return response;
}

std::string ended_text(const Call& call)
{
    return page_text(call.language, "sign_in.ended",
                     {{"minutes", number_text(call.language, call.archive().config().session_idle.count())}});
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
    } else if (!call.query("late").empty()) {
        form.notice = page_text(call.language, "sign_in.code_late");
    } else if (!call.query("ended").empty()) {
        form.notice = ended_text(call);
    }
    return sign_in_page(call, back, form);
}

http::Response sign_in(Call& call)
{
    require_own_site(call.request);
    const auto back = place_to_return(call.field("back"));
    const auto name = call.field("name");
    const auto kept = kept_form(call);
    try {
        const auto answer =
            call.house.services.sign_in.sign_in(name, call.field("password"), call.request.remote_address);
        if (const auto* asked = std::get_if<services::CodeAsked>(&answer)) {
            return ask_for_code(call, asked->secret, back, kept);
        }
        return go_on(call, std::get<services::OpenedSession>(answer), back, kept);
    } catch (const Error& error) {
        if (error.code() == "sign_in.refused") {
            return sign_in_page(call, back, {.name = name, .error = error_text(call.language, error), .kept = kept},
                                422);
        }
        if (error.kind() == Kind::busy && error.code().starts_with("sign_in.")) {
            return sign_in_page(call, back, {.name = name, .blocked = error_text(call.language, error), .kept = kept},
                                status_of(error));
        }
        throw;
    }
}

http::Response sign_in_with_certificate(Call& call)
{
    require_own_site(call.request);
    const auto back = place_to_return(call.field("back"));
    const auto kept = kept_form(call);
    const auto shown = call.request.certificate.value_or(http::ClientCertificate{});
    try {
        return go_on(call,
                     call.house.services.sign_in.sign_in_with_certificate(shown.digest, shown.is_trusted,
                                                                          call.request.remote_address),
                     back, kept);
    } catch (const Error& error) {
        const auto text = error_text(call.language, error);
        if (error.code() == "sign_in.certificate_refused") {
            return sign_in_page(call, back, {.refused = text, .kept = kept}, 422);
        }
        if (error.code() == "sign_in.wait") {
            return sign_in_page(call, back, {.blocked = text, .kept = kept}, status_of(error));
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

/// "Văn thư (PC), Lưu trữ viên": the unit only where it is another than the one where he works.
std::string roles_text(const Call& call)
{
    const RoleWords words{call};
    std::string text;
    for (const auto& one : services::list_grants(call.archive(), call.clock(), call.actor, call.actor.name)) {
        if (one.is_active) {
            text += (text.empty() ? "" : ", ") + grant_title(call.language, words, one.grant);
            text += call.actor.unit == one.grant.unit ? "" : " (" + one.grant.unit_code + ")";
        }
    }
    return text.empty() ? page_text(call.language, "account.no_role") : text;
}

Json second_factor_view(const Call& call)
{
    const auto state = services::second_factor_of(call.archive(), call.clock(), call.actor, call.actor.name);
    const auto language = call.language;
    return {{"label",
             {{"tone", state.is_on() ? "good" : "quiet"},
              {"text", page_text(language, state.is_on() ? "second_factor.state_on" : "second_factor.state_off")}}},
            {"left_text", state.is_on() ? number_text(language, state.recovery_codes) : ""},
            {"href", "/account/second-factor"},
            {"link_text", page_text(language, state.is_on() ? "second_factor.manage" : "second_factor.set_up")}};
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
                      term(page_text(language, "account.roles"), roles_text(call)),
                      term(page_text(language, "account.clearance"),
                           message(language, "secrecy", secrecy_name(account.clearance)))}},
                    {"second_factor", second_factor_view(call)},
                    {"sessions", sessions},
                    {"end_others", others ? "/account/sessions/end-others" : ""},
                    {"password", account.door == catalog::Door::password ? password_view(language, errors) : Json()}};
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
    Route{"POST", "/sign-in/certificate", Access::everybody, {}, sign_in_with_certificate},
    Route{"POST", "/sign-out", Access::everybody, {}, sign_out},
    Route{"GET", "/account", Access::signed_in, Action::account_use, show_account},
    Route{"POST", "/account/password", Access::signed_in, Action::account_use, change_password},
    Route{"POST", "/account/sessions/end-others", Access::signed_in, Action::account_use, end_other_sessions},
    Route{"POST", "/account/sessions/{id}/end", Access::signed_in, Action::account_use, end_one_session},
};

/// Never carried through a page: passwords and codes, and the token of the session that is over.
constexpr std::array<std::string_view, 6> kNotKept{"csrf", "password", "present", "new", "again", "code"};

} // namespace

KeptForm form_to_keep(const Call& call)
{
    // What is about the account itself is asked anew.
    if (call.request.method != "POST" || call.wants_fragment() || call.request.path.starts_with("/account") ||
        !is_own_form(call)) {
        return {};
    }
    KeptForm kept{.path = call.request.target, .fields = {}};
    for (const auto& [name, value] : call.form) {
        if (std::ranges::find(kNotKept, name) == kNotKept.end()) {
            kept.fields += (kept.fields.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
        }
    }
    return kept;
}

KeptForm kept_form(const Call& call)
{
    KeptForm kept{.path = call.field("kept_path"), .fields = call.field("kept_fields")};
    return is_own_path(kept.path) && !kept.path.starts_with("/sign-in") ? kept : KeptForm{};
}

Json kept_view(const KeptForm& kept)
{
    return kept.is_there() ? Json{{"path", kept.path}, {"fields", kept.fields}} : Json();
}

http::Response sign_in_to_go_on(const Call& call, const KeptForm& kept)
{
    return sign_in_page(
        call, "/", {.notice = ended_text(call) + " " + page_text(call.language, "sign_in.form_is_kept"), .kept = kept},
        401);
}

http::Response go_on(const Call& call, const services::OpenedSession& opened, const std::string& back,
                     const KeptForm& kept)
{
    if (call.session) { // its cookie is overwritten: nobody could end it any more
        services::end_session(call.archive(), call.clock(), call.actor, call.session->session.uid);
    }
    auto response = redirect(back);
    if (kept.is_there()) {
        auto fields = Json::array();
        for (const auto& [name, value] : http::parse_form(kept.fields)) {
            fields.push_back({{"name", name}, {"value", value}});
        }
        response = page(call, "kept_form",
                        {{"title", page_text(call.language, "kept_form.title")},
                         {"action", kept.path},
                         {"csrf", opened.csrf_token},
                         {"fields", fields}},
                        frame_of(call, ""));
        response.headers.set("Cache-Control", "no-store");
    }
    response.headers.add("Set-Cookie", session_cookie(opened.secret, call.request.secure));
    return response;
}

std::span<const Route> sign_in_routes()
{
    return kRoutes;
}

} // namespace vtlt::webui
