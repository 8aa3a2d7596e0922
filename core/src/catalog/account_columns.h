// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

/// The columns of an account from `first` on, in this order: id uid name full_name unit_id unit.code role clearance
/// disabled has_password signed_in_at signed_in_from failures revision.
Account read_account(const db::Statement& row, int first);

} // namespace vtlt::catalog
