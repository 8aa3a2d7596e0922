// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <map>
#include <optional>
#include <vector>

namespace vtlt::auth {

/// cơ cấu tổ chức: which unit is below which, and which took the place of which, as it is on one day. A record keeps
/// the unit of its time; who looks after it when that unit is no more, this tells. Immutable: share it between threads.
class UnitTree
{
public:
    struct Node
    {
        UnitId id;
        std::optional<UnitId> parent;
        std::optional<Date> closed_on;  ///< the first day on which it is no more
        std::vector<UnitId> successors; ///< of a closed one; none: its parent looks after what it left
        bool tells_hidden = false;      ///< its policy: whoever may not read a record of its may know that there is one
    };

    UnitTree() = default;
    UnitTree(std::vector<Node> nodes, Date today);

    /// Rights in `holder`, with its sub-units or without, reach what belongs to `unit`: the unit itself, those whose
    /// place it took, and below it. Rights in a closed unit reach nothing: its successors' people have them.
    bool covers(UnitId holder, bool with_sub_units, UnitId unit) const;
    /// Every unit that `covers` says yes to, ascending.
    std::vector<UnitId> covered_by(UnitId holder, bool with_sub_units) const;

    /// Not closed by the tree's day; false also for a unit that is not in it.
    bool is_open(UnitId unit) const;
    bool contains(UnitId unit) const { return nodes_.contains(unit); }

    /// The policy of who looks after `unit`'s records: itself while it is open, then each of its successors, or where
    /// there are none its parent. Where several do, all must tell: silence is what a reader relies on.
    bool tells_hidden(UnitId unit) const;
    /// Every unit that `tells_hidden` says yes to, ascending.
    const std::vector<UnitId>& telling() const { return telling_; }

private:
    struct Place
    {
        std::optional<UnitId> parent; ///< absent for one that was replaced
        std::vector<UnitId> successors;
        bool closed = false;
        bool tells_hidden = false;
        std::vector<UnitId> children;     ///< those that were not replaced
        std::vector<UnitId> predecessors; ///< whose place it took
    };

    bool do_keepers_tell(UnitId unit) const;

    std::map<UnitId, Place> nodes_;
    std::vector<UnitId> telling_;
};

} // namespace vtlt::auth
