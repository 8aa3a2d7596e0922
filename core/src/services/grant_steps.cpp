// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/grant_steps.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/record_set.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/organisation.h>

#include <algorithm>
#include <array>

#include "services/event_values.h"

namespace vtlt::services {

namespace {

constexpr std::size_t kLongestReason = 500;
/// Who comes from elsewhere or stands in for somebody has it for a time.
constexpr std::array kTemporaryRoles{auth::Role::inspector, auth::Role::council_member};

bool is_backwards(std::optional<Date> from, std::optional<Date> to)
{
    return from && to && *to < *from;
}

bool is_same(const catalog::RoleGrant& grant, const WantedGrant& wanted, Date today)
{
    return grant.role == wanted.role && grant.unit == wanted.unit && grant.with_sub_units == wanted.with_sub_units &&
           grant.records_from_on == wanted.records_from_on && grant.records_to_on == wanted.records_to_on &&
           grant.record_set == wanted.record_set && grant.delegated_from == wanted.delegated_from &&
           grant.order == wanted.order && grant.position == wanted.position && (!grant.to_on || *grant.to_on >= today);
}

/// A written order is told apart from a role: it gives none.
SortedJson detail_of(const catalog::RoleGrant& grant, const catalog::Account& account)
{
    SortedJson detail{{"account", account.uid}, {"role", auth::role_name(grant.role)}};
    if (grant.order) {
        detail["number"] = grant.order->number;
        detail["on"] = format_date(grant.order->on);
        detail["signer"] = grant.order->signer;
    }
    if (grant.position) {
        detail["position"] = grant.position_uid;
    }
    return detail;
}

/// The giver with those of his rights that he can give on: his own, not delegated ones; with sub-units only what he has
/// with sub-units; and nothing that would outlast his.
auth::Actor as_giver(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor, const WantedGrant& wanted)
{
    if (actor.type != auth::Actor::Type::person) {
        return actor;
    }
    auto giver = actor;
    giver.grants.clear();
    const auto root = catalog::root_unit(tx).id;
    // A written order among them stays one: nothing is given on by it.
    for (const auto& held : catalog::list_active_grants(tx, catalog::get_account(tx, actor.name).id, clock.today())) {
        const bool outlasts = held.to_on && (!wanted.to_on || *wanted.to_on > *held.to_on);
        if (!held.delegated_from && !outlasts && (held.with_sub_units || !wanted.with_sub_units)) {
            giver.grants.push_back(catalog::right_of(held, root));
        }
    }
    return giver;
}

/// Every unit that the grant would reach, and the whole installation where it would.
void authorize_grant(Archive& archive, db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                     const catalog::Account& account, const WantedGrant& wanted)
{
    constexpr auto action = auth::Action::user_administer;
    auth::authorize(actor, action, {.secrecy = account.clearance, .unit = wanted.unit});
    if (wanted.with_sub_units && wanted.unit == catalog::root_unit(tx).id) {
        auth::authorize(actor, action, {.secrecy = account.clearance});
        return;
    }
    for (const auto unit : archive.units(tx, clock.today())->covered_by(wanted.unit, wanted.with_sub_units)) {
        auth::authorize(actor, action, {.secrecy = account.clearance, .unit = unit});
    }
}

} // namespace

void check_period(const Clock& clock, const WantedGrant& wanted)
{
    if (is_backwards(wanted.from_on.value_or(clock.today()), wanted.to_on) ||
        is_backwards(wanted.records_from_on, wanted.records_to_on) || (wanted.to_on && *wanted.to_on < clock.today())) {
        throw Error{Kind::invalid, "grant.bad_period"};
    }
    const bool temporary =
        wanted.delegated_from || std::ranges::find(kTemporaryRoles, wanted.role) != kTemporaryRoles.end();
    if (temporary && !wanted.to_on) {
        throw Error{Kind::invalid, "grant.needs_end", {{"role", std::string{auth::role_name(wanted.role)}}}};
    }
}

std::string grant_reason(std::string_view typed)
{
    return clean_line(typed, kLongestReason);
}

void require_new(db::ReadTx& tx, const Clock& clock, const catalog::Account& account, const WantedGrant& wanted)
{
    const std::vector<std::int64_t> ids{account.id.value};
    for (const auto& held : catalog::list_grants(tx, ids)) {
        if (is_same(held, wanted, clock.today())) {
            throw Error{Kind::conflict, "grant.exists", {{"grant", held.uid}}};
        }
    }
}

audit::Event add_grant(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                       const catalog::Account& account, const WantedGrant& wanted)
{
    authorize_grant(archive, tx, clock, as_giver(tx, clock, actor, wanted), account, wanted);
    // What the index does not know yet it does not find; nothing has to wait for it.
    if (wanted.record_set && !catalog::is_granted(tx, *wanted.record_set)) {
        outbox::request_reindex(tx, *wanted.record_set);
    }
    const catalog::RoleGrant grant{.uid = make_uid(),
                                   .account = account.id,
                                   .unit = wanted.unit,
                                   .role = wanted.role,
                                   .with_sub_units = wanted.with_sub_units,
                                   .from_on = wanted.from_on.value_or(clock.today()),
                                   .to_on = wanted.to_on,
                                   .records_from_on = wanted.records_from_on,
                                   .records_to_on = wanted.records_to_on,
                                   .record_set = wanted.record_set,
                                   .delegated_from = wanted.delegated_from,
                                   .order = wanted.order,
                                   .position = wanted.position,
                                   .position_uid = {},
                                   .position_to_on = {},
                                   .reason = wanted.reason,
                                   .granted_at = clock.now(),
                                   .granted_by = actor.name};
    const auto id = catalog::insert_grant(tx, grant);
    const auto made = catalog::get_grant(tx, grant.uid);
    ensure(made.id == id, "a grant is found by its uid");
    auto detail = detail_of(made, account);
    detail.update({{"unit", made.unit_code},
                   {"with_sub_units", grant.with_sub_units},
                   {"from", format_date(grant.from_on)},
                   {"to", day_or_null(grant.to_on)},
                   {"records_from", day_or_null(grant.records_from_on)},
                   {"records_to", day_or_null(grant.records_to_on)},
                   {"record_set", grant.record_set ? SortedJson(made.record_set_uid) : SortedJson()},
                   {"delegated", grant.delegated_from.has_value()},
                   {"reason", grant.reason}});
    return {grant.order ? "order.proposed" : "role.granted", grant.uid, std::move(detail)};
}

std::vector<audit::Event> end_grants(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                     const catalog::Account& account, const catalog::RoleGrant& grant)
{
    std::vector<audit::Event> events;
    for (const auto& uid : catalog::end_grant(tx, grant.id, clock.now(), actor.name)) {
        events.push_back({grant.order ? "order.ended" : "role.ended",
                          uid,
                          {{"account", account.uid}, {"role", auth::role_name(grant.role)}}});
    }
    return events;
}

void authorize_holder(Archive& archive, db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                      const catalog::Account& account)
{
    auth::authorize(actor, auth::Action::user_administer, {.secrecy = account.clearance, .unit = account.unit});
    const std::vector<std::int64_t> ids{account.id.value};
    for (const auto& held : catalog::list_grants(tx, ids)) {
        authorize_grant(archive, tx, clock, actor, account,
                        {.role = held.role, .unit = held.unit, .with_sub_units = held.with_sub_units});
    }
}

void require_open(const catalog::Unit& unit, Date today)
{
    if (unit.closed_on && *unit.closed_on <= today) {
        throw Error{Kind::conflict, "unit.closed", {{"unit", unit.code}, {"on", format_date(*unit.closed_on)}}};
    }
}

AdminGuard::AdminGuard(db::ReadTx& tx, const Clock& clock, std::string account)
    : today_(clock.today()), had_one_(catalog::count_holders(tx, auth::Role::admin, today_) > 0),
      account_(std::move(account))
{}

void AdminGuard::require_one(db::ReadTx& tx) const
{
    if (had_one_ && catalog::count_holders(tx, auth::Role::admin, today_) == 0) {
        throw Error{Kind::conflict, "account.last_admin", {{"account", account_}}};
    }
}

} // namespace vtlt::services
