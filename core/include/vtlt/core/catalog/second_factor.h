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
};

std::optional<SecondFactor> find_second_factor(db::ReadTx& tx, AccountId account);
/// One that is not in force yet, in place of another that is not; false where one is in force.
bool start_second_factor(db::WriteTx& tx, AccountId account, std::string_view sealed, Instant at);
/// From now on it is asked for; false where it is in force already, or is another one meanwhile.
bool confirm_second_factor(db::WriteTx& tx, AccountId account, std::string_view sealed, Instant at, std::int64_t step);
/// The code of this step is used up. False where it was, or a later one was: of two at once one is told true.
bool take_step(db::WriteTx& tx, AccountId account, std::int64_t step);
/// With its recovery codes. False where none was in force.
bool delete_second_factor(db::WriteTx& tx, AccountId account);

/// In place of all there were.
void put_recovery_codes(db::WriteTx& tx, AccountId account, std::span<const std::string> digests);
/// False where there is none such, or it was used.
bool take_recovery_code(db::WriteTx& tx, AccountId account, std::string_view digest, Instant at);
/// Unused ones.
std::int64_t count_recovery_codes(db::ReadTx& tx, AccountId account);

} // namespace vtlt::catalog
