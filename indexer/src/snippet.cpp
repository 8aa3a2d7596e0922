// SPDX-License-Identifier: GPL-3.0-or-later
#include "snippet.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/store/text_object.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vtlt::indexer {
namespace {

constexpr std::size_t kMaxWords = 12;    ///< whose positions are read
constexpr std::size_t kMaxPlaces = 2000; ///< of one word in one document
constexpr std::uint32_t kPassageWords = 30;
constexpr std::uint32_t kWordsBefore = 6;
constexpr std::size_t kSnippetLength = 240; ///< code points

constexpr auto kLastPosition = std::numeric_limits<std::uint32_t>::max();

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// Byte span of the snippet around a word of a block.
struct Span
{
    std::size_t begin = 0;
    std::size_t end = 0;
};

Span find_span(std::string_view block, std::uint32_t word)
{
    const auto first = word > kWordsBefore ? word - kWordsBefore : 0;
    std::uint32_t at = 0;
    Span span;
    std::size_t used = 0;
    bool full = false;
    text::for_each_word(block, [&](std::size_t begin, std::size_t end) {
        if (at == first) {
            span = {first == 0 ? 0 : begin, end};
            used = text::length(block.substr(span.begin, span.end - span.begin));
        } else if (at > first) {
            used += text::length(block.substr(span.end, end - span.end));
            full = used > kSnippetLength && at > word;
            span.end = full ? span.end : end;
        }
        ++at;
        return !full;
    });
    if (!full) {
        span.end = at > first ? block.size() : span.end; // closing punctuation
    }
    return span;
}

} // namespace

SnippetMaker::SnippetMaker(const Home& home, const Xapian::Database& database, const std::vector<PlannedWord>& words)
    : home_(home), database_(database)
{
    const double documents = database.get_doccount();
    for (const auto& word : words) {
        const double having = database.get_termfreq(word.folded);
        words_.push_back({word.folded, std::log1p(documents / (having + 0.5))});
        lit_.push_back(word.folded);
    }
    std::stable_sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.rarity > b.rarity; });
    if (words_.size() > kMaxWords) {
        words_.resize(kMaxWords);
    }
    std::sort(lit_.begin(), lit_.end());
}

void SnippetMaker::fill(Hit& hit, Xapian::docid docid) const
{
    const auto positions = FilePositions::decode(database_.get_document(docid).get_value(kPositionsSlot));
    const auto found = positions.files.empty() ? std::vector<Place>{} : places(docid, positions.files.front().second);
    try {
        if (found.empty()) {
            fill_from_start(hit);
        } else {
            fill_from_match(hit, found, positions);
        }
        mark(hit);
    } catch (const Error& error) {
        if (error.kind() != Kind::corrupt) {
            throw;
        }
    }
}

/// Positions of the rarest words in the files' text, in order.
std::vector<SnippetMaker::Place> SnippetMaker::places(Xapian::docid docid, std::uint32_t first) const
{
    std::vector<Place> out;
    for (std::size_t word = 0; word < words_.size(); ++word) {
        auto at = database_.positionlist_begin(docid, words_[word].folded);
        const auto end = database_.positionlist_end(docid, words_[word].folded);
        if (at != end) {
            at.skip_to(first);
        }
        for (std::size_t count = 0; at != end && count < kMaxPlaces; ++at, ++count) {
            out.push_back({*at, word});
        }
    }
    std::sort(out.begin(), out.end(), [](const Place& a, const Place& b) { return a.position < b.position; });
    return out;
}

/// First position of the window whose distinct words are rarest together; neighbours of the question side by side count
/// more. No window reaches over one of `starts`, where a page begins.
std::uint32_t SnippetMaker::best_passage(std::span<const Place> places, std::span<const std::uint32_t> starts) const
{
    std::vector<std::uint32_t> inside(words_.size(), 0);
    double score = 0;
    double best = -1;
    std::uint32_t best_position = places.front().position;
    std::size_t begin = 0;
    const auto close = [&](std::size_t i) {
        return i > 0 && places[i].position == places[i - 1].position + 1
                   ? 0.3 * std::min(words_[places[i].word].rarity, words_[places[i - 1].word].rarity)
                   : 0.0;
    };
    double neighbours = 0;
    auto page = starts.begin();
    for (std::size_t end = 0; end < places.size(); ++end) {
        const auto position = places[end].position;
        if (inside[places[end].word]++ == 0) {
            score += words_[places[end].word].rarity;
        }
        neighbours += end > begin ? close(end) : 0;
        while (page != starts.end() && *page <= position) {
            ++page;
        }
        const auto page_start = page == starts.begin() ? 0 : *(page - 1);
        while (position - places[begin].position >= kPassageWords || places[begin].position < page_start) {
            if (--inside[places[begin].word] == 0) {
                score -= words_[places[begin].word].rarity;
            }
            ++begin;
            neighbours -= close(begin);
        }
        if (score + neighbours > best + 1e-9) {
            best = score + neighbours;
            best_position = without_strays(places.subspan(begin, end + 1 - begin), inside);
        }
    }
    return best_position;
}

/// Where a window begins that loses none of its words: those met again later, and not beside the next one, are strays.
std::uint32_t SnippetMaker::without_strays(std::span<const Place> window, std::vector<std::uint32_t> inside) const
{
    std::size_t begin = 0;
    while (begin + 1 < window.size() && inside[window[begin].word] > 1 &&
           window[begin + 1].position > window[begin].position + 1) {
        --inside[window[begin].word];
        ++begin;
    }
    return window[begin].position;
}

void SnippetMaker::fill_from_match(Hit& hit, const std::vector<Place>& places, const FilePositions& positions) const
{
    const auto where = positions.locate(best_passage(places, {}));
    const auto file = std::ranges::find_if(
        hit.view.files, [&](const catalog::File& one) { return where && one.ordinal == where->first; });
    if (file == hit.view.files.end() || file->text_state != catalog::TextState::present) {
        return;
    }
    const store::TextObject text{home_.object(file->band, file->text_hash)};
    const auto part = std::ranges::find(positions.files, file->ordinal, &std::pair<int, std::uint32_t>::first);
    const auto first = part->second;
    const auto end = part + 1 == positions.files.end() ? kLastPosition : (part + 1)->second;
    std::vector<std::uint32_t> starts;
    for (std::size_t block = 0; block < text.size(); ++block) {
        starts.push_back(first + text.first_token(block));
    }
    const auto begin_place = std::ranges::lower_bound(places, first, {}, &Place::position);
    const auto end_place = std::ranges::lower_bound(places, end, {}, &Place::position);
    if (starts.empty() || begin_place == end_place) {
        return;
    }
    const auto position = best_passage({begin_place, end_place}, starts);
    // Blocks without a word begin where the next one does: the last of them has the word.
    const auto block = static_cast<std::size_t>(std::ranges::upper_bound(starts, position) - starts.begin() - 1);
    cut(hit, text.block(block), position - starts[block]);
    hit.file = file->ordinal;
    hit.page = text.page(block);
}

/// Nothing in the text was asked for: its beginning tells what it is.
void SnippetMaker::fill_from_start(Hit& hit) const
{
    const auto file = std::ranges::find(hit.view.files, catalog::TextState::present, &catalog::File::text_state);
    if (file == hit.view.files.end()) {
        return;
    }
    const store::TextObject text{home_.object(file->band, file->text_hash)};
    if (text.size() > 0) {
        cut(hit, text.block(0), 0);
    }
}

void SnippetMaker::cut(Hit& hit, std::string_view block, std::uint32_t word) const
{
    const auto span = find_span(block, word);
    const auto line = text::one_line(block.substr(span.begin, span.end - span.begin));
    hit.snippet = (span.begin > 0 ? std::string{kEllipsis} : std::string{}) + line +
                  (span.end < block.size() ? std::string{kEllipsis} : std::string{});
}

void SnippetMaker::mark(Hit& hit) const
{
    std::size_t byte = 0;
    std::size_t point = 0;
    text::for_each_token(hit.snippet, [&](const text::Token& token) {
        if (!std::binary_search(lit_.begin(), lit_.end(), token.folded)) {
            return;
        }
        const std::string_view snippet{hit.snippet};
        point += text::length(snippet.substr(byte, token.begin - byte));
        const auto size = text::length(snippet.substr(token.begin, token.end - token.begin));
        hit.marks.emplace_back(point, size);
        point += size;
        byte = token.end;
    });
}

} // namespace vtlt::indexer
