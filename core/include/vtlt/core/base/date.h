// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt {

/// A legal day: a local date, stored as INTEGER yyyymmdd in columns `…_on`.
using Date = std::chrono::year_month_day;
/// An instant in UTC milliseconds, stored in columns `…_at`.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

std::int64_t to_int(Date date);
/// nullopt for a number that is no real day.
std::optional<Date> date_from_int(std::int64_t yyyymmdd);

std::string format_date(Date date);          // 2019-03-31
std::string format_date_vi(Date date);       // 31/3/2019
std::string format_instant(Instant instant); // 2019-03-31T01:02:03.004Z

/// ISO `2019-03-31` or `31/12/2019` (also `.` and `-` between day-first parts); nullopt for anything else.
std::optional<Date> parse_date(std::string_view text);
/// RFC 3339, or a bare day meaning 00:00 in Vietnam; nullopt for anything else.
std::optional<Instant> parse_instant(std::string_view text);

/// The day in Asia/Ho_Chi_Minh (UTC+7, no daylight saving since 1975) of an instant.
Date day_in_vietnam(Instant instant);

} // namespace vtlt
