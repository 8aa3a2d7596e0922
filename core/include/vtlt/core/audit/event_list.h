// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/base/json.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vtlt::db {
class Database;
class ReadTx;
} // namespace vtlt::db

/// The history as a list that can be filtered. It is read from a table derived from the leaves, which are the truth.
namespace vtlt::audit {

struct EventFilter
{
    std::string actor;          ///< as the leaf has it; empty: everybody
    std::string action;         ///< one action, or with a dot at its end all that begin so; empty: every
    std::string object;         ///< empty: every
    std::optional<UnitId> unit; ///< the actor's, as it is now
    std::optional<Instant> from;
    std::optional<Instant> before; ///< the first instant that is too late
    std::int64_t below = 0;        ///< cursor: seq of the last one of the page before; 0: from the newest
};

struct ListedEvent
{
    std::int64_t seq = 0;
    Instant at{};
    std::string actor;
    std::string action;
    std::string object;
    std::optional<Json> detail; ///< absent once erased with its record
};

/// Derives what is not derived yet, some thousand leaves a transaction. Throws corrupt `audit.leaf` when a leaf is
/// none.
void derive_events(db::Database& database);

/// Newest first. What happened since the last derive_events is not in it.
std::vector<ListedEvent> list_events(db::ReadTx& tx, const EventFilter& filter, std::size_t limit);
/// Every action that occurs, sorted.
std::vector<std::string> list_actions(db::ReadTx& tx);

} // namespace vtlt::audit
