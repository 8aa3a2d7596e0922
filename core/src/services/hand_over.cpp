// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/hand_over.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/position.h>
#include <vtlt/core/catalog/reader_list.h>
#include <vtlt/core/catalog/reclassification.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/grant_steps.h"
#include "services/position_steps.h"

#include <algorithm>
#include <array>

namespace vtlt::services {

namespace {

using catalog::Fate;

/// A leaving on its way.
struct Step
{
    db::WriteTx& tx;
    const Clock& clock;
    const auth::Actor& actor;
    const catalog::Account& leaver;
    const catalog::Account& to;
    Date on;
    std::string reason;
    std::vector<audit::Event> events;
};

using Objects = std::vector<Uid>;

/// A grade that he proposed to lower: who takes over may see other reasons, and proposes anew.
Objects withdraw_proposals(Step& step, const Objects& proposals)
{
    for (const auto& uid : proposals) {
        const auto proposal = catalog::get_reclassification(step.tx, uid);
        catalog::decide_reclassification(step.tx, proposal.id, catalog::Decision::withdrawn, step.clock.now(),
                                         step.actor.name, {});
        step.events.push_back({"reclassification.withdrawn",
                               proposal.document_uid,
                               {{"proposal", proposal.uid}, {"reason", step.reason}}});
    }
    return proposals;
}

/// Bytes that nobody will send the rest of: the next sweep takes them away.
Objects let_uploads_expire(Step& step, const Objects& uploads)
{
    step.tx
        .prepare("UPDATE upload SET expires_at = ?2, revision = revision + 1"
                 " WHERE actor = ?1 AND state = 'receiving'")
        .bind(1, step.leaver.uid)
        .bind(2, step.clock.now())
        .run();
    return uploads;
}

/// Who takes a package is asked for each of its documents: it gives nobody more than he may have.
Objects pass_on_packages(Step& step, const Objects& packages)
{
    step.tx
        .prepare("UPDATE job SET actor = ?2, revision = revision + 1"
                 " WHERE actor = ?1 AND kind = 'export' AND attended = 0 AND outcome = 'done'")
        .bind(1, step.leaver.uid)
        .bind(2, step.to.uid)
        .run();
    return packages;
}

/// Those that would have been held after his last day.
Objects end_positions(Step& step, const Objects& positions)
{
    Objects ended;
    for (const auto& uid : positions) {
        const auto position = catalog::get_position(step.tx, uid);
        if (position.to_on && *position.to_on <= step.on) {
            continue;
        }
        std::ranges::move(close_position(step.tx, step.clock, step.actor, step.leaver, position, step.on),
                          std::back_inserter(step.events));
        ended.push_back(uid);
    }
    return ended;
}

/// With what was delegated from them.
Objects end_roles(Step& step, const Objects& grants)
{
    for (const auto& uid : grants) {
        std::ranges::move(end_grants(step.tx, step.clock, step.actor, step.leaver, catalog::get_grant(step.tx, uid)),
                          std::back_inserter(step.events));
    }
    return grants;
}

/// He knows of nothing any more.
Objects end_reader_entries(Step& step, const Objects& entries)
{
    for (const auto& uid : entries) {
        const auto entry = catalog::get_reader_entry(step.tx, uid);
        catalog::end_reader_entry(step.tx, entry.id, step.clock.now(), step.actor.name);
        step.events.push_back(
            {"reader.ended",
             uid,
             {{"account", step.leaver.uid}, {"list", catalog::get_reader_list(step.tx, entry.list).uid}}});
    }
    return entries;
}

/// What somebody may be in charge of. A kind of thing that the archive learns to keep has a row here.
struct Charge
{
    std::string_view what;
    /// The uids, of the account with uid ?1.
    std::string_view select;
    Fate fate = Fate::ended;
    /// Which of them it settled. Absent where they end with what another row ends.
    Objects (*settle)(Step&, const Objects&) = nullptr;
};

/// In the order of the minutes.
constexpr std::array kCharges{
    Charge{"package",
           "SELECT uid FROM job WHERE actor = ?1 AND kind = 'export' AND attended = 0 AND outcome = 'done' ORDER BY id",
           Fate::passed_on, pass_on_packages},
    Charge{"proposal", "SELECT uid FROM reclassification WHERE proposed_by = ?1 AND state = 'open' ORDER BY id",
           Fate::ended, withdraw_proposals},
    Charge{"upload", "SELECT uid FROM upload WHERE actor = ?1 AND state = 'receiving' ORDER BY id", Fate::ended,
           let_uploads_expire},
    Charge{"position",
           "SELECT position.uid FROM position JOIN account ON account.id = position.account_id WHERE account.uid = ?1"
           " ORDER BY position.id",
           Fate::ended, end_positions},
    Charge{"delegation",
           "SELECT given.uid FROM role_grant AS given JOIN role_grant AS owned ON owned.id = given.delegated_from_id"
           " JOIN account ON account.id = owned.account_id"
           " WHERE account.uid = ?1 AND given.ended_at IS NULL ORDER BY given.id",
           Fate::ended, nullptr},
    Charge{"role",
           "SELECT role_grant.uid FROM role_grant JOIN account ON account.id = role_grant.account_id"
           " WHERE account.uid = ?1 AND role_grant.ended_at IS NULL ORDER BY role_grant.id",
           Fate::ended, end_roles},
    Charge{"reader",
           "SELECT reader_entry.uid FROM reader_entry JOIN account ON account.id = reader_entry.account_id"
           " WHERE account.uid = ?1 AND reader_entry.ended_at IS NULL ORDER BY reader_entry.id",
           Fate::ended, end_reader_entries},
};

/// What nobody else can finish for him, and would be lost: it is finished or cancelled first.
struct Obstacle
{
    Kind kind;
    std::string_view code;
    std::string_view select; ///< how many, of the account with uid ?1
};

constexpr std::array kObstacles{
    Obstacle{Kind::conflict, "hand_over.jobs_unfinished",
             "SELECT count(*) FROM job WHERE actor = ?1 AND state <> 'finished'"},
    Obstacle{Kind::conflict, "hand_over.uploads_unfinished",
             "SELECT count(*) FROM upload WHERE actor = ?1 AND state IN ('waiting', 'reading')"},
};

void require_finished(db::ReadTx& tx, const catalog::Account& leaver)
{
    for (const auto& obstacle : kObstacles) {
        auto select = tx.prepare(obstacle.select);
        ensure(select.bind(1, leaver.uid).step(), "a count has a row");
        if (const auto count = select.integer(0); count > 0) {
            throw Error{obstacle.kind,
                        std::string{obstacle.code},
                        {{"account", leaver.name}, {"count", std::to_string(count)}}};
        }
    }
}

Objects objects_of(db::ReadTx& tx, const Charge& charge, const catalog::Account& leaver)
{
    auto select = tx.prepare(charge.select);
    select.bind(1, leaver.uid);
    Objects objects;
    while (select.step()) {
        objects.push_back(select.text(0));
    }
    return objects;
}

/// Settles each and writes it down.
std::vector<catalog::HandOverItem> settle_all(Step& step)
{
    // All are looked up before anything ends: what ends with another is in the minutes as well.
    std::array<Objects, kCharges.size()> objects;
    for (std::size_t i = 0; i < kCharges.size(); ++i) {
        objects.at(i) = objects_of(step.tx, kCharges.at(i), step.leaver);
    }
    std::vector<catalog::HandOverItem> items;
    for (std::size_t i = 0; i < kCharges.size(); ++i) {
        const auto& charge = kCharges.at(i);
        const auto settled = charge.settle != nullptr ? charge.settle(step, objects.at(i)) : objects.at(i);
        for (const auto& object : settled) {
            items.push_back({.what = std::string{charge.what}, .object = object, .fate = charge.fate});
        }
    }
    return items;
}

audit::Event event_of(const catalog::HandOver& made, const catalog::Account& leaver, const catalog::Account& to)
{
    auto items = SortedJson::array();
    for (const auto& item : made.items) {
        items.push_back({{"what", item.what}, {"object", item.object}, {"fate", catalog::fate_name(item.fate)}});
    }
    return {"account.left",
            leaver.uid,
            {{"hand_over", made.uid},
             {"to", to.uid},
             {"on", format_date(made.on)},
             {"reason", made.reason},
             {"items", std::move(items)}}};
}

void check_taker(const catalog::Account& leaver, const catalog::Account& to)
{
    if (to.id == leaver.id) {
        throw Error{Kind::conflict, "hand_over.to_himself", {{"account", leaver.name}}};
    }
}

} // namespace

catalog::HandOver leave_account(Archive& archive, const Clock& clock, const auth::Actor& actor, const Leaving& leaving)
{
    const auto who = clean_text(leaving.who);
    const auto on = leaving.on.value_or(clock.today());
    auth::authorize_somewhere(actor, auth::Action::user_administer);
    auto tx = archive.database().write();
    const auto leaver = visible_account(tx, actor, who);
    authorize_holder(archive, tx, clock, actor, leaver);
    const auto to = enabled_account(tx, actor, clean_text(leaving.to));
    check_taker(leaver, to);
    if (on > clock.today()) {
        throw Error{Kind::invalid, "hand_over.future", {{"on", format_date_vi(on)}}};
    }
    if (leaver.disabled && !catalog::list_hand_overs(tx, leaver.id).empty()) {
        throw Error{Kind::conflict, "hand_over.left_already", {{"account", leaver.name}}};
    }
    require_finished(tx, leaver);
    catalog::HandOver made{.id = {},
                           .uid = make_uid(),
                           .account = leaver.id,
                           .to = to.id,
                           .on = on,
                           .reason = grant_reason(leaving.reason),
                           .made_at = clock.now(),
                           .made_by = actor.name,
                           .items = {}};
    const AdminGuard guard{tx, clock, leaver.name};
    Step step{.tx = tx,
              .clock = clock,
              .actor = actor,
              .leaver = leaver,
              .to = to,
              .on = on,
              .reason = made.reason,
              .events = {}};
    made.items = settle_all(step);
    made.id = catalog::insert_hand_over(tx, made);
    if (!leaver.disabled) {
        std::ranges::move(shut_out(tx, leaver, clock.now()), std::back_inserter(step.events));
    }
    guard.require_one(tx);
    step.events.insert(step.events.begin(), event_of(made, leaver, to));
    audit::record_events(tx, clock, actor, step.events);
    tx.commit();
    return made;
}

std::vector<ListedHandOver> list_hand_overs(Archive& archive, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    const auto account = account_for(tx, actor, name, auth::Action::user_read);
    std::vector<ListedHandOver> list;
    for (auto& made : catalog::list_hand_overs(tx, account.id)) {
        const std::vector<std::string> people{made.made_by};
        const auto names = catalog::list_full_names(tx, people);
        const auto by = names.find(made.made_by);
        auto to = catalog::get_account(tx, made.to);
        list.push_back({.hand_over = std::move(made),
                        .account = account,
                        .to = std::move(to),
                        .made_by_name = by == names.end() ? std::string{} : by->second});
    }
    return list;
}

} // namespace vtlt::services
