// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

namespace vtlt::webui {

inline constexpr std::string_view kLanguageCookie = "vtlt_language";

/// Over TLS the cookie has the prefix that keeps other programs on the host from setting it.
std::string_view session_cookie_name(bool secure);
/// Of the way from the password to the code; no session.
std::string_view code_cookie_name(bool secure);
std::string code_cookie(const std::string& secret, bool secure);
/// Set-Cookie of a session that was opened; an empty secret ends it.
std::string session_cookie(const std::string& secret, bool secure);

/// A page of another site could sign somebody in as its own writer; browsers say where a form came from. Throws
/// forbidden `http.csrf`.
void require_own_site(const http::Request& request);
/// The browser brings the secret of a session, which has ended, or belongs to nobody.
bool had_session(const Call& call);
/// A form whose token belongs to the session that the browser had.
bool is_own_form(const Call& call);

/// ?lang=, else the cookie, else Accept-Language, else Vietnamese.
Language language_of(const http::Request& request);

/// Who comes: a bearer token, else the session of the cookie, else nobody. A token that is not valid is refused rather
/// than ignored: invalid `http.sign_in_first`.
void identify(Call& call);

/// Reads a form and checks the csrf token of a changing request that came with a cookie (a bearer token cannot be sent
/// by another site's page). Throws forbidden `http.csrf`. A multipart body is checked when it is read.
void admit(Call& call);

/// For http::Response::may_go_on: whether who asked is still who he was, with the rights he had. Asked of the catalogue
/// each time: nothing that ends a session, a token or a right can forget to tell it. `is_download`: who takes a file is
/// not idle.
std::function<bool()> still_allowed(const Call& call, bool is_download);

/// True when the token, from the header or a form, belongs to the call's session.
bool is_own_token(const Call& call, std::string_view given);

} // namespace vtlt::webui
