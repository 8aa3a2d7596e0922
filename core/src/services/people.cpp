// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/people.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/position.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/code.h"
#include "services/grant_steps.h"

#include <algorithm>

namespace vtlt::services {

namespace {

constexpr std::size_t kMostListed = 200;
constexpr std::string_view kNameSigns = "._-@";

bool is_name_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

/// Vietnamese letters, digits and few signs: what else there is in Unicode looks like them, or like nothing.
void check_name(const std::string& name)
{
    check_code(name, "account.bad_name");
    const auto key = catalog::account_key(name);
    const bool is_good =
        !key.empty() && is_name_letter(key.front()) && !is_uid(name) && std::ranges::all_of(key, [](char character) {
            return is_name_letter(character) || kNameSigns.find(character) != std::string_view::npos;
        });
    if (!is_good) {
        throw Error{
            Kind::invalid, "account.bad_name", {{"value", text::one_line(name)}}, {{"NAME", "code.name_sign", {}}}};
    }
}

/// Permission for an account as it is or will be: a clearance above one's own can be neither touched nor given.
void authorize_for(const auth::Actor& actor, Secrecy clearance, std::optional<UnitId> unit)
{
    auth::authorize(actor, auth::Action::user_administer, {.secrecy = clearance, .unit = unit});
}

void authorize_for(const auth::Actor& actor, const catalog::Account& account)
{
    authorize_for(actor, account.clearance, account.unit);
}

catalog::Unit unit_of(db::ReadTx& tx, const std::string& code)
{
    const auto clean = clean_text(code);
    return clean.empty() ? catalog::root_unit(tx) : catalog::get_unit(tx, clean);
}

/// Where he works is the unit of his main position: he moves with that one.
void require_no_main_position(db::ReadTx& tx, const Clock& clock, const catalog::Account& account)
{
    if (const auto main = catalog::find_main_position(tx, account.id, clock.today(), clock.today())) {
        throw Error{Kind::conflict, "position.is_main", {{"account", account.name}, {"title", main->title}}};
    }
}

void require_door(const Archive& archive, catalog::Door door)
{
    if (door == catalog::Door::ldap && !archive.config().ldap) {
        throw Error{Kind::conflict, "directory.none"};
    }
}

void require_password_here(const catalog::Account& account)
{
    if (account.door != catalog::Door::password) {
        throw Error{Kind::conflict, "password.in_directory"};
    }
}

/// The detail of `user.changed`: the new values of what changed.
SortedJson changed_values(const catalog::Account& before, const catalog::Account& after)
{
    auto detail = SortedJson::object();
    if (after.full_name != before.full_name) {
        detail["full_name"] = after.full_name;
    }
    if (after.unit != before.unit) {
        detail["unit"] = after.unit_code;
    }
    if (after.clearance != before.clearance) {
        detail["clearance"] = secrecy_name(after.clearance);
    }
    if (after.door != before.door) {
        detail["door"] = catalog::door_name(after.door);
    }
    return detail;
}

} // namespace

std::vector<audit::Event> change_post(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                      const catalog::Account& before, const catalog::Account& after,
                                      const std::vector<auth::Role>& instead)
{
    std::vector<audit::Event> events;
    std::vector<WantedGrant> carried;
    const std::vector<std::int64_t> ids{before.id.value};
    for (const auto& grant : catalog::list_grants(tx, ids)) {
        // A written order is for the unit that it names; what came with a position goes with that one.
        if (grant.unit != before.unit || grant.delegated_from || grant.order || (grant.position && instead.empty())) {
            continue;
        }
        std::ranges::move(end_grants(tx, clock, actor, before, grant), std::back_inserter(events));
        // What is over is not begun again, and what has limits keeps them.
        if (!grant.to_on || *grant.to_on >= clock.today()) {
            carried.push_back({.role = grant.role,
                               .unit = *after.unit,
                               .with_sub_units = grant.with_sub_units,
                               .from_on = std::max(grant.from_on, clock.today()),
                               .to_on = grant.to_on,
                               .records_from_on = grant.records_from_on,
                               .records_to_on = grant.records_to_on,
                               .record_set = grant.record_set,
                               .reason = grant.reason});
        }
    }
    if (!instead.empty()) {
        carried.clear();
        for (const auto role : instead) {
            carried.push_back({.role = role, .unit = *after.unit});
        }
    }
    for (const auto& one : carried) {
        events.push_back(add_grant(archive, tx, clock, actor, after, one));
    }
    return events;
}

catalog::Account add_account(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewAccount& wanted)
{
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    const auto name = clean_text(wanted.name);
    check_name(name);
    require_door(archive, wanted.door);
    std::string hash;
    if (wanted.password && wanted.door == catalog::Door::password) {
        auth::check_password(*wanted.password, name);
        hash = auth::hash_password(*wanted.password);
    }
    catalog::Account account{.id = {},
                             .uid = make_uid(),
                             .name = name,
                             .full_name = wanted.full_name.empty() ? name : clean_title(wanted.full_name),
                             .clearance = wanted.clearance,
                             .door = wanted.door,
                             .has_password = !hash.empty()};
    auto tx = archive.database().write();
    const auto unit = unit_of(tx, wanted.unit);
    account.unit = unit.id;
    account.unit_code = unit.code;
    authorize_for(actor, account);
    require_open(unit, clock.today());
    account.id = catalog::insert_account(tx, account);
    SortedJson detail{{"name", account.name},
                      {"full_name", account.full_name},
                      {"unit", account.unit_code},
                      {"clearance", secrecy_name(account.clearance)}};
    if (account.door != catalog::Door::password) {
        detail["door"] = catalog::door_name(account.door);
    }
    std::vector<audit::Event> events{{"user.added", account.uid, std::move(detail)}};
    for (const auto role : wanted.roles) {
        events.push_back(add_grant(archive, tx, clock, actor, account,
                                   {.role = role, .unit = unit.id, .with_sub_units = !wanted.only_unit}));
    }
    if (account.has_password) {
        std::ranges::move(put_password(tx, account, hash), std::back_inserter(events));
    }
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return account;
}

std::vector<catalog::Account> list_accounts(Archive& archive, const auth::Actor& actor, std::string_view after,
                                            std::size_t limit)
{
    auth::authorize_somewhere(actor, auth::Action::user_read);
    auto tx = archive.database().read();
    return catalog::list_accounts(tx, auth::reach_of(actor, auth::Action::user_read),
                                  after.empty() ? std::string{} : catalog::account_key(after),
                                  std::min(limit, kMostListed));
}

catalog::Account get_account(Archive& archive, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    return account_for(tx, actor, name, auth::Action::user_read);
}

void set_password(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                  std::string_view password)
{
    const auto name = clean_text(who);
    const auto known = [&] {
        auth::authorize_somewhere(actor, auth::Action::user_administer);
        auto tx = archive.database().read();
        auto account = visible_account(tx, actor, name);
        authorize_holder(archive, tx, clock, actor, account);
        require_password_here(account);
        return account;
    }();
    auth::check_password(password, known.name);
    // Not while the writer is held: it takes a fifth of a second.
    const auto hash = auth::hash_password(password);
    auto tx = archive.database().write();
    const auto account = catalog::get_account(tx, known.uid);
    authorize_holder(archive, tx, clock, actor, account);
    require_password_here(account);
    audit::record_events(tx, clock, actor, put_password(tx, account, hash));
    tx.commit();
}

void disable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto before = visible_account(tx, actor, name);
    authorize_holder(archive, tx, clock, actor, before);
    if (before.disabled) {
        return;
    }
    const AdminGuard guard{tx, clock, before.name};
    const auto events = shut_out(tx, before, clock.now());
    guard.require_one(tx);
    audit::record_events(tx, clock, actor, events);
    tx.commit();
}

void enable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    auto account = visible_account(tx, actor, name);
    authorize_holder(archive, tx, clock, actor, account);
    if (!account.disabled) {
        return;
    }
    account.disabled = false;
    catalog::update_account(tx, account);
    audit::record_event(tx, clock, actor, {"user.enabled", account.uid});
    tx.commit();
}

catalog::Account change_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                                const AccountChange& change)
{
    const auto name = clean_text(who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    auto before = visible_account(tx, actor, name);
    auto after = before;
    after.full_name = change.full_name ? clean_title(*change.full_name) : before.full_name;
    after.clearance = change.clearance.value_or(before.clearance);
    after.door = change.door.value_or(before.door);
    after.revision = change.seen.value_or(before.revision);
    if (change.unit) {
        const auto unit = unit_of(tx, *change.unit);
        after.unit = unit.id;
        after.unit_code = unit.code;
        require_open(unit, clock.today());
    }
    authorize_holder(archive, tx, clock, actor, before);
    authorize_for(actor, after);
    if (after.unit != before.unit) {
        require_no_main_position(tx, clock, before);
    }
    if (after.door != before.door) {
        require_door(archive, after.door);
        after.has_password = false;
    }
    const auto changed = changed_values(before, after);
    if (changed.empty() && change.roles.empty()) {
        return before;
    }
    const AdminGuard guard{tx, clock, before.name};
    catalog::update_account(tx, after);
    std::vector<audit::Event> events;
    if (!changed.empty()) {
        events.push_back({"user.changed", after.uid, changed});
    }
    if (!change.roles.empty() || after.unit != before.unit) {
        std::ranges::move(change_post(archive, tx, clock, actor, before, after, change.roles),
                          std::back_inserter(events));
    }
    guard.require_one(tx);
    if (!change.roles.empty() || after.clearance != before.clearance || after.unit != before.unit ||
        after.door != before.door) {
        std::ranges::move(end_all_sessions(tx, after, "rights"), std::back_inserter(events));
    }
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    ++after.revision;
    return after;
}

} // namespace vtlt::services
