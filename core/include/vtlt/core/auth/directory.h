// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Passwords that a directory keeps (LDAP, Active Directory): whoever can be bound there with the password he typed is
/// the one he says. The only place with libldap.
namespace vtlt::auth {

/// Member `ldap` of config.json.
struct DirectoryServer
{
    std::string url;  ///< ldaps://HOST[:PORT], ldap://HOST[:PORT], ldapi://PATH (percent-encoded)
    std::string bind; ///< "uid={name},ou=people,dc=agency,dc=vn" or, as Active Directory wants it, "{name}@agency.vn"
    std::filesystem::path ca_file; ///< PEM; empty: the CAs that the system trusts
    bool start_tls = false;        ///< for ldap://: the password is sent under TLS all the same
};

/// Throws invalid `config.ldap_url`, `config.ldap_bind`, and `config.ldap_plain` where a password would travel readable
/// to another machine.
void check_directory_server(const DirectoryServer& server);

/// Who is bound: `name` in the place of {name}, escaped after RFC 4514 where the pattern is a DN. nullopt for what is
/// nobody's name in a directory: empty, NUL, no UTF-8, and in other patterns the signs that part a name there (@ \ /
/// ").
std::optional<std::string> directory_name(std::string_view pattern, std::string_view name);

/// How long a try may take in all, and how long it waits for others that are at it.
inline constexpr std::chrono::milliseconds kDirectoryPatience{5'000};
inline constexpr std::chrono::milliseconds kDirectoryTurn{500};
/// Tries at once; when the directory was last found silent one alone, and nobody waits for that one.
inline constexpr std::size_t kDirectoryLanes = 4;

/// Asks a directory; from any thread. Each question is a connection of its own, made by a thread of its own: whatever
/// the network or the library does, the asker has his answer in time.
class Directory
{
public:
    enum class Answer
    {
        right,
        wrong,
        silent ///< not reached, not trusted, too slow, or otherwise unable to say
    };

    /// Throws as open_file when the CA file cannot be read.
    explicit Directory(DirectoryServer server);
    /// Waits for the tries on their way.
    ~Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    /// Absent: nobody is meant, and the answer is not `right`; it takes as long, for the directory is asked for a name
    /// that nobody has. So it is for a password that is never sent: an empty one (to which LDAP says yes), one with a
    /// NUL, one that is no UTF-8 or longer than kPasswordLongest. Throws busy `sign_in.busy` when too many are at it.
    Answer ask(const std::optional<std::string>& name, std::string_view password);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::auth
