// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/services/sign_in.h>

#include <string>

namespace vtlt::webui {

/// A form that was sent when the session had ended: it is carried through the sign-in and offered once more.
struct KeptForm
{
    std::string path;   ///< empty: none
    std::string fields; ///< as a form is sent; without passwords and without the old session's token

    bool is_there() const { return !path.empty(); }
};
/// Of this request, when it is a form of one of our own pages, filled in in the session that has ended.
KeptForm form_to_keep(const Call& call);
/// As a page of signing in carried it here.
KeptForm kept_form(const Call& call);
/// {"path", "fields"} of the hidden inputs; null without one.
Json kept_view(const KeptForm& kept);

/// The sign-in page in place of what was asked for, with the form in it.
http::Response sign_in_to_go_on(const Call& call, const KeptForm& kept);
/// Signed in: to `back`, or to the form that was kept.
http::Response go_on(const Call& call, const services::OpenedSession& opened, const std::string& back,
                     const KeptForm& kept);
/// Asks for the code that comes after the password; `secret` of services::CodeAsked.
http::Response ask_for_code(const Call& call, const std::string& secret, const std::string& back, const KeptForm& kept);

} // namespace vtlt::webui
