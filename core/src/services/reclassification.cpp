// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/reclassification.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/catalog/reader_list.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/store/object_store.h>

#include "services/upload_rows.h"
#include "services/visible_document.h"
#include "services/visible_list.h"

namespace vtlt::services {

namespace {

using auth::Action;

constexpr std::size_t kLongestReason = 500;
/// The bytes are moved before the transaction; when somebody has changed the document meanwhile, once more.
constexpr int kAttempts = 3;

std::string clean_reason(std::string_view typed)
{
    auto reason = clean_line(typed, kLongestReason);
    if (reason.empty()) {
        throw Error{Kind::invalid, "reclassification.no_reason"};
    }
    return reason;
}

Fields grades(Secrecy from, Secrecy to)
{
    return {{"from", std::string{secrecy_name(from)}}, {"to", std::string{secrecy_name(to)}}};
}

/// A change about to be made of who may know of a document, and why it may be: of its grade, or of its list.
struct Change
{
    catalog::Document document;
    Secrecy to = Secrecy::open;
    std::string reason;
    std::optional<catalog::Reclassification> proposal = {}; ///< of a widening
    std::optional<catalog::ReaderList> list = {};           ///< the one it comes to, where lists change
    bool changes_list = false;
};

/// What both transactions look at: the change as it stands then. Nothing where nothing is to be done.
using Look = std::function<std::optional<Change>(db::ReadTx&)>;

/// Who reads a document of the grade reads what its list is called.
void require_not_above(const catalog::ReaderList& list, Secrecy grade)
{
    if (list.secrecy > grade) {
        throw Error{Kind::conflict, "readers.list_above_document", {{"list", list.title}}};
    }
}

/// Empty where there is none.
std::string title_of(const std::optional<catalog::ReaderList>& list)
{
    return list ? list->title : std::string{};
}

/// What changed, as the history tells it.
SortedJson write_values(db::WriteTx& tx, const Change& change)
{
    const auto& document = change.document;
    if (change.changes_list) {
        const auto before =
            document.reader_list ? std::optional{catalog::get_reader_list(tx, *document.reader_list)} : std::nullopt;
        catalog::set_reader_list(tx, document, change.list ? std::optional{change.list->id} : std::nullopt);
        return {{"reader_list", {{"old", title_of(before)}, {"new", title_of(change.list)}}}};
    }
    catalog::set_secrecy(tx, document, change.to);
    return {{"secrecy", {{"old", secrecy_name(document.secrecy)}, {"new", secrecy_name(change.to)}}}};
}

/// The proposal that is carried out, and the one that is overtaken by it.
void settle_proposals(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Change& change)
{
    if (change.proposal) {
        catalog::decide_reclassification(tx, change.proposal->id, catalog::Decision::confirmed, clock.now(), actor.name,
                                         {});
    } else if (const auto open = catalog::find_open_reclassification(tx, change.document.id)) {
        catalog::decide_reclassification(tx, open->id, catalog::Decision::overtaken, clock.now(), actor.name, {});
    }
}

std::vector<audit::Event> write_change(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                       const Change& change)
{
    const auto& document = change.document;
    SortedJson detail{
        {"revision", document.revision + 1}, {"reason", change.reason}, {"changes", write_values(tx, change)}};
    if (const auto mode = catalog::mode_after(document, change.to); mode != document.mode) {
        detail["changes"]["mode"] = {{"old", use_mode_name(document.mode)}, {"new", use_mode_name(mode)}};
    }
    if (change.proposal) {
        detail["proposal"] = change.proposal->uid;
        detail["proposed_by"] = change.proposal->proposed_by;
    }
    settle_proposals(tx, clock, actor, change);
    std::vector<audit::Event> events{
        {change.changes_list ? "document.listed" : "document.reclassified", document.uid, std::move(detail)}};
    outbox::request_removal(tx, document.id, document.secrecy);
    if (change.to != document.secrecy) {
        outbox::request_reindex(tx, document.id, change.to);
    }
    const auto settled = document.dossier ? catalog::settle_dossier(tx, *document.dossier) : std::nullopt;
    if (settled) {
        events.push_back({"dossier.reclassified",
                          settled->uid,
                          {{"old", secrecy_name(settled->before)},
                           {"new", secrecy_name(settled->now)},
                           {"document", document.uid}}});
        // Documents of a lower grade tell its title no more, or again.
        outbox::request_reindex(tx, *document.dossier);
    }
    if (change.to > document.secrecy) {
        jobs::raise_jobs_of(tx, document.id, change.to);
    }
    if (change.list) {
        jobs::restrict_jobs_of(tx, document.id, change.list->id);
    }
    if (change.to > document.secrecy || change.list) {
        forget_uploads_of(tx, document.id);
    }
    return events;
}

enum class Attempt
{
    done,
    nothing,
    changed_meanwhile ///< the document is not what it was when its bytes were moved
};

Attempt write_attempt(Archive& archive, const Clock& clock, const auth::Actor& actor, const Look& look,
                      const std::vector<catalog::HeldObject>& objects, catalog::Document& now)
{
    auto tx = archive.database().write();
    const auto change = look(tx);
    if (!change) {
        return Attempt::nothing;
    }
    if (catalog::list_objects(tx, change->document.id) != objects) {
        return Attempt::changed_meanwhile;
    }
    for (const auto& object : objects) {
        if (object.band != change->to) {
            const auto moved = store::insert_object(tx, {object.hash, object.size, change->to});
            catalog::replace_object(tx, change->document.id, object.id, moved);
        }
    }
    audit::record_events(tx, clock, actor, write_change(tx, clock, actor, *change));
    tx.commit();
    now = change->document;
    now.mode = catalog::mode_after(now, change->to);
    now.secrecy = change->to;
    if (change->changes_list) {
        now.reader_list = change->list ? std::optional{change->list->id} : std::nullopt;
    }
    ++now.revision;
    return Attempt::done;
}

Attempt attempt_change(Archive& archive, const Clock& clock, const auth::Actor& actor, const Look& look,
                       catalog::Document& now)
{
    auto& database = archive.database();
    std::vector<catalog::HeldObject> objects;
    auto to = Secrecy::open;
    {
        auto tx = database.read();
        const auto change = look(tx);
        if (!change) {
            return Attempt::nothing;
        }
        to = change->to;
        objects = catalog::list_objects(tx, change->document.id);
    }
    store::StagingBatch batch{archive.home()};
    for (const auto& object : objects) {
        const auto place = archive.home().object(object.band, object.hash);
        // What is lost keeps no document in sight: its row goes up without bytes, and is told as missing there.
        if (object.band != to && std::filesystem::exists(place)) {
            batch.adopt(place, {object.hash, object.size, to});
            batch.leave({object.hash, object.size, object.band});
        }
    }
    batch.make_durable();
    try {
        const auto attempt = write_attempt(archive, clock, actor, look, objects, now);
        batch.finish(database);
        return attempt;
    } catch (...) {
        batch.finish(database); // what was moved for nothing has no owner
        throw;
    }
}

void apply(Archive& archive, const Clock& clock, const auth::Actor& actor, const Look& look, catalog::Document& now,
           const MakeSearchable& make_searchable)
{
    for (int attempt = 1;; ++attempt) {
        const auto outcome = attempt_change(archive, clock, actor, look, now);
        if (outcome != Attempt::changed_meanwhile) {
            make_searchable(); // also when nothing was to do: who asks again after a crash wants to be sure
            return;
        }
        if (attempt == kAttempts) {
            throw Error{Kind::busy, "reclassification.busy"};
        }
    }
}

/// A proposal that changes nothing yet. Throws conflict `reclassification.open_already`.
catalog::Reclassification proposal_of(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                                      const catalog::Document& document, const std::string& reason)
{
    if (const auto open = catalog::find_open_reclassification(tx, document.id)) {
        throw Error{Kind::conflict, "reclassification.open_already", {{"id", open->uid}}};
    }
    return {.id = {},
            .uid = make_uid(),
            .document = document.id,
            .document_uid = document.uid,
            .document_title = document.title,
            .from = document.secrecy,
            .to = document.secrecy,
            .revision = document.revision,
            .reason = reason,
            .proposed_at = clock.now(),
            .proposed_by = actor.name};
}

void insert_proposal(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                     const catalog::Reclassification& proposal, SortedJson detail)
{
    catalog::insert_reclassification(tx, proposal);
    detail["proposal"] = proposal.uid;
    detail["reason"] = proposal.reason;
    audit::record_event(tx, clock, actor, {"reclassification.proposed", proposal.document_uid, std::move(detail)});
}

struct Visible
{
    catalog::Reclassification proposal;
    catalog::Document document;
};

Visible visible_reclassification(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto proposal = catalog::get_reclassification(tx, uid);
    auto document = catalog::get_view(tx, proposal.document_uid).document;
    if (!auth::is_allowed(actor, Action::document_read, catalog::target_of(document))) {
        throw Error{Kind::not_found, "reclassification.not_found", {{"id", std::string{uid}}}};
    }
    return {std::move(proposal), std::move(document)};
}

void require_open(const catalog::Reclassification& proposal)
{
    if (proposal.decision != catalog::Decision::open) {
        throw Error{Kind::conflict, "reclassification.decided", {{"id", proposal.uid}}};
    }
}

bool may_confirm(const auth::Actor& actor, const catalog::Reclassification& proposal, const catalog::Document& document)
{
    return actor.type == auth::Actor::Type::person && actor.name != proposal.proposed_by &&
           auth::is_allowed(actor, Action::secrecy_confirm, catalog::target_of(document));
}

std::vector<ListedReclassification> listed(db::ReadTx& tx, const auth::Actor& actor,
                                           std::vector<catalog::Reclassification> proposals)
{
    std::vector<Uid> uids;
    std::vector<std::string> people;
    for (const auto& proposal : proposals) {
        uids.push_back(proposal.document_uid);
        if (is_uid(proposal.proposed_by)) {
            people.push_back(proposal.proposed_by);
        }
    }
    const auto names = catalog::list_full_names(tx, people);
    const auto views = catalog::list_views_by_uid(tx, uids);
    std::vector<ListedReclassification> list;
    for (std::size_t i = 0; i < proposals.size(); ++i) {
        const auto name = names.find(proposals[i].proposed_by);
        const bool confirms = may_confirm(actor, proposals[i], views.at(i).document);
        const bool withdraws = actor.name == proposals[i].proposed_by;
        list.push_back({.proposal = std::move(proposals[i]),
                        .proposer = name != names.end() ? name->second : std::string{},
                        .may_confirm = confirms,
                        .may_withdraw = withdraws});
    }
    return list;
}

} // namespace

catalog::Document raise_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                Secrecy to, std::string_view reason, const MakeSearchable& make_searchable)
{
    catalog::Document now;
    const auto look = [&](db::ReadTx& tx) -> std::optional<Change> {
        auto document = visible_document(tx, actor, uid);
        auth::authorize(actor, Action::secrecy_raise, catalog::target_of(document));
        const auto why = clean_reason(reason);
        now = document;
        if (to == document.secrecy) {
            return std::nullopt;
        }
        if (to < document.secrecy) {
            throw Error{Kind::invalid, "reclassification.not_higher", grades(document.secrecy, to)};
        }
        if (to > archive.config().highest) {
            throw Error{Kind::conflict,
                        "reclassification.above_highest",
                        {{"highest", std::string{secrecy_name(archive.config().highest)}}}};
        }
        return Change{.document = std::move(document), .to = to, .reason = why};
    };
    apply(archive, clock, actor, look, now, make_searchable);
    return now;
}

catalog::Document put_on_list(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                              std::string_view list, std::string_view reason, const MakeSearchable& make_searchable)
{
    catalog::Document now;
    const auto look = [&](db::ReadTx& tx) -> std::optional<Change> {
        auto document = visible_document(tx, actor, uid);
        auth::authorize(actor, Action::secrecy_raise, catalog::target_of(document));
        const auto why = clean_reason(reason);
        auto wanted = visible_list(tx, actor, list);
        now = document;
        if (document.reader_list == wanted.id) {
            return std::nullopt;
        }
        require_not_above(wanted, document.secrecy);
        if (document.reader_list) { // the people of the other one are others: that lets more people know
            throw Error{Kind::conflict, "readers.on_another_list", {{"id", document.uid}}};
        }
        const auto to = document.secrecy;
        return Change{
            .document = std::move(document), .to = to, .reason = why, .list = std::move(wanted), .changes_list = true};
    };
    apply(archive, clock, actor, look, now, make_searchable);
    return now;
}

catalog::Reclassification propose_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                std::string_view uid, Secrecy to, std::string_view reason)
{
    auto tx = archive.database().write();
    const auto document = visible_document(tx, actor, uid);
    auth::authorize(actor, Action::secrecy_lower, catalog::target_of(document));
    const auto why = clean_reason(reason);
    if (to >= document.secrecy) {
        throw Error{Kind::invalid, "reclassification.not_lower", grades(document.secrecy, to)};
    }
    if (document.reader_list) {
        require_not_above(catalog::get_reader_list(tx, *document.reader_list), to);
    }
    auto proposal = proposal_of(tx, clock, actor, document, why);
    proposal.to = to;
    insert_proposal(tx, clock, actor, proposal, {{"from", secrecy_name(proposal.from)}, {"to", secrecy_name(to)}});
    tx.commit();
    return proposal;
}

catalog::Reclassification propose_other_readers(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                std::string_view uid, std::string_view list, std::string_view reason)
{
    auto tx = archive.database().write();
    const auto document = visible_document(tx, actor, uid);
    auth::authorize(actor, Action::secrecy_lower, catalog::target_of(document));
    const auto why = clean_reason(reason);
    const auto wanted = list.empty() ? std::nullopt : std::optional{visible_list(tx, actor, list)};
    if (!document.reader_list || (wanted && wanted->id == *document.reader_list)) {
        throw Error{Kind::conflict, "readers.not_on_list", {{"id", document.uid}}};
    }
    if (wanted) {
        require_not_above(*wanted, document.secrecy);
    }
    auto proposal = proposal_of(tx, clock, actor, document, why);
    const auto from = catalog::get_reader_list(tx, *document.reader_list);
    proposal.from_list = from.id;
    proposal.from_list_title = from.title;
    if (wanted) {
        proposal.to_list = wanted->id;
        proposal.to_list_title = wanted->title;
    }
    insert_proposal(tx, clock, actor, proposal, {{"from_list", from.title}, {"to_list", title_of(wanted)}});
    tx.commit();
    return proposal;
}

ReadersChange change_readers(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                             std::string_view list, std::string_view reason, const MakeSearchable& make_searchable)
{
    const auto now = [&] {
        auto tx = archive.database().read();
        visible_document(tx, actor, uid);
        return catalog::get_view(tx, uid).reader_list_uid;
    }();
    if (now.empty() || now == list) {
        return {.document = put_on_list(archive, clock, actor, uid, list, reason, make_searchable)};
    }
    return {.proposal = propose_other_readers(archive, clock, actor, uid, list, reason)};
}

catalog::Document confirm_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                        std::string_view uid, const MakeSearchable& make_searchable)
{
    catalog::Document now;
    const auto look = [&](db::ReadTx& tx) -> std::optional<Change> {
        auto [proposal, document] = visible_reclassification(tx, actor, uid);
        auth::authorize(actor, Action::secrecy_confirm, catalog::target_of(document));
        if (!may_confirm(actor, proposal, document)) {
            throw Error{Kind::forbidden, "reclassification.needs_another_person", {{"id", proposal.uid}}};
        }
        require_open(proposal);
        ensure(proposal.from == document.secrecy, "an open proposal is of the document's grade");
        if (proposal.revision != document.revision) {
            throw Error{Kind::conflict, "reclassification.changed_since", {{"document", document.uid}}};
        }
        Change change{.document = std::move(document),
                      .to = proposal.to,
                      .reason = proposal.reason,
                      .changes_list = proposal.from_list.has_value()};
        if (proposal.to_list) {
            change.list = catalog::get_reader_list(tx, *proposal.to_list);
        }
        ensure(!change.changes_list || proposal.from_list == change.document.reader_list,
               "an open proposal is of the document's list");
        change.proposal = std::move(proposal);
        return change;
    };
    apply(archive, clock, actor, look, now, make_searchable);
    return now;
}

void refuse_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                          std::string_view reason)
{
    auto tx = archive.database().write();
    const auto [proposal, document] = visible_reclassification(tx, actor, uid);
    const bool own = actor.name == proposal.proposed_by;
    if (!own) {
        auth::authorize(actor, Action::secrecy_confirm, catalog::target_of(document));
    }
    require_open(proposal);
    const auto why = own ? text::one_line(clean_text(reason)) : clean_reason(reason);
    catalog::decide_reclassification(tx, proposal.id, own ? catalog::Decision::withdrawn : catalog::Decision::refused,
                                     clock.now(), actor.name, why);
    audit::record_event(tx, clock, actor,
                        {own ? "reclassification.withdrawn" : "reclassification.refused",
                         document.uid,
                         {{"proposal", proposal.uid}, {"reason", why}}});
    tx.commit();
}

std::vector<ListedReclassification> list_reclassifications(Archive& archive, const auth::Actor& actor,
                                                           std::string_view after, std::size_t limit)
{
    auto tx = archive.database().read();
    const auto reach = auth::reach_of(actor, Action::document_read);
    return listed(tx, actor, catalog::list_open_reclassifications(tx, reach, after, limit));
}

std::optional<ListedReclassification> reclassification_of(Archive& archive, const auth::Actor& actor,
                                                          std::string_view uid)
{
    auto tx = archive.database().read();
    const auto document = visible_document(tx, actor, uid);
    auto open = catalog::find_open_reclassification(tx, document.id);
    if (!open) {
        return std::nullopt;
    }
    return listed(tx, actor, {std::move(*open)}).front();
}

} // namespace vtlt::services
