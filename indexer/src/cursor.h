// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vtlt::indexer {

/// Where a page ended: base64url of {"v":1,"q":…,"s":score,"u":uid,"n":seen,"r":relaxed}. The reader's program treats
/// it as opaque.
struct Cursor
{
    std::string query; ///< fingerprint: a cursor goes on with the query that gave it
    double score = 0;
    Uid uid;                ///< of the last hit shown
    std::uint64_t seen = 0; ///< hits of its list shown so far
    bool relaxed = false;   ///< the last hit was a relaxed one

    std::string encode() const;
    /// Throws invalid `search.cursor`.
    static Cursor decode(std::string_view text);
};

std::string query_fingerprint(std::string_view canonical);

} // namespace vtlt::indexer
