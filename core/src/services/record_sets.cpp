// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/record_sets.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/organisation.h>

#include "services/grant_steps.h"
#include "services/own_unit.h"
#include "services/visible_record_set.h"

#include <algorithm>

namespace vtlt::services {

namespace {

using auth::Action;

constexpr std::size_t kLongestTitle = 200;

auth::Target target_of(const catalog::RecordSet& set)
{
    return {.secrecy = set.secrecy, .unit = set.unit};
}

bool looks_after(const auth::Actor& actor, const catalog::RecordSet& set)
{
    return set.made_by == actor.name || auth::is_allowed(actor, Action::user_read, target_of(set));
}

bool may_remove(const auth::Actor& actor, const catalog::RecordSet& set)
{
    return auth::is_allowed(actor, Action::record_set_remove, {}) &&
           (set.made_by == actor.name || auth::is_allowed(actor, Action::user_administer, target_of(set)));
}

std::vector<RecordSetId> held_sets(const auth::Actor& actor)
{
    std::vector<RecordSetId> held;
    for (const auto& grant : actor.grants) {
        if (grant.set) {
            held.push_back(*grant.set);
        }
    }
    return held;
}

/// What the reader may know of each, in two statements.
std::vector<ShownRecordSet> shown(db::ReadTx& tx, const auth::Actor& actor, std::vector<catalog::RecordSet> sets)
{
    std::vector<RecordSetId> ids;
    std::vector<std::string> makers;
    for (const auto& set : sets) {
        ids.push_back(set.id);
        makers.push_back(set.made_by);
    }
    const auto counts = catalog::count_documents(tx, ids, auth::reach_of(actor, Action::document_read));
    const auto names = catalog::list_full_names(tx, makers);
    std::vector<ShownRecordSet> list;
    for (auto& set : sets) {
        const auto count = counts.find(set.id);
        const auto name = names.find(set.made_by);
        const bool removable = may_remove(actor, set);
        set.documents = count == counts.end() ? 0 : count->second;
        if (!looks_after(actor, set)) {
            set.query.clear();
        }
        list.push_back({.set = std::move(set),
                        .made_by_name = name == names.end() ? std::string{} : name->second,
                        .may_remove = removable});
    }
    return list;
}

ShownRecordSet shown_one(db::ReadTx& tx, const auth::Actor& actor, catalog::RecordSet set)
{
    std::vector<catalog::RecordSet> one;
    one.push_back(std::move(set));
    return std::move(shown(tx, actor, std::move(one)).front());
}

/// Where the maker works, or a unit in which he could make it.
catalog::Unit unit_of(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor, const std::string& code)
{
    auto unit = unit_or_own(tx, actor, code);
    if (code.empty()) {
        return unit;
    }
    require_open(unit, clock.today());
    if (unit.id != actor.unit) {
        auth::authorize(actor, Action::record_set_create, {.unit = unit.id});
    }
    return unit;
}

/// Documents that were named: each of them has to be there for the maker.
std::vector<DocumentId> named_documents(db::ReadTx& tx, const auth::Actor& actor, const std::vector<Uid>& uids)
{
    std::map<Uid, DocumentId> readable;
    for (const auto& view : catalog::list_views_by_uid(tx, uids)) {
        if (auth::is_allowed(actor, Action::document_read, catalog::target_of(view.document))) {
            readable.emplace(view.document.uid, view.document.id);
        }
    }
    std::vector<DocumentId> ids;
    for (const auto& uid : uids) {
        const auto found = readable.find(uid);
        if (found == readable.end()) {
            throw Error{Kind::not_found, "document.not_found", {{"id", uid}}};
        }
        ids.push_back(found->second);
    }
    return ids;
}

} // namespace

bool is_known(const auth::Actor& actor, const catalog::RecordSet& set)
{
    return looks_after(actor, set) ||
           std::ranges::any_of(actor.grants, [&](const auth::Grant& grant) { return grant.set == set.id; });
}

catalog::RecordSet visible_record_set(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto set = catalog::find_record_set(tx, uid);
    if (!set || !is_known(actor, *set)) {
        throw Error{Kind::not_found, "record_set.not_found", {{"id", std::string{uid}}}};
    }
    return std::move(*set);
}

std::string documents_digest(db::ReadTx& tx, RecordSetId set)
{
    auto uids = catalog::list_document_uids(tx, set);
    std::ranges::sort(uids); // engines may order texts otherwise
    Hasher hasher;
    for (const auto& uid : uids) {
        hasher.update(uid);
        hasher.update("\n");
    }
    return hasher.finish_hex();
}

ShownRecordSet make_record_set(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewRecordSet& wanted)
{
    auth::authorize_somewhere(actor, Action::record_set_create);
    auth::authorize_somewhere(actor, Action::document_read);
    const auto query = text::one_line(clean_text(wanted.query));
    if (query.empty() == wanted.wanted.empty()) {
        throw Error{Kind::invalid, "record_set.query_or_documents"};
    }
    catalog::RecordSet set{.uid = make_uid(),
                           .title = clean_line(clean_title(wanted.title), kLongestTitle),
                           .query = query,
                           .made_at = clock.now(),
                           .made_by = actor.name};
    auto tx = archive.database().write();
    const auto unit = unit_of(tx, clock, actor, clean_text(wanted.unit));
    set.unit = unit.id;
    set.unit_code = unit.code;
    // The index may be behind: what counts is what he may read in this transaction.
    const auto documents = query.empty() ? named_documents(tx, actor, wanted.wanted) : wanted.found;
    const auto reach = auth::reach_of(actor, Action::document_read);
    const auto reached = catalog::reached_of(tx, documents, reach);
    if (reached.documents == 0) {
        throw Error{Kind::not_found, "record_set.no_documents"};
    }
    set.documents = reached.documents;
    set.secrecy = reached.highest;
    set.id = catalog::insert_record_set(tx, set, documents, reach);
    audit::record_event(tx, clock, actor,
                        {"record_set.made",
                         set.uid,
                         {{"title", set.title},
                          {"unit", set.unit_code},
                          {"secrecy", secrecy_name(set.secrecy)},
                          {"query", query.empty() ? SortedJson() : SortedJson(query)},
                          {"documents", set.documents},
                          {"documents_sha256", documents_digest(tx, set.id)}}});
    auto made = shown_one(tx, actor, std::move(set));
    tx.commit();
    return made;
}

std::vector<ShownRecordSet> list_record_sets(Archive& archive, const auth::Actor& actor, std::string_view cursor,
                                             std::size_t limit)
{
    auth::authorize_somewhere(actor, Action::record_set_read);
    auto tx = archive.database().read();
    const auto last = catalog::find_record_set(tx, cursor);
    const auto before = last && is_known(actor, *last) ? std::optional{last->id} : std::nullopt;
    const auto held = held_sets(actor);
    const auto administered = auth::reach_of(actor, Action::user_read);
    auto list = shown(tx, actor,
                      catalog::list_record_sets(tx, {.maker = actor.name, .held = held, .administered = administered},
                                                before, limit));
    return list;
}

ShownRecordSet get_record_set(Archive& archive, const auth::Actor& actor, std::string_view uid)
{
    auth::authorize_somewhere(actor, Action::record_set_read);
    auto tx = archive.database().read();
    auto one = shown_one(tx, actor, visible_record_set(tx, actor, uid));
    return one;
}

RecordSetPage show_record_set(Archive& archive, const auth::Actor& actor, std::string_view uid, std::string_view cursor,
                              std::size_t limit)
{
    auth::authorize_somewhere(actor, Action::record_set_read);
    auto tx = archive.database().read();
    const auto set = visible_record_set(tx, actor, uid);
    const auto reach = auth::reach_of(actor, Action::document_read);
    std::optional<DocumentId> before;
    if (!cursor.empty()) {
        const std::vector<Uid> last{Uid{cursor}};
        const auto views = catalog::list_views_by_uid(tx, last);
        if (views.empty() || !reach.contains(catalog::target_of(views.front().document))) {
            throw Error{Kind::invalid, "search.cursor"};
        }
        before = views.front().document.id;
    }
    auto ids = catalog::list_documents(tx, set.id, reach, before, limit + 1);
    const bool more = ids.size() > limit;
    ids.resize(std::min(ids.size(), limit));
    RecordSetPage page{.shown = shown_one(tx, actor, set), .views = catalog::list_views(tx, ids), .next_cursor = {}};
    if (more && !page.views.empty()) {
        page.next_cursor = page.views.back().document.uid;
    }
    return page;
}

std::vector<DocumentId> record_set_documents(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                             auth::Action action)
{
    auth::authorize_somewhere(actor, Action::record_set_read);
    auto tx = archive.database().read();
    auto ids = catalog::list_documents(tx, visible_record_set(tx, actor, uid).id, auth::reach_of(actor, action),
                                       std::nullopt, std::nullopt);
    return ids;
}

void remove_record_set(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auth::authorize_somewhere(actor, Action::record_set_remove);
    auto tx = archive.database().write();
    const auto set = visible_record_set(tx, actor, uid);
    if (!may_remove(actor, set)) {
        auth::authorize(actor, Action::user_administer, target_of(set));
    }
    if (catalog::is_in_use(tx, set.id, clock.today())) {
        throw Error{Kind::conflict, "record_set.in_use", {{"id", set.uid}}};
    }
    catalog::remove_record_set(tx, set.id, clock.now());
    audit::record_event(tx, clock, actor,
                        {"record_set.removed",
                         set.uid,
                         {{"title", set.title}, {"unit", set.unit_code}, {"secrecy", secrecy_name(set.secrecy)}}});
    tx.commit();
}

} // namespace vtlt::services
