// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/indexer/query.h>

#include <xapian.h>

#include <optional>
#include <string>
#include <vector>

namespace vtlt::indexer {

/// A word that a hit should show: what lights up in the snippet and what may be named as dropped.
struct PlannedWord
{
    std::string exact;
    std::string folded;
};

/// A query as Xapian runs it.
struct QueryPlan
{
    Xapian::Query filter;                     ///< what must be there
    Xapian::Query strict;                     ///< the same with its ranking
    std::optional<Xapian::Query> relaxed;     ///< documents with some of the words; absent where nothing can be relaxed
    double relaxed_minimum = 0;               ///< a relaxed hit below this weight has too little of the question
    std::vector<PlannedWord> words;           ///< positive words in order, each once
    bool ranked = false;                      ///< false: only fields, newest first
    std::optional<std::uint64_t> known_total; ///< exact total where the index has it ready
};

/// What `reach` leaves of it, without the documents in `leaving`, which are another band's by now (ascending): the
/// access terms stand inside every query, also the relaxed one. Reads term statistics of `database`. Throws what Xapian
/// throws.
QueryPlan plan_query(const QueryNode& root, const auth::Reach& reach, const std::vector<Xapian::docid>& leaving,
                     const Xapian::Database& database);

/// The weighting of performance.md §2.
Xapian::BM25PlusWeight ranking();

} // namespace vtlt::indexer
