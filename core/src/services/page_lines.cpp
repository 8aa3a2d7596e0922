// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/page_lines.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>

namespace vtlt::services {

namespace {

constexpr std::size_t kBytesLookedAt = std::size_t{16} * 1024;
/// A rule drawn with characters has at least so many; a dash between words has fewer.
constexpr std::size_t kRuleLength = 3;

bool is_rule(char32_t c)
{
    return c == '-' || c == '_' || c == '=' || c == '*' || c == '~' || (c >= 0x2010 && c <= 0x2015) || c == 0x2500 ||
           c == 0xaf;
}

/// Also the control characters some formats leave.
bool is_space(char32_t c)
{
    return c <= ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000;
}

/// Soft hyphens, joiners, direction and byte order marks: they would hide what a line begins with.
bool is_invisible(char32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
           c == 0xfeff;
}

PageLine line_of(std::string_view raw)
{
    PageLine line;
    std::size_t gap = 2; // the beginning of a line begins a column
    for (std::size_t at = 0, size = 0; at < raw.size(); at += size) {
        const auto c = letter_at(raw, at, size);
        if (is_invisible(c)) {
            continue;
        }
        if (is_space(c)) {
            gap += c == '\t' ? 2 : 1;
            continue;
        }
        if (is_rule(c)) {
            std::size_t count = 0;
            std::size_t end = at;
            for (std::size_t next = 0; end < raw.size() && is_rule(letter_at(raw, end, next)); end += next) {
                ++count;
            }
            if (count >= kRuleLength) {
                size = end - at;
                gap = 2;
                continue;
            }
            // Markdown's emphasis: "**Số: 84/2019/NĐ-CP**", "_Hà Nội, ngày …_".
            if (c == '*' || (c == '_' && (line.text.empty() || end == raw.size()))) {
                size = end - at;
                continue;
            }
        }
        if (gap > 0 && !line.text.empty()) {
            line.text += ' ';
        }
        if (gap >= 2) {
            line.columns.push_back(line.text.size());
        }
        gap = 0;
        line.text += raw.substr(at, size);
    }
    return line;
}

/// The first bytes of the pages, cut between characters, in NFC; a page ends a line.
std::string beginning_of(std::span<const std::string_view> pages)
{
    std::string text;
    for (const auto page : pages) {
        if (text.size() >= kBytesLookedAt) {
            break;
        }
        text += page.substr(0, kBytesLookedAt - text.size());
        text += '\n';
    }
    return text::to_nfc(text::is_utf8(text) ? text : text::repair_utf8(text));
}

} // namespace

bool PageLine::has_column_at(std::size_t offset) const
{
    return std::ranges::binary_search(columns, offset);
}

std::size_t PageLine::column_end(std::size_t column) const
{
    return column + 1 < columns.size() ? columns[column + 1] - 1 : text.size();
}

std::string_view PageLine::column_text(std::size_t column) const
{
    return std::string_view{text}.substr(columns[column], column_end(column) - columns[column]);
}

std::vector<PageLine> page_lines(std::span<const std::string_view> pages)
{
    const auto text = beginning_of(pages);
    std::vector<PageLine> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of("\n\f\r\v", at), text.size());
        lines.push_back(line_of(std::string_view{text}.substr(at, end - at)));
        at = end + 1;
    }
    return lines;
}

char32_t letter_at(std::string_view text, std::size_t at, std::size_t& size)
{
    size = 1;
    if (at >= text.size()) {
        return 0;
    }
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) {
        return lead;
    }
    constexpr std::array<unsigned, 5> kMask{0, 0, 0x1f, 0x0f, 0x07};
    char32_t letter = lead & kMask[length];
    for (std::size_t i = 1; i < length; ++i) {
        letter = letter << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
    }
    size = length;
    return letter;
}

bool is_lower(char32_t c)
{
    if (c < 0x80) {
        return c >= 'a' && c <= 'z';
    }
    if (c < 0x100) {
        return c >= 0xdf && c != 0xf7;
    }
    return (c < 0x180 || (c >= 0x1e00 && c < 0x1f00)) ? (c & 1) != 0 : c == 0x1a1 || c == 0x1b0;
}

bool is_upper(char32_t c)
{
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z';
    }
    if (c < 0x100) {
        return c >= 0xc0 && c < 0xdf && c != 0xd7;
    }
    return (c < 0x180 || (c >= 0x1e00 && c < 0x1f00)) ? (c & 1) == 0 : c == 0x1a0 || c == 0x1af;
}

bool is_letter(char32_t c)
{
    return is_lower(c) || is_upper(c);
}

bool is_capitals(std::string_view text)
{
    std::size_t capitals = 0;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        const auto c = letter_at(text, at, size);
        if (is_lower(c)) {
            return false;
        }
        capitals += static_cast<std::size_t>(is_upper(c));
    }
    return capitals >= 2;
}

bool begins_with_capital(std::string_view text)
{
    std::size_t size = 0;
    return is_upper(letter_at(text, 0, size));
}

std::string_view first_word(std::string_view text)
{
    return text.substr(0, std::min(text.find(' '), text.size()));
}

std::string with_small_first(std::string_view text)
{
    std::size_t size = 0;
    const auto first = letter_at(text, 0, size);
    const auto word = first_word(text);
    std::size_t next = 0;
    const bool title_case = is_upper(first) && (word.size() == size || is_lower(letter_at(word, size, next)));
    const bool second_small = word.size() < text.size() && is_lower(letter_at(text, word.size() + 1, next));
    if (!title_case || !second_small) {
        return std::string{text};
    }
    const char32_t small = first < 0x100 ? first + 0x20 : first + 1;
    std::string out;
    if (small < 0x80) {
        out += static_cast<char>(small);
    } else if (small < 0x800) {
        out += static_cast<char>(0xc0 | small >> 6);
        out += static_cast<char>(0x80 | (small & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | small >> 12);
        out += static_cast<char>(0x80 | (small >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (small & 0x3f));
    }
    return out + std::string{text.substr(size)};
}

} // namespace vtlt::services
