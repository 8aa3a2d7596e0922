// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/audit_log.h>

#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include "audit/leaf.h"

#include <algorithm>

namespace vtlt::audit {

namespace {

constexpr std::size_t kSaltSize = 16;

TreeEdge read_edge(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT size, edge FROM audit_tree WHERE only_row = 1");
    if (!select.step()) {
        return {};
    }
    return TreeEdge{static_cast<std::uint64_t>(select.integer(0)), select.bytes(1)};
}

void write_edge(db::WriteTx& tx, const TreeEdge& edge)
{
    tx.prepare("INSERT INTO audit_tree (only_row, size, edge) VALUES (1, ?1, ?2)"
               " ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, edge = excluded.edge")
        .bind(1, static_cast<std::int64_t>(edge.size()))
        .bind_bytes(2, edge.bytes())
        .run();
}

/// The root when the tree had `size` leaves, hex.
std::string root_at(db::ReadTx& tx, std::uint64_t size, const Checkpoint& current)
{
    if (size == current.size) {
        return current.root;
    }
    TreeEdge edge;
    auto select = tx.prepare("SELECT leaf_hash FROM audit_leaf WHERE seq <= ?1 ORDER BY seq");
    select.bind(1, static_cast<std::int64_t>(size));
    while (select.step()) {
        const auto hash = select.bytes(0);
        Digest digest{};
        ensure(hash.size() == digest.size(), "a leaf hash has 32 bytes");
        std::ranges::copy(hash, reinterpret_cast<char*>(digest.data()));
        edge.append(digest);
    }
    return to_hex(edge.root());
}

} // namespace

void record_events(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const std::vector<Event>& events)
{
    if (events.empty()) {
        return;
    }
    auto edge = read_edge(tx);
    const auto at = format_instant(clock.now());
    const auto salts = random_bytes(kSaltSize * events.size());
    auto insert_leaf = tx.prepare("INSERT INTO audit_leaf (seq, leaf, leaf_hash) VALUES (?1, ?2, ?3)");
    auto insert_detail = tx.prepare("INSERT INTO audit_detail (seq, object, salt, detail) VALUES (?1, ?2, ?3, ?4)");
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& event = events[i];
        const auto seq = edge.size() + 1;
        const auto salt = salts.substr(i * kSaltSize, kSaltSize);
        const auto detail = canonical_json(event.detail);
        const auto leaf = canonical_json({{"v", kLeafVersion},
                                          {"seq", seq},
                                          {"at", at},
                                          {"actor", actor.name},
                                          {"action", event.action},
                                          {"object", event.object},
                                          {"detail_hash", sha256_hex(salt + detail)}});
        const auto hash = leaf_hash(leaf);
        edge.append(hash);
        insert_leaf.bind(1, static_cast<std::int64_t>(seq)).bind(2, leaf).bind_bytes(3, view_of(hash)).run();
        insert_detail.bind(1, static_cast<std::int64_t>(seq))
            .bind(2, detail_object(event.action, event.object))
            .bind_bytes(3, salt)
            .bind(4, detail)
            .run();
    }
    write_edge(tx, edge);
}

void record_event(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Event& event)
{
    record_events(tx, clock, actor, {event});
}

Checkpoint current_checkpoint(db::ReadTx& tx)
{
    const auto edge = read_edge(tx);
    return {edge.size(), to_hex(edge.root())};
}

void require_own_history(db::ReadTx& tx, const std::optional<SignedCheckpoint>& outside)
{
    const auto current = current_checkpoint(tx);
    if (outside && outside->head.size > current.size) {
        throw Error{Kind::corrupt, "audit.checkpoint_ahead"};
    }
    auto last = tx.prepare("SELECT coalesce(max(seq), 0) FROM audit_leaf");
    ensure(last.step(), "a maximum has a row");
    const bool shortened = static_cast<std::uint64_t>(last.integer(0)) != current.size;
    if (shortened || (outside && outside->head.root != root_at(tx, outside->head.size, current))) {
        throw Error{Kind::corrupt, "audit.rewritten"};
    }
}

} // namespace vtlt::audit
