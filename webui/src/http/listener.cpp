// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/listener.h"

#include <vtlt/core/base/error.h>

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

namespace vtlt::webui::http {

namespace {

struct Address
{
    sockaddr_storage storage = {};
    socklen_t size = 0;
    bool is_loopback = false;
};

Address parse_address(const ServerOptions& options)
{
    Address address;
    const auto text = options.address == "localhost" ? std::string{"127.0.0.1"} : options.address;
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(options.port);
        address.size = sizeof v4;
        address.is_loopback = (ntohl(v4.sin_addr.s_addr) >> 24U) == 127;
    } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(options.port);
        address.size = sizeof v6;
        address.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    } else {
        throw Error{Kind::invalid, "http.address", {{"address", options.address}}};
    }
    return address;
}

} // namespace

UniqueFd open_listener(const ServerOptions& options)
{
    const auto address = parse_address(options);
    if (!options.tls && !options.allow_plain && !address.is_loopback) {
        throw Error{Kind::invalid, "http.plain_needs_loopback", {{"address", options.address}}};
    }
    UniqueFd listener{socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const int on = 1;
    if (!listener || setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        throw_errno("socket", options.address);
    }
    if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
        listen(listener.get(), SOMAXCONN) != 0) {
        if (errno == EADDRINUSE) {
            throw Error{Kind::conflict,
                        "http.address_in_use",
                        {{"address", options.address}, {"port", std::to_string(options.port)}}};
        }
        if (errno == EADDRNOTAVAIL) {
            throw Error{Kind::invalid, "http.address", {{"address", options.address}}};
        }
        throw_errno("bind", options.address);
    }
    return listener;
}

std::uint16_t port_of(int listener)
{
    sockaddr_storage storage = {};
    socklen_t size = sizeof storage;
    if (getsockname(listener, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        throw_errno("getsockname", "");
    }
    return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                                              : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
}

} // namespace vtlt::webui::http
