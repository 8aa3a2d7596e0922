// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/route.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::webui {

/// What a path leads to.
struct Match
{
    const Route* route = nullptr;         ///< null: no such path, or not with this method
    std::vector<std::string_view> values; ///< of the parts in braces, in order; views into the path
    std::string allowed;                  ///< methods the path has, for 405; empty: no such path
};

/// The table as a tree of path parts. Immutable after construction.
class Router
{
public:
    explicit Router(std::span<const std::span<const Route>> groups);
    ~Router();

    /// HEAD finds the row of GET.
    Match find(std::string_view method, std::string_view path) const;

private:
    struct Node;
    std::unique_ptr<Node> root_;
};

} // namespace vtlt::webui
