// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/session.h>
#include <vtlt/core/services/archive.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace vtlt::services {

/// After so many refusals the next try has to wait: 1, 2, 4 … 60 s. A quarter of an hour without one forgets them.
struct SignInDelay
{
    int free_tries = 0;
    std::chrono::seconds longest{60};
    std::chrono::minutes memory{15};
};
inline constexpr SignInDelay kDelayOfName{.free_tries = 5};
/// Many people may sit behind one address: a proxy, a shared computer. What guards the single person is the name's
/// delay.
inline constexpr SignInDelay kDelayOfAddress{.free_tries = 20};

/// How long the next try has to wait; 0 when it may be made now.
std::chrono::seconds wait_after(const SignInDelay& delay, int failures, Instant last_failed_at, Instant now);

struct OpenedSession
{
    std::string secret;     ///< for the cookie; told once and kept nowhere
    std::string csrf_token; ///< auth::csrf_token(secret)
    catalog::Session session;
    catalog::Account account;
    auth::Actor actor;
};

/// The one place where people sign in; one per process that serves, callable from any thread. What it knows of refused
/// tries is kept in the catalogue too, by a 16-bit hash of the name typed: a restart forgets no name, and what somebody
/// typed into the wrong field is not kept.
class SignInDesk
{
public:
    SignInDesk(Archive& archive, const Clock& clock);

    /// `address`: of the client, as the server knows it. Throws invalid `sign_in.refused` for whatever is wrong
    /// (unknown, disabled, no password, wrong password), busy `sign_in.wait` with `seconds`, the same for names that
    /// exist and names that do not, and busy `sign_in.busy` when too many are at it.
    OpenedSession sign_in(std::string_view name, std::string_view password, std::string_view address);

    /// One's own password. Ends every session of that person, this one too. A wrong old one is invalid
    /// `password.wrong`, delays like a refused sign-in and is one in the history; otherwise as auth::check_password.
    void change_password(const auth::Actor& actor, std::string_view old_password, std::string_view password,
                         std::string_view address);

private:
    struct Failures
    {
        int count = 0;
        Instant last_at;
    };

    class Try;
    struct Found;

    Found look_up(const std::string& name);
    std::optional<OpenedSession> open(const Found& found, std::string_view password, const Try& attempt);
    void keep_failure(const Found& found, const Try& attempt);

    Archive& archive_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<int, Failures> names_;             // guarded by mutex_; by bucket
    std::map<std::string, Failures> addresses_; // guarded by mutex_
};

} // namespace vtlt::services
