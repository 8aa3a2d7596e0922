// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/error.h>
#include <vtlt/retention/period.h>

#include <catch2/catch.hpp>

#include <limits>
#include <string>

using namespace vtlt;
using namespace vtlt::retention;
using namespace std::chrono;

namespace {

Period by_year(int years)
{
    return {.permanent = false, .mode = Mode::year, .years = years, .months = 0};
}

Period by_day(int years, int months = 0)
{
    return {.permanent = false, .mode = Mode::day, .years = years, .months = months};
}

std::string refused(const Period& period, std::optional<Date> trigger)
{
    try {
        expiry_of(period, trigger);
        return "nothing";
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::invalid);
        return error.code();
    }
}

} // namespace

TEST_CASE("a period in years is kept through 31 December of the year the work ended + N", "[retention]")
{
    const auto [trigger, years, last, due] = GENERATE(table<Date, int, Date, Date>({
        {2020y / 1 / 1, 5, 2025y / 12 / 31, 2026y / 1 / 1},
        {2020y / 12 / 31, 5, 2025y / 12 / 31, 2026y / 1 / 1},
        {2018y / 3 / 9, 10, 2028y / 12 / 31, 2029y / 1 / 1},
        {2012y / 2 / 29, 10, 2022y / 12 / 31, 2023y / 1 / 1},
        {2013y / 6 / 30, 20, 2033y / 12 / 31, 2034y / 1 / 1},
        {2022y / 7 / 1, 0, 2022y / 12 / 31, 2023y / 1 / 1},
        {1800y / 1 / 1, 70, 1870y / 12 / 31, 1871y / 1 / 1},
        {2000y / 1 / 1, 7998, 9998y / 12 / 31, 9999y / 1 / 1},
    }));
    CHECK(expiry_of(by_year(years), trigger) == Expiry{Answer::date, last, due});
}

TEST_CASE("a period by days ends on a real date, the trigger day not counted", "[retention]")
{
    const auto [trigger, years, months, last, due] = GENERATE(table<Date, int, int, Date, Date>({
        {2024y / 2 / 29, 1, 0, 2025y / 2 / 28, 2025y / 3 / 1},
        {2024y / 2 / 29, 4, 0, 2028y / 2 / 29, 2028y / 3 / 1},
        {2096y / 2 / 29, 4, 0, 2100y / 2 / 28, 2100y / 3 / 1},
        {2023y / 2 / 28, 1, 0, 2024y / 2 / 28, 2024y / 2 / 29},
        {2025y / 8 / 31, 0, 6, 2026y / 2 / 28, 2026y / 3 / 1},
        {2023y / 8 / 31, 0, 6, 2024y / 2 / 29, 2024y / 3 / 1},
        {2021y / 1 / 31, 0, 1, 2021y / 2 / 28, 2021y / 3 / 1},
        {2021y / 3 / 31, 0, 1, 2021y / 4 / 30, 2021y / 5 / 1},
        {2021y / 12 / 15, 0, 1, 2022y / 1 / 15, 2022y / 1 / 16},
        {2021y / 11 / 30, 0, 13, 2022y / 12 / 30, 2022y / 12 / 31},
        {2021y / 12 / 31, 0, 12, 2022y / 12 / 31, 2023y / 1 / 1},
        {2020y / 1 / 1, 5, 0, 2025y / 1 / 1, 2025y / 1 / 2},
        {2020y / 1 / 31, 1, 1, 2021y / 2 / 28, 2021y / 3 / 1},
        {2022y / 9 / 20, 0, 0, 2022y / 9 / 20, 2022y / 9 / 21},
    }));
    CHECK(expiry_of(by_day(years, months), trigger) == Expiry{Answer::date, last, due});
}

TEST_CASE("permanent is permanent, with a trigger or without", "[retention]")
{
    const Period permanent{.permanent = true, .mode = GENERATE(Mode::year, Mode::day), .years = 5, .months = 0};
    const std::optional<Date> trigger = GENERATE(std::optional<Date>{}, std::optional<Date>{2001y / 1 / 1});
    const auto expiry = expiry_of(permanent, trigger);
    CHECK(expiry.answer == Answer::permanent);
    CHECK_FALSE(is_due(expiry, 9999y / 12 / 31));
}

TEST_CASE("without a trigger a period is undetermined and never due", "[retention]")
{
    const auto expiry = expiry_of(GENERATE(by_year(5), by_day(5), by_year(0)), std::nullopt);
    CHECK(expiry.answer == Answer::undetermined);
    CHECK_FALSE(is_due(expiry, 9999y / 12 / 31));
}

TEST_CASE("due begins with midnight in Vietnam, whatever zone the server runs in", "[retention]")
{
    const auto expiry = expiry_of(by_year(5), 2020y / 1 / 1);
    CHECK_FALSE(is_due(expiry, 2025y / 12 / 31));
    CHECK(is_due(expiry, 2026y / 1 / 1));
    CHECK_FALSE(is_due(expiry, FixedClock{*parse_instant("2025-12-31T16:59:59Z")}.today()));
    CHECK(is_due(expiry, FixedClock{*parse_instant("2025-12-31T17:00:00Z")}.today()));
}

TEST_CASE("what leaves 1800–9999 is an error, not a wrap", "[retention]")
{
    constexpr int kMost = std::numeric_limits<int>::max();
    CHECK(refused(by_year(5), 1799y / 12 / 31) == "retention.out_of_range");
    CHECK(refused(by_year(7999), 2000y / 1 / 1) == "retention.out_of_range");
    CHECK(refused(by_year(8000), 2000y / 1 / 1) == "retention.out_of_range");
    CHECK(refused(by_year(kMost), 2000y / 1 / 1) == "retention.out_of_range");
    CHECK(refused(by_day(kMost, kMost), 2000y / 1 / 1) == "retention.out_of_range");
    CHECK(refused(by_day(0, kMost), 2000y / 1 / 1) == "retention.out_of_range");
    CHECK(refused(by_day(0, 0), 9999y / 12 / 31) == "retention.out_of_range");
    CHECK(refused(by_day(0, 0), 9999y / 12 / 30) == "nothing");
}

TEST_CASE("a period that makes no sense is refused before it is counted", "[retention]")
{
    auto months_in_years = by_year(1);
    months_in_years.months = 6;
    CHECK(refused(months_in_years, std::nullopt) == "retention.bad_period");
    CHECK(refused(by_year(-1), 2000y / 1 / 1) == "retention.bad_period");
    CHECK(refused(by_day(1, -1), 2000y / 1 / 1) == "retention.bad_period");
    CHECK(refused(by_year(1), 2023y / 2 / 29) == "retention.bad_date");
}

TEST_CASE("never early: a longer period or a later trigger never ends sooner", "[retention]")
{
    for (sys_days at = sys_days{2019y / 12 / 20}; at < sys_days{2024y / 3 / 10}; at += days{1}) {
        const Date trigger{at};
        const Date next{at + days{1}};
        for (const int years : {0, 1, 4, 5}) {
            REQUIRE(expiry_of(by_year(years), trigger).due_on <= expiry_of(by_year(years), next).due_on);
            REQUIRE(expiry_of(by_day(years), trigger).due_on <= expiry_of(by_day(years), next).due_on);
            REQUIRE(expiry_of(by_day(years), trigger).due_on < expiry_of(by_day(years, 1), trigger).due_on);
            // The year reading is the one that is never early.
            REQUIRE(expiry_of(by_day(years), trigger).due_on <= expiry_of(by_year(years), trigger).due_on);
        }
    }
}

TEST_CASE("a vague date means its latest day", "[retention]")
{
    CHECK(latest_day(2019y) == 2019y / 12 / 31);
    CHECK(latest_day(2019y, February) == 2019y / 2 / 28);
    CHECK(latest_day(2020y, February) == 2020y / 2 / 29);
    CHECK(latest_day(2020y, February, 3d) == 2020y / 2 / 3);
    CHECK_FALSE(latest_day(std::nullopt));
    CHECK_FALSE(latest_day(2019y, std::nullopt, 3d));
    CHECK_FALSE(latest_day(2019y, February, 29d));
    CHECK_FALSE(latest_day(2019y, month{13}));
}
