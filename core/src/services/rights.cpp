// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/rights.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/grant_steps.h"
#include "services/setting.h"
#include "services/visible_record_set.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace vtlt::services {

namespace {

constexpr std::int64_t kLongestOrder = 30;
/// An order's number or signer.
constexpr std::size_t kLongestName = 100;

catalog::Account holder_of(db::ReadTx& tx, const catalog::RoleGrant& grant)
{
    return catalog::get_account(tx, grant.account);
}

auth::Target target_of(const catalog::Account& account, const catalog::RoleGrant& grant)
{
    return {.secrecy = account.clearance, .unit = grant.unit};
}

/// Hidden as missing from who has nothing to do with that person's rights.
struct KnownGrant
{
    catalog::RoleGrant grant;
    catalog::Account holder;
};

KnownGrant visible_grant(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    KnownGrant known{.grant = catalog::get_grant(tx, uid), .holder = {}};
    known.holder = holder_of(tx, known.grant);
    const auto target = target_of(known.holder, known.grant);
    const bool is_known = known.holder.uid == actor.name || auth::is_allowed(actor, auth::Action::user_read, target) ||
                          auth::is_allowed(actor, auth::Action::right_confirm, target);
    if (!is_known) {
        throw Error{Kind::not_found, "grant.not_found", {{"grant", std::string{uid}}}};
    }
    return known;
}

void require_not_ended(const catalog::RoleGrant& grant)
{
    if (grant.ended_at) {
        throw Error{Kind::conflict, "grant.ended_already", {{"grant", grant.uid}}};
    }
}

/// The second person is not one whom the giver has just made: his own right is confirmed, or the operator's gift.
bool is_independent(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor, const catalog::RoleGrant& grant)
{
    if (actor.type != auth::Actor::Type::person) {
        return false;
    }
    const auto own = catalog::list_active_grants(tx, catalog::get_account(tx, actor.name).id, clock.today());
    return std::ranges::any_of(own, [&](const catalog::RoleGrant& held) {
        const bool confirms = held.role == auth::Role::admin || held.role == auth::Role::security_officer;
        const bool is_first = held.granted_by.starts_with("operator:");
        return confirms && !held.order && (is_first || (held.confirmed_at && held.granted_by != grant.granted_by));
    });
}

/// Of the saved sets that grants name, those whose names the asker may read.
std::map<Uid, std::string> set_titles(db::ReadTx& tx, const auth::Actor& actor,
                                      const std::vector<catalog::RoleGrant>& grants)
{
    std::vector<Uid> uids;
    for (const auto& grant : grants) {
        if (grant.record_set) {
            uids.push_back(grant.record_set_uid);
        }
    }
    std::map<Uid, std::string> titles;
    if (!uids.empty()) {
        for (auto& set : catalog::list_record_sets_by_uid(tx, uids)) {
            if (is_known(actor, set)) {
                titles.emplace(set.uid, std::move(set.title));
            }
        }
    }
    return titles;
}

std::vector<ListedGrant> listed(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                                const std::vector<catalog::RoleGrant>& grants)
{
    std::vector<std::string> people;
    std::vector<std::int64_t> ids;
    for (const auto& grant : grants) {
        people.push_back(grant.granted_by);
        ids.push_back(grant.account.value);
    }
    const auto names = catalog::list_full_names(tx, people);
    const auto titles = set_titles(tx, actor, grants);
    std::map<AccountId, catalog::Account> holders;
    for (auto& account : catalog::list_accounts(tx, ids)) {
        holders.emplace(account.id, std::move(account));
    }
    std::vector<ListedGrant> list;
    for (auto& grant : grants) {
        const auto& holder = holders.at(grant.account);
        const auto by = names.find(grant.granted_by);
        const auto title = titles.find(grant.record_set_uid);
        list.push_back({.grant = grant,
                        .account = holder.uid,
                        .account_name = holder.name,
                        .account_full_name = holder.full_name,
                        .granted_by_name = by == names.end() ? std::string{} : by->second,
                        .is_active = catalog::holds_on(grant, clock.today()),
                        .record_set_title = title == titles.end() ? std::string{} : title->second});
    }
    return list;
}

UnitId open_unit(db::ReadTx& tx, const Clock& clock, const catalog::Account& account, const std::string& code)
{
    const auto unit = code.empty() ? catalog::get_unit(tx, account.unit_code) : catalog::get_unit(tx, code);
    require_open(unit, clock.today());
    return unit.id;
}

/// Of a paper that is there, for as long as such a paper may hold.
void check_order(db::ReadTx& tx, const Clock& clock, const WantedGrant& grant)
{
    const auto& order = *grant.order;
    const auto is_bad = [](const std::string& text) { return text.empty() || text::length(text) > kLongestName; };
    if (is_bad(order.number) || is_bad(order.signer) || grant.reason.empty() || !grant.to_on) {
        throw Error{Kind::invalid, "order.incomplete", {{"limit", std::to_string(kLongestName)}}};
    }
    if (order.on > clock.today()) {
        throw Error{Kind::invalid, "order.bad_day", {{"on", format_date_vi(order.on)}}};
    }
    check_period(clock, grant);
    const auto longest = setting(tx, "order.longest_days", kLongestOrder);
    const auto from = grant.from_on.value_or(clock.today());
    const auto days = (std::chrono::sys_days{*grant.to_on} - std::chrono::sys_days{from}).count() + 1;
    if (days > longest) {
        throw Error{Kind::invalid, "order.too_long", {{"days", std::to_string(longest)}}};
    }
}

} // namespace

catalog::RoleGrant grant_role(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewGrant& wanted)
{
    const auto who = clean_text(wanted.who);
    const auto unit_code = clean_text(wanted.unit);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = enabled_account(tx, actor, who);
    WantedGrant grant{.role = wanted.role,
                      .unit = {},
                      .with_sub_units = !wanted.only_unit,
                      .from_on = wanted.from_on,
                      .to_on = wanted.to_on,
                      .records_from_on = wanted.records_from_on,
                      .records_to_on = wanted.records_to_on,
                      .reason = grant_reason(wanted.reason)};
    if (!wanted.delegated_from.empty()) {
        const auto [owned, owner] = visible_grant(tx, actor, wanted.delegated_from);
        require_not_ended(owned);
        if (owned.delegated_from || owned.order || owner.id == account.id) {
            throw Error{Kind::conflict, "grant.delegated", {{"grant", owned.uid}}};
        }
        grant.role = owned.role;
        grant.unit = owned.unit;
        grant.with_sub_units = owned.with_sub_units;
        grant.records_from_on = owned.records_from_on;
        grant.records_to_on = owned.records_to_on;
        grant.record_set = owned.record_set;
        grant.delegated_from = owned.id;
    } else {
        grant.unit = open_unit(tx, clock, account, unit_code);
        if (!wanted.record_set.empty()) {
            grant.record_set = visible_record_set(tx, actor, wanted.record_set).id;
        }
    }
    check_period(clock, grant);
    require_new(tx, clock, account, grant);
    std::vector<audit::Event> events{add_grant(archive, tx, clock, actor, account, grant)};
    auto made = catalog::get_grant(tx, events.front().object);
    std::ranges::move(end_all_sessions(tx, account, "rights"), std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return made;
}

catalog::RoleGrant propose_order(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewOrder& wanted)
{
    const auto who = clean_text(wanted.who);
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto account = enabled_account(tx, actor, who);
    const auto held = catalog::active_grants(tx, account.id, clock.today());
    if (std::ranges::none_of(held,
                             [](const auth::Grant& one) { return one.role == auth::Role::admin && !one.by_order(); })) {
        throw Error{Kind::conflict, "order.not_admin", {{"account", account.name}}};
    }
    if (!wanted.on) {
        throw Error{Kind::invalid, "order.incomplete", {{"limit", std::to_string(kLongestName)}}};
    }
    const WantedGrant grant{.role = auth::Role::admin,
                            .unit = open_unit(tx, clock, account, clean_text(wanted.unit)),
                            .with_sub_units = !wanted.only_unit,
                            .from_on = wanted.from_on,
                            .to_on = wanted.to_on,
                            .records_from_on = wanted.records_from_on,
                            .records_to_on = wanted.records_to_on,
                            .order = catalog::WrittenOrder{.number = text::one_line(clean_text(wanted.number)),
                                                           .on = *wanted.on,
                                                           .signer = text::one_line(clean_text(wanted.signer))},
                            .reason = grant_reason(wanted.reason)};
    check_order(tx, clock, grant);
    require_new(tx, clock, account, grant);
    const auto event = add_grant(archive, tx, clock, actor, account, grant);
    auto made = catalog::get_grant(tx, event.object);
    audit::record_event(tx, clock, actor, event);
    tx.commit();
    return made;
}

void end_grant(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto [grant, holder] = visible_grant(tx, actor, clean_text(uid));
    // Given back by himself; not by a token of his that was made for less.
    const bool gives_back = holder.uid == actor.name && auth::is_allowed(actor, auth::Action::account_use, {});
    if (!gives_back) {
        auth::authorize(actor, auth::Action::user_administer, target_of(holder, grant));
    }
    require_not_ended(grant);
    const AdminGuard guard{tx, clock, holder.name};
    auto events = end_grants(tx, clock, actor, holder, grant);
    guard.require_one(tx);
    // What was delegated from it ends with it: its holder's next request finds nothing of it.
    std::ranges::move(end_all_sessions(tx, holder, "rights"), std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
}

catalog::RoleGrant confirm_grant(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto [grant, holder] = visible_grant(tx, actor, clean_text(uid));
    auth::authorize(actor, auth::Action::right_confirm, target_of(holder, grant));
    require_not_ended(grant);
    if (actor.name == grant.granted_by || actor.name == holder.uid || !is_independent(tx, clock, actor, grant)) {
        throw Error{Kind::forbidden, "grant.needs_another_person", {{"grant", grant.uid}}};
    }
    if (grant.order && *grant.to_on < clock.today()) {
        throw Error{Kind::conflict, "order.over", {{"on", format_date_vi(*grant.to_on)}}};
    }
    if (!catalog::confirm_grant(tx, grant.id, clock.now(), actor.name)) {
        throw Error{Kind::conflict, "grant.confirmed_already", {{"grant", grant.uid}}};
    }
    std::vector<audit::Event> events{
        {grant.order ? "order.confirmed" : "role.confirmed", grant.uid, {{"account", holder.uid}}}};
    if (grant.order) {
        // A role changes his rights when it is granted, an order now.
        std::ranges::move(end_all_sessions(tx, holder, "rights"), std::back_inserter(events));
    }
    auto confirmed = catalog::get_grant(tx, grant.uid);
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return confirmed;
}

std::vector<ListedGrant> list_grants(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                     std::string_view who, bool past)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    const auto account = account_for(tx, actor, name, auth::Action::user_read);
    const std::vector<std::int64_t> ids{account.id.value};
    return listed(tx, clock, actor,
                  past ? catalog::list_past_and_present_grants(tx, account.id) : catalog::list_grants(tx, ids));
}

std::vector<ListedGrant> list_unconfirmed(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                          std::size_t limit)
{
    auth::authorize_somewhere(actor, auth::Action::right_confirm);
    const auto reach = auth::reach_of(actor, auth::Action::right_confirm);
    auto tx = archive.database().read();
    auto list = listed(tx, clock, actor, catalog::list_unconfirmed_grants(tx, reach, clock.today(), limit));
    return list;
}

std::map<AccountId, std::vector<catalog::RoleGrant>> grants_of(Archive& archive,
                                                               std::span<const catalog::Account> accounts)
{
    std::vector<std::int64_t> ids;
    for (const auto& account : accounts) {
        ids.push_back(account.id.value);
    }
    auto tx = archive.database().read();
    std::map<AccountId, std::vector<catalog::RoleGrant>> grants;
    for (auto& grant : catalog::list_grants(tx, ids)) {
        grants[grant.account].push_back(std::move(grant));
    }
    return grants;
}

Explanation explain_reading(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                            std::string_view uid)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    Explanation answer{.account = account_for(tx, actor, name, auth::Action::user_read), .document = {}, .unit = {}};
    const auto view = catalog::get_view(tx, uid);
    const auto target = catalog::target_of(view.document);
    if (!auth::is_allowed(actor, auth::Action::document_read, target) &&
        !auth::is_allowed(actor, auth::Action::user_administer, target)) {
        refuse_document(actor, target, uid);
    }
    answer.document = view.document.uid;
    answer.secrecy = view.document.secrecy;
    answer.unit = view.unit_code;
    answer.issued_on = view.document.issued_on;
    answer.is_listed = view.document.reader_list.has_value();
    const auto person = actor_of(archive, tx, answer.account, clock.today());
    answer.reasons = auth::explain(person, auth::Action::document_read, target);
    answer.is_allowed = auth::is_allowed(person, auth::Action::document_read, target);
    answer.grants = catalog::list_active_grants(tx, answer.account.id, clock.today());
    const std::vector<std::int64_t> ids{answer.account.id.value};
    answer.waiting = catalog::list_grants(tx, ids);
    std::erase_if(answer.waiting, [&](const catalog::RoleGrant& one) {
        return !one.order || one.confirmed_at || *one.to_on < clock.today();
    });
    return answer;
}

} // namespace vtlt::services
