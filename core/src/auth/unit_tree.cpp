// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/unit_tree.h>

#include <algorithm>
#include <set>

namespace vtlt::auth {

UnitTree::UnitTree(std::vector<Node> nodes, Date today)
{
    for (auto& node : nodes) {
        const bool closed = node.closed_on && *node.closed_on <= today;
        const bool replaced = closed && !node.successors.empty();
        nodes_[node.id] = {.parent = replaced ? std::nullopt : node.parent,
                           .successors = replaced ? std::move(node.successors) : std::vector<UnitId>{},
                           .closed = closed,
                           .tells_hidden = node.tells_hidden,
                           .children = {},
                           .predecessors = {}};
    }
    for (const auto& [id, place] : nodes_) {
        if (place.parent) {
            nodes_[*place.parent].children.push_back(id);
        }
        for (const auto successor : place.successors) {
            nodes_[successor].predecessors.push_back(id);
        }
    }
    for (const auto& [id, place] : nodes_) {
        if (do_keepers_tell(id)) {
            telling_.push_back(id);
        }
    }
}

bool UnitTree::do_keepers_tell(UnitId unit) const
{
    std::vector<UnitId> open{unit};
    std::set<UnitId> seen;
    bool is_kept = false;
    while (!open.empty()) {
        const auto id = open.back();
        open.pop_back();
        const auto found = nodes_.find(id);
        if (found == nodes_.end() || !seen.insert(id).second) {
            continue;
        }
        const auto& place = found->second;
        if (!place.closed) {
            if (!place.tells_hidden) {
                return false;
            }
            is_kept = true;
            continue;
        }
        open.insert(open.end(), place.successors.begin(), place.successors.end());
        if (place.successors.empty() && place.parent) {
            open.push_back(*place.parent);
        }
    }
    return is_kept;
}

bool UnitTree::tells_hidden(UnitId unit) const
{
    return std::ranges::binary_search(telling_, unit);
}

bool UnitTree::covers(UnitId holder, bool with_sub_units, UnitId unit) const
{
    if (!is_open(holder)) {
        return false;
    }
    // Upwards: a handful of steps, where covered_by may walk through thousands.
    std::vector<UnitId> open{unit};
    std::set<UnitId> seen;
    while (!open.empty()) {
        const auto id = open.back();
        open.pop_back();
        if (id == holder) {
            return true;
        }
        const auto found = nodes_.find(id);
        if (found == nodes_.end() || !seen.insert(id).second) {
            continue;
        }
        const auto& place = found->second;
        open.insert(open.end(), place.successors.begin(), place.successors.end());
        if (with_sub_units && place.parent) {
            open.push_back(*place.parent);
        }
    }
    return false;
}

std::vector<UnitId> UnitTree::covered_by(UnitId holder, bool with_sub_units) const
{
    std::set<UnitId> covered;
    std::vector<UnitId> open;
    if (is_open(holder)) {
        open.push_back(holder);
    }
    while (!open.empty()) {
        const auto id = open.back();
        open.pop_back();
        if (!covered.insert(id).second) {
            continue;
        }
        const auto& place = nodes_.at(id);
        open.insert(open.end(), place.predecessors.begin(), place.predecessors.end());
        if (with_sub_units) {
            open.insert(open.end(), place.children.begin(), place.children.end());
        }
    }
    return {covered.begin(), covered.end()};
}

bool UnitTree::is_open(UnitId unit) const
{
    const auto found = nodes_.find(unit);
    return found != nodes_.end() && !found->second.closed;
}

} // namespace vtlt::auth
