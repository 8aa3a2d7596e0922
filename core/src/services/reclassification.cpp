// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/reclassification.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/store/object_store.h>

#include "services/upload_rows.h"
#include "services/visible_document.h"

namespace vtlt::services {

namespace {

using auth::Action;

constexpr std::size_t kLongestReason = 500;
/// The bytes are moved before the transaction; when somebody has changed the document meanwhile, once more.
constexpr int kAttempts = 3;

std::string clean_reason(std::string_view typed)
{
    auto reason = text::one_line(clean_text(typed));
    if (reason.empty()) {
        throw Error{Kind::invalid, "reclassification.no_reason"};
    }
    if (text::length(reason) > kLongestReason) {
        throw Error{Kind::invalid, "document.too_long", {{"limit", std::to_string(kLongestReason)}}};
    }
    return reason;
}

Fields grades(Secrecy from, Secrecy to)
{
    return {{"from", std::string{secrecy_name(from)}}, {"to", std::string{secrecy_name(to)}}};
}

/// A change of grade about to be made, and why it may be.
struct Change
{
    catalog::Document document;
    Secrecy to = Secrecy::open;
    std::string reason;
    std::optional<catalog::Reclassification> proposal; ///< of a lowering
};

/// What both transactions look at: the change as it stands then. Nothing where nothing is to be done.
using Look = std::function<std::optional<Change>(db::ReadTx&)>;

std::vector<audit::Event> write_change(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                       const Change& change)
{
    const auto& document = change.document;
    catalog::set_secrecy(tx, document, change.to);
    SortedJson detail{
        {"revision", document.revision + 1},
        {"reason", change.reason},
        {"changes", {{"secrecy", {{"old", secrecy_name(document.secrecy)}, {"new", secrecy_name(change.to)}}}}}};
    if (const auto mode = catalog::mode_after(document, change.to); mode != document.mode) {
        detail["changes"]["mode"] = {{"old", use_mode_name(document.mode)}, {"new", use_mode_name(mode)}};
    }
    if (change.proposal) {
        detail["proposal"] = change.proposal->uid;
        detail["proposed_by"] = change.proposal->proposed_by;
        catalog::decide_reclassification(tx, change.proposal->id, catalog::Decision::confirmed, clock.now(), actor.name,
                                         {});
    } else if (const auto open = catalog::find_open_reclassification(tx, document.id)) {
        catalog::decide_reclassification(tx, open->id, catalog::Decision::overtaken, clock.now(), actor.name, {});
    }
    std::vector<audit::Event> events{{"document.reclassified", document.uid, std::move(detail)}};
    outbox::request_removal(tx, document.id, document.secrecy);
    outbox::request_reindex(tx, document.id, change.to);
    if (document.dossier) {
        if (const auto settled = catalog::settle_dossier(tx, *document.dossier)) {
            events.push_back({"dossier.reclassified",
                              settled->uid,
                              {{"old", secrecy_name(settled->before)},
                               {"new", secrecy_name(settled->now)},
                               {"document", document.uid}}});
            outbox::request_reindex(tx,
                                    *document.dossier); // documents of a lower grade tell its title no more, or again
        }
    }
    if (change.to > document.secrecy) {
        jobs::raise_jobs_of(tx, document.id, change.to);
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
        return Change{.document = std::move(document), .to = to, .reason = why, .proposal = {}};
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
    if (const auto open = catalog::find_open_reclassification(tx, document.id)) {
        throw Error{Kind::conflict, "reclassification.open_already", {{"id", open->uid}}};
    }
    catalog::Reclassification proposal{.id = {},
                                       .uid = make_uid(),
                                       .document = document.id,
                                       .document_uid = document.uid,
                                       .document_title = document.title,
                                       .from = document.secrecy,
                                       .to = to,
                                       .revision = document.revision,
                                       .reason = why,
                                       .proposed_at = clock.now(),
                                       .proposed_by = actor.name};
    catalog::insert_reclassification(tx, proposal);
    audit::record_event(tx, clock, actor,
                        {"reclassification.proposed",
                         document.uid,
                         {{"proposal", proposal.uid},
                          {"from", secrecy_name(proposal.from)},
                          {"to", secrecy_name(to)},
                          {"reason", why}}});
    tx.commit();
    return proposal;
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
        const auto to = proposal.to;
        const auto why = proposal.reason;
        return Change{.document = std::move(document), .to = to, .reason = why, .proposal = std::move(proposal)};
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
