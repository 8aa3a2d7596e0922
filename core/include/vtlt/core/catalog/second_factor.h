// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// xác thực hai lớp = second factor: what somebody has besides his password, and the recovery codes for when he has
/// lost it.
namespace vtlt::catalog {

struct SecondFactor
{
    std::string sealed; ///< its secret, closed with keys/second_factor.key
    Instant started_at;
    std::optional<Instant> confirmed_at; ///< absent: not yet in force
    std::int64_t last_step = 0;          ///< of the last code that was accepted
    int wrong_codes = 0;                 ///< in a row
    Instant wrong_at{};                  ///< the last of them
};

std::optional<SecondFactor> find_second_factor(db::ReadTx& tx, AccountId account);
/// One that is not in force yet, in place of another that is not; false where one is in force.
bool start_second_factor(db::WriteTx& tx, AccountId account, std::string_view sealed, Instant at);
/// From now on what was `started` is asked for, closed anew as `sealed`; false where it is in force already, or is
/// another one meanwhile.
bool confirm_second_factor(db::WriteTx& tx, AccountId account, std::string_view started, std::string_view sealed,
                           Instant at, std::int64_t step);
/// The code of this step is used up, and wrong ones before it are forgotten. False where it was, or a later one was: of
/// two at once one is told true.
bool take_step(db::WriteTx& tx, AccountId account, std::int64_t step);
/// One more. `forgotten_before`: those of before it count no more.
void note_wrong_code(db::WriteTx& tx, AccountId account, Instant at, Instant forgotten_before);
/// With its recovery codes. False where none was in force.
bool delete_second_factor(db::WriteTx& tx, AccountId account);

/// In place of all there were.
void put_recovery_codes(db::WriteTx& tx, AccountId account, std::span<const std::string> digests);
/// False where there is none such, or it was used.
bool take_recovery_code(db::WriteTx& tx, AccountId account, std::string_view digest, Instant at);
/// Unused ones.
std::int64_t count_recovery_codes(db::ReadTx& tx, AccountId account);

} // namespace vtlt::catalog
