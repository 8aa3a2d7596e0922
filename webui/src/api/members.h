// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/auth/role.h>

#include <optional>
#include <string>
#include <vector>

/// Members of a JSON body that are more than text; each refusal names its member.
namespace vtlt::webui {

[[noreturn]] void refuse_member(const char* name, const std::string& code, const std::string& value);
/// nullopt where absent or null. Throws invalid `date.not_a_day`.
std::optional<Date> day_member(const Json& body, const char* name);
/// Throws invalid `role.unknown`.
auth::Role role_named(const char* member, const std::string& name);
/// Empty where absent or null. Throws invalid `api.not_text`.
std::vector<std::string> texts_member(const Json& body, const char* name);
std::vector<auth::Role> roles_member(const Json& body, const char* name);
/// `open` where absent or null. Throws invalid `secrecy.unknown`.
Secrecy secrecy_member(const Json& body, const char* name);

/// The root of an answer.
Json with_version(Json json);

} // namespace vtlt::webui
