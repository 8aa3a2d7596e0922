// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/organisation.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/role_grant.h>

#include "services/account_steps.h"
#include "services/code.h"
#include "services/grant_steps.h"
#include "services/own_unit.h"
#include "services/position_steps.h"

#include <algorithm>
#include <map>
#include <set>

namespace vtlt::services {

namespace {

/// People read "u1" and "U1" as one name, and so do other systems' folders.
bool is_same_to_people(std::string_view a, std::string_view b)
{
    return text::exact_form(a) == text::exact_form(b);
}

void refuse_in_other_case(db::ReadTx& tx, const catalog::Unit& wanted)
{
    for (const auto& unit : catalog::list_units(tx)) {
        if (unit.code != wanted.code && is_same_to_people(unit.code, wanted.code)) {
            throw Error{Kind::conflict, "unit.exists_in_other_case", {{"unit", wanted.code}, {"existing", unit.code}}};
        }
    }
}

void refuse_in_other_case(db::ReadTx& tx, const catalog::Dossier& wanted)
{
    for (const auto& code : catalog::list_dossier_codes(tx, wanted.unit, wanted.year)) {
        if (code != wanted.code && is_same_to_people(code, wanted.code)) {
            throw Error{Kind::conflict,
                        "dossier.exists_in_other_case",
                        {{"dossier", wanted.code}, {"existing", code}, {"year", std::to_string(wanted.year)}}};
        }
    }
}

} // namespace

std::string clean_text(std::string_view typed)
{
    if (!text::is_utf8(typed)) {
        throw Error{Kind::invalid, "text.not_utf8", {{"value", text::one_line(text::repair_utf8(typed))}}};
    }
    return text::to_nfc(typed);
}

std::string clean_line(std::string_view typed, std::size_t longest)
{
    auto line = text::one_line(clean_text(typed));
    if (text::length(line) > longest) {
        throw Error{Kind::invalid, "document.too_long", {{"limit", std::to_string(longest)}}};
    }
    return line;
}

std::string clean_title(std::string_view typed)
{
    auto title = text::one_line(clean_text(typed));
    if (title.empty()) {
        throw Error{Kind::invalid, "title.blank"};
    }
    return title;
}

catalog::Unit create_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewUnit& wanted)
{
    auth::authorize_somewhere(actor, auth::Action::unit_create);
    const auto clean_code = clean_text(wanted.code);
    check_code(clean_code, "unit.bad_code");
    catalog::Unit unit{.id = {},
                       .uid = make_uid(),
                       .code = clean_code,
                       .title = clean_title(wanted.title),
                       .parent = {},
                       .opened_on = wanted.opened_on,
                       .closed_on = {}};
    const auto above = clean_text(wanted.parent);
    auto tx = archive.database().write();
    const auto parent = above.empty() ? catalog::root_unit(tx) : catalog::get_unit(tx, above);
    auth::authorize(actor, auth::Action::unit_create, {.unit = parent.id});
    require_open(parent, clock.today());
    unit.parent = parent.id;
    refuse_in_other_case(tx, unit);
    unit.id = catalog::insert_unit(tx, unit);
    audit::record_event(
        tx, clock, actor,
        {"unit.created", unit.uid, {{"code", unit.code}, {"title", unit.title}, {"parent", parent.code}}});
    tx.commit();
    return unit;
}

catalog::Unit rename_unit(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                          std::string_view title, std::optional<Date> on)
{
    const auto from = on.value_or(clock.today());
    auto tx = archive.database().write();
    auto unit = catalog::get_unit(tx, clean_text(code));
    auth::authorize(actor, auth::Action::unit_create, {.unit = unit.id});
    const auto name = clean_title(title);
    require_open(unit, clock.today());
    const auto names = catalog::list_unit_names(tx, unit.id);
    // Later ones would be called by a name they have not got yet.
    if (from > clock.today() || (!names.empty() && from < names.back().from_on)) {
        throw Error{Kind::invalid, "unit.bad_day", {{"unit", unit.code}, {"on", format_date(from)}}};
    }
    if (unit.title == name) {
        return unit;
    }
    catalog::rename_unit(tx, unit, name, from);
    audit::record_event(tx, clock, actor,
                        {"unit.renamed", unit.uid, {{"old", unit.title}, {"new", name}, {"on", format_date(from)}}});
    tx.commit();
    unit.title = name;
    ++unit.revision;
    return unit;
}

catalog::Unit set_unit_policy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view code,
                              std::optional<bool> tells_hidden)
{
    auto tx = archive.database().write();
    auto unit = catalog::get_unit(tx, clean_text(code));
    auth::authorize(actor, auth::Action::unit_create, {.unit = unit.id});
    require_open(unit, clock.today());
    if (!tells_hidden) {
        throw Error{Kind::invalid, "unit.no_policy"};
    }
    if (unit.tells_hidden == *tells_hidden) {
        return unit;
    }
    catalog::set_tells_hidden(tx, unit, *tells_hidden);
    audit::record_event(tx, clock, actor, {"unit.changed", unit.uid, {{"tells_hidden", *tells_hidden}}});
    tx.commit();
    unit.tells_hidden = *tells_hidden;
    ++unit.revision;
    return unit;
}

namespace {

std::vector<catalog::Unit> units_named(db::ReadTx& tx, const std::vector<std::string>& codes, Date on)
{
    std::vector<catalog::Unit> units;
    for (const auto& code : std::set<std::string>{codes.begin(), codes.end()}) {
        units.push_back(catalog::get_unit(tx, clean_text(code)));
        if (units.back().closed_on) {
            require_open(units.back(), std::max(on, *units.back().closed_on));
        }
    }
    return units;
}

void check_closing(Archive& archive, db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                   const std::vector<catalog::Unit>& units, const std::vector<catalog::Unit>& successors)
{
    const auto tree = archive.units(tx, clock.today());
    const auto root = catalog::root_unit(tx).id;
    for (const auto& unit : units) {
        // What is below it comes to its successors, too.
        for (const auto below : tree->covered_by(unit.id, true)) {
            auth::authorize(actor, auth::Action::unit_create, {.unit = below});
        }
        if (unit.id == root) {
            throw Error{Kind::conflict, "unit.is_root", {{"unit", unit.code}}};
        }
        for (const auto& successor : successors) {
            if (tree->covers(unit.id, true, successor.id)) {
                throw Error{
                    Kind::conflict, "unit.successor_below", {{"unit", unit.code}, {"successor", successor.code}}};
            }
        }
    }
    for (const auto& successor : successors) {
        auth::authorize(actor, auth::Action::unit_create, {.unit = successor.id});
    }
}

SortedJson codes_of(const std::vector<catalog::Unit>& units)
{
    auto codes = SortedJson::array();
    for (const auto& unit : units) {
        codes.push_back(unit.code);
    }
    return codes;
}

/// The roles of a closing unit, given again in its successor to the same people; those who work there work there then.
std::vector<audit::Event> move_people(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                      const catalog::Unit& unit, const catalog::Unit& successor, Date on)
{
    std::vector<audit::Event> events;
    for (auto account : catalog::list_accounts_in(tx, unit.id)) {
        authorize_holder(archive, tx, clock, actor, account);
        account.unit = successor.id;
        catalog::update_account(tx, account);
        events.push_back({"user.changed", account.uid, {{"unit", successor.code}}});
        std::ranges::move(end_all_sessions(tx, account, "rights"), std::back_inserter(events));
    }
    auto grants = catalog::list_grants_in(tx, unit.id); // before those of a position end with it
    const auto positions = move_positions(tx, clock, actor, unit, successor, on, events);
    // A written order is for the unit that it names.
    std::erase_if(grants, [&](const catalog::RoleGrant& grant) {
        return grant.delegated_from || grant.order || (grant.to_on && *grant.to_on < on) ||
               (grant.position && !positions.contains(*grant.position));
    });
    std::vector<std::int64_t> ids;
    std::ranges::transform(grants, std::back_inserter(ids), [](const auto& grant) { return grant.account.value; });
    std::map<AccountId, catalog::Account> holders;
    for (auto& account : catalog::list_accounts(tx, ids)) {
        holders.emplace(account.id, std::move(account));
    }
    for (const auto& grant : grants) {
        events.push_back(
            add_grant(archive, tx, clock, actor, holders.at(grant.account),
                      {.role = grant.role,
                       .unit = successor.id,
                       .with_sub_units = grant.with_sub_units,
                       .from_on = std::max(grant.from_on, on),
                       .to_on = grant.to_on,
                       .records_from_on = grant.records_from_on,
                       .records_to_on = grant.records_to_on,
                       .record_set = grant.record_set,
                       .position = grant.position ? std::optional{positions.at(*grant.position)} : std::nullopt,
                       .reason = unit.code + " → " + successor.code}));
    }
    return events;
}

} // namespace

ClosedUnits close_units(Archive& archive, const Clock& clock, const auth::Actor& actor, const UnitClosing& closing)
{
    const auto on = closing.on.value_or(clock.today());
    if (closing.move_people && (closing.successors.size() != 1 || on > clock.today())) {
        throw Error{Kind::invalid, "unit.one_successor"};
    }
    if (closing.units.empty()) {
        throw Error{Kind::invalid, "unit.none_named"};
    }
    auth::authorize_somewhere(actor, auth::Action::unit_create);
    auto tx = archive.database().write();
    ClosedUnits closed{.units = units_named(tx, closing.units, on)};
    const auto successors = units_named(tx, closing.successors, on);
    check_closing(archive, tx, clock, actor, closed.units, successors);
    std::vector<UnitId> places;
    std::ranges::transform(successors, std::back_inserter(places), &catalog::Unit::id);
    std::vector<audit::Event> events;
    for (auto& unit : closed.units) {
        closed.people += static_cast<std::int64_t>(catalog::list_accounts_in(tx, unit.id).size());
        closed.grants += static_cast<std::int64_t>(catalog::list_grants_in(tx, unit.id).size());
        if (closing.move_people) {
            std::ranges::move(move_people(archive, tx, clock, actor, unit, successors.front(), on),
                              std::back_inserter(events));
        }
        catalog::close_unit(tx, unit, on, places);
        unit.closed_on = on;
        events.push_back({"unit.closed", unit.uid, {{"on", format_date(on)}, {"successors", codes_of(successors)}}});
    }
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return closed;
}

catalog::Dossier create_dossier(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                const NewDossier& wanted)
{
    const auto code = clean_text(wanted.code);
    check_code(code, "dossier.bad_code");
    const auto title = clean_title(wanted.title);
    const auto unit_code = clean_text(wanted.unit);
    const auto year = checked_year(wanted.year.value_or(int{wanted.opened_on.value_or(clock.today()).year()}));
    require_holdable(archive, wanted.secrecy);
    auto tx = archive.database().write();
    const auto unit = unit_or_own(tx, actor, unit_code);
    catalog::Dossier dossier{.uid = make_uid(),
                             .unit = unit.id,
                             .unit_code = unit.code,
                             .year = year,
                             .code = code,
                             .title = title,
                             .secrecy = wanted.secrecy,
                             .opened_on = wanted.opened_on};
    const auto target = catalog::target_of(dossier);
    auth::authorize(actor, auth::Action::dossier_create, target);
    require_open(unit, *target.issued_on);
    refuse_in_other_case(tx, dossier);
    dossier.id = catalog::insert_dossier(tx, dossier);
    audit::record_event(
        tx, clock, actor,
        {"dossier.opened",
         dossier.uid,
         {{"unit", unit.code}, {"year", dossier.year}, {"code", dossier.code}, {"title", dossier.title}}});
    tx.commit();
    return dossier;
}

} // namespace vtlt::services
