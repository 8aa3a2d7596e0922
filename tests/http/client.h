// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/server.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

/// A client that sends exactly the bytes it is told to.
namespace vtlt::webui::http::test {

struct Answer
{
    int status = 0; ///< 0: the connection ended without one
    Headers headers;
    std::string body;
};

class Client
{
public:
    /// `own`: what it comes with under TLS; null: nothing.
    explicit Client(std::uint16_t port, bool tls = false, const TlsFiles* own = nullptr);
    ~Client();
    Client(Client&&) noexcept;

    void send(std::string_view bytes);
    /// The next answer, framed by its Content-Length or the connection's end; no body after HEAD. 100 Continue is an
    /// answer too.
    Answer receive(bool head_only = false);
    /// Up to `size` bytes as they come; less at the connection's end.
    std::string receive_bytes(std::size_t size);
    /// What is there until `mark` was seen or the end.
    std::string receive_until(std::string_view mark);
    /// True when the server ends within ten seconds; what it says before is thrown away.
    bool is_closed_by_server();
    Answer ask(std::string_view bytes)
    {
        send(bytes);
        return receive();
    }
    void end_sending();
    int fd() const { return fd_.get(); }
    std::string certificate_name() const;

private:
    std::size_t read_more();

    UniqueFd fd_;
    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_st> ssl_;
    std::string buffer_;
};

/// `GET path` with a Host, and what `fields` adds ("Name: value\r\n…").
std::string get(std::string_view path, std::string_view fields = {});
std::string post(std::string_view path, std::string_view body, std::string_view fields = {});

/// A server with a handler of its own on a free port, without its slow defaults.
struct TestServer
{
    explicit TestServer(ServerOptions options = {}, Handler handler = {},
                        std::function<void(const Access&)> on_access = {});
    Client connect() const;
    Answer ask(std::string_view bytes) const { return connect().ask(bytes); }

    bool tls;
    Server server;
};

/// Says method, path, query and body of what it got.
Response echo(Request& request);

/// Waits up to ten seconds until `condition` holds.
template <class Condition>
bool eventually(Condition condition)
{
    for (int i = 0; i < 2000; ++i) {
        if (condition()) {
            return true;
        }
        struct timespec pause = {0, 5'000'000};
        nanosleep(&pause, nullptr);
    }
    return condition();
}

/// A self-signed certificate and its key as files of `directory`.
TlsFiles make_certificate(const std::filesystem::path& directory, const std::string& name);

} // namespace vtlt::webui::http::test
