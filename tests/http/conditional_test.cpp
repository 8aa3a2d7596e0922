// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/conditional.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::webui::http;

namespace {

Headers with(std::string name, std::string value)
{
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
}

std::string range_of(const std::string& field, std::uint64_t size = 100)
{
    const auto answer = choose_range(with("Range", field), size, "\"a\"");
    switch (answer.kind) {
    case RangeAnswer::Kind::whole:
        return "whole";
    case RangeAnswer::Kind::unsatisfiable:
        return "416";
    default:
        return content_range(answer.range, size);
    }
}

} // namespace

TEST_CASE("If-None-Match compares weakly", "[http][conditional]")
{
    const auto [field, etag, expected] = GENERATE(table<std::string, std::string, bool>({
        {"\"a\"", "\"a\"", true},
        {"W/\"a\"", "\"a\"", true},
        {"\"a\"", "W/\"a\"", true},
        {"\"b\" , \"a\"", "\"a\"", true},
        {"\"b\",W/\"c\",\"a,d\"", "\"a,d\"", true},
        {"*", "\"a\"", true},
        {"\"b\"", "\"a\"", false},
        {"a", "\"a\"", false},
        {"\"a", "\"a\"", false},
        {"", "\"a\"", false},
        {"\"a\"", "", false},
    }));
    INFO(field << " " << etag);
    CHECK(is_not_modified(with("If-None-Match", field), etag) == expected);
    CHECK_FALSE(is_not_modified({}, etag));
}

TEST_CASE("If-Match compares strongly", "[http][conditional]")
{
    CHECK(if_match({}, "\"7\"") == Precondition::absent);
    CHECK(if_match(with("If-Match", "\"6\", \"7\""), "\"7\"") == Precondition::holds);
    CHECK(if_match(with("If-Match", "*"), "\"7\"") == Precondition::holds);
    CHECK(if_match(with("If-Match", "*"), "") == Precondition::fails);
    CHECK(if_match(with("If-Match", "W/\"7\""), "W/\"7\"") == Precondition::fails);
    CHECK(if_match(with("If-Match", "\"6\""), "\"7\"") == Precondition::fails);
    CHECK(if_match(with("If-Match", ""), "\"7\"") == Precondition::fails);
    CHECK(if_match_tags(with("If-Match", "\"6\", W/\"7\", \"8\"")) == std::vector<std::string>{"\"6\"", "\"8\""});
}

TEST_CASE("a single range is served, anything else is the whole", "[http][conditional]")
{
    const auto [field, expected] = GENERATE(table<std::string, std::string>({
        {"bytes=0-0", "bytes 0-0/100"},
        {"bytes=10-19", "bytes 10-19/100"},
        {"Bytes=90-", "bytes 90-99/100"},
        {"bytes=90-1000", "bytes 90-99/100"},
        {"bytes=-5", "bytes 95-99/100"},
        {"bytes=-1000", "bytes 0-99/100"},
        {"bytes=100-", "416"},
        {"bytes=-0", "416"},
        {"bytes=5-4", "whole"},
        {"bytes=0-1,5-6", "whole"},
        {"bytes=-", "whole"},
        {"bytes=a-b", "whole"},
        {"bytes=1", "whole"},
        {"bytes", "whole"},
        {"lines=1-2", "whole"},
        {"bytes=0-18446744073709551615", "bytes 0-99/100"},
        {"bytes=0-18446744073709551616", "whole"},
    }));
    INFO(field);
    CHECK(range_of(field) == expected);
    CHECK(range_of("bytes=0-0", 0) == "416");
}

TEST_CASE("a part of another version is never sent", "[http][conditional]")
{
    auto headers = with("Range", "bytes=0-4");
    headers.add("If-Range", "\"a\"");
    CHECK(choose_range(headers, 100, "\"a\"").kind == RangeAnswer::Kind::part);
    CHECK(choose_range(headers, 100, "\"b\"").kind == RangeAnswer::Kind::whole);
    headers.set("If-Range", "W/\"a\"");
    CHECK(choose_range(headers, 100, "W/\"a\"").kind == RangeAnswer::Kind::whole);
    headers.set("If-Range", "Sat, 21 Nov 2026 10:00:00 GMT");
    CHECK(choose_range(headers, 100, "\"a\"").kind == RangeAnswer::Kind::whole);
}

TEST_CASE("a file name survives in its header", "[http][conditional]")
{
    CHECK(content_disposition("a.pdf") == "attachment; filename=\"a.pdf\"");
    CHECK(content_disposition("báo cáo.pdf", false) ==
          "inline; filename=\"b_o c_o.pdf\"; filename*=UTF-8''b%C3%A1o%20c%C3%A1o.pdf");
    CHECK(content_disposition("a\"b.pdf") == "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf");
    CHECK(content_disposition("../x\r\ny") == "attachment; filename=\".._x__y\"");
}
