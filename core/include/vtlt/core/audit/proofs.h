// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/audit/tiles.h>

#include <cstdint>
#include <optional>
#include <vector>

/// Proofs for somebody who has a checkpoint and not the history, from the tiles alone. Safe beside a writer.
namespace vtlt::audit {

/// RFC 6962 §2.1.1: event `event` is in the tree of `size` events.
struct InclusionProof
{
    std::uint64_t event = 0;
    std::uint64_t size = 0;
    Digest leaf{};
    Digest root{};
    std::vector<Digest> path;
};

/// RFC 6962 §2.1.2: the tree of `from` events is the beginning of that of `to`.
struct ConsistencyProof
{
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    Digest old_root{};
    Digest new_root{};
    std::vector<Digest> path;
};

/// Without a size in that of the newest checkpoint. Throws invalid `audit.no_such_event` with `most` when the event or
/// the size is not below it, not_found `audit.no_checkpoint`, corrupt `audit.tile`.
InclusionProof prove_inclusion(const Home& home, std::uint64_t event, std::optional<std::uint64_t> size);
ConsistencyProof prove_consistency(const Home& home, std::uint64_t from, std::optional<std::uint64_t> to);

/// Inclusion proofs of many events under one checkpoint, the newest there is when it is made. Asked in ascending order
/// each tile is read once; memory does not grow. A writer beside it may go on.
class Prover
{
public:
    /// Throws not_found `audit.no_checkpoint`, corrupt `audit.checkpoint`, `audit.tile`.
    explicit Prover(const Home& home);

    const SignedCheckpoint& checkpoint() const { return checkpoint_; }
    /// Throws invalid `audit.no_such_event` when the checkpoint does not cover it, corrupt `audit.tile`.
    InclusionProof prove(std::uint64_t event);

private:
    Prover(SignedCheckpoint checkpoint, TileReader tiles);

    SignedCheckpoint checkpoint_;
    TileReader tiles_;
    Digest root_;
};

} // namespace vtlt::audit
