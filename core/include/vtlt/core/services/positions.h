// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/role.h>
#include <vtlt/core/catalog/position.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// chức vụ, vị trí công tác: what somebody is where, over time (TT 05/2025, phụ lục VI, Q1đ). Permission, transaction,
/// event. `who` is a name or uid, units are codes. A position begins and is over by its days; nothing runs at night.
namespace vtlt::services {

struct NewPosition
{
    std::string who;
    std::string title;
    std::string unit = {};                      ///< empty: where he works
    bool is_main = false;                       ///< he works in its unit from now on
    std::optional<Date> from_on = std::nullopt; ///< absent: today; may be past or to come
    std::optional<Date> to_on = std::nullopt;   ///< the last day; absent: until it is ended
    std::vector<auth::Role> roles = {};         ///< granted with it in its unit for its days, and ended with it
    bool only_unit = false;                     ///< those without its sub-units
    std::string reason = {};
};

/// Its roles warn until confirmed as any (services/rights.h). A main position that is held today makes its unit the one
/// where he works: his other roles there go with him, as services::change_account moves them. Event `position.added`.
/// Throws conflict `position.main_exists` (one main position at a time), `account.disabled`, `unit.closed`,
/// `account.last_admin`, invalid `position.bad_period`, `position.main_later` (a main position elsewhere is added on
/// its first day, for that day he moves), and as grant_role.
catalog::Position add_position(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewPosition& wanted);

/// Its last day, absent: today. Roles end with it, at once when the day is past, else by themselves after it; one that
/// has not begun can be called off. Event `position.ended`. Throws not_found `position.not_found`, conflict
/// `position.ended_already`, `account.last_admin`, invalid `position.bad_period`, forbidden `auth.forbidden`.
catalog::Position end_position(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                               std::optional<Date> last_on = std::nullopt);

struct ListedPosition
{
    catalog::Position position;
    bool is_held = false;          ///< today
    std::vector<auth::Role> roles; ///< granted with it, also those that have ended
};
/// Past, present and to come, the newest first; of oneself, or by user.read. Throws not_found `account.not_found`.
std::vector<ListedPosition> list_positions(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                           std::string_view who);

} // namespace vtlt::services
