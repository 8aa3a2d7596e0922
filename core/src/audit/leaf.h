// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/digest.h>

#include <string_view>

namespace vtlt::audit {

/// `v` of a leaf (docs/format.md).
inline constexpr int kLeafVersion = 1;

inline std::string_view view_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

} // namespace vtlt::audit
