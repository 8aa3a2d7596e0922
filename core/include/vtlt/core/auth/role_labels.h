// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/role.h>

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

/// What people call the roles: other words in another kind of agency. The rights of a role are the same everywhere.
namespace vtlt::auth {

/// One agency's words, from core/src/auth/data/role_labels.json.
struct RoleLabels
{
    using Words = std::array<std::string, kRoleNames.size()>;

    std::string code;                                       ///< "civil"
    std::string source;                                     ///< where these words are used
    std::map<std::string, std::string, std::less<>> titles; ///< of the set, by language: "vi"
    std::map<std::string, Words, std::less<>> words;        ///< by language

    const std::string& text(Role role, std::string_view language) const;
};

/// Those that come with the program; the first is that of a new archive.
std::span<const RoleLabels> role_labels();
/// nullptr for an unknown code.
const RoleLabels* find_role_labels(std::string_view code);

} // namespace vtlt::auth
