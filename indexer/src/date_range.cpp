// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/query.h>

#include "ascii_blank.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace vtlt::indexer {

namespace {

bool all_digits(std::string_view text, std::size_t at_least, std::size_t at_most)
{
    return text.size() >= at_least && text.size() <= at_most &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t number(std::string_view digits)
{
    std::int64_t value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<DateRange> month_range(std::string_view year, std::string_view month)
{
    const auto first = date_from_int(number(year) * 10000 + number(month) * 100 + 1);
    if (!first) {
        return std::nullopt;
    }
    return DateRange{first, Date{first->year() / first->month() / std::chrono::last}};
}

/// One side of a range: a year, a month or a day, as the days it covers.
std::optional<DateRange> parse_span(std::string_view text)
{
    if (all_digits(text, 4, 4)) {
        const auto first = date_from_int(number(text) * 10000 + 101);
        return first ? std::optional{DateRange{first, date_from_int(number(text) * 10000 + 1231)}} : std::nullopt;
    }
    const auto cut = text.find_first_of("-/.");
    if (cut != std::string_view::npos) {
        const auto left = text.substr(0, cut);
        const auto right = text.substr(cut + 1);
        if (all_digits(left, 4, 4) && all_digits(right, 1, 2)) {
            return month_range(left, right);
        }
        if (all_digits(left, 1, 2) && all_digits(right, 4, 4)) {
            return month_range(right, left);
        }
    }
    const auto day = parse_date(text);
    return day ? std::optional{DateRange{day, day}} : std::nullopt;
}

} // namespace

std::optional<DateRange> parse_date_range(std::string_view text)
{
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) {
        return parse_span(text);
    }
    const auto left = trimmed(text.substr(0, dots));
    const auto right = trimmed(text.substr(dots + 2));
    const auto from = parse_span(left);
    const auto to = parse_span(right);
    if ((!from && !left.empty()) || (!to && !right.empty()) || (!from && !to)) {
        return std::nullopt;
    }
    const DateRange range{from ? from->from : std::nullopt, to ? to->to : std::nullopt};
    if (range.from && range.to && *range.from > *range.to) {
        return std::nullopt;
    }
    return range;
}

} // namespace vtlt::indexer
