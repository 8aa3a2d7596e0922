// SPDX-License-Identifier: GPL-3.0-or-later
// What the server does with those who break the rules, are too slow, or are too many.
#include "client.h"

#include <vtlt/core/base/error.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace vtlt::webui::http;
using namespace vtlt::webui::http::test;
using namespace std::chrono_literals;

namespace {

/// A handler that waits until the test lets it go.
class Gate
{
public:
    Response operator()(Request& request)
    {
        std::unique_lock lock{mutex_};
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
        return echo(request);
    }
    void wait_for(int count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return inside_ >= count; });
    }
    void open()
    {
        const std::scoped_lock lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int inside_ = 0;
    bool open_ = false;
};

} // namespace

TEST_CASE("a bad head is refused with a bare answer and the end", "[http][refusal]")
{
    const TestServer server;
    const auto [bytes, status] = GENERATE(table<std::string, int>({
        {"nonsense\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {std::string("\x16\x03\x01\x00\xa5", 5), 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(17'000, 'x'), 431},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n", 413},
    }));
    INFO(bytes.substr(0, 60));
    auto client = server.connect();
    const auto answer = client.ask(bytes);
    CHECK(answer.status == status);
    CHECK(answer.headers.find("Connection") == "close");
    CHECK(answer.headers.find("Content-Type") == "text/plain; charset=utf-8");
    CHECK(answer.headers.find("X-Request-Id").value_or("").size() == 20);
    CHECK(answer.headers.find("Allow").has_value() == (status == 405));
    CHECK(answer.body.size() > 5);
    CHECK(client.is_closed_by_server());
    CHECK(server.server.statistics().refused_heads == 1);
    CHECK(server.server.statistics().requests == 0);
}

TEST_CASE("an answer arrives although its client still sends", "[http][refusal]")
{
    const TestServer server{{.max_body = 1000}};
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x'));
    CHECK(client.receive().status == 413);
}

TEST_CASE("no request hides in another's body", "[http][refusal]")
{
    std::mutex mutex;
    std::vector<std::string> seen;
    // The handler reads nothing.
    const TestServer server{{.max_parked_body = 16}, [&](Request& request) {
                                const std::scoped_lock lock{mutex};
                                seen.push_back(request.path);
                                return Response{.body = std::string{"ok"}};
                            }};
    const auto hidden = get("/hidden");
    auto small = server.connect();
    small.send(post("/small", hidden.substr(0, 10)) + get("/next"));
    CHECK(small.receive().status == 200);
    CHECK(small.receive().status == 200);
    auto large = server.connect();
    CHECK(large.ask(post("/large", hidden)).headers.find("Connection") == "Close");
    CHECK(large.is_closed_by_server());
    auto chunked = server.connect();
    chunked.send("POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden);
    CHECK(chunked.receive().status == 200);
    CHECK(chunked.is_closed_by_server());
    CHECK(seen == std::vector<std::string>{"/small", "/next", "/large", "/chunked"});
}

TEST_CASE("a slow head has a deadline in all, and 408", "[http][refusal]")
{
    const TestServer server{{.head_deadline = 150ms}};
    auto slow = server.connect();
    auto silent = server.connect();
    const auto began = std::chrono::steady_clock::now();
    // Each byte comes in time; all together do not.
    for (int i = 0; i < 100 && server.server.statistics().timed_out_heads < 2; ++i) {
        slow.send(i == 0 ? "GET / HTTP/1.1\r\nA: " : "x");
        const timespec pause = {0, 10'000'000};
        nanosleep(&pause, nullptr);
    }
    CHECK(slow.receive().status == 408);
    CHECK(silent.receive().status == 0);
    CHECK(std::chrono::steady_clock::now() - began < 60s);
    CHECK(server.server.statistics().timed_out_heads == 2);
}

TEST_CASE("a slow body has a deadline in all", "[http][refusal]")
{
    const TestServer server{{.body_deadline = 100ms}};
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
    CHECK(client.receive().status == 408);
    CHECK(server.server.statistics().requests == 0);
}

TEST_CASE("an idle connection is closed in time", "[http][refusal]")
{
    const TestServer server{{.idle_deadline = 50ms}};
    auto client = server.connect();
    CHECK(client.ask(get("/")).status == 200);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("a full queue answers 503 at once", "[http][refusal]")
{
    Gate gate;
    const TestServer server{{.workers = 1, .queue = 1}, std::ref(gate)};
    auto running = server.connect();
    running.send(get("/1"));
    gate.wait_for(1);
    auto waiting = server.connect();
    waiting.send(get("/2"));
    REQUIRE(eventually([&] { return server.server.statistics().queued_now == 1; }));
    const auto refused = server.ask(get("/3"));
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("Retry-After") == "1");
    gate.open();
    CHECK(running.receive().body == "GET /1\n");
    CHECK(waiting.receive().body == "GET /2\n");
    CHECK(server.server.statistics().refused_busy == 1);
}

TEST_CASE("the longest idle one makes room", "[http][refusal]")
{
    // A worker alone stays with nobody it answered: each client is idle before the next one is answered.
    const TestServer server{{.workers = 1, .connections = 3}};
    auto first = server.connect();
    CHECK(first.ask(get("/")).status == 200);
    auto second = server.connect();
    CHECK(second.ask(get("/")).status == 200);
    auto third = server.connect();
    CHECK(third.ask(get("/")).status == 200);
    CHECK(server.ask(get("/")).status == 200);
    CHECK(first.is_closed_by_server());
    CHECK(second.ask(get("/")).status == 200);
}

TEST_CASE("one address has no more than its share", "[http][refusal]")
{
    const TestServer server{{.connections_per_address = 2}};
    auto first = server.connect();
    auto second = server.connect();
    CHECK(first.ask(get("/")).status == 200);
    CHECK(second.ask(get("/")).status == 200);
    CHECK(server.ask(get("/")).status == 0);
}

TEST_CASE("a handler that throws is a bare 500, said to the log alone", "[http][refusal]")
{
    std::mutex mutex;
    std::vector<Access> log;
    const auto handler = [](Request& request) -> Response {
        if (request.path == "/error") {
            throw vtlt::Error{vtlt::Kind::internal, "internal.invariant", {{"what", "secret"}}};
        }
        if (request.path == "/number") {
            throw 7;
        }
        Response response{.status = request.path == "/status" ? 99 : 200};
        response.headers.add("X", request.path == "/header" ? "a\r\nSet-Cookie: b" : "a");
        return response;
    };
    const auto on_access = [&](const Access& access) {
        const std::scoped_lock lock{mutex};
        log.push_back(access);
    };
    TestServer server{{}, handler, on_access};
    for (const auto* path : {"/error", "/number", "/status", "/header"}) {
        INFO(path);
        const auto answer = server.ask(get(path));
        CHECK(answer.status == 500);
        CHECK(answer.body == "Internal Server Error\n");
        CHECK_FALSE(answer.headers.find("Set-Cookie"));
    }
    CHECK(server.ask(get("/fine")).status == 200);
    CHECK(server.server.statistics().handler_failures == 4);
    server.server.stop();
    REQUIRE(log.size() == 5); // in the order in which they were sent, not asked
    for (const auto& access : log) {
        INFO(access.path);
        CHECK(access.failure.empty() == (access.path == "/fine"));
        CHECK(access.status == (access.path == "/fine" ? 200 : 500));
        CHECK((access.path != "/error" || access.failure == "internal.invariant what=secret"));
        CHECK(access.request_id.size() == 20);
        CHECK((access.bytes > 0 && access.remote_address == "127.0.0.1"));
    }
}

TEST_CASE("plain HTTP stays on this machine", "[http][refusal]")
{
    const auto code_of = [](ServerOptions options) {
        Server server{std::move(options), echo};
        try {
            server.start();
        } catch (const vtlt::Error& error) {
            return error.code();
        }
        return std::string{};
    };
    CHECK(code_of({.address = "0.0.0.0", .port = 0}) == "http.plain_needs_loopback");
    CHECK(code_of({.address = "0.0.0.0", .port = 0, .allow_plain = true}).empty());
    CHECK(code_of({.address = "127.8.9.1", .port = 0}).empty());
    CHECK(code_of({.address = "kho", .port = 0}) == "http.address");
    CHECK(code_of({.address = "192.0.2.1", .port = 0, .allow_plain = true}) == "http.address");
    const TestServer taken;
    CHECK(code_of({.port = taken.server.port()}) == "http.address_in_use");
}
