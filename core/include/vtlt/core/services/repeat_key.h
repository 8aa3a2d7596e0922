// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/db/database.h>

#include <optional>
#include <string_view>

/// A request that was sent twice, because its answer was lost, is done once: `Idempotency-Key`. Keys are a person's
/// own, and forgotten after the hours that setting `repeat_key.keep_hours` says (24).
namespace vtlt::services {

/// What the same person made under this key. Throws conflict `idempotency.key_reused` when that was for another
/// request, invalid `idempotency.bad_key` for an empty one or more than 200 bytes.
std::optional<Uid> find_repeated(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view key,
                                 std::string_view request);
/// In the transaction that makes `object`.
void remember_repeat_key(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view key,
                         std::string_view request, std::string_view object);

} // namespace vtlt::services
