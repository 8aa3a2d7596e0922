// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/event_list.h>
#include <vtlt/core/services/archive.h>

#include <string>
#include <vector>

/// The history as an auditor reads it: everything that happened, and who did it.
namespace vtlt::services {

/// What is asked for as people write it.
struct HistoryFilter
{
    std::string person;        ///< name or uid of an account, or operator:N; empty: everybody
    std::string action;        ///< as of audit::EventFilter
    std::string object;        ///< uid
    std::string unit;          ///< code or uid: whose people did it
    std::optional<Date> first; ///< days in Vietnam, both within
    std::optional<Date> last;
    std::int64_t below = 0; ///< cursor
};

struct HistoryEvent
{
    audit::ListedEvent event; ///< without its detail where its object is above the reader's clearance
    std::string actor_name;   ///< full name; empty: no account
    std::string object_name;  ///< number or title of a document, name of an account …; empty: unknown or hidden
    bool is_hidden = false;   ///< the detail is there and not for this reader
};

/// Newest first. Throws forbidden `auth.forbidden` to who may not `audit_read`, not_found `account.not_found`,
/// `unit.not_found`.
std::vector<HistoryEvent> list_history(Archive& archive, const auth::Actor& actor, const HistoryFilter& filter,
                                       std::size_t limit);
/// Every action that occurs.
std::vector<std::string> list_history_actions(Archive& archive, const auth::Actor& actor);

} // namespace vtlt::services
