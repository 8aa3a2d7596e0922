// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Merkle tree of RFC 6962 §2.1 with SHA-256. Pure; see docs/format.md, "Audit".
namespace vtlt::audit {

/// SHA-256(0x00 ‖ leaf)
Digest leaf_hash(std::string_view leaf);
/// SHA-256(0x01 ‖ left ‖ right)
Digest node_hash(const Digest& left, const Digest& right);

/// The right edge of a growing tree: one hash for each set bit of the size, largest subtree first.
class TreeEdge
{
public:
    TreeEdge() = default;
    /// Throws Kind::corrupt `audit.tree` when `edge` does not fit `size`.
    TreeEdge(std::uint64_t size, std::string_view edge);

    void append(const Digest& leaf);
    std::uint64_t size() const { return size_; }
    /// SHA-256 of nothing for an empty tree.
    Digest root() const;
    std::string bytes() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> edge_;
};

} // namespace vtlt::audit
