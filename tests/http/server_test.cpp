// SPDX-License-Identifier: GPL-3.0-or-later
#include "client.h"

#include <vtlt/core/base/error.h>

#include <catch2/catch.hpp>

using namespace vtlt::webui::http;
using namespace vtlt::webui::http::test;

TEST_CASE("a request is answered and the connection kept", "[http]")
{
    const TestServer server;
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.ask(get("/h%E1%BB%93-s%C6%A1/1?tr%C3%ADch=b%C3%A1o+c%C3%A1o&a=1"));
        CHECK(answer.status == 200);
        CHECK(answer.body == "GET /hồ-sơ/1\ntrích=báo cáo\na=1\n");
        CHECK(answer.headers.find("X-Request-Id").value_or("").size() == 20);
        CHECK(answer.headers.find("Date").value_or("").ends_with(" GMT"));
        CHECK(answer.headers.find("Content-Length") == std::to_string(answer.body.size()));
    }
    CHECK(server.server.statistics().requests == 3);
}

TEST_CASE("a body comes whole, however it is cut", "[http]")
{
    const TestServer server;
    const std::string body(100'000, 'x');
    auto client = server.connect();
    CHECK(client.ask(post("/a", body)).body == "POST /a\n" + body);
    const auto request = post("/b", "abcdef");
    for (const char c : request) {
        client.send({&c, 1});
    }
    CHECK(client.receive().body == "POST /b\nabcdef");
}

TEST_CASE("HEAD says the length and sends nothing", "[http]")
{
    const TestServer server;
    auto client = server.connect();
    client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y"));
    const auto head = client.receive(true);
    CHECK(head.status == 200);
    CHECK(head.headers.find("Content-Length") == "8");
    CHECK(client.receive().body == "GET /y\n");
}
