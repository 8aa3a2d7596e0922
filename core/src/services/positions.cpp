// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/positions.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/grant_steps.h"
#include "services/position_steps.h"

#include <algorithm>
#include <chrono>

namespace vtlt::services {

namespace {

Date day_before(Date day)
{
    return Date{std::chrono::sys_days{day} - std::chrono::days{1}};
}

auth::Target target_of(const catalog::Account& account, const catalog::Position& position)
{
    return {.secrecy = account.clearance, .unit = position.unit};
}

struct KnownPosition
{
    catalog::Position position;
    catalog::Account holder;
};

/// Hidden as missing from who has nothing to do with that person.
KnownPosition visible_position(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    KnownPosition known{.position = catalog::get_position(tx, uid), .holder = {}};
    known.holder = catalog::get_account(tx, known.position.account);
    if (known.holder.uid != actor.name &&
        !auth::is_allowed(actor, auth::Action::user_read, target_of(known.holder, known.position))) {
        throw Error{Kind::not_found, "position.not_found", {{"position", std::string{uid}}}};
    }
    return known;
}

/// The one main position of a time.
void check_main(db::ReadTx& tx, const Clock& clock, const catalog::Account& account, const catalog::Position& wanted)
{
    if (const auto other = catalog::find_main_position(tx, account.id, wanted.from_on, wanted.to_on)) {
        throw Error{Kind::conflict, "position.main_exists", {{"title", other->title}, {"position", other->uid}}};
    }
    if (wanted.from_on > clock.today() && wanted.unit != account.unit) {
        throw Error{Kind::invalid, "position.main_later", {{"on", format_date_vi(wanted.from_on)}}};
    }
}

/// He works in the position's unit from now on.
std::vector<audit::Event> move_to(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                  const catalog::Account& before, const catalog::Position& position)
{
    authorize_holder(archive, tx, clock, actor, before);
    auto after = before;
    after.unit = position.unit;
    after.unit_code = position.unit_code;
    catalog::update_account(tx, after);
    std::vector<audit::Event> events{{"user.changed", after.uid, {{"unit", after.unit_code}}}};
    std::ranges::move(change_post(archive, tx, clock, actor, before, after, {}), std::back_inserter(events));
    return events;
}

catalog::Position position_of(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                              const catalog::Account& account, const NewPosition& wanted)
{
    const auto code = clean_text(wanted.unit);
    const auto unit = catalog::get_unit(tx, code.empty() ? account.unit_code : code);
    require_open(unit, clock.today());
    catalog::Position position{.id = {},
                               .uid = make_uid(),
                               .account = account.id,
                               .unit = unit.id,
                               .unit_code = unit.code,
                               .title = clean_title(wanted.title),
                               .is_main = wanted.is_main,
                               .from_on = wanted.from_on.value_or(clock.today()),
                               .to_on = wanted.to_on,
                               .added_at = clock.now(),
                               .added_by = actor.name,
                               .ended_at = {},
                               .ended_by = {}};
    if (position.to_on && *position.to_on < position.from_on) {
        throw Error{Kind::invalid, "position.bad_period"};
    }
    auth::authorize(actor, auth::Action::user_administer, target_of(account, position));
    return position;
}

} // namespace

audit::Event put_position(db::WriteTx& tx, const catalog::Account& account, catalog::Position& position)
{
    position.id = catalog::insert_position(tx, position);
    return {"position.added",
            position.uid,
            {{"account", account.uid},
             {"unit", position.unit_code},
             {"title", position.title},
             {"main", position.is_main},
             {"from", format_date(position.from_on)},
             {"to", position.to_on ? SortedJson(format_date(*position.to_on)) : SortedJson()}}};
}

std::vector<audit::Event> close_position(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                         const catalog::Account& account, const catalog::Position& position,
                                         Date last_on)
{
    std::vector<audit::Event> events;
    if (!catalog::end_position(tx, position.id, last_on, clock.now(), actor.name)) {
        return events;
    }
    events.push_back({"position.ended", position.uid, {{"account", account.uid}, {"to", format_date(last_on)}}});
    if (last_on < clock.today() || last_on < position.from_on) {
        for (const auto& grant : catalog::list_grants_of(tx, position.id)) {
            std::ranges::move(end_grants(tx, clock, actor, account, grant), std::back_inserter(events));
        }
    }
    return events;
}

std::map<PositionId, PositionId> move_positions(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                                const catalog::Unit& unit, const catalog::Unit& successor, Date on,
                                                std::vector<audit::Event>& events)
{
    std::map<PositionId, PositionId> became;
    for (const auto& old : catalog::list_positions_in(tx, unit.id, on)) {
        const auto account = catalog::get_account(tx, old.account);
        auto next = old;
        next.uid = make_uid();
        next.unit = successor.id;
        next.unit_code = successor.code;
        next.from_on = std::max(old.from_on, on);
        next.added_at = clock.now();
        next.added_by = actor.name;
        std::ranges::move(close_position(tx, clock, actor, account, old, day_before(on)), std::back_inserter(events));
        events.push_back(put_position(tx, account, next));
        became.emplace(old.id, next.id);
    }
    return became;
}

catalog::Position add_position(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewPosition& wanted)
{
    const auto who = clean_text(wanted.who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = enabled_account(tx, actor, who);
    auto position = position_of(tx, clock, actor, account, wanted);
    const auto reason = grant_reason(wanted.reason);
    if (position.is_main) {
        check_main(tx, clock, account, position);
    }
    const AdminGuard guard{tx, clock, account.name};
    std::vector<audit::Event> events{put_position(tx, account, position)};
    const bool moves = position.is_main && position.is_held_on(clock.today()) && position.unit != account.unit;
    if (moves) {
        std::ranges::move(move_to(archive, tx, clock, actor, account, position), std::back_inserter(events));
    }
    for (const auto role : wanted.roles) {
        const WantedGrant grant{.role = role,
                                .unit = position.unit,
                                .with_sub_units = !wanted.only_unit,
                                .from_on = position.from_on,
                                .to_on = position.to_on,
                                .position = position.id,
                                .reason = reason};
        check_period(clock, grant);
        events.push_back(add_grant(archive, tx, clock, actor, account, grant));
    }
    guard.require_one(tx);
    if (moves || !wanted.roles.empty()) {
        std::ranges::move(end_all_sessions(tx, account, "rights"), std::back_inserter(events));
    }
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return position;
}

catalog::Position end_position(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                               std::optional<Date> last_on)
{
    const auto today = clock.today();
    const auto last = last_on.value_or(today);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto [position, holder] = visible_position(tx, actor, clean_text(uid));
    auth::authorize(actor, auth::Action::user_administer, target_of(holder, position));
    if (position.is_over_before(today)) {
        throw Error{Kind::conflict, "position.ended_already", {{"position", position.uid}}};
    }
    if ((last < position.from_on && position.from_on <= today) || (position.to_on && last > *position.to_on)) {
        throw Error{Kind::invalid, "position.bad_period"};
    }
    const AdminGuard guard{tx, clock, holder.name};
    auto events = close_position(tx, clock, actor, holder, position, last);
    if (events.empty()) {
        throw Error{Kind::conflict, "position.ended_already", {{"position", position.uid}}};
    }
    guard.require_one(tx);
    if (events.size() > 1) { // roles ended with it
        std::ranges::move(end_all_sessions(tx, holder, "rights"), std::back_inserter(events));
    }
    auto ended = catalog::get_position(tx, position.uid);
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return ended;
}

std::vector<ListedPosition> list_positions(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                           std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    const auto account = account_for(tx, actor, name, auth::Action::user_read);
    const auto grants = catalog::list_past_and_present_grants(tx, account.id);
    std::vector<ListedPosition> list;
    for (auto& position : catalog::list_positions(tx, account.id)) {
        ListedPosition one{.position = std::move(position), .is_held = false, .roles = {}};
        one.is_held = one.position.is_held_on(clock.today());
        for (const auto& grant : grants) {
            if (grant.position == one.position.id && !grant.delegated_from) {
                one.roles.push_back(grant.role);
            }
        }
        list.push_back(std::move(one));
    }
    return list;
}

} // namespace vtlt::services
