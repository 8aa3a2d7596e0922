// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/head_patterns.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/kind.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>

namespace vtlt::services {

namespace {

/// Reads a pattern from left to right; every `take` moves on only when it matches.
class Cursor
{
public:
    Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    std::size_t at() const { return at_; }
    bool done() const { return at_ >= text_.size(); }
    std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }

    bool take(std::string_view literal)
    {
        const bool there = rest().starts_with(literal);
        at_ += there ? literal.size() : 0;
        return there;
    }
    bool take_any(std::initializer_list<std::string_view> literals)
    {
        return std::ranges::any_of(literals, [&](std::string_view literal) { return take(literal); });
    }
    void skip_space() { take(" "); }

    std::string_view take_digits(std::size_t most)
    {
        std::size_t count = 0;
        while (count < most && at_ + count < text_.size() && text_[at_ + count] >= '0' && text_[at_ + count] <= '9') {
            ++count;
        }
        at_ += count;
        return text_.substr(at_ - count, count);
    }

private:
    std::string_view text_;
    std::size_t at_;
};

int to_number(std::string_view digits)
{
    int value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
    }
    return value;
}

struct DateFound
{
    Date date;
    std::size_t end;
};

/// "Hà Nội, ngày 05 tháng 3 năm 2020" or "…, ngày 05/3/2020" from `begin` on: a place of at most six words, then the
/// date.
std::optional<DateFound> date_line_at(std::string_view text, std::size_t begin)
{
    constexpr std::size_t kLongestPlace = 64;
    const auto comma = text.substr(begin, kLongestPlace).find(',');
    if (comma == std::string_view::npos || comma < 2 || !begins_with_capital(text.substr(begin))) {
        return std::nullopt;
    }
    const auto place = text.substr(begin, comma);
    if (std::ranges::count(place, ' ') > 6 || place.find_first_of(":;()/") != std::string_view::npos) {
        return std::nullopt;
    }
    Cursor cursor{text, begin + comma + 1};
    cursor.skip_space();
    if (!cursor.take_any({"ngày", "Ngày", "NGÀY"})) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto day = cursor.take_digits(2);
    cursor.skip_space();
    const bool slashes = cursor.take("/");
    if (!slashes && !cursor.take_any({"tháng", "Tháng", "THÁNG"})) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto month = cursor.take_digits(2);
    cursor.skip_space();
    if (!(slashes ? cursor.take("/") : cursor.take_any({"năm", "Năm", "NĂM"}))) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto year = cursor.take_digits(4);
    if (day.empty() || month.empty() || year.size() != 4) {
        return std::nullopt;
    }
    const Date date{std::chrono::year{to_number(year)}, std::chrono::month{static_cast<unsigned>(to_number(month))},
                    std::chrono::day{static_cast<unsigned>(to_number(day))}};
    if (!date.ok() || to_number(year) < 1945 || to_number(year) > 2100) {
        return std::nullopt;
    }
    cursor.take(".");
    return DateFound{date, cursor.at()};
}

/// Nothing, a new column or a date line may follow what stands in the head; a sentence that goes on may not.
bool ends_plainly(const PageLine& line, std::size_t at)
{
    if (at >= line.text.size()) {
        return true;
    }
    return line.text[at] == ' ' && (line.has_column_at(at + 1) || date_line_at(line.text, at + 1).has_value());
}

/// Cyrillic capitals that look like Latin ones get into symbols from mixed keyboards ("TT-BTС" in published texts).
char latin_of(char32_t c)
{
    constexpr std::u32string_view kCyrillic = U"АВЕКМНОРСТХ";
    constexpr std::string_view kLatin = "ABEKMHOPCTX";
    const auto at = kCyrillic.find(c);
    return at == kCyrillic.npos ? '\0' : kLatin[at];
}

/// Letters, digits, `-`, `.`, `&` and `/`; also "QĐ - UBND" with spaces round the dash.
std::string symbol_at(std::string_view text, std::size_t at, std::size_t& end)
{
    std::string symbol;
    bool has_capital = false;
    std::size_t size = 0;
    for (end = at; end < text.size(); end += size) {
        const auto c = letter_at(text, end, size);
        const bool dash = c == '-' || c == 0x2010 || c == 0x2011 || c == 0x2013;
        if (c == ' ' && (text.substr(end).starts_with(" - ") || text.substr(end).starts_with(" – "))) {
            std::size_t after = 0;
            const auto next = end + text.substr(end).find(' ', 1) + 1;
            if (!is_upper(letter_at(text, next, after))) {
                break;
            }
            symbol += '-';
            size = next - end;
        } else if (c == ' ' && (text.substr(end).starts_with(" /") || symbol.ends_with('/'))) {
            continue; // "73 / 2025 /TT-NHNN"
        } else if (dash) {
            symbol += '-';
        } else if (const char latin = latin_of(c); latin != 0) {
            has_capital = true;
            symbol += latin;
        } else if (is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '&' || c == '/') {
            has_capital = has_capital || is_upper(c);
            symbol += text.substr(end, size);
        } else {
            break;
        }
    }
    while (!symbol.empty() && (symbol.back() == '.' || symbol.back() == '-' || symbol.back() == '/')) {
        symbol.pop_back();
    }
    return has_capital ? symbol : std::string{};
}

} // namespace

std::optional<Date> date_at(const PageLine& line, std::size_t begin)
{
    const auto found = date_line_at(line.text, begin);
    return found && ends_plainly(line, found->end) ? std::optional{found->date} : std::nullopt;
}

std::optional<Date> date_in(const PageLine& line)
{
    // Also in the middle of a column: "Số: 12/BC-ABC Hà Nội, ngày …" with one space.
    for (const auto begin : line.columns) {
        if (const auto date = date_at(line, begin)) {
            return date;
        }
    }
    return std::nullopt;
}

std::optional<NumberFound> number_line_at(const PageLine& line, std::size_t begin)
{
    Cursor cursor{line.text, begin};
    for (const auto* name : {"Luật ", "Nghị quyết ", "Pháp lệnh ", "Lệnh "}) {
        if (cursor.take(name)) {
            break;
        }
    }
    const bool is_named = cursor.at() != begin;
    const bool capital = cursor.take_any({"Số", "SỐ"});
    if (!capital && !cursor.take("số")) {
        return std::nullopt;
    }
    cursor.skip_space();
    // "Số 363/2025/NĐ-CP" alone in its column is met too; "số …" without a colon is a citation.
    if (!cursor.take(":") && (!capital || is_named)) {
        return std::nullopt;
    }
    cursor.skip_space();
    NumberFound found;
    found.number = cursor.take_digits(6);
    const auto mark = cursor.at();
    if (cursor.take(".")) {
        // "66.3/2025/NQ-CP": a resolution numbered within another.
        const auto part = cursor.take_digits(3);
        found.number += part.empty() ? "" : "." + std::string{part};
        cursor = part.empty() ? Cursor{line.text, mark} : cursor;
    }
    if (!cursor.rest().empty() && cursor.rest().front() >= 'a' && cursor.rest().front() <= 'z') {
        found.number += cursor.rest().front();
        cursor = Cursor{line.text, cursor.at() + 1};
    }
    cursor.skip_space();
    if (found.number.empty() || !cursor.take("/")) {
        return std::nullopt;
    }
    cursor.skip_space();
    found.symbol = symbol_at(line.text, cursor.at(), found.end);
    if (found.symbol.empty() || !ends_plainly(line, found.end)) {
        return std::nullopt;
    }
    return found;
}

std::string without_year(std::string_view symbol)
{
    const bool has_year = symbol.size() > 5 && symbol[4] == '/' &&
                          std::ranges::all_of(symbol.substr(0, 4), [](char c) { return c >= '0' && c <= '9'; });
    return std::string{has_year ? symbol.substr(5) : symbol};
}

std::string kind_of_symbol(std::string_view symbol)
{
    const auto plain = without_year(symbol);
    const auto first = text::exact_form(std::string_view{plain}.substr(0, plain.find_first_of("-/.")));
    for (const auto& kind : catalog::kKinds) {
        if (kind.abbreviation.size() > 1 && text::exact_form(kind.abbreviation) == first) {
            return std::string{kind.abbreviation};
        }
    }
    return {};
}

} // namespace vtlt::services
