// SPDX-License-Identifier: GPL-3.0-or-later
// How connections come to the parker, wait in its lists, and go.
#include "http/parker.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace vtlt::webui::http {

namespace {

constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::chrono::milliseconds kLingerAtEnd{300};
constexpr std::chrono::milliseconds kListenerPause{100};

std::string address_text(const sockaddr_storage& peer)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (peer.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return text.data();
    }
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    const std::string_view whole{text.data()};
    constexpr std::string_view kMapped = "::ffff:";
    const bool is_mapped = whole.starts_with(kMapped) && whole.find('.') != std::string_view::npos;
    return std::string{is_mapped ? whole.substr(kMapped.size()) : whole};
}

} // namespace

void Parker::accept_all()
{
    for (int i = 0; i < kAcceptsAtOnce; ++i) {
        sockaddr_storage peer = {};
        socklen_t size = sizeof peer;
        const int fd =
            accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            accept_one(fd, address_text(peer));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // The waiting client stays in the kernel's queue; asking again at once would only burn time.
            make_room();
            listener_paused_ = true;
            listener_pause_ = std::chrono::steady_clock::now() + kListenerPause;
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        }
    }
    poller_.arm(listener_.get(), EPOLLIN, &listener_, true);
}

void Parker::accept_one(int fd, std::string address)
{
    UniqueFd owned{fd};
    if (connections_.count_of(address) >= options_.connections_per_address) {
        ++counters_.refused_busy;
        return;
    }
    if (connections_.size() >= options_.connections) {
        make_room();
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Ssl ssl;
    if (tls_ != nullptr) {
        ssl = tls_->new_session(fd);
        if (!ssl) {
            return;
        }
    }
    auto connection = std::make_unique<Connection>(std::move(owned), std::move(ssl), std::move(address), connections_);
    auto& placed = *connection;
    place(std::move(connection), placed.stage);
    // A client usually has written already when we come to it; if not, this arms.
    on_event(placed);
}

/// Closes whoever has been idle longest, else whoever has been longest about his head.
void Parker::make_room()
{
    for (const auto stage : {Connection::Stage::idle, Connection::Stage::lingering, Connection::Stage::head}) {
        if (!list_of(stage).empty()) {
            return drop(*list_of(stage).front());
        }
    }
}

void Parker::arm(Connection& connection, Io wanted)
{
    const auto events = wanted == Io::wait_to_write ? EPOLLOUT : EPOLLIN;
    if (poller_.arm(connection.fd(), events, &connection, connection.is_registered)) {
        connection.is_registered = true;
    } else {
        drop(connection);
    }
}

void Parker::place(ConnectionPtr connection, Connection::Stage stage)
{
    auto& list = list_of(stage);
    connection->stage = stage;
    connection->deadline = deadline_of(stage);
    list.push_back(std::move(connection));
    list.back()->place = std::prev(list.end());
}

void Parker::move_to(Connection& connection, Connection::Stage stage)
{
    auto& from = list_of(connection.stage);
    auto& to = list_of(stage);
    to.splice(to.end(), from, connection.place);
    connection.stage = stage;
    connection.deadline = deadline_of(stage);
}

ConnectionPtr Parker::take(Connection& connection)
{
    auto owned = std::move(*connection.place);
    list_of(connection.stage).erase(connection.place);
    reserved_ -= std::exchange(connection.reserved, 0);
    return owned;
}

void Parker::drop(Connection& connection)
{
    dropped_.push_back(take(connection));
}

Parker::Owned& Parker::list_of(Connection::Stage stage)
{
    switch (stage) {
    case Connection::Stage::body:
        return lists_[1];
    case Connection::Stage::idle:
        return lists_[2];
    case Connection::Stage::lingering:
        return lists_[3];
    default:
        return lists_[0];
    }
}

SteadyTime Parker::deadline_of(Connection::Stage stage) const
{
    const auto now = std::chrono::steady_clock::now();
    switch (stage) {
    case Connection::Stage::body:
        return now + options_.body_deadline;
    case Connection::Stage::idle:
        return now + options_.idle_deadline;
    case Connection::Stage::lingering:
        return now + (closing_ ? kLingerAtEnd : kLinger);
    default:
        return now + options_.head_deadline;
    }
}

std::chrono::milliseconds Parker::time_left() const
{
    auto next = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (const auto& list : lists_) {
        next = list.empty() ? next : std::min(next, list.front()->deadline);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    return listener_paused_ ? std::min(left, kListenerPause) : left;
}

} // namespace vtlt::webui::http
