// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/catalog/unit.h>

#include <string>

namespace vtlt::services {

/// The unit with this code; without one where the actor works, else the root. Throws not_found `unit.not_found`.
catalog::Unit unit_or_own(db::ReadTx& tx, const auth::Actor& actor, const std::string& code);

} // namespace vtlt::services
