// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/members.h"

#include "problem.h"

#include <vtlt/core/base/error.h>

#include <algorithm>

namespace vtlt::webui {

void refuse_member(const char* name, const std::string& code, const std::string& value)
{
    throw Error{Kind::invalid, code, {{"value", value}}, {{std::string{"/"} + name, code, {{"value", value}}}}};
}

std::optional<Date> day_member(const Json& body, const char* name)
{
    const auto text = text_member(body, name);
    if (text.empty()) {
        return std::nullopt;
    }
    const auto day = parse_date(text);
    if (!day) {
        refuse_member(name, "date.not_a_day", text);
    }
    return day;
}

auth::Role role_named(const char* member, const std::string& name)
{
    const auto role = auth::role_from_name(name);
    if (!role) {
        throw unknown_role(std::string{"/"} + member, name);
    }
    return *role;
}

std::vector<std::string> texts_member(const Json& body, const char* name)
{
    std::vector<std::string> texts;
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        return texts;
    }
    if (!found->is_array() || !std::ranges::all_of(*found, [](const Json& one) { return one.is_string(); })) {
        refuse_member(name, "api.not_text", name);
    }
    for (const auto& one : *found) {
        texts.push_back(one.get<std::string>());
    }
    return texts;
}

std::vector<auth::Role> roles_member(const Json& body, const char* name)
{
    std::vector<auth::Role> roles;
    for (const auto& one : texts_member(body, name)) {
        roles.push_back(role_named(name, one));
    }
    return roles;
}

Secrecy secrecy_member(const Json& body, const char* name)
{
    const auto text = text_member(body, name, std::string{secrecy_name(Secrecy::open)});
    const auto secrecy = secrecy_from_name(text);
    if (!secrecy) {
        refuse_member(name, "secrecy.unknown", text);
    }
    return *secrecy;
}

Json with_version(Json json)
{
    json["format_version"] = 1;
    return json;
}

} // namespace vtlt::webui
