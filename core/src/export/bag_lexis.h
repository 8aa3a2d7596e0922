// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What the readers of a bag's texts share: ASCII letters, numbers, lines.
namespace vtlt::export_::bag {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
inline constexpr std::string_view kBlank = " \t";

inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
    return out;
}

inline std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

inline std::optional<unsigned> hex_value(char c)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto at = kDigits.find(lower(c));
    return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at)};
}

template <class Number>
std::optional<Number> number(std::string_view digits)
{
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size() && is_digit(digits.front());
    return whole ? std::optional{value} : std::nullopt;
}

/// Lines end in LF, CR or CRLF; calls `on_line(line, number from 1)`.
template <class F>
void for_each_line(std::string_view text, F&& on_line)
{
    for (std::size_t count = 1; !text.empty(); ++count) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        on_line(text.substr(0, end), count);
        const bool crlf = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(text.size(), end + (crlf ? 2 : 1)));
    }
}

inline std::string line_number(std::size_t number)
{
    return "line " + std::to_string(number);
}

} // namespace vtlt::export_::bag
