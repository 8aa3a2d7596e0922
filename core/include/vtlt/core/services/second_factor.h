// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The second factor of a person: what it is, setting it up, who must have one, and taking it from who has lost his
/// phone. What asks for a password besides is SignInDesk's (services/sign_in.h).
namespace vtlt::services {

inline constexpr std::size_t kRecoveryCodes = 10;
/// How long a secret that was shown can be confirmed: what somebody else saw on a screen yesterday is worth nothing.
inline constexpr std::chrono::minutes kSetUpPatience{15};

struct SecondFactorState
{
    std::optional<Instant> since; ///< absent: off
    std::int64_t recovery_codes = 0;
    bool is_demanded = false; ///< whoever has his roles must have one

    bool is_on() const { return since.has_value(); }
};

/// Oneself, or by user.read. Throws not_found `account.not_found`.
SecondFactorState second_factor_of(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                   std::string_view who);

/// What a person puts into his phone, in either form.
struct SecondFactorSecret
{
    std::string text; ///< base32
    std::string uri;  ///< otpauth://…
};

/// A new secret for oneself, in place of one that was never confirmed; in force once SignInDesk::turn_on_second_factor
/// has seen a code of it. It opens for the session `own` alone: who is signed in as this person elsewhere must not see
/// what is being set up here. Throws conflict `second_factor.on_already`, `second_factor.no_password`.
SecondFactorSecret start_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor, const Uid& own);
/// What this session started and can still confirm.
std::optional<SecondFactorSecret> started_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                        const Uid& own);

/// Of somebody else, who has lost his phone: by whoever could set his password. Ends every session of that person.
/// Throws conflict `second_factor.off_already`, forbidden `second_factor.own`.
void remove_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who);

/// Who must have one.
struct SecondFactorDemand
{
    bool of_everybody = false;
    std::vector<auth::Role> roles; ///< ascending; of who holds any of them today
    bool operator==(const SecondFactorDemand&) const = default;
};
/// By archive.administer.
SecondFactorDemand second_factor_demand(Archive& archive, const auth::Actor& actor);
/// Likewise. Holds from the next request on: who must and has none can do nothing but set it up.
void demand_second_factor(Archive& archive, const Clock& clock, const auth::Actor& actor,
                          const SecondFactorDemand& demand);

/// The key with which secrets are closed in the catalogue: keys/second_factor.key, 0400.
void make_second_factor_key(const Home& home);
/// For homes of before: makes it where there is none and nothing was closed with it.
void complete_second_factor_key(const Home& home, db::Database& database);

/// What is wrong with the key, or with what was closed with it.
struct SealFault
{
    std::string kind; ///< missing, changed
    std::string path; ///< below the home
    Uid account;      ///< whose secret does not open; empty: it is the key
    std::string found;
};
std::vector<SealFault> check_second_factors(Archive& archive);

} // namespace vtlt::services
