// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::webui::http {

struct TlsFiles
{
    std::filesystem::path certificate; ///< PEM, the chain, the server's own first
    std::filesystem::path key;         ///< PEM; refused when others may read it
    /// PEM, the CAs whose certificates clients may come with, and their revocation lists; with a list of one CA there
    /// must be one of each that issues. Empty: no client is asked for a certificate.
    std::filesystem::path client_ca = {};
};

struct ServerOptions
{
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;        ///< 0: any free one
    std::optional<TlsFiles> tls;      ///< absent: plain HTTP, allowed on loopback addresses only unless `allow_plain`
    bool allow_plain = false;         ///< a proxy in front speaks TLS
    unsigned workers = 0;             ///< 0: four per core, at least 8
    unsigned upload_workers = 8;      ///< for bodies above `max_parked_body`
    std::size_t queue = 512;          ///< requests waiting for a worker; beyond: 503
    std::size_t connections = 10'000; ///< beyond: the longest idle one is closed
    std::size_t connections_per_address = 4'000; ///< a whole office may sit behind one proxy
    std::size_t max_head = std::size_t{16} * 1024;
    std::size_t max_parked_body = std::size_t{256} * 1024; ///< smaller bodies are read before a worker is taken
    std::uint64_t max_body = std::uint64_t{100} << 20;
    std::chrono::milliseconds head_deadline =
        std::chrono::seconds{10}; ///< from the first byte (or accept) to the end of the head
    std::chrono::milliseconds body_deadline = std::chrono::seconds{30}; ///< for parked bodies, in all
    std::chrono::milliseconds idle_deadline = std::chrono::seconds{60}; ///< between requests
    std::uint64_t min_body_rate =
        std::uint64_t{4} * 1024; ///< bytes per second of a large body, in the mean of all waiting for it
    std::chrono::milliseconds body_grace = std::chrono::seconds{10}; ///< before that rate is asked for
};

/// What an operator watches; each is since the start unless it says now.
struct ServerStatistics
{
    std::uint64_t requests = 0;
    std::uint64_t refused_heads = 0;    ///< 400, 431
    std::uint64_t timed_out_heads = 0;  ///< 408
    std::uint64_t refused_busy = 0;     ///< 503
    std::uint64_t handler_failures = 0; ///< bare 500
    std::uint64_t connections_now = 0;
    std::uint64_t queued_now = 0;
    std::uint64_t event_streams_now = 0;
};

/// One answered request, for the access log: no query string, no title, no content.
struct Access
{
    std::string request_id;
    std::string remote_address;
    std::string method;
    std::string path;
    int status = 0;
    std::uint64_t bytes = 0;
    std::chrono::microseconds took{0}; ///< to the last byte
    std::string failure;               ///< what the handler threw, for the log; empty: nothing
};

/// A parker (one epoll thread that holds connections until a whole head is there) in front of workers that serve one
/// request each through Poco (decisions.md, "Server"; sandbox-and-server.md B). start() and stop() from one thread, the
/// rest from any.
class Server
{
public:
    /// `on_access` is called from many threads and must not throw.
    Server(ServerOptions options, Handler handler, std::function<void(const Access&)> on_access = {});
    ~Server();

    /// Listens. Throws conflict `http.address_in_use`, invalid `http.address`, `http.plain_needs_loopback`,
    /// `http.certificate`, forbidden `file.forbidden`.
    void start();
    std::uint16_t port() const;
    /// Takes no new request, lets running ones end, closes what is left after `grace`. Idempotent.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds{5});
    /// Reads certificate, key and clients' CAs again; connections that are open keep the certificate, and what their
    /// clients came with is judged anew. Throws as start() and keeps the old ones.
    void reload_certificate();
    ServerStatistics statistics() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::webui::http
