// SPDX-License-Identifier: GPL-3.0-or-later
#include "load_client.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <vector>

namespace vtlt::bench::http {

namespace {

constexpr std::size_t kSwallow = std::size_t{256} * 1024;

} // namespace

bool Client::connect()
{
    fd_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(target_.port);
    inet_pton(AF_INET, target_.address.c_str(), &to.sin_addr);
    const timeval limit{target_.timeout_seconds, 0};
    const int on = 1;
    setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        return false;
    }
    if (!target_.tls) {
        return true;
    }
    static const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    ssl_ = {SSL_new(context.get()), SSL_free};
    return SSL_set_fd(ssl_.get(), fd()) == 1 && SSL_connect(ssl_.get()) == 1;
}

bool Client::send_some(std::string_view bytes)
{
    const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(bytes.size());
}

bool Client::read_some()
{
    std::array<char, 64 * 1024> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
    const auto got = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : recv(fd(), bytes.data(), bytes.size(), 0);
    if (got > 0) {
        in_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return got > 0;
}

std::optional<Client::Extent> Client::extent() const
{
    constexpr std::string_view kLength = "Content-Length: ";
    const auto end = in_.find("\r\n\r\n");
    const auto length = in_.find(kLength);
    if (end == std::string::npos || length > end) {
        return std::nullopt;
    }
    return Extent{end + 4, std::strtoull(in_.c_str() + length + kLength.size(), nullptr, 10)};
}

bool Client::take_answer()
{
    const auto answer = extent();
    if (!answer || in_.size() < answer->head + answer->body) {
        return false;
    }
    in_.erase(0, answer->head + answer->body);
    return true;
}

std::uint64_t Client::swallow(std::string_view request)
{
    in_.clear();
    bool alive = send_some(request);
    while (alive && !extent()) {
        alive = read_some();
    }
    if (!alive || !in_.starts_with("HTTP/1.1 20")) {
        return 0;
    }
    const auto answer = *extent();
    std::vector<char> bytes(kSwallow);
    for (auto left = answer.body - (in_.size() - answer.head); left > 0;) {
        const auto got = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : recv(fd(), bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            return 0;
        }
        left -= std::min(left, static_cast<std::uint64_t>(got));
    }
    in_.clear();
    return answer.body;
}

bool Client::ask(std::string_view request)
{
    bool alive = send_some(request);
    while (alive && !take_answer()) {
        alive = read_some();
    }
    return alive;
}

} // namespace vtlt::bench::http
