// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <optional>

/// Thời hạn bảo quản = retention period: the date arithmetic, and nothing of rules, holds or lists. Pure; safe from any
/// thread. Days are local calendar days and are never converted between zones.
namespace vtlt::retention {

/// How the end of a period is found.
enum class Mode
{
    year, ///< "from the year the work ended" (QĐ 163/2010 art. 2): kept through 31/12 of that year + N
    day,  ///< from the day itself, which does not count
};

struct Period
{
    bool permanent = false; ///< vĩnh viễn; the rest has no meaning then
    Mode mode = Mode::year;
    int years = 0;  ///< 0 in mode year: through the year of the trigger itself
    int months = 0; ///< mode day only
};

/// Three answers, never two: what is undetermined is never disposable and has its own work queue.
enum class Answer
{
    date,
    permanent,
    undetermined
};

struct Expiry
{
    Answer answer = Answer::undetermined;
    Date last_on{}; ///< last day on which it must be kept; with Answer::date only
    Date due_on{};  ///< the day after: due ⇔ today >= due_on; with Answer::date only

    bool operator==(const Expiry&) const = default;
};

/// When the period that starts at `trigger` is over; undetermined without a trigger unless it is permanent. Throws
/// invalid `retention.bad_period` (negative, or months in mode year: dropping them would end it early),
/// `retention.bad_date` (no real day), `retention.out_of_range` (trigger or result outside 1800–9999).
Expiry expiry_of(const Period& period, std::optional<Date> trigger);

/// False for what is permanent or undetermined.
bool is_due(const Expiry& expiry, Date today);

/// The latest day that a vague date may mean: 31/12 of a year, the end of a month; nullopt when not even the year is
/// known or it is no real day.
std::optional<Date> latest_day(std::optional<std::chrono::year> year, std::optional<std::chrono::month> month = {},
                               std::optional<std::chrono::day> day = {});

} // namespace vtlt::retention
