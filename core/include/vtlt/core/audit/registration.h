// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/ids.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vtlt::db {
class ReadTx;
}

/// The events that registered documents, as somebody outside can be shown them. Set-based: a statement or two for each
/// call.
namespace vtlt::audit {

/// What a leaf's `detail_hash` is the hash of.
struct SaltedDetail
{
    std::string salt;
    std::string detail; ///< canonical JSON
};

struct Registration
{
    std::int64_t seq = 0;
    std::string leaf;
    /// Absent where it may say more than who may read the document today may know: where the document's grade was
    /// lowered since, for then it tells what the document was called and where it lay under the higher one.
    std::optional<SaltedDetail> detail;
};

/// Of each of the documents that has one, the seq of its `document.registered`; in no order.
std::vector<std::int64_t> list_registrations(db::ReadTx& tx, std::span<const Uid> documents);
/// In ascending order.
std::vector<Registration> read_registrations(db::ReadTx& tx, std::span<const std::int64_t> events);

} // namespace vtlt::audit
