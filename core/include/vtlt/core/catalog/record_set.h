// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// tập tài liệu đã lưu = record set: a named list of documents. Never changed, only removed: a right that names it
/// reaches tomorrow what it reached when it was given.
struct RecordSet
{
    RecordSetId id;
    Uid uid;
    std::string title;
    UnitId unit;                     ///< whose people look after it
    std::string unit_code;           ///< filled when read
    Secrecy secrecy = Secrecy::open; ///< the highest grade that its documents had when it was made
    std::string query;               ///< as it was asked; empty where the documents were named one by one
    std::uint64_t documents = 0;     ///< all of them, also those that a reader of the set may not see
    Instant made_at{};
    std::string made_by; ///< as an actor's name
};

/// Those of the given documents that are reached.
struct Reached
{
    std::uint64_t documents = 0;
    Secrecy highest = Secrecy::open; ///< of their grades
};
Reached reached_of(db::ReadTx& tx, std::span<const DocumentId> documents, const auth::Reach& reach);
/// Of the given documents those that are reached. Set-based: two statements, however many they are.
RecordSetId insert_record_set(db::WriteTx& tx, const RecordSet& set, std::span<const DocumentId> documents,
                              const auth::Reach& reach);
/// With its rows; its name is gone for everybody.
void remove_record_set(db::WriteTx& tx, RecordSetId set, Instant at);

/// nullopt also for one that was removed.
std::optional<RecordSet> find_record_set(db::ReadTx& tx, std::string_view uid);
/// In no order; without those that are not there.
std::vector<RecordSet> list_record_sets_by_uid(db::ReadTx& tx, std::span<const Uid> uids);
/// What somebody may know of: what he made, `held`, and those that `administered` reaches. Newest first, older than
/// `before` where that names one of them.
struct KnownSets
{
    std::string_view maker;
    std::span<const RecordSetId> held;
    const auth::Reach& administered;
};
std::vector<RecordSet> list_record_sets(db::ReadTx& tx, const KnownSets& known, std::optional<RecordSetId> before,
                                        std::size_t limit);

/// How many documents of each set are reached; sets without one are left out. One statement.
std::map<RecordSetId, std::uint64_t> count_documents(db::ReadTx& tx, std::span<const RecordSetId> sets,
                                                     const auth::Reach& reach);
/// Those reached, newest first, older than `before`; without a limit all of them.
std::vector<DocumentId> list_documents(db::ReadTx& tx, RecordSetId set, const auth::Reach& reach,
                                       std::optional<DocumentId> before, std::optional<std::size_t> limit);
/// Every uid in it, ascending: what the history holds the hash of.
std::vector<Uid> list_document_uids(db::ReadTx& tx, RecordSetId set);

/// Which of the documents are in a set that a grant names which was not ended: what rights look at. Ascending by set.
/// Costs a look into an empty index where there is no such grant.
std::vector<std::pair<DocumentId, RecordSetId>> list_granted_sets(db::ReadTx& tx,
                                                                  std::span<const std::int64_t> documents);
/// A grant names it that was not ended: its documents carry it in the index.
bool is_granted(db::ReadTx& tx, RecordSetId set);
/// A grant names it that holds on `today` or will.
bool is_in_use(db::ReadTx& tx, RecordSetId set, Date today);

} // namespace vtlt::catalog
