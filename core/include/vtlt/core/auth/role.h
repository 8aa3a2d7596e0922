// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::auth {

/// What a person is in the agency (product.md §2.1); what each may do is the table in core/src/auth/authorize.cpp.
enum class Role
{
    clerk,
    officer,
    form_checker,
    leader,
    archivist,
    security_officer,
    council_member,
    inspector,
    auditor,
    admin,
    machine
};

inline constexpr std::array<std::string_view, 11> kRoleNames{
    "clerk",          "officer",   "form_checker", "leader", "archivist", "security_officer",
    "council_member", "inspector", "auditor",      "admin",  "machine"};

constexpr std::string_view role_name(Role role)
{
    return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<Role> role_from_name(std::string_view name);

/// What an API token may be used for. It only takes away from the rights of its person.
enum class Scope
{
    read,
    write,
    export_,
    verify,
    admin,
    account ///< one's own password, sessions and tokens: of a session only, no token is given it
};

inline constexpr std::array<std::string_view, 6> kScopeNames{"read", "write", "export", "verify", "admin", "account"};

/// A set of scopes.
class Scopes
{
public:
    constexpr Scopes() = default;
    static constexpr Scopes all() { return Scopes{(1U << kScopeNames.size()) - 1U}; }
    /// What a token may be given.
    static constexpr Scopes of_tokens()
    {
        auto scopes = all();
        scopes.bits_ &= ~bit(Scope::account);
        return scopes;
    }
    constexpr bool contains(Scope scope) const { return (bits_ & bit(scope)) != 0; }
    constexpr void add(Scope scope) { bits_ |= bit(scope); }
    constexpr bool is_empty() const { return bits_ == 0; }
    bool operator==(const Scopes&) const = default;

private:
    explicit constexpr Scopes(std::uint32_t bits) : bits_(bits) {}
    static constexpr std::uint32_t bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }

    std::uint32_t bits_ = 0;
};

/// nullopt for a word that is no scope a token can have.
std::optional<Scope> token_scope_from_name(std::string_view name);
/// The names, in the order of the enum, with one space between: how the catalogue keeps them.
std::string scope_words(Scopes scopes);
/// Words that are no scope of a token are left out: what this build does not know it does not grant.
Scopes scopes_from_words(std::string_view words);

} // namespace vtlt::auth
