// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <span>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

/// The queue between catalogue and index. A row says "look at this document again"; what to write is read from the
/// catalogue when the row is applied, so applying twice is harmless.
namespace vtlt::outbox {

struct IndexRequest
{
    std::int64_t seq = 0;
    DocumentId document;
    Secrecy band =
        Secrecy::open; ///< the band whose index must follow: one row for each band the document leaves or enters
};

/// In the transaction of the change itself.
void request_reindex(db::WriteTx& tx, DocumentId document, Secrecy band);

/// Oldest first, seq > `after`.
std::vector<IndexRequest> list_requests(db::ReadTx& tx, std::int64_t after, std::size_t limit);
/// After the index has been committed and its folder synced.
void close_requests(db::WriteTx& tx, std::int64_t up_to);
/// How many documents wait.
std::int64_t count_pending(db::ReadTx& tx);
/// The same for a reader: of the bands he may search. A search begun after 0 was answered misses nothing.
std::int64_t count_pending(db::ReadTx& tx, std::span<const Secrecy> bands);
/// Highest seq ever given out; the index stores the one it has applied.
std::int64_t last_seq(db::ReadTx& tx);

} // namespace vtlt::outbox
