// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/indexer/field_table.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::indexer {

struct DateRange
{
    std::optional<Date> from; ///< inclusive
    std::optional<Date> to;   ///< inclusive
    auto operator<=>(const DateRange&) const = default;
};

/// A query as understood. A tree of nodes; leaves carry words with their accents as typed.
struct QueryNode
{
    enum class Type
    {
        everything,
        word,
        phrase,
        field,
        all,
        any,
        none
    };
    Type type = Type::everything;
    std::vector<std::string> words; ///< word: one; phrase and FieldType::words: several; exact forms, not folded
    std::optional<Field> field;
    std::string value; ///< FieldType::code: as typed
    std::optional<DateRange> dates;
    std::vector<QueryNode> children; ///< all, any (without children: found nowhere); none (NOT) has exactly one

    bool operator==(const QueryNode&) const = default;
};

struct SyntaxProblem
{
    std::size_t at = 0;  ///< code points from the start of the query
    std::string message; ///< stable code: query.unclosed_quote, query.missing_operand, query.bad_date …
};

struct Query
{
    QueryNode root;
    std::optional<SyntaxProblem> syntax; ///< then `root` is the literal search for the words of the text
};

inline constexpr std::size_t kMaxQueryLength = 4096; ///< characters

/// AND OR NOT (also `-word`), parentheses, "phrases", field:value, ranges; words side by side mean AND. Never throws
/// for its syntax: what does not parse is run literally. Throws invalid `query.too_long`.
Query parse_query(std::string_view text);

/// Canonical text of a query; parse_query(to_text(q)).root == q.root.
std::string to_text(const QueryNode& node);

/// 2019 · 2019-03 · 31/12/2019 · 2019-12-31 · A..B · A.. · ..B
std::optional<DateRange> parse_date_range(std::string_view text);

} // namespace vtlt::indexer
