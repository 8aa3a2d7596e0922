// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/tiles.h>

#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace vtlt::audit {

namespace fs = std::filesystem;

namespace {

constexpr int kTileBits = 8;
constexpr int kEntriesLevel = -1;
constexpr std::size_t kMaxTileBytes = std::size_t{kTileWidth} * (65535 + 2);
constexpr std::size_t kMaxLeaf = 65535;
/// A reader keeps so many: half a megabyte, and more than the levels of any tree.
constexpr std::size_t kMostTiles = 32;

std::string bytes_of(const std::vector<Digest>& hashes)
{
    std::string bytes;
    bytes.reserve(hashes.size() * sizeof(Digest));
    for (const auto& hash : hashes) {
        bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    }
    return bytes;
}

Digest digest_at(std::string_view bytes, std::uint64_t place)
{
    Digest digest{};
    std::ranges::copy(bytes.substr(place * sizeof(Digest), sizeof(Digest)), digest.begin());
    return digest;
}

std::vector<Digest> digests_of(std::string_view bytes)
{
    std::vector<Digest> digests(bytes.size() / sizeof(Digest));
    for (std::size_t i = 0; i < digests.size(); ++i) {
        digests[i] = digest_at(bytes, i);
    }
    return digests;
}

[[noreturn]] void throw_bad_tile(const fs::path& path)
{
    throw Error{Kind::corrupt, "audit.tile", {{"path", path.native()}}};
}

/// One that is gone is as bad as one that is damaged.
std::string read_tile(const fs::path& path)
{
    if (!open_if_exists(path, O_RDONLY | O_CLOEXEC)) {
        throw_bad_tile(path);
    }
    return read_file(path, kMaxTileBytes);
}

/// The largest power of two below n; n > 1.
std::uint64_t split_of(std::uint64_t n)
{
    return std::bit_floor(n - 1);
}

/// How many leaves stand in the bundle; throws when its lengths do not add up.
std::uint64_t count_entries(std::string_view bundle, const fs::path& path)
{
    std::uint64_t count = 0;
    while (!bundle.empty()) {
        if (bundle.size() < 2) {
            throw_bad_tile(path);
        }
        const auto size = (static_cast<std::size_t>(static_cast<unsigned char>(bundle[0])) << 8U) |
                          static_cast<unsigned char>(bundle[1]);
        if (bundle.size() < size + 2) {
            throw_bad_tile(path);
        }
        bundle.remove_prefix(size + 2);
        ++count;
    }
    return count;
}

} // namespace

std::string tile_path(int level, std::uint64_t index, std::uint64_t width)
{
    // 1234067 → x001/x234/067
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%03u", static_cast<unsigned>(index % 1000));
    std::string path{digits.data()};
    for (auto rest = index / 1000; rest > 0; rest /= 1000) {
        std::snprintf(digits.data(), digits.size(), "x%03u", static_cast<unsigned>(rest % 1000));
        path.insert(0, std::string{digits.data()} + "/");
    }
    return "tile/" + (level == kEntriesLevel ? std::string{"entries"} : std::to_string(level)) + "/" + path +
           (width == kTileWidth ? std::string{} : ".p/" + std::to_string(width));
}

Digest subtree_root(std::vector<Digest> hashes)
{
    ensure(std::has_single_bit(hashes.size()), "a complete subtree has a power of two leaves");
    while (hashes.size() > 1) {
        for (std::size_t i = 0; i < hashes.size() / 2; ++i) {
            hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
        }
        hashes.resize(hashes.size() / 2);
    }
    return hashes.front();
}

void TileBuilder::append(std::string_view leaf)
{
    ensure(leaf.size() <= kMaxLeaf, "a leaf has two bytes for its length");
    entries_ += static_cast<char>(leaf.size() >> 8U);
    entries_ += static_cast<char>(leaf.size() & 0xFFU);
    entries_ += leaf;
    ++size_;
    if (size_ % kTileWidth == 0) {
        take(kEntriesLevel, size_ / kTileWidth - 1, kTileWidth, entries_);
        entries_.clear();
    }
    append_hash(0, leaf_hash(leaf));
}

void TileBuilder::append_hash(std::size_t level, const Digest& hash)
{
    if (open_.size() <= level) {
        open_.resize(level + 1);
    }
    open_[level].push_back(hash);
    if (open_[level].size() == kTileWidth) {
        const auto count = size_ >> (kTileBits * level);
        take(static_cast<int>(level), count / kTileWidth - 1, kTileWidth, bytes_of(open_[level]));
        const auto root = subtree_root(std::move(open_[level]));
        open_[level].clear();
        append_hash(level + 1, root);
    }
}

void TileBuilder::finish()
{
    if (!entries_.empty()) {
        take(kEntriesLevel, size_ / kTileWidth, size_ % kTileWidth, entries_);
    }
    for (std::size_t level = 0; level < open_.size(); ++level) {
        const auto count = size_ >> (kTileBits * level);
        if (count % kTileWidth != 0) {
            take(static_cast<int>(level), count / kTileWidth, count % kTileWidth, bytes_of(open_[level]));
        }
    }
}

void TileBuilder::resume(std::uint64_t size, std::vector<std::vector<Digest>> open, std::string entries)
{
    size_ = size;
    open_ = std::move(open);
    entries_ = std::move(entries);
}

TileWriter::TileWriter(fs::path folder, std::uint64_t size) : folder_(std::move(folder))
{
    std::vector<std::vector<Digest>> open;
    std::string entries;
    int level = 0;
    for (auto count = size; count > 0; count >>= kTileBits, ++level) {
        open.emplace_back();
        const auto width = count % kTileWidth;
        if (width == 0) {
            continue;
        }
        const auto path = folder_ / tile_path(level, count / kTileWidth, width);
        const auto bytes = read_tile(path);
        if (bytes.size() != width * sizeof(Digest)) {
            throw_bad_tile(path);
        }
        open.back() = digests_of(bytes);
        replaced_.push_back(path);
    }
    if (const auto width = size % kTileWidth; width != 0) {
        const auto path = folder_ / tile_path(kEntriesLevel, size / kTileWidth, width);
        entries = read_tile(path);
        if (count_entries(entries, path) != width) {
            throw_bad_tile(path);
        }
        replaced_.push_back(path);
    }
    resume(size, std::move(open), std::move(entries));
}

void TileWriter::take(int level, std::uint64_t index, std::uint64_t width, const std::string& bytes)
{
    const auto path = folder_ / tile_path(level, index, width);
    std::erase(replaced_, path);
    fs::create_directories(path.parent_path());
    auto beside = path;
    beside += ".new";
    {
        const auto fd = open_file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        write_all(fd.get(), bytes, beside.native());
    }
    fs::rename(beside, path);
}

void TileWriter::remove_replaced()
{
    for (const auto& path : replaced_) {
        std::error_code ignored;
        fs::remove(path, ignored);
        fs::remove(path.parent_path(), ignored); // the .p folder, once nothing is in it
    }
    replaced_.clear();
}

TileReader::TileReader(fs::path folder, std::uint64_t size) : folder_(std::move(folder)), size_(size) {}

std::uint64_t TileReader::width_of(Place place) const
{
    const auto [level, index] = place;
    const auto count = size_ >> static_cast<unsigned>(kTileBits * level);
    return std::min(kTileWidth, count - index * kTileWidth);
}

TileReader::Tile TileReader::read(Place place) const
{
    const auto width = width_of(place);
    const auto path = folder_ / tile_path(place.first, place.second, width);
    const auto bytes = read_tile(path);
    if (bytes.size() != width * sizeof(Digest)) {
        throw_bad_tile(path);
    }
    Tile tile;
    tile.rows.push_back(digests_of(bytes));
    while (tile.rows.back().size() > 1) {
        const auto& below = tile.rows.back();
        std::vector<Digest> row;
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
            row.push_back(node_hash(below[i], below[i + 1]));
        }
        tile.rows.push_back(std::move(row));
    }
    return tile;
}

const TileReader::Tile& TileReader::tile(Place place)
{
    auto found = tiles_.find(place);
    if (found == tiles_.end()) {
        auto tile = read(place);
        if (tiles_.size() >= kMostTiles) {
            drop_oldest();
        }
        found = tiles_.emplace(place, std::move(tile)).first;
    }
    found->second.used = ++asked_;
    return found->second;
}

void TileReader::drop_oldest()
{
    // Each level has one unfinished tile at the most, so that there is always another.
    auto oldest = tiles_.end();
    for (auto one = tiles_.begin(); one != tiles_.end(); ++one) {
        if (width_of(one->first) == kTileWidth && (oldest == tiles_.end() || one->second.used < oldest->second.used)) {
            oldest = one;
        }
    }
    tiles_.erase(oldest);
}

void TileReader::keep_unfinished()
{
    int level = 0;
    for (auto count = size_; count > 0; count >>= kTileBits, ++level) {
        if (count % kTileWidth != 0) {
            tile({level, count / kTileWidth});
        }
    }
}

/// The complete subtree of 2^height leaves.
Digest TileReader::subtree(unsigned height, std::uint64_t index)
{
    const auto within = height % kTileBits;
    const auto first = index << within;
    const auto& rows = tile({static_cast<int>(height / kTileBits), first / kTileWidth}).rows;
    return rows.at(within).at((first % kTileWidth) >> within);
}

Digest TileReader::range_root(std::uint64_t begin, std::uint64_t end)
{
    const auto count = end - begin;
    if (count == 0) {
        return sha256("");
    }
    if (std::has_single_bit(count)) {
        return subtree(static_cast<unsigned>(std::countr_zero(count)), begin / count);
    }
    const auto middle = begin + split_of(count);
    return node_hash(range_root(begin, middle), range_root(middle, end));
}

Digest TileReader::leaf(std::uint64_t seq)
{
    ensure(seq >= 1 && seq <= size_, "the leaf is one of the tree's");
    return subtree(0, seq - 1);
}

Digest TileReader::root(std::uint64_t size)
{
    ensure(size <= size_, "the tree has had as many leaves");
    return range_root(0, size);
}

void TileReader::add_path(std::uint64_t leaf, std::uint64_t begin, std::uint64_t end, std::vector<Digest>& path)
{
    if (end - begin == 1) {
        return;
    }
    const auto middle = begin + split_of(end - begin);
    if (leaf < middle) {
        add_path(leaf, begin, middle, path);
        path.push_back(range_root(middle, end));
    } else {
        add_path(leaf, middle, end, path);
        path.push_back(range_root(begin, middle));
    }
}

std::vector<Digest> TileReader::inclusion_proof(std::uint64_t seq, std::uint64_t size)
{
    ensure(seq >= 1 && seq <= size && size <= size_, "the leaf is one of the tree's");
    std::vector<Digest> path;
    add_path(seq - 1, 0, size, path);
    return path;
}

void TileReader::add_subproof(std::uint64_t from, std::uint64_t begin, std::uint64_t end, bool whole,
                              std::vector<Digest>& proof)
{
    if (from == end) {
        if (!whole) {
            proof.push_back(range_root(begin, end));
        }
        return;
    }
    const auto middle = begin + split_of(end - begin);
    if (from <= middle) {
        add_subproof(from, begin, middle, whole, proof);
        proof.push_back(range_root(middle, end));
    } else {
        add_subproof(from, middle, end, false, proof);
        proof.push_back(range_root(begin, middle));
    }
}

std::vector<Digest> TileReader::consistency_proof(std::uint64_t from, std::uint64_t to)
{
    ensure(from <= to && to <= size_, "the older tree is the smaller one");
    std::vector<Digest> proof;
    if (from > 0 && from < to) {
        add_subproof(from, 0, to, true, proof);
    }
    return proof;
}

bool is_included(const Digest& leaf_hash, std::uint64_t seq, std::uint64_t size, const std::vector<Digest>& proof,
                 const Digest& root)
{
    if (seq == 0 || seq > size) {
        return false;
    }
    auto place = seq - 1;
    auto last = size - 1;
    auto hash = leaf_hash;
    for (const auto& step : proof) {
        if (last == 0) {
            return false;
        }
        if ((place & 1U) != 0 || place == last) {
            hash = node_hash(step, hash);
            while ((place & 1U) == 0 && place != 0) {
                place >>= 1U;
                last >>= 1U;
            }
        } else {
            hash = node_hash(hash, step);
        }
        place >>= 1U;
        last >>= 1U;
    }
    return last == 0 && hash == root;
}

bool is_consistent(std::uint64_t from, std::uint64_t to, const std::vector<Digest>& proof, const Digest& old_root,
                   const Digest& new_root)
{
    if (from > to) {
        return false;
    }
    if (from == 0 || from == to) {
        return proof.empty() && (from == 0 ? old_root == sha256("") : old_root == new_root);
    }
    auto steps = std::vector<Digest>{};
    if (std::has_single_bit(from)) {
        steps.push_back(old_root);
    }
    steps.insert(steps.end(), proof.begin(), proof.end());
    if (steps.empty()) {
        return false;
    }
    auto place = from - 1;
    auto last = to - 1;
    while ((place & 1U) != 0) {
        place >>= 1U;
        last >>= 1U;
    }
    auto old_hash = steps.front();
    auto new_hash = steps.front();
    for (std::size_t i = 1; i < steps.size(); ++i) {
        if (last == 0) {
            return false;
        }
        if ((place & 1U) != 0 || place == last) {
            old_hash = node_hash(steps[i], old_hash);
            new_hash = node_hash(steps[i], new_hash);
            while ((place & 1U) == 0 && place != 0) {
                place >>= 1U;
                last >>= 1U;
            }
        } else {
            new_hash = node_hash(new_hash, steps[i]);
        }
        place >>= 1U;
        last >>= 1U;
    }
    return last == 0 && old_hash == old_root && new_hash == new_root;
}

} // namespace vtlt::audit
