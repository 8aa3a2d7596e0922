// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/merkle_tree.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <bit>

namespace vtlt::audit {

namespace {

constexpr char kLeafPrefix = 0;
constexpr char kNodePrefix = 1;

void add(Hasher& hasher, const Digest& digest)
{
    hasher.update(digest.data(), digest.size());
}

} // namespace

Digest leaf_hash(std::string_view leaf)
{
    Hasher hasher;
    hasher.update(&kLeafPrefix, 1);
    hasher.update(leaf);
    return hasher.finish();
}

Digest node_hash(const Digest& left, const Digest& right)
{
    Hasher hasher;
    hasher.update(&kNodePrefix, 1);
    add(hasher, left);
    add(hasher, right);
    return hasher.finish();
}

TreeEdge::TreeEdge(std::uint64_t size, std::string_view edge) : size_(size)
{
    const auto count = static_cast<std::size_t>(std::popcount(size));
    if (edge.size() != count * sizeof(Digest)) {
        throw Error{Kind::corrupt, "audit.tree"};
    }
    edge_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::ranges::copy(edge.substr(i * sizeof(Digest), sizeof(Digest)), edge_[i].begin());
    }
}

void TreeEdge::append(const Digest& leaf)
{
    auto hash = leaf;
    // Every complete subtree of the same size as the new one is its left brother.
    for (auto rest = size_; (rest & 1U) != 0; rest >>= 1U) {
        hash = node_hash(edge_.back(), hash);
        edge_.pop_back();
    }
    edge_.push_back(hash);
    ++size_;
}

Digest TreeEdge::root() const
{
    if (edge_.empty()) {
        return sha256("");
    }
    auto hash = edge_.back();
    for (auto left = edge_.rbegin() + 1; left != edge_.rend(); ++left) {
        hash = node_hash(*left, hash);
    }
    return hash;
}

std::string TreeEdge::bytes() const
{
    std::string out;
    for (const auto& digest : edge_) {
        out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
    }
    return out;
}

} // namespace vtlt::audit
