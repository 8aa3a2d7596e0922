// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The first lines of a document as the recogniser looks at them.
namespace vtlt::services {

/// A line in NFC with single spaces. Text formats and PDF put the two halves of an administrative document's head on
/// one line; wide gaps, tabs and drawn rules (----, ____) tell where a column begins.
struct PageLine
{
    std::string text;
    std::vector<std::size_t> columns; ///< byte offsets; the first is 0; empty for a blank line

    bool blank() const { return columns.empty(); }
    bool has_column_at(std::size_t offset) const;
    std::size_t column_end(std::size_t column) const; ///< `column` is an index
    std::string_view column_text(std::size_t column) const;
};

/// Lines of the first 16 KB of the pages, ill-formed UTF-8 replaced.
std::vector<PageLine> page_lines(std::span<const std::string_view> pages);

/// One code point of well-formed UTF-8; 0 at the end.
char32_t letter_at(std::string_view text, std::size_t at, std::size_t& size);
/// Of the letters Vietnamese uses.
bool is_lower(char32_t letter);
bool is_upper(char32_t letter);
bool is_letter(char32_t letter);
/// At least two letters and none of them small.
bool is_capitals(std::string_view text);
bool begins_with_capital(std::string_view text);
/// "Kết quả thi" → "kết quả thi", but "Hà Nội" and "KẾT QUẢ" stay: only a phrase whose second word is small had its
/// capital from standing first.
std::string with_small_first(std::string_view text);
std::string_view first_word(std::string_view text);

} // namespace vtlt::services
