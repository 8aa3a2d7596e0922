// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The tree as plain files, as C2SP tlog-tiles says: tile/<L>/<N> holds 256 hashes of level 8·L, tile/entries/<N> the
/// 256 leaves below a tile of level 0, each after its length in two bytes. What is not full yet ends in .p/<how many>.
namespace vtlt::audit {

inline constexpr std::uint64_t kTileWidth = 256;

/// Where a tile lies, below audit/. A level below 0 names the leaves' own bundle; width 256 is a full one.
std::string tile_path(int level, std::uint64_t index, std::uint64_t width = kTileWidth);

/// The root of one full tile: 256 hashes, or fewer that are a power of two.
Digest subtree_root(std::vector<Digest> hashes);

/// Receives leaves in their order and gives whole tiles away. Pure: where they go is the taker's business.
class TileBuilder
{
public:
    TileBuilder() = default;
    TileBuilder(const TileBuilder&) = default;
    TileBuilder(TileBuilder&&) = default;
    TileBuilder& operator=(const TileBuilder&) = default;
    TileBuilder& operator=(TileBuilder&&) = default;
    virtual ~TileBuilder() = default;

    void append(std::string_view leaf);
    /// Gives what is not full.
    void finish();
    std::uint64_t size() const { return size_; }

protected:
    virtual void take(int level, std::uint64_t index, std::uint64_t width, const std::string& bytes) = 0;
    /// Goes on at `size`: `open` are the hashes of the last, unfinished tile of each level, `entries` its leaves.
    void resume(std::uint64_t size, std::vector<std::vector<Digest>> open, std::string entries);

private:
    void append_hash(std::size_t level, const Digest& hash);

    std::uint64_t size_ = 0;
    std::vector<std::vector<Digest>> open_;
    std::string entries_;
};

/// Writes tiles below a folder. Synced is nothing: the caller syncs the file system once before he tells of them.
class TileWriter : public TileBuilder
{
public:
    /// Goes on where `size` leaves have been written before. Throws corrupt `audit.tile` when a tile it must go on from
    /// is gone or has not the right length.
    TileWriter(std::filesystem::path folder, std::uint64_t size);
    /// Removes the unfinished tiles that later ones replaced. After the sync.
    void remove_replaced();

protected:
    void take(int level, std::uint64_t index, std::uint64_t width, const std::string& bytes) override;

private:
    std::filesystem::path folder_;
    std::vector<std::filesystem::path> replaced_;
};

/// Answers proofs from the files alone, reading O(log n) of them for one. `size` is that of a checkpoint whose tiles
/// are there. Keeps the tiles it read, a few dozen at the most: proofs asked for in the order of their leaves read each
/// once.
class TileReader
{
public:
    TileReader(std::filesystem::path folder, std::uint64_t size);

    /// Reads the unfinished tiles, which alone a writer beside us replaces, and keeps them. Throws corrupt
    /// `audit.tile`.
    void keep_unfinished();
    /// The hash of leaf `seq`, from 1.
    Digest leaf(std::uint64_t seq);
    /// The root when the tree had `size` leaves, size ≤ that of the reader. Throws corrupt `audit.tile`.
    Digest root(std::uint64_t size);
    /// RFC 6962 §2.1.1: the path from leaf `seq` (from 1) to the root of the first `size` leaves.
    std::vector<Digest> inclusion_proof(std::uint64_t seq, std::uint64_t size);
    /// RFC 6962 §2.1.2: that the first `from` leaves of the first `to` have not changed.
    std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to);

private:
    struct Tile
    {
        std::vector<std::vector<Digest>> rows; ///< its hashes, then the roots of complete subtrees of 2, 4, 8 … of them
        std::uint64_t used = 0;                ///< when it was asked for last
    };
    using Place = std::pair<int, std::uint64_t>;

    std::uint64_t width_of(Place place) const;
    Tile read(Place place) const;
    const Tile& tile(Place place);
    void drop_oldest();
    Digest subtree(unsigned height, std::uint64_t index);
    Digest range_root(std::uint64_t begin, std::uint64_t end);
    void add_path(std::uint64_t leaf, std::uint64_t begin, std::uint64_t end, std::vector<Digest>& path);
    void add_subproof(std::uint64_t from, std::uint64_t begin, std::uint64_t end, bool whole,
                      std::vector<Digest>& proof);

    std::filesystem::path folder_;
    std::uint64_t size_;
    std::uint64_t asked_ = 0;
    std::map<Place, Tile> tiles_;
};

/// What a reader of a proof does, RFC 9162 §2.1.3.2 and §2.1.4.2.
bool is_included(const Digest& leaf_hash, std::uint64_t seq, std::uint64_t size, const std::vector<Digest>& proof,
                 const Digest& root);
bool is_consistent(std::uint64_t from, std::uint64_t to, const std::vector<Digest>& proof, const Digest& old_root,
                   const Digest& new_root);

} // namespace vtlt::audit
