// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/json.h>

#include <catch2/catch.hpp>

#include <cstdint>

using namespace vtlt;
using namespace std::string_literals;
using vtlt::testing::refusal;

TEST_CASE("what is hashed is RFC 8785: sorted keys, no white space, plain letters", "[json]")
{
    const auto [text, canonical] = GENERATE(table<const char*, const char*>({
        {R"({"b": 1, "a": {"d": null, "c": true}})", R"({"a":{"c":true,"d":null},"b":1})"},
        {R"({"B":1,"a":2,"_":3})", R"({"B":1,"_":3,"a":2})"},
        {R"(["z", "a", []])", R"(["z","a",[]])"},
        {R"({"t":"Quyết định số 05/QĐ-UBND"})", R"({"t":"Quyết định số 05/QĐ-UBND"})"},
        {"{\"t\":\"\\u20ac \\/ \\u000a \\u001f \\\" \\\\ \\u007f\"}", "{\"t\":\"€ / \\n \\u001f \\\" \\\\ \x7f\"}"},
        {"[-0, 9007199254740991, -1]", "[0,9007199254740991,-1]"},
    }));
    CHECK(canonical_json(SortedJson::parse(text)) == canonical);
}

TEST_CASE("a floating-point number is refused at any depth", "[json]")
{
    CHECK(refusal([] { canonical_json(1.5); }) == "internal internal.invariant");
    CHECK(refusal([] { canonical_json({{"a", {1, {{"b", 2.0}}}}}); }) == "internal internal.invariant");
    CHECK(canonical_json({{"a", 2}}) == R"({"a":2})");
}

TEST_CASE("what people and scripts read keeps its order, on one line, whatever the bytes", "[json]")
{
    CHECK(to_line({{"z", 1}, {"a", "dòng một\ndòng hai"}}) == R"({"z":1,"a":"dòng một\ndòng hai"})");
    CHECK(to_line({{"name", "t\xe9n"s}}) == "{\"name\":\"t\xef\xbf\xbdn\"}");
}

TEST_CASE("text that is no JSON is the caller's mistake", "[json]")
{
    CHECK(parse_json(R"({"a": [1, 2]})")["a"][1] == 2);
    const auto* text = GENERATE("", "{", "{\"a\":1,}", "nul", "[1] 2", "\xff");
    CHECK(refusal([&] { parse_json(text); }) == "invalid json.syntax");
}
