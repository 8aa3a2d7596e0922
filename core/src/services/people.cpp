// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/people.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/auth/password.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/code.h"

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
void authorize_for(const auth::Actor& actor, Secrecy clearance)
{
    auth::authorize(actor, auth::Action::user_administer, {.secrecy = clearance, .unit = {}});
}

catalog::Unit unit_of(db::ReadTx& tx, const std::string& code)
{
    const auto clean = clean_text(code);
    return clean.empty() ? catalog::root_unit(tx) : catalog::get_unit(tx, clean);
}

bool is_active_admin(const catalog::Account& account)
{
    return account.role == auth::Role::admin && !account.disabled;
}

/// Who takes the last administrator away leaves nobody who could put one back but the operator of the machine.
void keep_an_admin(db::WriteTx& tx, const catalog::Account& before, const catalog::Account& after)
{
    if (is_active_admin(before) && !is_active_admin(after) && catalog::count_administrators(tx) == 1) {
        throw Error{Kind::conflict, "account.last_admin", {{"account", before.name}}};
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
    if (after.role != before.role) {
        detail["role"] = auth::role_name(after.role);
    }
    if (after.clearance != before.clearance) {
        detail["clearance"] = secrecy_name(after.clearance);
    }
    return detail;
}

bool has_other_rights(const catalog::Account& before, const catalog::Account& after)
{
    return after.role != before.role || after.clearance != before.clearance || after.unit != before.unit;
}

} // namespace

catalog::Account add_account(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewAccount& wanted)
{
    authorize_for(actor, wanted.clearance);
    const auto name = clean_text(wanted.name);
    check_name(name);
    std::string hash;
    if (wanted.password) {
        auth::check_password(*wanted.password, name);
        hash = auth::hash_password(*wanted.password);
    }
    catalog::Account account{.id = {},
                             .uid = make_uid(),
                             .name = name,
                             .full_name = wanted.full_name.empty() ? name : clean_title(wanted.full_name),
                             .role = wanted.role,
                             .clearance = wanted.clearance,
                             .has_password = !hash.empty()};
    auto tx = archive.database().write();
    const auto unit = unit_of(tx, wanted.unit);
    account.unit = unit.id;
    account.unit_code = unit.code;
    account.id = catalog::insert_account(tx, account);
    std::vector<audit::Event> events{{"user.added",
                                      account.uid,
                                      {{"name", account.name},
                                       {"full_name", account.full_name},
                                       {"unit", account.unit_code},
                                       {"role", auth::role_name(account.role)},
                                       {"clearance", secrecy_name(account.clearance)}}}};
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
    auth::authorize(actor, auth::Action::user_read, {});
    auto tx = archive.database().read();
    return catalog::list_accounts(tx, after.empty() ? std::string{} : catalog::account_key(after),
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
        auth::authorize(actor, auth::Action::user_administer, {});
        auto tx = archive.database().read();
        return catalog::get_account(tx, name);
    }();
    authorize_for(actor, known.clearance);
    auth::check_password(password, known.name);
    // Not while the writer is held: it takes a fifth of a second.
    const auto hash = auth::hash_password(password);
    auto tx = archive.database().write();
    const auto account = catalog::get_account(tx, known.uid);
    authorize_for(actor, account.clearance);
    audit::record_events(tx, clock, actor, put_password(tx, account, hash));
    tx.commit();
}

void disable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auth::authorize(actor, auth::Action::user_administer, {});
    auto tx = archive.database().write();
    const auto before = catalog::get_account(tx, name);
    authorize_for(actor, before.clearance);
    if (before.disabled) {
        return;
    }
    auto after = before;
    after.disabled = true;
    keep_an_admin(tx, before, after);
    catalog::update_account(tx, after);
    std::vector<audit::Event> events{{"user.disabled", after.uid}};
    std::ranges::move(end_all_sessions(tx, after, "disabled"), std::back_inserter(events));
    std::ranges::move(revoke_all_tokens(tx, after, clock.now()), std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
}

void enable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auth::authorize(actor, auth::Action::user_administer, {});
    auto tx = archive.database().write();
    auto account = catalog::get_account(tx, name);
    authorize_for(actor, account.clearance);
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
    auth::authorize(actor, auth::Action::user_administer, {});
    auto tx = archive.database().write();
    auto before = catalog::get_account(tx, name);
    auto after = before;
    after.full_name = change.full_name ? clean_title(*change.full_name) : before.full_name;
    after.role = change.role.value_or(before.role);
    after.clearance = change.clearance.value_or(before.clearance);
    after.revision = change.seen.value_or(before.revision);
    if (change.unit) {
        const auto unit = unit_of(tx, *change.unit);
        after.unit = unit.id;
        after.unit_code = unit.code;
    }
    authorize_for(actor, std::max(before.clearance, after.clearance));
    const auto changed = changed_values(before, after);
    if (changed.empty()) {
        return before;
    }
    keep_an_admin(tx, before, after);
    catalog::update_account(tx, after);
    std::vector<audit::Event> events{{"user.changed", after.uid, changed}};
    if (has_other_rights(before, after)) {
        std::ranges::move(end_all_sessions(tx, after, "rights"), std::back_inserter(events));
    }
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    ++after.revision;
    return after;
}

} // namespace vtlt::services
