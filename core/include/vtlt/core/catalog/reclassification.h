// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

enum class Decision
{
    open,
    confirmed,
    refused,
    withdrawn,
    overtaken ///< the grade was changed in another way meanwhile
};
std::string_view decision_name(Decision decision);

/// đề nghị giảm độ mật, giải mật = a proposal to lower a document's grade, or to let others know of it than those of
/// its need-to-know list, and what became of it.
struct Reclassification
{
    ReclassificationId id;
    Uid uid;
    DocumentId document;
    Uid document_uid; ///< filled when read, like the next
    std::string document_title;
    Secrecy from = Secrecy::open;
    Secrecy to = Secrecy::open;
    std::optional<ReaderListId> from_list = std::nullopt; ///< the list it is to leave; the grade stays then
    std::optional<ReaderListId> to_list = std::nullopt;   ///< the one it comes to
    std::string from_list_title = {};                     ///< filled when read
    std::string to_list_title = {};
    std::int64_t revision = 1; ///< of the document, when it was proposed
    std::string reason;
    Instant proposed_at{};
    std::string proposed_by; ///< as an actor's name
    Decision decision = Decision::open;
};

/// Throws not_found `reclassification.not_found`.
Reclassification get_reclassification(db::ReadTx& tx, std::string_view uid);
std::optional<Reclassification> find_open_reclassification(db::ReadTx& tx, DocumentId document);
/// Of the documents that `reach` reaches, oldest first, at most `limit` after the given one.
std::vector<Reclassification> list_open_reclassifications(db::ReadTx& tx, const auth::Reach& reach,
                                                          std::string_view after, std::size_t limit);
void insert_reclassification(db::WriteTx& tx, const Reclassification& reclassification);
/// False when it was decided before.
bool decide_reclassification(db::WriteTx& tx, ReclassificationId id, Decision decision, Instant at, std::string_view by,
                             std::string_view reason);

} // namespace vtlt::catalog
