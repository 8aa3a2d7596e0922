// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/head.h"

#include <vtlt/core/base/error.h>
#include <vtlt/webui/http/form.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::webui::http;

namespace {

int status_of(std::string_view head)
{
    const auto parsed = parse_head(head);
    const auto* status = std::get_if<int>(&parsed);
    return status == nullptr ? 200 : *status;
}

Head head_of(std::string_view bytes)
{
    auto parsed = parse_head(bytes);
    REQUIRE(std::holds_alternative<Head>(parsed));
    return std::get<Head>(parsed);
}

std::string with(std::string_view fields)
{
    return "POST /a HTTP/1.1\r\nHost: kho.test\r\n" + std::string{fields} + "\r\n";
}

} // namespace

TEST_CASE("a head that two programs could read differently is refused", "[http][head]")
{
    const auto [fields, status] = GENERATE(table<std::string, int>({
        {"Content-Length: 4\r\n", 200},
        {"Content-Length: 4\r\nContent-Length: 5\r\n", 400},
        {"Content-Length: 4\r\nContent-Length: 4\r\n", 400},
        {"Content-Length: 4, 4\r\n", 400},
        {"Content-Length: +4\r\n", 400},
        {"Content-Length: -4\r\n", 400},
        {"Content-Length: 0x4\r\n", 400},
        {"Content-Length:\r\n", 400},
        {"Content-Length: 99999999999999999999\r\n", 400},
        {"Content-Length : 4\r\n", 400},
        {"Transfer-Encoding: chunked\r\n", 200},
        {"Transfer-Encoding: Chunked\r\n", 200},
        {"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", 400},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400},
        {"Transfer-Encoding: gzip, chunked\r\n", 501},
        {"Transfer-Encoding: xchunked\r\n", 501},
        {"A: b\r\n c\r\n", 400},
        {"A: b\r\n\tc\r\n", 400},
        {": b\r\n", 400},
        {"A\r\n", 400},
        {"A B: c\r\n", 400},
        {"A: b\x01\r\n", 400},
        {"A: b\rc\r\n", 400},
        {"A: b\n", 400},
        {"Host: other\r\n", 400},
        {"Expect: 100-continue\r\n", 200},
        {"Expect: miracle\r\n", 417},
    }));
    INFO(fields);
    CHECK(status_of(with(fields)) == status);
}

TEST_CASE("a request line is understood or refused", "[http][head]")
{
    const auto [line, status] = GENERATE(table<std::string, int>({
        {"GET / HTTP/1.1", 200},
        {"GET  / HTTP/1.1", 400},
        {"GET / HTTP/1.1 ", 400},
        {"GET /", 400},
        {"", 400},
        {"get / HTTP/1.1", 501},
        {"BREW / HTTP/1.1", 501},
        {"OPTIONS / HTTP/1.1", 405},
        {"TRACE / HTTP/1.1", 405},
        {"G(T / HTTP/1.1", 400},
        {"GET / HTTP/2.0", 505},
        {"GET / HTTP/1.2", 400},
        {"GET / http/1.1", 400},
        {"GET / HTTP/11", 400},
        {"GET a HTTP/1.1", 400},
        {"GET * HTTP/1.1", 400},
        {"GET http://kho.test/a HTTP/1.1", 200},
        {"GET ftp://kho.test/a HTTP/1.1", 400},
        {"GET /a#b HTTP/1.1", 400},
        {"GET /hồ HTTP/1.1", 400},
        {"GET /a\tb HTTP/1.1", 400},
    }));
    INFO(line);
    CHECK(status_of(line + "\r\nHost: kho.test\r\n\r\n") == status);
}

TEST_CASE("a path leads where it says", "[http][head]")
{
    const auto [target, path] = GENERATE(table<std::string, std::string>({
        {"/", "/"},       {"/a/b", "/a/b"},   {"/h%E1%BB%93", "/hồ"},
        {"/a+b", "/a+b"}, {"/a%25b", "/a%b"}, {"/..a/.b/c..", "/..a/.b/c.."},
        {"/a/", ""},      {"//a", ""},        {"/a//b", ""},
        {"/a/./b", ""},   {"/a/../b", ""},    {"/a/%2e%2E/b", ""},
        {"/a%2fb", ""},   {"/a%00", ""},      {"/a%0a", ""},
        {"/a%", ""},      {"/a%4", ""},       {"/a%zz", ""},
        {"/a%ff", ""},    {"/a%C0%AF", ""},
    }));
    INFO(target);
    const auto head = "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    if (path.empty()) {
        CHECK(status_of(head) == 400);
    } else {
        CHECK(head_of(head).path == path);
    }
}

TEST_CASE("query, cookies and connection are read", "[http][head]")
{
    const auto head = head_of("GET /a?x=1%262&y&=z&x=a+b HTTP/1.1\r\nHost: a\r\nCookie: s=1; t=\"2\"; bad\r\n"
                              "Cookie: u=3\r\nConnection: x, Close\r\n\r\n");
    CHECK(head.query == Pairs{{"x", "1&2"}, {"y", ""}, {"", "z"}, {"x", "a b"}});
    CHECK(head.query_text == "x=1%262&y&=z&x=a+b");
    CHECK(head.cookies == Pairs{{"s", "1"}, {"t", "2"}, {"u", "3"}});
    CHECK_FALSE(head.keep_alive);
    CHECK(status_of("GET /a?x=%ff HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK_FALSE(head_of("GET / HTTP/1.0\r\n\r\n").keep_alive);
    CHECK(head_of("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
    CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
    const auto absolute = head_of("GET HTTP://kho.test:81?a HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(absolute.target == "/?a");
    CHECK(absolute.headers.find("host") == "kho.test:81");
}

TEST_CASE("a head has limits", "[http][head]")
{
    std::string fields;
    for (int i = 0; i < 99; ++i) {
        fields += "A: b\r\n";
    }
    CHECK(status_of(with(fields)) == 200);
    CHECK(status_of(with(fields + "A: b\r\n")) == 431);
    CHECK(status_of(with("A: " + std::string(8193, 'x') + "\r\n")) == 431);
    CHECK(status_of(with(std::string(257, 'a') + ": x\r\n")) == 431);
}

TEST_CASE("the end of a head is found wherever the bytes are cut", "[http][head]")
{
    const std::string bytes = "GET / HTTP/1.1\r\nA: b\r\n\r\nrest";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const auto first = find_head_end(std::string_view{bytes}.substr(0, cut));
        CHECK_FALSE(first.bad);
        CHECK(first.size == (cut >= 24 ? 24U : 0U));
        if (cut < 24) {
            CHECK(find_head_end(bytes, cut).size == 24);
        }
    }
    CHECK(find_head_end("GET / HTTP/1.1\n").bad);
    CHECK(find_head_end("GET / HTTP/1.1\r\r").bad);
    CHECK(find_head_end("\x16\x03\x01").bad);
}

TEST_CASE("a form is read strictly", "[http][form]")
{
    CHECK(parse_form("t%C3%AAn=B%C3%A1o+c%C3%A1o&x&y=") == Pairs{{"tên", "Báo cáo"}, {"x", ""}, {"y", ""}});
    CHECK(parse_form("").empty());
    for (const auto* bad : {"a=%", "a=%f", "a=%gg", "a=%ff", "a=%00"}) {
        CHECK_THROWS_AS(parse_form(bad), Error);
    }
    CHECK(parse_form("a&a&a", 3).size() == 3);
    CHECK_THROWS_AS(parse_form("a&a&a&a", 3), Error);
}
