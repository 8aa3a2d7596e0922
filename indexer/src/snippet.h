// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query_plan.h"
#include "terms.h"

#include <vtlt/core/home.h>
#include <vtlt/indexer/searcher.h>

#include <xapian.h>

#include <span>
#include <string_view>
#include <vector>

namespace vtlt::indexer {

/// Fills file, page, snippet and marks of a hit: the passage with the rarest words of the question closest together
/// on one page, read from the one block of text that holds it. A text that cannot be read leaves the snippet empty;
/// check_index and verify name it.
class SnippetMaker
{
public:
    SnippetMaker(const Home& home, const Xapian::Database& database, const std::vector<PlannedWord>& words);

    void fill(Hit& hit, Xapian::docid docid) const;

private:
    struct Word
    {
        std::string folded;
        double rarity = 0;
    };
    struct Place
    {
        std::uint32_t position = 0;
        std::size_t word = 0;
    };

    std::vector<Place> places(Xapian::docid docid, std::uint32_t first) const;
    std::uint32_t best_passage(std::span<const Place> places, std::span<const std::uint32_t> starts) const;
    std::uint32_t without_strays(std::span<const Place> window, std::vector<std::uint32_t> inside) const;
    void fill_from_match(Hit& hit, const std::vector<Place>& places, const FilePositions& positions) const;
    void fill_from_start(Hit& hit) const;
    void cut(Hit& hit, std::string_view block, std::uint32_t word) const;
    void mark(Hit& hit) const;

    const Home& home_;
    const Xapian::Database& database_;
    std::vector<Word> words_;      ///< rarest first, few
    std::vector<std::string> lit_; ///< sorted
};

} // namespace vtlt::indexer
