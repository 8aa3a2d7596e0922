// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/position.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/archive.h>

#include <map>
#include <vector>

namespace vtlt::services {

/// Adds it in the caller's transaction, with its key and event; its roles are the caller's.
audit::Event put_position(db::WriteTx& tx, const catalog::Account& account, catalog::Position& position);
/// Its last day. What was granted with it, and delegated from that, ends now unless its last day is still to come: then
/// it ends by itself. The events of all; none when the same or an earlier last day was said already.
std::vector<audit::Event> close_position(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                         const catalog::Account& account, const catalog::Position& position,
                                         Date last_on);
/// The positions of a closing unit that are held on `on` or later go on in its successor: which became which.
std::map<PositionId, PositionId> move_positions(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                                const catalog::Unit& unit, const catalog::Unit& successor, Date on,
                                                std::vector<audit::Event>& events);

} // namespace vtlt::services
