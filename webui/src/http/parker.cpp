// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/parker.h"

#include "http/listener.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace vtlt::webui::http {

namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
/// Bodies that may wait here together; beyond, they are read by the upload pool.
constexpr std::size_t kParkedBodies = std::size_t{64} << 20;
/// For a client that still sends while it is told no.
constexpr std::uint64_t kLingerBytes = std::uint64_t{4} << 20;

} // namespace

Parker::Parker(const ServerOptions& options, const TlsContext* tls, UniqueFd listener, Counters& counters,
               ConnectionSet& connections, Queue<ConnectionPtr>& requests, Queue<ConnectionPtr>& uploads)
    : options_(options), tls_(tls), listener_(std::move(listener)), port_(port_of(listener_.get())),
      counters_(counters), connections_(connections), requests_(requests), uploads_(uploads), buffer_(kReadSize)
{
    if (!poller_.arm(listener_.get(), EPOLLIN, &listener_, false)) {
        throw_errno("epoll_ctl", "");
    }
}

void Parker::run()
{
    while (!end_) {
        for (const auto& event : poller_.wait(time_left())) {
            if (poller_.is_bell(event)) {
                poller_.quiet();
            } else if (event.data.ptr == &listener_) {
                accept_all();
            } else {
                auto& connection = *static_cast<Connection*>(event.data.ptr);
                const bool gone =
                    std::ranges::any_of(dropped_, [&](const auto& one) { return one.get() == &connection; });
                if (!gone) {
                    on_event(connection);
                }
            }
        }
        if (listener_paused_ && !closing_ && std::chrono::steady_clock::now() >= listener_pause_) {
            listener_paused_ = false;
            poller_.arm(listener_.get(), EPOLLIN, &listener_, true);
        }
        if (stop_ && !closing_) {
            close_waiting();
        }
        take_returned();
        expire(std::chrono::steady_clock::now());
        dropped_.clear();
    }
    for (auto& list : lists_) {
        list.clear();
    }
}

void Parker::end()
{
    end_ = true;
    poller_.ring();
}

void Parker::stop_accepting()
{
    stop_ = true;
    poller_.ring();
}

void Parker::give_back(ConnectionPtr connection, After after)
{
    bool is_first = false;
    {
        const std::scoped_lock lock{mutex_};
        is_first = returned_.empty();
        returned_.emplace_back(std::move(connection), after);
    }
    if (is_first) {
        poller_.ring();
    }
}

void Parker::on_event(Connection& connection)
{
    switch (connection.stage) {
    case Connection::Stage::handshake:
        continue_handshake(connection);
        break;
    case Connection::Stage::lingering:
        discard(connection);
        break;
    default:
        read_request(connection);
    }
}

void Parker::continue_handshake(Connection& connection)
{
    const auto step = connection.handshake();
    if (step.state == Io::closed) {
        drop(connection);
    } else if (step.state != Io::done) {
        arm(connection, step.state);
    } else {
        connection.stage = Connection::Stage::head;
        read_request(connection);
    }
}

void Parker::read_request(Connection& connection)
{
    for (;;) {
        const auto got = connection.receive(buffer_);
        if (got.state == Io::closed) {
            return drop(connection);
        }
        if (got.state != Io::done) {
            return arm(connection, got.state);
        }
        if (connection.stage == Connection::Stage::idle) {
            move_to(connection, Connection::Stage::head);
        }
        connection.in.append(buffer_.data(), got.bytes);
        if (consider(connection)) {
            return;
        }
        // Under TLS bytes may lie decoded in the library, where epoll does not see them.
        if (!connection.is_secure() && got.bytes < buffer_.size()) {
            return arm(connection, Io::wait_to_read);
        }
    }
}

bool Parker::consider(Connection& connection)
{
    const auto verdict = examine(connection, options_);
    switch (verdict.readiness) {
    case Readiness::ready:
        hand_over(connection, requests_);
        return true;
    case Readiness::upload:
        hand_over(connection, uploads_);
        return true;
    case Readiness::refuse:
        ++counters_.refused_heads;
        refuse(connection, verdict.status);
        return true;
    case Readiness::more:
        break;
    }
    if (connection.head && connection.stage != Connection::Stage::body) {
        const auto size = connection.head_size + connection.head->content_length.value_or(0);
        if (reserved_ + size > kParkedBodies) {
            hand_over(connection, uploads_);
            return true;
        }
        reserved_ += connection.reserved = size;
        move_to(connection, Connection::Stage::body);
        send_continue(connection);
    }
    return false;
}

void Parker::send_continue(Connection& connection)
{
    if (connection.head->expects_continue && connection.in.size() == connection.head_size) {
        connection.continue_sent = true;
        // Should it not fit, the client sends without it, as RFC 9110 §10.1.1 tells it to.
        connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
}

void Parker::hand_over(Connection& connection, Queue<ConnectionPtr>& queue)
{
    auto owned = take(connection);
    if (!queue.try_push(owned)) {
        place(std::move(owned), Connection::Stage::head);
        ++counters_.refused_busy;
        refuse(connection, 503);
    }
}

void Parker::refuse(Connection& connection, int status)
{
    const bool with_body = !connection.head || connection.head->method != "HEAD";
    // Into an empty socket buffer: it fits or nobody is there.
    connection.send(bare_answer(status, make_uid(), with_body));
    linger(connection);
}

/// Closing with unread input would reset the connection and take the answer with it.
void Parker::linger(Connection& connection)
{
    connection.end_sending();
    connection.drop_request(connection.in.size());
    move_to(connection, Connection::Stage::lingering);
    discard(connection);
}

void Parker::discard(Connection& connection)
{
    // Past the TLS layer on purpose: what comes is not wanted.
    const auto got = recv(connection.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    connection.discarded += got > 0 ? static_cast<std::uint64_t>(got) : 0;
    const bool again = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if ((got <= 0 && !again) || connection.discarded > kLingerBytes) {
        return drop(connection);
    }
    arm(connection, Io::wait_to_read);
}

void Parker::take_returned()
{
    std::vector<std::pair<ConnectionPtr, After>> returned;
    {
        const std::scoped_lock lock{mutex_};
        returned.swap(returned_);
    }
    for (auto& [owned, after] : returned) {
        auto& connection = *owned;
        if (after == After::close || closing_) {
            place(std::move(owned), Connection::Stage::lingering);
            linger(connection);
        } else if (connection.in.empty()) {
            place(std::move(owned), Connection::Stage::idle);
            if (connection.is_secure()) {
                read_request(connection);
            } else {
                arm(connection, Io::wait_to_read);
            }
        } else {
            place(std::move(owned), Connection::Stage::head);
            if (!consider(connection)) {
                read_request(connection);
            }
        }
    }
}

void Parker::expire(SteadyTime now)
{
    for (auto& list : lists_) {
        while (!list.empty() && list.front()->deadline <= now) {
            auto& connection = *list.front();
            const bool is_request =
                connection.stage == Connection::Stage::head || connection.stage == Connection::Stage::body;
            if (is_request || connection.stage == Connection::Stage::handshake) {
                ++counters_.timed_out_heads;
            }
            // A browser that connected ahead of time and said nothing expects no answer.
            if (is_request && !connection.in.empty()) {
                refuse(connection, 408);
            } else {
                drop(connection);
            }
        }
    }
}

void Parker::close_waiting()
{
    closing_ = true;
    listener_.reset();
    for (const auto stage : {Connection::Stage::head, Connection::Stage::body, Connection::Stage::idle}) {
        list_of(stage).clear();
    }
    reserved_ = 0;
    for (auto& connection : list_of(Connection::Stage::lingering)) {
        connection->deadline = std::min(connection->deadline, deadline_of(Connection::Stage::lingering));
    }
}

} // namespace vtlt::webui::http
