// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/indexer/searcher.h>

#include <string>
#include <utility>
#include <vector>

namespace vtlt::webui {

/// A search as it stands in an address, the same for the page, the package made of it, and the API: q, from, to, sort,
/// relaxed, cursor, limit.
struct AskedQuery
{
    std::string q;
    std::string from; ///< first day, month or year
    std::string to;
    std::string sort; ///< "" (relevance), newest, oldest
    bool relaxed = false;
    std::string cursor;
    std::size_t limit = 20;
    bool bad_from = false; ///< written as no day can be
    bool bad_to = false;

    bool is_empty() const { return q.empty() && from.empty() && to.empty(); }
    /// One text in the query language.
    std::string text() const;
    /// What names the set, for an address: without cursor, limit and sort.
    std::vector<std::pair<std::string_view, std::string>> parts() const;
};

/// From the query, or from the form of a POST. Throws invalid `search.limit`, `search.sort`.
AskedQuery asked_query(const Call& call);
indexer::SearchRequest search_request(const AskedQuery& asked, const auth::Actor& actor);
struct FoundNow
{
    indexer::SearchAnswer answer;
    std::int64_t pending = 0; ///< documents of the asker's bands that the answer may miss or show as they were
};
/// Runs it with a searcher of the house.
FoundNow search(const Call& call, const AskedQuery& asked);

} // namespace vtlt::webui
