// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/unit_tree.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace vtlt;
using namespace std::chrono_literals;
using auth::UnitTree;

namespace {

constexpr Date kToday = 2026y / 11 / 22;
constexpr UnitId kMinistry{1};
constexpr UnitId kDepartment{2};
constexpr UnitId kOffice{3};
constexpr UnitId kSister{4};
constexpr UnitId kHeir{5};

using Ids = std::vector<UnitId>;

} // namespace

TEST_CASE("rights in a unit reach it and, where they say so, what is below it", "[unit_tree]")
{
    const UnitTree tree{{{.id = kMinistry, .parent = {}, .closed_on = {}, .successors = {}},
                         {.id = kDepartment, .parent = kMinistry, .closed_on = {}, .successors = {}},
                         {.id = kOffice, .parent = kDepartment, .closed_on = {}, .successors = {}},
                         {.id = kSister, .parent = kMinistry, .closed_on = {}, .successors = {}}},
                        kToday};
    CHECK(tree.covered_by(kDepartment, true) == Ids{kDepartment, kOffice});
    CHECK(tree.covered_by(kDepartment, false) == Ids{kDepartment});
    CHECK(tree.covered_by(kMinistry, true) == Ids{kMinistry, kDepartment, kOffice, kSister});
    CHECK(tree.covers(kMinistry, true, kOffice));
    CHECK_FALSE(tree.covers(kMinistry, false, kOffice));
    CHECK_FALSE(tree.covers(kOffice, true, kDepartment));
    CHECK_FALSE(tree.covers(kSister, true, kOffice));
    CHECK_FALSE(tree.covers(kMinistry, true, UnitId{99}));
    CHECK(tree.covered_by(UnitId{99}, true).empty());
}

TEST_CASE("a successor looks after what a closed unit left, its old parent no more", "[unit_tree]")
{
    const auto closed_on = GENERATE(kToday, Date{2020y / 1 / 1});
    const UnitTree tree{{{.id = kMinistry, .parent = {}, .closed_on = {}, .successors = {}},
                         {.id = kDepartment, .parent = kMinistry, .closed_on = {}, .successors = {}},
                         {.id = kOffice, .parent = kDepartment, .closed_on = closed_on, .successors = {kHeir}},
                         {.id = kSister, .parent = kMinistry, .closed_on = {}, .successors = {}},
                         {.id = kHeir, .parent = kSister, .closed_on = {}, .successors = {}}},
                        kToday};
    CHECK(tree.covers(kHeir, false, kOffice));
    CHECK(tree.covers(kSister, true, kOffice));
    CHECK_FALSE(tree.covers(kSister, false, kOffice));
    CHECK_FALSE(tree.covers(kDepartment, true, kOffice));
    CHECK(tree.covers(kMinistry, true, kOffice));
    CHECK_FALSE(tree.covers(kOffice, true, kOffice)); // who was granted rights there has none any more
    CHECK(tree.covered_by(kHeir, false) == Ids{kOffice, kHeir});
    CHECK_FALSE(tree.is_open(kOffice));
    CHECK(tree.is_open(kHeir));
}

TEST_CASE("a unit that closes tomorrow is still itself, and one without a successor is its parent's", "[unit_tree]")
{
    const UnitTree tree{{{.id = kMinistry, .parent = {}, .closed_on = {}, .successors = {}},
                         {.id = kOffice, .parent = kMinistry, .closed_on = 2026y / 11 / 23, .successors = {kHeir}},
                         {.id = kSister, .parent = kMinistry, .closed_on = kToday, .successors = {}},
                         {.id = kHeir, .parent = kMinistry, .closed_on = {}, .successors = {}}},
                        kToday};
    CHECK(tree.covers(kOffice, false, kOffice));
    CHECK_FALSE(tree.covers(kHeir, true, kOffice));
    CHECK(tree.covers(kMinistry, true, kSister));
    CHECK_FALSE(tree.covers(kMinistry, false, kSister));
}

TEST_CASE("who looks after a closed unit's records says whether they are told of", "[unit_tree]")
{
    const auto tree = [](bool office, bool heir, bool sister, std::vector<UnitId> successors) {
        return UnitTree{
            {{.id = kMinistry, .parent = {}, .closed_on = {}, .successors = {}, .tells_hidden = true},
             {.id = kDepartment, .parent = kMinistry, .closed_on = {}, .successors = {}},
             {.id = kOffice,
              .parent = kMinistry,
              .closed_on = kToday,
              .successors = std::move(successors),
              .tells_hidden = office},
             {.id = kSister, .parent = kMinistry, .closed_on = {}, .successors = {}, .tells_hidden = sister},
             {.id = kHeir, .parent = kMinistry, .closed_on = {}, .successors = {}, .tells_hidden = heir}},
            kToday};
    };
    // A unit's policy is its own: what the one above says is no matter.
    CHECK(tree(false, false, false, {kHeir}).telling() == Ids{kMinistry});
    CHECK(tree(false, true, false, {kHeir}).telling() == Ids{kMinistry, kOffice, kHeir});
    // What it said itself is of no account once it is closed.
    CHECK(tree(true, false, true, {kHeir}).telling() == Ids{kMinistry, kSister});
    // Split between two: both must tell.
    CHECK_FALSE(tree(true, true, false, {kHeir, kSister}).tells_hidden(kOffice));
    CHECK(tree(false, true, true, {kHeir, kSister}).tells_hidden(kOffice));
    // Without a successor its parent looks after them.
    CHECK(tree(false, false, false, {}).tells_hidden(kOffice));
    CHECK_FALSE(tree(true, true, true, {kHeir}).tells_hidden(UnitId{99}));
}

TEST_CASE("what is covered one by one is covered as a set, in any tree, also a damaged one", "[unit_tree]")
{
    std::mt19937 random{GENERATE(1U, 2U, 3U, 4U, 5U)};
    const auto below = [&](int most) { return std::uniform_int_distribution{0, most - 1}(random); };
    for (int round = 0; round < 60; ++round) {
        const int count = 1 + below(12);
        std::vector<UnitTree::Node> nodes;
        for (int i = 1; i <= count; ++i) {
            UnitTree::Node node{.id = UnitId{i}, .parent = {}, .closed_on = {}, .successors = {}};
            if (i > 1) {
                node.parent = UnitId{1 + below(count)}; // also in a circle
            }
            if (below(3) == 0) {
                node.closed_on = below(2) == 0 ? kToday : Date{2030y / 1 / 1};
                for (int n = below(3); n > 0; --n) {
                    node.successors.push_back(UnitId{1 + below(count)});
                }
            }
            node.tells_hidden = below(2) == 0;
            nodes.push_back(std::move(node));
        }
        const UnitTree tree{nodes, kToday};
        for (const auto& node : nodes) {
            if (tree.is_open(node.id)) {
                CHECK(tree.tells_hidden(node.id) == node.tells_hidden);
            }
        }
        for (int holder = 1; holder <= count; ++holder) {
            for (const bool with_sub_units : {false, true}) {
                const auto covered = tree.covered_by(UnitId{holder}, with_sub_units);
                CHECK(std::ranges::is_sorted(covered));
                for (int unit = 1; unit <= count; ++unit) {
                    const bool in_set = std::ranges::binary_search(covered, UnitId{unit});
                    CHECK(in_set == tree.covers(UnitId{holder}, with_sub_units, UnitId{unit}));
                }
            }
        }
    }
}
