// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/indexer/field_table.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What an index of a band holds. Terms of one Xapian document (lower case words never clash with capital prefixes):
///   (none)  folded words of number and symbol, title and every file, with positions
///   B       two neighbouring folded words, "ho so"
///   S, SB   words and pairs of the title again
///   E       exact forms of words that carry a mark, no frequency
///   C       a number and symbol met in the text
///   X…      the fields of kFields; XD also the year and the year and month; XI and XS have positions, and exact forms
///   XO      the unit whose it is, by its key: what rights look at
///   without XQ      the document has text that could not be read
/// Values: 0 day for sorting; 1 where title and files begin (FilePositions); 2 revision of the catalogue row.
/// Document data is the uid alone. Version 1.
namespace vtlt::indexer {

inline constexpr std::string_view kFormatVersion = "4";
inline constexpr std::string_view kPairPrefix = "B";
inline constexpr std::string_view kTitlePrefix = "S";
inline constexpr std::string_view kTitlePairPrefix = "SB";
inline constexpr std::string_view kExactPrefix = "E";
inline constexpr std::string_view kMetCodePrefix = "C";
inline constexpr std::string_view kOwnerPrefix = "XO";
inline constexpr std::string_view kDamagedTextTerm = "XQ";
/// Every document of ours has this term and the guard has not.
inline constexpr std::string_view kEveryDocumentTerm = "XA";
/// A document without a term in each index. Xapian 1.4.22 takes an unweighted term that every document has for "all
/// documents", and loses count of them where their numbers do not start at 1; with the guard no term has every
/// document.
inline constexpr std::uint32_t kGuardDocid = 1;
inline constexpr std::size_t kMaxTermSize = 245;

inline constexpr std::uint32_t kSortDaySlot = 0;
inline constexpr std::uint32_t kPositionsSlot = 1;
inline constexpr std::uint32_t kRevisionSlot = 2;

/// docid = kDocidBase − document id: newest first is ascending, and four bands joined still fit 32 bits.
inline constexpr std::int64_t kDocidBase = 1'000'000'000;

/// Throws internal `index.full` for a document id beyond what the index can number.
std::uint32_t docid_of(DocumentId id);
DocumentId document_of(std::uint32_t docid);

std::string_view prefix_of(Field field);
std::string term(std::string_view prefix, std::string_view key);
/// code_key without the leading zeros of its first part: 05/QĐ and 5/QĐ are one number.
std::string number_key(std::string_view number_and_symbol);
/// "number", "12a": what a number and symbol begins with.
bool is_number_word(std::string_view folded);
/// Terms of a day: 2021, 202103, 20210315.
std::vector<std::string> day_terms(Date day);
std::string year_term(int year);
std::string month_term(int year, unsigned month);
std::string day_term(Date day);
std::string owner_term(UnitId unit);

/// Where the parts of a document stand among the positions of its words.
struct FilePositions
{
    std::uint32_t title = 0;
    std::vector<std::pair<int, std::uint32_t>> files; ///< ordinal, position of the first word; ascending

    std::string encode() const;
    static FilePositions decode(std::string_view bytes);
    /// Ordinal of the file that holds `position` and the word's number in it.
    std::optional<std::pair<int, std::uint32_t>> locate(std::uint32_t position) const;
};

} // namespace vtlt::indexer
