// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/assets.h>

#include <algorithm>

namespace vtlt::webui {

// assets() is in the table that cmake/assets.py writes.

std::optional<FoundAsset> find_asset(std::string_view path)
{
    constexpr std::string_view kFolder = "/assets/";
    if (!path.starts_with(kFolder)) {
        return std::nullopt;
    }
    for (const auto& asset : assets()) {
        if (asset.path == path) {
            return FoundAsset{asset, true};
        }
        if (asset.name == path.substr(kFolder.size())) {
            return FoundAsset{asset, false};
        }
    }
    return std::nullopt;
}

std::string_view asset_url(std::string_view name)
{
    const auto all = assets();
    const auto found = std::ranges::find(all, name, &Asset::name);
    return found == all.end() ? std::string_view{} : found->path;
}

} // namespace vtlt::webui
