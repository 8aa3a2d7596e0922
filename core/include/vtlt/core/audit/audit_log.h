// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/home.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class Database;
class ReadTx;
class WriteTx;
} // namespace vtlt::db

/// The history: exactly one event for each acknowledged change (I6), as leaves of one Merkle tree.
namespace vtlt::audit {

struct Event
{
    std::string action;                       ///< e.g. "document.registered"; words of docs/glossary.md
    std::string object;                       ///< uid of what it is about, or a setting's name
    SortedJson detail = SortedJson::object(); ///< may hold titles and values; erased with the record, its hash stays
};

/// Appends in the transaction of the change itself. `record_event` for one, `record_events` for a batch (one update of
/// the tree).
void record_event(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Event& event);
void record_events(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const std::vector<Event>& events);

/// The tree as the catalogue has it now.
Checkpoint current_checkpoint(db::ReadTx& tx);

/// For a writer before it goes on: the leaves are as many as the tree says, and the checkpoint's root is still the root
/// at its size. Reads one leaf, or every leaf's hash where a crash kept the last checkpoint from being written. Throws
/// corrupt `audit.checkpoint_ahead` (the catalogue is older than its own history: a copy was put back),
/// `audit.rewritten`.
void require_own_history(db::ReadTx& tx, const std::optional<SignedCheckpoint>& outside);

struct AuditVerdict
{
    bool ok = true;
    std::uint64_t size = 0;
    std::string root;
    std::uint64_t checkpoints = 0;          ///< how many were checked
    std::string fingerprint;                ///< of the key that signed them; empty where it cannot be read
    std::optional<std::uint64_t> first_bad; ///< sequence of the first event that is wrong
    std::string why;                        ///< stable word: leaf_hash detail_hash leaf_format sequence root key
                                            ///< checkpoint checkpoint_missing tile stray
};

/// Recomputes everything: each leaf's form and hash, each detail against its leaf, the root, every checkpoint ever
/// signed, every tile, and that nothing else lies in audit/. Beside a writer it judges what the newest checkpoint says.
AuditVerdict verify_audit(const Home& home, db::Database& database);

} // namespace vtlt::audit
