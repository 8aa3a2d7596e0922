// SPDX-License-Identifier: GPL-3.0-or-later
#include "client.h"

#include <vtlt/core/base/certificate.h>
#include <vtlt/core/base/error.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <sys/stat.h>
#include <vector>

using namespace vtlt;
using namespace vtlt::webui::http;
using namespace vtlt::webui::http::test;
using namespace std::chrono_literals;

namespace {

std::string code_of(const TlsFiles& files)
{
    Server server{{.port = 0, .tls = files}, echo};
    try {
        server.start();
    } catch (const Error& error) {
        return error.code();
    }
    return {};
}

} // namespace

TEST_CASE("requests are answered over TLS", "[http][tls]")
{
    const TempDir directory;
    std::atomic<bool> all_secure = true; // Catch is for one thread
    const TestServer server{{.tls = make_certificate(directory.path(), "kho.test")}, [&](Request& request) {
                                all_secure = all_secure && request.secure;
                                return echo(request);
                            }};
    auto client = server.connect();
    const std::string body(200'000, 'x');
    for (int i = 0; i < 3; ++i) {
        CHECK(client.ask(get("/a")).body == "GET /a\n");
        CHECK((client.ask(post("/b", body)).body == "POST /b\n" + body));
    }
    const std::string large(2'000'000, 'y');
    CHECK((client.ask(post("/c", large)).body == "POST /c\n" + large));
    client.send(get("/1") + get("/2"));
    CHECK(client.receive().body == "GET /1\n");
    CHECK(client.receive().body == "GET /2\n");
    CHECK(all_secure);
}

TEST_CASE("stalled handshakes end in time and hold up nobody", "[http][tls]")
{
    const TempDir directory;
    const TestServer server{{.tls = make_certificate(directory.path(), "kho.test"), .head_deadline = 2s}};
    std::vector<Client> stalled;
    for (int i = 0; i < 50; ++i) {
        stalled.emplace_back(server.server.port(), false);
        stalled.back().send(std::string_view{"\x16\x03\x01\x02\x00\x01", 6});
    }
    CHECK(server.ask(get("/")).status == 200);
    for (auto& client : stalled) {
        CHECK(client.is_closed_by_server());
    }
    CHECK(server.server.statistics().timed_out_heads == 50);
    Client plain{server.server.port(), false};
    CHECK(plain.ask(get("/")).status == 0);
}

TEST_CASE("a new certificate serves new connections", "[http][tls]")
{
    const TempDir directory;
    const auto files = make_certificate(directory.path(), "cu");
    TestServer server{{.tls = files}};
    auto before = server.connect();
    CHECK(before.certificate_name() == "cu");

    const auto fresh = make_certificate(directory.path(), "moi");
    write_file_atomically(files.certificate, "nonsense");
    CHECK_THROWS_AS(server.server.reload_certificate(), Error);
    CHECK(server.connect().certificate_name() == "cu");

    write_file_atomically(files.certificate, read_file(fresh.certificate));
    CHECK_THROWS_AS(server.server.reload_certificate(), Error); // the key is another's
    write_file_atomically(files.key, read_file(fresh.key));
    server.server.reload_certificate();
    CHECK(server.connect().certificate_name() == "moi");
    CHECK(before.ask(get("/")).status == 200);
}

TEST_CASE("a certificate that cannot serve is refused at the start", "[http][tls]")
{
    const TempDir directory;
    const auto files = make_certificate(directory.path(), "kho.test");
    CHECK(code_of(files).empty());
    CHECK(code_of({files.key, files.key}) == "http.certificate");
    CHECK(code_of({files.certificate, directory.path() / "none"}) == "internal.errno");
    chmod(files.key.c_str(), 0644);
    CHECK(code_of(files) == "http.key_exposed");
}

TEST_CASE("a client's certificate is known by its digest, and trusted as long as its CA is", "[http][tls]")
{
    const TempDir directory;
    auto files = make_certificate(directory.path(), "kho.test");
    const auto lan = make_certificate(directory.path(), "lan");
    const auto minh = make_certificate(directory.path(), "minh");
    files.client_ca = directory.path() / "clients.pem";
    write_file_atomically(files.client_ca, read_file(lan.certificate)); // each its own CA
    TestServer server{{.tls = files}, [](Request& request) {
                          const auto& shown = request.certificate;
                          return Response{.body = shown ? shown->digest + (shown->is_trusted ? " trusted" : " not")
                                                        : std::string{"none"}};
                      }};
    const auto digest_of = [](const TlsFiles& own) { return read_certificate(read_file(own.certificate)).digest; };
    const auto connect = [&](const TlsFiles* own) { return Client{server.server.port(), true, own}; };
    auto open_of_lan = connect(&lan);
    auto open_of_minh = connect(&minh);
    const std::string claim = "X-SSL-Client-Cert: " + digest_of(lan) + "\r\n";
    for (int i = 0; i < 3; ++i) {
        CHECK(open_of_lan.ask(get("/")).body == digest_of(lan) + " trusted");
        CHECK(open_of_minh.ask(get("/")).body == digest_of(minh) + " not");
    }
    CHECK(connect(nullptr).ask(get("/", claim)).body == "none");

    // Connections that are open are judged by what is trusted now.
    write_file_atomically(files.client_ca, read_file(minh.certificate));
    server.server.reload_certificate();
    CHECK(open_of_lan.ask(get("/")).body == digest_of(lan) + " not");
    CHECK(open_of_minh.ask(get("/")).body == digest_of(minh) + " trusted");
    CHECK(connect(&lan).ask(get("/")).body == digest_of(lan) + " not");
    write_file_atomically(files.client_ca, "nonsense");
    CHECK_THROWS_AS(server.server.reload_certificate(), Error);
    CHECK(open_of_minh.ask(get("/")).body == digest_of(minh) + " trusted");
    write_file_atomically(files.client_ca, read_file(lan.key));
    CHECK_THROWS_AS(server.server.reload_certificate(), Error);
}
