// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// chức vụ, vị trí công tác = what somebody is in a unit, for a time.
struct Position
{
    PositionId id;
    Uid uid;
    AccountId account;
    UnitId unit;
    std::string unit_code; ///< filled when read
    std::string title;
    bool is_main = false; ///< its unit is where he works
    Date from_on;
    std::optional<Date> to_on; ///< the last day; before the first one when it was called off before it began
    Instant added_at{};
    std::string added_by;            ///< as an actor's name
    std::optional<Instant> ended_at; ///< when its last day was said later
    std::string ended_by;

    bool is_held_on(Date day) const { return from_on <= day && (!to_on || *to_on >= day); }
    /// Held on none of the days from `day` on.
    bool is_over_before(Date day) const { return to_on && (*to_on < day || *to_on < from_on); }
};

/// Throws not_found `position.not_found`.
Position get_position(db::ReadTx& tx, std::string_view uid);
/// Past, present and to come, the newest first.
std::vector<Position> list_positions(db::ReadTx& tx, AccountId account);
/// His main position that is held on a day from `from_on` to `to_on`, both within; absent `to_on`: for ever.
std::optional<Position> find_main_position(db::ReadTx& tx, AccountId account, Date from_on, std::optional<Date> to_on);

/// Of everybody, those of a unit that are held on `day` or later.
std::vector<Position> list_positions_in(db::ReadTx& tx, UnitId unit, Date day);

PositionId insert_position(db::WriteTx& tx, const Position& position);
/// Its last day. False when the same or an earlier one was said already.
bool end_position(db::WriteTx& tx, PositionId position, Date last_on, Instant at, std::string_view by);

} // namespace vtlt::catalog
