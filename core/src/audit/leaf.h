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

/// What a detail is looked up by: its object. Who only read or took something is found by `audit_event`: a document
/// that everybody reads must not bury its own history under it.
inline std::string_view detail_object(std::string_view action, std::string_view object)
{
    return action.starts_with("access.") ? std::string_view{} : object;
}

} // namespace vtlt::audit
