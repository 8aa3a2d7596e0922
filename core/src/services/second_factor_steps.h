// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/catalog/second_factor.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Steps of use cases that have a transaction of their own.
namespace vtlt::services {

/// He must have a second factor and has none.
bool lacks_second_factor(db::ReadTx& tx, const catalog::Account& account, const auth::Actor& actor);

/// How a code was right.
struct TakenCode
{
    std::optional<std::int64_t> recovery_codes_left; ///< a recovery code was used; absent: one of the phone
    std::vector<audit::Event> events;
};
/// Takes a code of his phone or a recovery code; each is taken once, by one of those who come with it. nullopt where it
/// is wrong, used, or no second factor is in force: commit all the same, for that it was wrong is counted. Throws
/// corrupt `second_factor.key`, busy `sign_in.wait` where too many were wrong (kDelayOfCode).
std::optional<TakenCode> take_code(const Home& home, db::WriteTx& tx, const catalog::Account& account,
                                   std::string_view typed, Instant now);

/// Puts what the session `own` started in force: the recovery codes, and the event. nullopt where the code is not one
/// of it.
struct TurnedOn
{
    std::vector<std::string> recovery_codes;
    std::vector<audit::Event> events;
};
std::optional<TurnedOn> turn_on(const Home& home, db::WriteTx& tx, const catalog::Account& account, const Uid& own,
                                std::string_view typed, Instant now);
/// Other recovery codes in place of those there are.
TurnedOn renew_recovery_codes(db::WriteTx& tx, const catalog::Account& account);

} // namespace vtlt::services
