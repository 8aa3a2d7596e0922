// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/role.h>

#include <algorithm>

namespace vtlt::auth {

std::optional<Role> role_from_name(std::string_view name)
{
    const auto found = std::ranges::find(kRoleNames, name);
    return found != kRoleNames.end() ? std::optional{static_cast<Role>(found - kRoleNames.begin())} : std::nullopt;
}

std::optional<Scope> token_scope_from_name(std::string_view name)
{
    const auto found = std::ranges::find(kScopeNames, name);
    if (found == kScopeNames.end()) {
        return std::nullopt;
    }
    const auto scope = static_cast<Scope>(found - kScopeNames.begin());
    return Scopes::of_tokens().contains(scope) ? std::optional{scope} : std::nullopt;
}

std::string scope_words(Scopes scopes)
{
    std::string words;
    for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
        if (scopes.contains(static_cast<Scope>(i))) {
            words.append(words.empty() ? "" : " ").append(kScopeNames[i]);
        }
    }
    return words;
}

Scopes scopes_from_words(std::string_view words)
{
    Scopes scopes;
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (const auto scope = token_scope_from_name(words.substr(0, end))) {
            scopes.add(*scope);
        }
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return scopes;
}

} // namespace vtlt::auth
