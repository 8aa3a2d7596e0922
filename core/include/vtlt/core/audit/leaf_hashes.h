// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vtlt::db {
class ReadTx;
}

namespace vtlt::audit {

/// Hex leaf hashes of the events in their order; what does not exist is left out.
std::vector<std::string> list_leaf_hashes(db::ReadTx& tx, std::span<const std::int64_t> events);

} // namespace vtlt::audit
