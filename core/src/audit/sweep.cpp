// SPDX-License-Identifier: GPL-3.0-or-later
#include "audit/sweep.h"

#include <vtlt/core/audit/tiles.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace vtlt::audit {

namespace fs = std::filesystem;

namespace {

/// Every tile of a tree of `size` leaves.
std::set<std::string> tiles_of(std::uint64_t size)
{
    std::set<std::string> paths;
    const auto add_level = [&](int level, std::uint64_t count) {
        for (std::uint64_t index = 0; index * kTileWidth < count; ++index) {
            paths.insert(tile_path(level, index, std::min(kTileWidth, count - index * kTileWidth)));
        }
    };
    add_level(-1, size);
    int level = 0;
    for (auto count = size; count > 0; count /= kTileWidth) {
        add_level(level++, count);
    }
    return paths;
}

} // namespace

void sweep_tiles(const Home& home, std::uint64_t size)
{
    const auto top = home.audit() / "tile";
    if (!fs::is_directory(top)) {
        return;
    }
    const auto known = tiles_of(size);
    static const std::regex kTileName{R"(tile/(entries|[0-9]+)/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]+)?(\.new)?)"};
    std::vector<fs::path> left;
    for (const auto& entry : fs::recursive_directory_iterator{top}) {
        const auto name = entry.path().lexically_relative(home.audit()).native();
        if (!entry.is_directory() && !known.contains(name) && std::regex_match(name, kTileName)) {
            left.push_back(entry.path());
        }
    }
    for (const auto& path : left) {
        std::error_code ignored;
        fs::remove(path, ignored);
        fs::remove(path.parent_path(), ignored); // the .p folder, once nothing is in it
    }
}

} // namespace vtlt::audit
