// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/proofs.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
}

namespace vtlt::export_ {

/// data/audit.json for who may read the history: the newest checkpoint, who signed it, and of each document the event
/// that registered it with the proof that it is under the checkpoint (docs/package.md). Keeps eight bytes a document.
class PackageProofs
{
public:
    /// Throws not_found `audit.no_checkpoint`.
    PackageProofs(const Home& home, db::ReadTx& tx);

    void add(const catalog::Document& document);
    /// Everything, in portions. Throws corrupt `audit.rewritten` when a document has not exactly one such event or the
    /// event is not the one that was signed.
    void write(const std::function<void(std::string_view)>& output);

private:
    void look_up();

    db::ReadTx& tx_;
    audit::NoteVerifier key_;
    audit::Prover prover_;
    std::vector<Uid> waiting_;         ///< whose event is not looked up yet
    std::vector<std::int64_t> events_; ///< of the others
};

/// More than the row of a document in it can be.
std::uint64_t proof_bound(const catalog::DocumentView& view);

/// data/audit.json for who may not: which checkpoint was the newest, and not what it says.
std::string checkpoint_hash_text(const Home& home);

} // namespace vtlt::export_
