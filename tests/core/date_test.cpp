// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/date.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace std::chrono;

TEST_CASE("a day is read as people and as machines write it", "[date]")
{
    const auto [text, expected] = GENERATE(table<const char*, std::int64_t>({
        {"2019-03-31", 20190331},
        {"31/3/2019", 20190331},
        {"01.02.2020", 20200201},
        {"1-2-2020", 20200201},
        {"29/2/2012", 20120229},
    }));
    const auto day = parse_date(text);
    REQUIRE(day);
    CHECK(to_int(*day) == expected);
    CHECK(date_from_int(expected) == day);
}

TEST_CASE("what is no real day is refused", "[date]")
{
    const auto* text = GENERATE("", "2019", "29/2/2013", "31/4/2020", "2019-3-31", "1/2/20", "1/2-2020", "2019-03-31x",
                                "-1/2/2020", "0/1/2020");
    CHECK_FALSE(parse_date(text));
}

TEST_CASE("an instant is RFC 3339 or a bare day in Vietnam", "[date]")
{
    const auto [text, expected] = GENERATE(table<const char*, const char*>({
        {"2022-09-20", "2022-09-19T17:00:00.000Z"},
        {"2022-09-20T00:00:00+07:00", "2022-09-19T17:00:00.000Z"},
        {"2022-09-20T01:02:03.5Z", "2022-09-20T01:02:03.500Z"},
    }));
    const auto instant = parse_instant(text);
    REQUIRE(instant);
    CHECK(format_instant(*instant) == expected);
    CHECK_FALSE(parse_instant("2022-09-20T25:00:00Z"));
    CHECK_FALSE(parse_instant("2022-09-20T01:02:03"));
}

TEST_CASE("the day in Vietnam begins at 17:00 UTC", "[date]")
{
    const FixedClock before{*parse_instant("2022-09-19T16:59:59Z")};
    const FixedClock after{*parse_instant("2022-09-19T17:00:00Z")};
    CHECK(before.today() == 2022y / 9 / 19);
    CHECK(after.today() == 2022y / 9 / 20);
    CHECK(format_date_vi(after.today()) == "20/9/2022");
}
