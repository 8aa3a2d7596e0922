// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/readers.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/event_values.h"
#include "services/grant_steps.h"
#include "services/own_unit.h"
#include "services/visible_list.h"

#include <algorithm>

namespace vtlt::services {

namespace {

using auth::Action;

struct KnownEntry
{
    catalog::ReaderEntry entry;
    catalog::ReaderList list;
};

KnownEntry visible_entry(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    KnownEntry known{.entry = catalog::get_reader_entry(tx, uid), .list = {}};
    known.list = catalog::get_reader_list(tx, known.entry.list);
    if (!auth::is_allowed(actor, Action::readers_read, catalog::target_of(known.list))) {
        throw Error{Kind::not_found, "reader_entry.not_found", {{"id", std::string{uid}}}};
    }
    return known;
}

void require_not_ended(const catalog::ReaderEntry& entry)
{
    if (entry.ended_at) {
        throw Error{Kind::conflict, "reader.ended_already", {{"id", entry.uid}}};
    }
}

bool is_another_person(const auth::Actor& actor, const catalog::ReaderEntry& entry)
{
    return actor.type == auth::Actor::Type::person && actor.name != entry.added_by && actor.name != entry.account_uid;
}

/// Oneself, and people of the units whose lists the asker keeps; a leader knows of no others whether they are there.
catalog::Account keepable_account(db::ReadTx& tx, const auth::Actor& actor, const std::string& who)
{
    auto account = catalog::find_account(tx, who);
    const bool is_known = account && (account->uid == actor.name ||
                                      auth::is_allowed(actor, Action::readers_keep,
                                                       {.secrecy = account->clearance, .unit = account->unit}));
    if (!is_known) {
        throw Error{Kind::not_found, "account.not_found", {{"account", who}}};
    }
    return std::move(*account);
}

} // namespace

catalog::ReaderList visible_list(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto list = catalog::get_reader_list(tx, uid);
    if (!auth::is_allowed(actor, Action::readers_read, catalog::target_of(list))) {
        throw Error{Kind::not_found, "reader_list.not_found", {{"id", std::string{uid}}}};
    }
    return list;
}

catalog::ReaderList make_reader_list(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                     const NewReaderList& wanted)
{
    auth::authorize_somewhere(actor, Action::readers_keep);
    catalog::ReaderList list{.id = {},
                             .uid = make_uid(),
                             .unit = {},
                             .unit_code = {},
                             .title = clean_title(wanted.title),
                             .secrecy = wanted.secrecy,
                             .made_at = clock.now(),
                             .made_by = actor.name};
    const auto code = clean_text(wanted.unit);
    auto tx = archive.database().write();
    const auto unit = unit_or_own(tx, actor, code);
    list.unit = unit.id;
    list.unit_code = unit.code;
    auth::authorize(actor, Action::readers_keep, catalog::target_of(list));
    require_open(unit, clock.today());
    list.id = catalog::insert_reader_list(tx, list);
    audit::record_event(tx, clock, actor,
                        {"reader_list.made",
                         list.uid,
                         {{"unit", unit.code}, {"secrecy", secrecy_name(list.secrecy)}}}); // its title is of its grade
    tx.commit();
    return list;
}

catalog::ReaderList get_reader_list(Archive& archive, const auth::Actor& actor, std::string_view list)
{
    auto tx = archive.database().read();
    return visible_list(tx, actor, list);
}

std::vector<catalog::ReaderList> list_reader_lists(Archive& archive, const auth::Actor& actor, std::string_view after,
                                                   std::size_t limit)
{
    auth::authorize_somewhere(actor, Action::readers_read);
    auto tx = archive.database().read();
    return catalog::list_reader_lists(tx, auth::reach_of(actor, Action::readers_read), after, limit);
}

catalog::ReaderEntry add_reader(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewReader& wanted)
{
    const auto who = clean_text(wanted.who);
    auto tx = archive.database().write();
    const auto list = visible_list(tx, actor, wanted.list);
    auth::authorize(actor, Action::readers_keep, catalog::target_of(list));
    if (who.empty()) {
        throw Error{Kind::invalid, "readers.no_person"};
    }
    const auto account = keepable_account(tx, actor, who);
    if (account.uid == actor.name) {
        throw Error{Kind::forbidden, "readers.needs_another_person", {{"list", list.uid}}};
    }
    if (account.disabled) {
        throw Error{Kind::conflict, "account.disabled", {{"account", account.name}}};
    }
    catalog::ReaderEntry entry{.uid = make_uid(),
                               .list = list.id,
                               .account = account.id,
                               .account_uid = account.uid,
                               .account_name = account.name,
                               .account_full_name = account.full_name,
                               .from_on = wanted.from_on.value_or(clock.today()),
                               .to_on = wanted.to_on,
                               .reason = text::one_line(clean_text(wanted.reason)),
                               .added_at = clock.now(),
                               .added_by = actor.name,
                               .confirmed_at = {},
                               .confirmed_by = {},
                               .ended_at = {},
                               .ended_by = {}};
    if (entry.to_on && *entry.to_on < std::max(entry.from_on, clock.today())) {
        throw Error{Kind::invalid, "grant.bad_period"};
    }
    const auto entries = catalog::list_reader_entries(tx, list.id, false);
    const bool stands = std::ranges::any_of(entries, [&](const catalog::ReaderEntry& one) {
        return one.account == account.id && (!one.to_on || *one.to_on >= entry.from_on) &&
               (!entry.to_on || one.from_on <= *entry.to_on);
    });
    if (stands) {
        throw Error{Kind::conflict, "reader.exists", {{"account", account.name}, {"list", list.title}}};
    }
    catalog::insert_reader_entry(tx, entry);
    audit::record_event(tx, clock, actor,
                        {"reader.added",
                         entry.uid,
                         {{"account", account.uid},
                          {"list", list.uid},
                          {"from", format_date(entry.from_on)},
                          {"to", day_or_null(entry.to_on)},
                          {"reason", entry.reason}}});
    tx.commit();
    return entry;
}

Uid end_reader(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto [entry, list] = visible_entry(tx, actor, uid);
    auth::authorize(actor, Action::readers_keep, catalog::target_of(list));
    require_not_ended(entry);
    ensure(catalog::end_reader_entry(tx, entry.id, clock.now(), actor.name), "an entry that holds can be ended");
    std::vector<audit::Event> events{{"reader.ended", entry.uid, {{"account", entry.account_uid}, {"list", list.uid}}}};
    const std::vector<std::int64_t> ids{entry.account.value};
    std::ranges::move(end_all_sessions(tx, catalog::list_accounts(tx, ids).front(), "rights"),
                      std::back_inserter(events));
    audit::record_events(tx, clock, actor, events);
    tx.commit();
    return list.uid;
}

Uid confirm_reader(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto [entry, list] = visible_entry(tx, actor, uid);
    auth::authorize(actor, Action::readers_confirm, catalog::target_of(list));
    require_not_ended(entry);
    if (!is_another_person(actor, entry)) {
        throw Error{Kind::forbidden, "readers.needs_another_person", {{"list", list.uid}}};
    }
    if (!catalog::confirm_reader_entry(tx, entry.id, clock.now(), actor.name)) {
        throw Error{Kind::conflict, "reader.confirmed_already", {{"id", entry.uid}}};
    }
    audit::record_event(tx, clock, actor,
                        {"reader.confirmed", entry.uid, {{"account", entry.account_uid}, {"list", list.uid}}});
    tx.commit();
    return list.uid;
}

std::vector<ListedReader> list_readers(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                       std::string_view uid, bool past)
{
    auto tx = archive.database().read();
    const auto list = visible_list(tx, actor, uid);
    const auto today = clock.today();
    const bool confirms = auth::is_allowed(actor, Action::readers_confirm, catalog::target_of(list));
    std::vector<ListedReader> readers;
    for (auto& entry : catalog::list_reader_entries(tx, list.id, past)) {
        const bool is_active = !entry.ended_at && entry.from_on <= today && (!entry.to_on || *entry.to_on >= today);
        const bool may_confirm = confirms && !entry.ended_at && !entry.confirmed_at && is_another_person(actor, entry);
        readers.push_back({.entry = std::move(entry), .is_active = is_active, .may_confirm = may_confirm});
    }
    return readers;
}

std::vector<catalog::DocumentView> list_documents_on(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                                     std::string_view after, std::size_t limit)
{
    auto tx = archive.database().read();
    const auto list = visible_list(tx, actor, uid);
    // A cursor that is hidden from the asker is answered as one that never was.
    const std::vector<Uid> last{std::string{after}};
    const auto seen = after.empty() ? std::vector<catalog::DocumentView>{} : catalog::list_views_by_uid(tx, last);
    if (!after.empty() &&
        (seen.empty() || !auth::is_allowed(actor, Action::document_read, catalog::target_of(seen.front().document)))) {
        return {};
    }
    const auto ids = catalog::list_ids_on_list(tx, auth::reach_of(actor, Action::document_read), list.id, after, limit);
    return catalog::list_views(tx, ids);
}

} // namespace vtlt::services
