// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/proofs.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>

namespace vtlt::audit {

namespace {

constexpr int kTries = 5;

/// A writer beside us replaces unfinished tiles by longer ones: then the newest checkpoint is read again.
template <class Use>
auto with_tiles(const Home& home, Use&& use)
{
    for (int tries = 1;; ++tries) {
        auto newest = read_checkpoint(home);
        if (!newest) {
            throw Error{Kind::not_found, "audit.no_checkpoint"};
        }
        try {
            TileReader tiles{home.audit(), newest->head.size};
            return use(tiles, *newest);
        } catch (const Error& error) {
            if (error.code() != "audit.tile" || tries == kTries) {
                throw;
            }
        }
    }
}

void require_within(std::uint64_t least, std::uint64_t number, std::uint64_t most)
{
    if (number < least || number > most) {
        throw Error{
            Kind::invalid, "audit.no_such_event", {{"event", std::to_string(number)}, {"most", std::to_string(most)}}};
    }
}

} // namespace

InclusionProof prove_inclusion(const Home& home, std::uint64_t event, std::optional<std::uint64_t> size)
{
    return with_tiles(home, [&](TileReader& tiles, const SignedCheckpoint& newest) {
        const auto within = size.value_or(newest.head.size);
        require_within(1, within, newest.head.size);
        require_within(1, event, within);
        return InclusionProof{.event = event,
                              .size = within,
                              .leaf = tiles.leaf(event),
                              .root = tiles.root(within),
                              .path = tiles.inclusion_proof(event, within)};
    });
}

ConsistencyProof prove_consistency(const Home& home, std::uint64_t from, std::optional<std::uint64_t> to)
{
    return with_tiles(home, [&](TileReader& tiles, const SignedCheckpoint& newest) {
        const auto until = to.value_or(newest.head.size);
        require_within(1, until, newest.head.size);
        require_within(0, from, until);
        return ConsistencyProof{.from = from,
                                .to = until,
                                .old_root = tiles.root(from),
                                .new_root = tiles.root(until),
                                .path = tiles.consistency_proof(from, until)};
    });
}

Prover::Prover(const Home& home)
    : Prover(with_tiles(home, [](TileReader& tiles, const SignedCheckpoint& newest) {
          tiles.keep_unfinished();
          return Prover{newest, std::move(tiles)};
      }))
{}

Prover::Prover(SignedCheckpoint checkpoint, TileReader tiles)
    : checkpoint_(std::move(checkpoint)), tiles_(std::move(tiles)), root_(digest_from_hex(checkpoint_.head.root))
{}

InclusionProof Prover::prove(std::uint64_t event)
{
    const auto size = checkpoint_.head.size;
    require_within(1, event, size);
    InclusionProof proof{.event = event,
                         .size = size,
                         .leaf = tiles_.leaf(event),
                         .root = root_,
                         .path = tiles_.inclusion_proof(event, size)};
    // A tile that rotted proves nothing, and who holds the package would find out in years.
    if (!is_included(proof.leaf, event, size, proof.path, root_)) {
        throw Error{Kind::corrupt, "audit.tile", {{"path", "audit/tile"}}};
    }
    return proof;
}

} // namespace vtlt::audit
