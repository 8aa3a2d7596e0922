// SPDX-License-Identifier: GPL-3.0-or-later
#include "load_client.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace vtlt::bench::http {

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

bool Client::take_answer()
{
    constexpr std::string_view kLength = "Content-Length: ";
    const auto end = in_.find("\r\n\r\n");
    const auto length = in_.find(kLength);
    if (end == std::string::npos || length > end) {
        return false;
    }
    const auto size = end + 4 + std::strtoull(in_.c_str() + length + kLength.size(), nullptr, 10);
    if (in_.size() < size) {
        return false;
    }
    in_.erase(0, size);
    return true;
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
