// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/directory.h>
#include <vtlt/core/catalog/session.h>
#include <vtlt/core/services/archive.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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
/// Of wrong codes in a row, by who had the password: some forty tries a day against a million codes. A recovery code is
/// long enough to be tried all the same, so nobody is locked out by it.
inline constexpr SignInDelay kDelayOfCode{
    .free_tries = 5, .longest = std::chrono::hours{1}, .memory = std::chrono::hours{24}};

/// How long the next try has to wait; 0 when it may be made now.
std::chrono::seconds wait_after(const SignInDelay& delay, int failures, Instant last_failed_at, Instant now);

struct OpenedSession
{
    std::string secret;     ///< for the cookie; told once and kept nowhere
    std::string csrf_token; ///< auth::csrf_token(secret)
    catalog::Session session;
    catalog::Account account;
    auth::Actor actor;
    std::optional<std::int64_t> recovery_codes_left = std::nullopt; ///< one was used to sign in
};

/// The password was right, and what is asked for next is a code. Good for SignInDesk::sign_in_with_code and for nothing
/// else: it is no session, lives in memory alone, and a few minutes.
struct CodeAsked
{
    std::string secret; ///< for a cookie; told once
};
inline constexpr std::chrono::minutes kCodePatience{5};

/// The one place where people sign in; one per process that serves, callable from any thread. What it knows of refused
/// tries is kept in the catalogue too, by a 16-bit hash of the name typed: a restart forgets no name, and what somebody
/// typed into the wrong field is not kept.
class SignInDesk
{
public:
    /// With the directory of Config::ldap, where there is one. Throws as auth::Directory.
    SignInDesk(Archive& archive, const Clock& clock);

    /// `address`: of the client, as the server knows it. Throws invalid `sign_in.refused` for whatever is wrong
    /// (unknown, disabled, no password, wrong password), busy `sign_in.wait` with `seconds`, the same for names that
    /// exist and names that do not, and busy `sign_in.busy` when too many are at it. Where the directory says nothing
    /// every try that this archive cannot let in by itself is busy `sign_in.directory_silent`, also with names that
    /// nobody has, and is one refused try of that name. The right password alone forgets no refused try of who has a
    /// second factor.
    std::variant<OpenedSession, CodeAsked> sign_in(std::string_view name, std::string_view password,
                                                   std::string_view address);
    /// `secret` of CodeAsked; `code` of the phone, or a recovery code. Throws not_found `sign_in.too_late` when that
    /// was too long ago or is over, invalid `sign_in.code_refused` for a code that is wrong or was used, which delays
    /// like a wrong password, and what sign_in throws.
    OpenedSession sign_in_with_code(std::string_view secret, std::string_view code, std::string_view address);
    /// By a certificate that the other side of a TLS connection has proved to hold: `digest`, empty where none came;
    /// `is_trusted`: the server's CAs vouch for it now. Nothing more is asked for. Throws invalid
    /// `sign_in.certificate_refused` for whatever is wrong (none, expired, revoked, of another CA, nobody's, of a
    /// disabled person), and what sign_in throws.
    OpenedSession sign_in_with_certificate(std::string_view digest, bool is_trusted, std::string_view address);
    /// A code can still be given with this.
    bool is_code_asked(std::string_view secret);

    /// One's own password. Ends every session of that person, this one too. A wrong old one is invalid
    /// `password.wrong`, delays like a refused sign-in and is one in the history; otherwise as auth::check_password.
    /// Who signs in by the directory has none here: conflict `password.in_directory`.
    void change_password(const auth::Actor& actor, std::string_view old_password, std::string_view password,
                         std::string_view address);

    /// One's own second factor, with the password by which one signs in. A wrong one is invalid `password.wrong`, a
    /// wrong code invalid `second_factor.wrong_code`; both delay like a refused sign-in and are one in the history.
    /// Puts what services::start_second_factor started in force, ends every other session than `own`, and answers the
    /// recovery codes: told once and kept nowhere. Throws conflict `second_factor.on_already`,
    /// `second_factor.not_started`.
    std::vector<std::string> turn_on_second_factor(const auth::Actor& actor, const Uid& own, std::string_view password,
                                                   std::string_view code, std::string_view address);
    /// Other recovery codes in place of those there are. Throws conflict `second_factor.off_already`, as what follows.
    std::vector<std::string> renew_recovery_codes(const auth::Actor& actor, std::string_view password,
                                                  std::string_view code, std::string_view address);
    void turn_off_second_factor(const auth::Actor& actor, std::string_view password, std::string_view code,
                                std::string_view address);

private:
    struct Failures
    {
        int count = 0;
        Instant last_at;
    };
    /// Half of a sign-in.
    struct Half
    {
        Uid account;
        catalog::Door door = catalog::Door::password;
        std::string hash;    ///< of the password that was right; empty where the directory said so
        std::string renewed; ///< the same at today's cost; empty where it has that
        Instant at;
    };

    class Try;
    struct Found;

    using Verdict = auth::Directory::Answer;

    Found look_up(const std::string& name);
    Found look_up_own(const auth::Actor& actor);
    std::optional<OpenedSession> open(const Half& half, const std::optional<std::string>& code, const Try& attempt);
    std::optional<OpenedSession> open_by_certificate(const std::string& digest, const Try& attempt);
    struct Opening;
    OpenedSession put_session(db::WriteTx& tx, const Opening& opening, const Try& attempt);
    CodeAsked keep_half(Half half);
    std::optional<Half> find_half(std::string_view secret);
    Verdict judge(const Found& found, std::string_view password);
    [[noreturn]] void refuse(const Found& found, Try& attempt, Verdict verdict, const char* code);
    void keep_failure(const Found& found, const Try& attempt, const char* what);
    template <class Work>
    auto with_own_password(const auth::Actor& actor, std::string_view password, std::string_view address,
                           const Work& work);

    Archive& archive_;
    const Clock& clock_;
    std::optional<auth::Directory> directory_;
    std::mutex mutex_;
    std::map<int, Failures> names_;             // guarded by mutex_; by bucket
    std::map<std::string, Failures> addresses_; // guarded by mutex_
    std::map<std::string, Half> halves_;        // guarded by mutex_; by digest of the secret
};

} // namespace vtlt::services
