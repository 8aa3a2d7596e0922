// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

/// Of a statement that reads whole accounts with `read_account`: its columns and where they come from.
inline constexpr std::string_view kAccountColumns = R"sql(
       account.id, account.uid, account.name, account.full_name, account.unit_id, unit.code, account.clearance,
       account.disabled, account.password_hash IS NOT NULL, account.signed_in_at, account.signed_in_from,
       account.failures, account.revision, account.door
)sql";
inline constexpr std::string_view kUnitOfAccount = " LEFT JOIN unit ON unit.id = account.unit_id ";

/// kAccountColumns from `first` on.
Account read_account(const db::Statement& row, int first);

} // namespace vtlt::catalog
