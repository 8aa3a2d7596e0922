// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/services/archive.h>

namespace vtlt::services {

/// Who acts when this person does, with all the rights he has on `today`. A disabled one has none. Three indexed reads.
auth::Actor actor_of(Archive& archive, db::ReadTx& tx, const catalog::Account& account, Date today);
/// Who asked for long work, as he is now, with the scopes he asked with: it must not go on with rights that were taken
/// away meanwhile. Throws forbidden `auth.forbidden` where he is disabled or gone.
auth::Actor actor_now(Archive& archive, const Clock& clock, const auth::Actor& then);

} // namespace vtlt::services
