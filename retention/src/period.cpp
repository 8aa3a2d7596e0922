// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/retention/period.h>

#include <vtlt/core/base/error.h>

#include <cstdint>
#include <string>

namespace vtlt::retention {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using std::chrono::year_month_day_last;

namespace {

constexpr std::int64_t kFirstYear = 1800;
constexpr std::int64_t kLastYear = 9999;
constexpr std::int64_t kMonthsPerYear = 12;

/// The calendar type would wrap where an archive must not.
year checked_year(std::int64_t number)
{
    if (number < kFirstYear || number > kLastYear) {
        throw Error{Kind::invalid, "retention.out_of_range", {{"year", std::to_string(number)}}};
    }
    return year{static_cast<int>(number)};
}

void check(const Period& period)
{
    if (period.years < 0 || period.months < 0 || (period.mode == Mode::year && period.months != 0)) {
        throw Error{Kind::invalid,
                    "retention.bad_period",
                    {{"years", std::to_string(period.years)}, {"months", std::to_string(period.months)}}};
    }
}

Date end_of_month(year in_year, month in_month)
{
    return Date{year_month_day_last{in_year, std::chrono::month_day_last{in_month}}};
}

/// 31 December of the year of the trigger + N: months, days and leap years play no part.
Date last_by_year(const Period& period, Date trigger)
{
    return checked_year(std::int64_t{int{trigger.year()}} + period.years) / std::chrono::December / 31;
}

/// Years and months on, the day clamped to the end of its month (29/2/2024 + 1 year = 28/2/2025).
Date last_by_day(const Period& period, Date trigger)
{
    const auto months = std::int64_t{static_cast<unsigned>(trigger.month())} - 1 + period.months;
    const auto in_year = checked_year(std::int64_t{int{trigger.year()}} + period.years + months / kMonthsPerYear);
    const month in_month{static_cast<unsigned>(months % kMonthsPerYear) + 1};
    const Date last = in_year / in_month / trigger.day();
    return last.ok() ? last : end_of_month(in_year, in_month);
}

} // namespace

Expiry expiry_of(const Period& period, std::optional<Date> trigger)
{
    if (period.permanent) {
        return {.answer = Answer::permanent};
    }
    check(period);
    if (!trigger) {
        return {};
    }
    if (!trigger->ok()) {
        throw Error{Kind::invalid, "retention.bad_date"};
    }
    checked_year(int{trigger->year()});
    const auto last = period.mode == Mode::year ? last_by_year(period, *trigger) : last_by_day(period, *trigger);
    const Date due{std::chrono::sys_days{last} + std::chrono::days{1}};
    checked_year(int{due.year()});
    return {.answer = Answer::date, .last_on = last, .due_on = due};
}

bool is_due(const Expiry& expiry, Date today)
{
    return expiry.answer == Answer::date && today >= expiry.due_on;
}

std::optional<Date> latest_day(std::optional<year> in_year, std::optional<month> in_month, std::optional<day> on_day)
{
    if (!in_year || (on_day && !in_month)) {
        return std::nullopt;
    }
    const auto date = on_day ? Date{*in_year / *in_month / *on_day}
                             : end_of_month(*in_year, in_month.value_or(std::chrono::December));
    return date.ok() ? std::optional{date} : std::nullopt;
}

} // namespace vtlt::retention
