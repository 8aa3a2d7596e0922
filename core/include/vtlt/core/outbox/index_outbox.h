// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
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
        Secrecy::open;    ///< the band whose index must follow: one row for each band the document leaves or enters
    bool leaving = false; ///< fewer may see it than that index knows; what has left the band has no business there any
                          ///< more, not even as deleted bytes
};

/// In the transaction of the change itself.
void request_reindex(db::WriteTx& tx, DocumentId document, Secrecy band);
/// Likewise, when the document leaves the band, or when fewer may see it there (it came on a need-to-know list): until
/// the index has followed, searches leave it out by `list_leaving`.
void request_removal(db::WriteTx& tx, DocumentId document, Secrecy band);
/// For every document of the dossier, each in its own band.
void request_reindex(db::WriteTx& tx, DossierId dossier);
/// Likewise of the saved set: a grant names it now, and its documents say so in the index.
void request_reindex(db::WriteTx& tx, RecordSetId set);

/// Oldest first, seq > `after`.
std::vector<IndexRequest> list_requests(db::ReadTx& tx, std::int64_t after, std::size_t limit);
/// Documents that an index may still give to this reader and that he may not see any more (I11). Ask before the index
/// is opened: what has been closed by then is gone from it.
std::vector<DocumentId> list_leaving(db::ReadTx& tx, const auth::Reach& reach);
/// After the index has been committed and its folder synced.
void close_requests(db::WriteTx& tx, std::int64_t up_to);
/// How many documents wait.
std::int64_t count_pending(db::ReadTx& tx);
/// The same for a reader: of what he may read. A search begun after 0 was answered misses nothing.
std::int64_t count_pending(db::ReadTx& tx, const auth::Reach& reach);
/// Highest seq ever given out; the index stores the one it has applied.
std::int64_t last_seq(db::ReadTx& tx);

} // namespace vtlt::outbox
