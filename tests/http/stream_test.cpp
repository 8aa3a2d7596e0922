// SPDX-License-Identifier: GPL-3.0-or-later
// Large bodies both ways, event streams, many clients, and the end.
#include "client.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/webui/http/conditional.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <thread>
#include <vector>

using namespace vtlt;
using namespace vtlt::webui::http;
using namespace vtlt::webui::http::test;
using namespace std::chrono_literals;

namespace {

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    std::uint32_t state = 7;
    for (auto& c : bytes) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24U);
    }
    return bytes;
}

/// Serves one file under every path.
struct FileHandler
{
    std::filesystem::path path;
    std::uint64_t size;

    Response operator()(const Request& request) const
    {
        return send_file(request, open_file(path, O_RDONLY | O_CLOEXEC),
                         {.name = "báo cáo.bin", .etag = "\"v1\"", .size = size});
    }
};

std::string chunked(std::string_view path, std::string_view chunks)
{
    return "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string{chunks};
}

} // namespace

TEST_CASE("a large body is read as it comes, and the connection kept", "[http][upload]")
{
    const TestServer server;
    const auto body = pattern(3'000'000);
    auto client = server.connect();
    client.send(post("/large", body) + get("/next"));
    CHECK((client.receive().body == "POST /large\n" + body));
    CHECK(client.receive().body == "GET /next\n");
}

TEST_CASE("a chunked body is read strictly", "[http][upload]")
{
    const TestServer server{{.max_body = 100'000}};
    auto client = server.connect();
    client.send(chunked("/a", "4\r\nabcd\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nT: u\r\n\r\n") + get("/next"));
    CHECK(client.receive().body == "POST /a\nabcd0123456789");
    CHECK(client.receive().body == "GET /next\n");
    for (const char c : chunked("/b", "3\r\nabc\r\n0\r\n\r\n")) {
        client.send({&c, 1});
    }
    CHECK(client.receive().body == "POST /b\nabc");

    const auto [chunks, status] = GENERATE(table<std::string, int>({
        {"4\nabcd\r\n0\r\n\r\n", 400},
        {" 4\r\nabcd\r\n0\r\n\r\n", 400},
        {"0x4\r\nabcd\r\n0\r\n\r\n", 400},
        {"4 \r\nabcd\r\n0\r\n\r\n", 400},
        {"-4\r\nabcd\r\n0\r\n\r\n", 400},
        {"\r\nabcd\r\n0\r\n\r\n", 400},
        {"4\r\nabcdef\r\n0\r\n\r\n", 400},
        {"4;" + std::string(5000, 'x') + "\r\nabcd\r\n0\r\n\r\n", 400},
        {"ffffffffffffffffff\r\n", 400},
        {"fffffff\r\n", 413},
    }));
    INFO(chunks.substr(0, 30));
    auto other = server.connect();
    CHECK(other.ask(chunked("/", chunks)).status == status);
    CHECK(other.is_closed_by_server());
}

TEST_CASE("who waits for 100 Continue gets it once", "[http][upload]")
{
    const TestServer server;
    for (const std::size_t size : {5U, 300'000U}) {
        auto client = server.connect();
        client.send("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(size) +
                    "\r\n\r\n");
        CHECK(client.receive(true).status == 100);
        const std::string body(size, 'x');
        client.send(body);
        const auto answer = client.receive();
        CHECK(answer.status == 200);
        CHECK((answer.body == "PUT /a\n" + body));
    }
    auto hasty = server.connect();
    CHECK(hasty.ask("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx").status == 200);
}

TEST_CASE("a sender who breaks off is told apart", "[http][upload]")
{
    std::atomic<int> cut_off{0};
    const TestServer server{{}, [&](Request& request) {
                                try {
                                    return echo(request);
                                } catch (const Error& error) {
                                    cut_off += error.code() == "http.body_cut_off" ? 1 : 0;
                                    throw;
                                }
                            }};
    {
        auto client = server.connect();
        client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\nx");
    }
    CHECK(eventually([&] { return cut_off == 1; }));
    CHECK(server.server.statistics().handler_failures == 0);
}

TEST_CASE("an upload has a minimum rate", "[http][upload]")
{
    const TestServer server{{.min_body_rate = 1000, .body_grace = 100ms}};
    auto client = server.connect();
    const auto began = std::chrono::steady_clock::now();
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\nx");
    CHECK(client.receive().status == 408);
    CHECK(std::chrono::steady_clock::now() - began < 60s);
}

TEST_CASE("slow uploads hold up nobody else", "[http][upload]")
{
    const TestServer server{{.workers = 1, .upload_workers = 2}};
    std::vector<Client> slow;
    for (int i = 0; i < 20; ++i) {
        slow.push_back(server.connect());
        slow.back().send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\nx");
    }
    CHECK(server.ask(get("/")).status == 200);
    CHECK(server.ask(post("/", "small")).status == 200);
    // Two are read, eight wait, the others have been told to come again.
    CHECK(eventually([&] { return server.server.statistics().refused_busy >= 10; }));
}

TEST_CASE("files are sent whole and in parts", "[http][file]")
{
    const TempDir directory;
    const auto bytes = pattern(5'000'000);
    write_file_atomically(directory.path() / "f", bytes);
    const auto tls = GENERATE(false, true);
    ServerOptions options;
    if (tls) {
        options.tls = make_certificate(directory.path(), "kho.test");
    }
    const TestServer server{options, FileHandler{directory.path() / "f", bytes.size()}};
    auto client = server.connect();

    const auto whole = client.ask(get("/f"));
    CHECK(whole.status == 200);
    CHECK((whole.body == bytes));
    CHECK(whole.headers.find("Accept-Ranges") == "bytes");
    CHECK(whole.headers.find("X-Content-Type-Options") == "nosniff");
    CHECK(whole.headers.find("Content-Disposition").value_or("").find("b%C3%A1o") != std::string::npos);

    const auto part = client.ask(get("/f", "Range: bytes=1000-2999\r\nIf-Range: \"v1\"\r\n"));
    CHECK(part.status == 206);
    CHECK((part.body == bytes.substr(1000, 2000)));
    CHECK(part.headers.find("Content-Range") == "bytes 1000-2999/5000000");

    CHECK((client.ask(get("/f", "Range: bytes=-1500000\r\n")).body == bytes.substr(3'500'000)));
    CHECK(client.ask(get("/f", "Range: bytes=9000000-\r\n")).status == 416);
    CHECK(client.ask(get("/f", "If-Match: \"v0\"\r\n")).status == 412);

    client.send("HEAD /f HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive(true).headers.find("Content-Length") == "5000000");
    client.send(get("/f", "If-None-Match: \"v1\"\r\n"));
    const auto same = client.receive(true);
    CHECK(same.status == 304);
    CHECK(same.headers.find("ETag") == "\"v1\"");
    CHECK(client.ask(get("/f", "Range: bytes=0-0\r\n")).body == bytes.substr(0, 1));
}

TEST_CASE("a digest of the whole goes with a part", "[http][file]")
{
    const TempDir directory;
    write_file_atomically(directory.path() / "f", "hồ sơ");
    Request request{.method = "GET"};
    request.headers.add("Range", "bytes=0-0");
    const auto response =
        send_file(request, open_file(directory.path() / "f", O_RDONLY), {.sha256 = sha256_hex("hồ sơ"), .size = 8});
    CHECK(response.status == 206);
    const auto digest = sha256("hồ sơ");
    CHECK(response.headers.find("Repr-Digest") ==
          "sha-256=:" + base64_encode(std::string{digest.begin(), digest.end()}) + ":");
}

TEST_CASE("readers that do not read hold up nobody else", "[http][file]")
{
    const TempDir directory;
    const auto bytes = pattern(20'000'000);
    write_file_atomically(directory.path() / "f", bytes);
    const FileHandler file{directory.path() / "f", bytes.size()};
    const TestServer server{{.workers = 2}, [&](Request& request) {
                                return request.path == "/f"      ? file(request)
                                       : request.path == "/text" ? Response{.body = bytes}
                                                                 : echo(request);
                            }};
    std::vector<Client> slow;
    for (int i = 0; i < 10; ++i) {
        slow.push_back(server.connect());
        slow.back().send(get(i % 2 == 0 ? "/f" : "/text"));
    }
    CHECK(eventually([&] { return server.server.statistics().requests == 10; }));
    CHECK(server.ask(get("/x")).body == "GET /x\n");
    CHECK((slow[0].receive().body == bytes));
    CHECK((slow[1].receive().body == bytes));
}

TEST_CASE("an answer that may not go on is cut off, and the others go on", "[http][file]")
{
    const TempDir directory;
    ServerOptions options;
    if (GENERATE(false, true)) {
        options.tls = make_certificate(directory.path(), "kho.test");
    }
    const bool throws = GENERATE(false, true);
    const auto bytes = pattern(20'000'000);
    write_file_atomically(directory.path() / "f", bytes);
    const FileHandler file{directory.path() / "f", bytes.size()};
    std::atomic<bool> may{true};
    std::atomic<int> asked{0};
    std::atomic<int> cut{0};
    const TestServer server{options,
                            [&](Request& request) {
                                auto response = file(request);
                                if (request.path == "/text") {
                                    response.body = bytes;
                                } else if (request.path == "/events") {
                                    response.body = EventBody{[] { return std::string{}; }};
                                }
                                if (request.path != "/free") {
                                    response.may_go_on = [&] {
                                        ++asked;
                                        if (!may && throws) {
                                            throw Error{Kind::busy, "test.busy"};
                                        }
                                        return may.load();
                                    };
                                }
                                return response;
                            },
                            [&](const Access& access) { cut += access.bytes < bytes.size() ? 1 : 0; }};
    std::vector<Client> readers;
    for (const auto* path : {"/f", "/text", "/events", "/free"}) {
        readers.push_back(server.connect());
        readers.back().send(get(path));
    }
    CHECK(eventually([&] { return asked > 6; }));
    CHECK(cut == 0);
    may = false;
    CHECK(eventually([&] { return cut == 3; }));
    CHECK(eventually([&] { return server.server.statistics().connections_now == 1; }));
    CHECK((readers[3].receive().body == bytes));
}

TEST_CASE("pipelined requests are answered in order", "[http][pipeline]")
{
    const TestServer server;
    auto client = server.connect();
    std::string requests;
    for (int i = 0; i < 100; ++i) {
        requests += i % 3 == 0 ? post("/" + std::to_string(i), "body") : get("/" + std::to_string(i));
    }
    client.send(requests);
    for (int i = 0; i < 100; ++i) {
        const auto method = i % 3 == 0 ? std::string{"POST"} : std::string{"GET"};
        CHECK(client.receive().body == method + " /" + std::to_string(i) + "\n" + (i % 3 == 0 ? "body" : ""));
    }
    client.send(get("/last", "Connection: close\r\n") + get("/never"));
    CHECK(client.receive().body == "GET /last\n");
    CHECK(client.receive().status == 0);
}

TEST_CASE("events flow until either side ends them", "[http][events]")
{
    const TempDir directory;
    ServerOptions options;
    if (GENERATE(false, true)) {
        options.tls = make_certificate(directory.path(), "kho.test");
    }
    std::atomic<int> count{0};
    const TestServer server{options, [&](Request& request) -> Response {
                                Response response;
                                response.headers.set("Content-Type", "text/event-stream");
                                const int last = request.path == "/three" ? 3 : 1'000'000;
                                response.body =
                                    EventBody{[&count, last, at = 0]() mutable -> std::optional<std::string> {
                                        if (at == last) {
                                            return std::nullopt;
                                        }
                                        ++count;
                                        return "data: " + std::to_string(at++) + "\n\n";
                                    }};
                                return response;
                            }};
    auto client = server.connect();
    client.send(get("/three"));
    const auto answer = client.receive(true);
    CHECK(answer.status == 200);
    CHECK(answer.headers.find("Content-Type") == "text/event-stream");
    CHECK_FALSE(answer.headers.find("Content-Length"));
    CHECK(client.receive_until("data: 2\n\n") == "data: 0\n\ndata: 1\n\ndata: 2\n\n");
    CHECK(client.is_closed_by_server());
    CHECK(eventually([&] { return server.server.statistics().event_streams_now == 0; }));
    {
        auto other = server.connect();
        other.send(get("/for_ever"));
        other.receive_until("data: 0\n\n");
        CHECK(server.server.statistics().event_streams_now == 1);
    }
    CHECK(eventually([&] { return server.server.statistics().event_streams_now == 0; }));
    CHECK(eventually([&] { return server.server.statistics().connections_now == 0; }));
}

TEST_CASE("200 idle connections cost no thread", "[http][crowd]")
{
    const TestServer server{{.workers = 1}};
    std::vector<Client> idle;
    for (int i = 0; i < 200; ++i) {
        idle.push_back(server.connect());
        if (i % 2 == 0) {
            idle.back().send("GET / HT");
        }
    }
    CHECK(server.ask(get("/")).status == 200);
    CHECK(eventually([&] { return server.server.statistics().connections_now >= 200; }));
    for (std::size_t i = 0; i < idle.size(); ++i) {
        idle[i].send(i % 2 == 0 ? "TP/1.1\r\nHost: a\r\n\r\n" : get("/"));
    }
    for (auto& client : idle) {
        CHECK(client.receive().status == 200);
    }
}

TEST_CASE("stop lets the running end and takes nothing new", "[http][stop]")
{
    const TempDir directory;
    const auto bytes = pattern(30'000'000);
    write_file_atomically(directory.path() / "f", bytes);
    const FileHandler file{directory.path() / "f", bytes.size()};
    TestServer server{{}, [&](Request& request) -> Response {
                          if (request.path == "/f") {
                              return file(request);
                          }
                          return {.body = EventBody{[] { return std::optional<std::string>{"data: x\n\n"}; }}};
                      }};
    auto idle = server.connect();
    auto download = server.connect();
    auto stream = server.connect();
    stream.send(get("/events"));
    stream.receive_until("data: x\n\n");
    download.send(get("/f"));
    const auto first = download.receive_bytes(1000);
    const auto began = std::chrono::steady_clock::now();

    SECTION("a download that is read ends whole")
    {
        std::jthread stopper{[&] { server.server.stop(10min); }};
        const auto rest = download.receive_until("never");
        CHECK(rest.ends_with(bytes.substr(bytes.size() - 1000)));
        CHECK(first.size() + rest.size() > bytes.size());
    }
    SECTION("one that is not read is cut")
    {
        server.server.stop(200ms);
        CHECK(download.receive_until("never").size() < bytes.size());
    }
    CHECK(std::chrono::steady_clock::now() - began < 120s);
    CHECK(idle.is_closed_by_server());
    CHECK(stream.is_closed_by_server());
    server.server.stop();
    CHECK_THROWS(server.connect());
}
