// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "generation.h"

#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <functional>
#include <span>

namespace vtlt::db {
class Database;
}

namespace vtlt::indexer {

/// Called with the number of documents just done, from one thread at a time.
using OnDocuments = std::function<void(std::uint64_t)>;

/// Writes a whole generation of a band's index beside the serving one, from the catalogue alone: parts of bounded size,
/// each written in order with one flush and several of them side by side, then merged. One growing index would be
/// touched all over by every flush, since its words and positions lie in the order of words. `ids` come newest first.
/// Nothing of it is durable or published yet. What it throws is an Error.
Generation build_generation(const Home& home, db::Database& catalogue, Secrecy band, std::span<const DocumentId> ids,
                            const OnDocuments& on_documents);

} // namespace vtlt::indexer
