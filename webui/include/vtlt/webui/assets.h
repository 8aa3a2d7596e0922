// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string_view>

/// Static files, compiled into the program with a hash of their content in the name: /assets/app.1f3a….css
namespace vtlt::webui {

struct Asset
{
    std::string_view name;       ///< as in the sources: app.css
    std::string_view path;       ///< /assets/app.<hash>.css
    std::string_view media_type; ///< with charset where it is text
    std::string_view etag;       ///< quoted
    std::span<const unsigned char> bytes;
    std::span<const unsigned char> gzip; ///< empty where it would not be smaller (fonts)
};

struct FoundAsset
{
    const Asset& asset;
    bool immutable; ///< asked for by its hashed name: `Cache-Control: public, max-age=31536000, immutable`; else
                    ///< `no-cache`
};

/// By request path, hashed or plain (/assets/app.css); nullopt for anything else.
std::optional<FoundAsset> find_asset(std::string_view path);
/// Address of a file by its plain name; empty when there is none.
std::string_view asset_url(std::string_view name);
std::span<const Asset> assets();

} // namespace vtlt::webui
