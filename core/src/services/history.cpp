// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/history.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>

#include "services/grades_of_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

namespace vtlt::services {

namespace {

/// Midnight of the day in Vietnam, which has no summer time.
Instant begin_of(Date day)
{
    return Instant{std::chrono::sys_days{day} - std::chrono::hours{7}};
}

audit::EventFilter filter_of(db::ReadTx& tx, const HistoryFilter& asked)
{
    audit::EventFilter filter{.action = asked.action, .object = asked.object, .below = asked.below};
    if (!asked.person.empty()) {
        filter.actor =
            asked.person.starts_with("operator:") ? asked.person : catalog::get_account(tx, asked.person).uid;
    }
    if (!asked.unit.empty()) {
        filter.unit = catalog::get_unit(tx, asked.unit).id;
    }
    if (asked.first) {
        filter.from = begin_of(*asked.first);
    }
    if (asked.last) {
        filter.before = begin_of(*asked.last) + std::chrono::hours{24};
    }
    return filter;
}

bool is_of(const audit::ListedEvent& event, std::string_view kind)
{
    return event.action.starts_with(kind);
}

/// Whose object is a document, and whose detail is of its grade.
bool is_of_document(const audit::ListedEvent& event)
{
    return is_of(event, "document.") || is_of(event, "reclassification.") || event.action == "access.viewed" ||
           event.action == "access.downloaded" || event.action == "access.refused";
}

/// Names the documents that the reader may see and hides the details of the others.
void name_documents(db::ReadTx& tx, const auth::Actor& actor, std::vector<HistoryEvent>& events)
{
    std::vector<Uid> uids;
    for (const auto& one : events) {
        if (is_of_document(one.event)) {
            uids.push_back(one.event.object);
        }
    }
    struct Known
    {
        std::string name;
        Secrecy grade = Secrecy::open;
    };
    std::map<Uid, Known> documents;
    std::set<Uid> hidden;
    for (const auto& view : catalog::list_views_by_uid(tx, uids)) {
        const auto& document = view.document;
        hidden.insert(document.uid);
        if (auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(document))) {
            const auto code = document.number_symbol();
            documents.emplace(document.uid, Known{code.empty() ? document.title : code, document.secrecy});
            hidden.erase(document.uid);
        }
    }
    const GradesOfTime grades{tx, uids};
    for (auto& one : events) {
        if (!is_of_document(one.event)) {
            continue;
        }
        const auto found = documents.find(one.event.object);
        const bool is_known = found != documents.end();
        if (!is_known && is_of(one.event, "access.") && !hidden.contains(one.event.object)) {
            continue; // what was refused was no document
        }
        one.object_name = is_known ? found->second.name : std::string{};
        one.is_hidden = one.event.detail &&
                        (!is_known || grades.at(found->first, one.event.seq, found->second.grade) > actor.clearance);
    }
}

void name_people(db::ReadTx& tx, std::vector<HistoryEvent>& events)
{
    std::vector<std::string> uids;
    for (const auto& one : events) {
        uids.push_back(one.event.actor);
        uids.push_back(one.event.object);
    }
    std::ranges::sort(uids);
    uids.erase(std::ranges::unique(uids).begin(), uids.end());
    const auto names = catalog::list_full_names(tx, uids);
    for (auto& one : events) {
        if (const auto found = names.find(one.event.actor); found != names.end()) {
            one.actor_name = found->second;
        }
        if (const auto found = names.find(one.event.object); found != names.end()) {
            one.object_name = found->second;
        }
    }
}

/// A detail that tells a grade above the reader's.
bool is_above(const auth::Actor& actor, const std::optional<Json>& detail)
{
    static constexpr std::array kGrades{"secrecy", "from", "to", "old", "new"};
    return detail && detail->is_object() && std::ranges::any_of(kGrades, [&](const char* name) {
               const auto said = detail->find(name);
               const auto grade = said != detail->end() && said->is_string()
                                      ? secrecy_from_name(said->get<std::string>())
                                      : std::nullopt;
               return grade && *grade > actor.clearance;
           });
}

} // namespace

std::vector<HistoryEvent> list_history(Archive& archive, const auth::Actor& actor, const HistoryFilter& asked,
                                       std::size_t limit)
{
    auth::authorize(actor, auth::Action::audit_read, {});
    if (archive.is_writable()) {
        audit::derive_events(archive.database());
    }
    auto tx = archive.database().read();
    std::vector<HistoryEvent> events;
    for (auto& event : audit::list_events(tx, filter_of(tx, asked), limit)) {
        events.push_back({.event = std::move(event)});
    }
    name_documents(tx, actor, events);
    name_people(tx, events);
    for (auto& one : events) {
        one.is_hidden = one.is_hidden || is_above(actor, one.event.detail);
        if (one.is_hidden) {
            one.event.detail.reset();
        }
    }
    return events;
}

std::vector<std::string> list_history_actions(Archive& archive, const auth::Actor& actor)
{
    auth::authorize(actor, auth::Action::audit_read, {});
    auto tx = archive.database().read();
    return audit::list_actions(tx);
}

} // namespace vtlt::services
