// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/indexer/field_table.h>

#include <array>
#include <cstddef>
#include <string_view>

/// The words of the query language.
namespace vtlt::indexer {

inline constexpr std::array<std::string_view, 3> kOperators{"AND", "OR", "NOT"};

enum class Lexeme
{
    end,
    open,
    close,
    quoted,
    chunk,
    field,
    op_and,
    op_or,
    op_not,
    minus
};

struct Token
{
    Lexeme lexeme = Lexeme::end;
    std::string_view text; ///< chunk, inside of quotes
    std::size_t at = 0;    ///< byte
    const FieldRow* row = nullptr;
    std::size_t value_at = 0; ///< of a field: byte of its value
};

/// Thrown inside the parser only, caught in parse_query.
struct Failure
{
    std::size_t at; ///< byte
    std::string_view code;
};

/// Bytes of the blank or the quotation mark at `at`; 0 when there is none.
std::size_t blank_size(std::string_view text, std::size_t at);
std::size_t quote_size(std::string_view text, std::size_t at);

class Lexer
{
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next();
    /// Reads a field's value, which starts right after the colon.
    std::string_view value();

private:
    void skip_blanks();
    bool ends_chunk(std::size_t at) const;
    /// The lexer stands at the start of a chunk, so what is before is a blank, a bracket or a quote.
    bool starts_exclusion() const;
    std::string_view chunk();
    std::string_view quoted();
    Token chunk_token();

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace vtlt::indexer
