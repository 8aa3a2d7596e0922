// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/home.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vtlt::db {
class Database;
}

namespace vtlt::indexer {

struct IndexProgress
{
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

struct IndexProblem
{
    Secrecy band;
    std::string path; ///< of the band's index
    std::string id;   ///< uid of the document, if one
    std::string expected;
    std::string found;
    std::string hint;
};

/// Brings the index after the catalogue: applies outbox rows idempotently, commits with the last sequence inside the
/// index, syncs its folder, then closes the rows (safety.md §1, "Xapian"). One per home, by whoever holds the archive's
/// lock.
class IndexWorker
{
public:
    IndexWorker(const Home& home, db::Database& database);
    ~IndexWorker();

    /// Applies what is pending; a missing or unreadable index is built anew as a new generation. Returns documents
    /// written.
    std::uint64_t catch_up(const std::function<void(const IndexProgress&)>& progress = {});
    /// A new generation of every band from the catalogue alone, beside the serving one, then swapped in.
    std::uint64_t rebuild(const std::function<void(const IndexProgress&)>& progress = {});
    /// Xapian keeps the bytes of what was deleted until other words take their place. Writes every index anew that has
    /// remains of documents which left its band, and at most `largest` documents; how many were. Some minutes for a
    /// million; whoever else wants to work on the index waits.
    int compact(std::uint64_t largest = UINT64_MAX);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Documents of a reach whose bands have no readable index of this build's format: a search would miss them all. Opens
/// each band's index, reads nothing of it.
std::uint64_t count_without_index(const Home& home, db::Database& database, const auth::Reach& reach);

/// I7: documents that the catalogue has and the index lacks, and the other way round; also an index that cannot be
/// read. Runs Xapian's own check in a child process.
std::vector<IndexProblem> check_index(const Home& home, db::Database& database);

struct IndexStats
{
    Secrecy band;
    std::uint64_t documents = 0;
    std::uint64_t applied_seq = 0;
    std::uint64_t bytes = 0;
    std::string generation;
    bool has_remains = false; ///< deleted words of documents that left the band are in its files (IndexWorker::compact)
};

std::vector<IndexStats> index_stats(const Home& home);

} // namespace vtlt::indexer
