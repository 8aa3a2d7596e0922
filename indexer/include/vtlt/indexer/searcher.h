// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>
#include <vtlt/indexer/query.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vtlt::db {
class Database;
}

namespace vtlt::indexer {

/// The order of the strict hits.
enum class Sort
{
    relevance, ///< best first; newest registered first where a query has only fields
    newest,    ///< by day of issue, of registration where none is known
    oldest
};

struct SearchRequest
{
    std::string query;
    std::size_t limit = 20; ///< ≤ 200
    std::string cursor;     ///< of a previous answer
    auth::Reach reach;      ///< what the reader may see; its bands are joined as one database
    auth::Reach told = {};  ///< what he may know of without seeing it (auth::told_reach); nothing in most archives
    bool with_snippets = true;
    bool count_only = false;
    bool relaxed = false; ///< relaxed hits belong to the set: counted in `total` and paged to their end
    Sort sort = Sort::relevance;
};

struct Hit
{
    catalog::DocumentView view;
    std::optional<int> file;                                ///< ordinal of the file that matched
    std::optional<int> page;                                ///< from 1; nullopt where the format has none
    std::string snippet;                                    ///< plain text, one line
    std::vector<std::pair<std::size_t, std::size_t>> marks; ///< [start, length] in code points of the snippet
    double score = 0;
    bool relaxed = false;
};

struct SearchAnswer
{
    std::string query;
    bool relaxed = false;             ///< "mode": a relaxed hit is listed
    std::vector<std::string> dropped; ///< words that could not be had together with the others
    std::uint64_t total = 0;          ///< exact; of the strict set unless `relaxed` was asked for
    /// Of the strict set, exact: what he may only know of. Absent where `told` holds nothing.
    std::optional<std::uint64_t> excluded;
    std::vector<Hit> hits;
    std::optional<SyntaxProblem> syntax;
    std::string next_cursor; ///< empty at the end
};

/// Reads the bands' indexes. One per thread; looks for a newer state before each query.
class Searcher
{
public:
    Searcher(const Home& home, db::Database& database);
    ~Searcher();

    /// Throws invalid `query.too_long`, `search.cursor`, `search.limit`; internal `index.unreadable` when an index must
    /// be rebuilt.
    SearchAnswer search(const SearchRequest& request);

    /// Every document of the strict set, newest first: what a package or a basket takes. With `relaxed` the relaxed
    /// ones follow.
    std::vector<DocumentId> matching_documents(const std::string& query, const auth::Reach& reach,
                                               bool relaxed = false);

    /// How many of the strict set `told` holds: SearchAnswer::excluded, for a package. Costs nothing where it holds
    /// nothing.
    std::optional<std::uint64_t> count_excluded(const std::string& query, const auth::Reach& told);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::indexer
