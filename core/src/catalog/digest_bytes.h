// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>

#include <string>
#include <string_view>

namespace vtlt::catalog {

/// The 32 bytes of a digest in hex, as a column keeps them; empty for an empty one. Throws as digest_from_hex.
inline std::string digest_bytes(std::string_view hex)
{
    if (hex.empty()) {
        return {};
    }
    const auto digest = digest_from_hex(hex);
    return {digest.begin(), digest.end()};
}

} // namespace vtlt::catalog
