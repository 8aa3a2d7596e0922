// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/audit/tiles.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <random>

using namespace vtlt;
using namespace vtlt::testing;
using audit::TileReader;
using audit::TileWriter;

namespace {

std::string leaf(std::uint64_t seq)
{
    return "{\"seq\":" + std::to_string(seq) + "}";
}

/// RFC 6962 §2.1 word by word.
Digest tree_hash(std::span<const Digest> leaves)
{
    if (leaves.size() == 1) {
        return leaves.front();
    }
    std::size_t split = 1;
    while (split * 2 < leaves.size()) {
        split *= 2;
    }
    return audit::node_hash(tree_hash(leaves.first(split)), tree_hash(leaves.subspan(split)));
}

std::vector<Digest> hashes(std::uint64_t size)
{
    std::vector<Digest> all;
    for (std::uint64_t seq = 1; seq <= size; ++seq) {
        all.push_back(audit::leaf_hash(leaf(seq)));
    }
    return all;
}

void grow(const std::filesystem::path& folder, std::uint64_t from, std::uint64_t to)
{
    TileWriter tiles{folder, from};
    for (auto seq = from + 1; seq <= to; ++seq) {
        tiles.append(leaf(seq));
    }
    tiles.finish();
    tiles.remove_replaced();
}

} // namespace

TEST_CASE("tiles lie where C2SP says", "[audit][tiles]")
{
    CHECK(audit::tile_path(0, 0) == "tile/0/000");
    CHECK(audit::tile_path(1, 67) == "tile/1/067");
    CHECK(audit::tile_path(0, 1234067) == "tile/0/x001/x234/067");
    CHECK(audit::tile_path(-1, 273, 5) == "tile/entries/273.p/5");
    CHECK(audit::tile_path(2, 1000, 255) == "tile/2/x001/000.p/255");
}

TEST_CASE("tiles grown in any steps are the same files and give the root", "[audit][tiles]")
{
    const auto all = hashes(70'000);
    const TempDir whole;
    grow(whole.path(), 0, 70'000);
    const TempDir stepped;
    std::uint64_t at = 0;
    for (const auto next : {1, 2, 255, 256, 257, 511, 512, 1000, 65535, 65536, 65537, 70000}) {
        grow(stepped.path(), at, static_cast<std::uint64_t>(next));
        at = static_cast<std::uint64_t>(next);
        TileReader reader{stepped.path(), at};
        REQUIRE(reader.root(at) == tree_hash(std::span{all}.first(at)));
    }
    const auto files = files_below(whole.path());
    CHECK(files == files_below(stepped.path()));
    CHECK(files.size() == 274 + 274 + 2 + 1); // leaves, level 0, level 1 (one full, one begun), level 2
    for (const auto& file : files) {
        REQUIRE(slurp(whole.path() / file) == slurp(stepped.path() / file));
    }
    CHECK(slurp(whole.path() / "tile/entries/000").starts_with(std::string{"\0\x09", 2} + leaf(1)));
    CHECK(slurp(whole.path() / "tile/2/000.p/1").size() == 32);
}

TEST_CASE("every leaf proves that it is in, every older tree that it is a beginning", "[audit][tiles]")
{
    constexpr std::uint64_t size = 700;
    const auto all = hashes(size);
    const TempDir folder;
    grow(folder.path(), 0, size);
    TileReader reader{folder.path(), size};
    std::mt19937 random{7};
    const auto some = [&](std::uint64_t from, std::uint64_t to) {
        return std::uniform_int_distribution<std::uint64_t>{from, to}(random);
    };
    for (int round = 0; round < 2000; ++round) {
        const auto to = some(1, size);
        const auto seq = some(1, to);
        const auto root = tree_hash(std::span{all}.first(to));
        auto proof = reader.inclusion_proof(seq, to);
        CAPTURE(seq, to);
        REQUIRE(audit::is_included(all[seq - 1], seq, to, proof, root));
        REQUIRE_FALSE(audit::is_included(all[seq % size], seq, to, proof, root));
        if (to > 1) {
            REQUIRE_FALSE(audit::is_included(all[seq - 1], seq % to + 1, to, proof, root));
        }
        const auto from = some(1, to);
        const auto old_root = tree_hash(std::span{all}.first(from));
        const auto steps = reader.consistency_proof(from, to);
        REQUIRE(audit::is_consistent(from, to, steps, old_root, root));
        if (from < to) {
            REQUIRE_FALSE(audit::is_consistent(from, to, steps, root, old_root));
            REQUIRE_FALSE(audit::is_consistent(from, to, {}, old_root, root));
        }
        if (!proof.empty()) {
            proof.back()[0] ^= 1U;
            REQUIRE_FALSE(audit::is_included(all[seq - 1], seq, to, proof, root));
        }
        proof.push_back({});
        REQUIRE_FALSE(audit::is_included(all[seq - 1], seq, to, proof, root));
    }
    CHECK(audit::is_consistent(0, size, {}, sha256(""), reader.root(size)));
    CHECK_FALSE(audit::is_consistent(size, 5, {}, reader.root(size), reader.root(5)));
    CHECK_FALSE(audit::is_included(all[0], 0, size, {}, reader.root(size)));
}

TEST_CASE("a reader proves in any order, also while a writer replaces what is unfinished", "[audit][tiles]")
{
    constexpr std::uint64_t size = 70'001; // 273 full tiles: more than a reader keeps
    const auto all = hashes(size);
    const auto root = tree_hash(all);
    const TempDir folder;
    grow(folder.path(), 0, size);
    TileReader reader{folder.path(), size};
    reader.keep_unfinished();
    TileReader late{folder.path(), size};
    grow(folder.path(), size, size + 300);

    const auto check = [&](std::uint64_t seq) {
        CAPTURE(seq);
        REQUIRE(reader.leaf(seq) == all[seq - 1]);
        REQUIRE(audit::is_included(all[seq - 1], seq, size, reader.inclusion_proof(seq, size), root));
    };
    for (std::uint64_t seq = 1; seq <= size; seq += 97) {
        check(seq);
    }
    std::mt19937 random{11};
    for (int round = 0; round < 2000; ++round) {
        check(std::uniform_int_distribution<std::uint64_t>{1, size}(random));
    }
    check(size);
    CHECK(refusal([&] { late.leaf(size); }) == "corrupt audit.tile");
    CHECK(refusal([&] { late.keep_unfinished(); }) == "corrupt audit.tile");
}

TEST_CASE("a writer does not go on from tiles that are not those it left", "[audit][tiles]")
{
    const TempDir folder;
    grow(folder.path(), 0, 300);
    spill(folder.path() / "tile/0/001.p/44", "short");
    CHECK(refusal([&] { TileWriter(folder.path(), 300); }) == "corrupt audit.tile");
    std::filesystem::remove(folder.path() / "tile/0/001.p/44");
    CHECK(refusal([&] { TileWriter(folder.path(), 300); }) == "corrupt audit.tile");
}
