// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/connection.h"
#include "http/poller.h"
#include "http/queue.h"
#include "http/wire.h"

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace vtlt::webui::http {

using ConnectionPtr = std::unique_ptr<Connection>;

/// What happens to a connection whose answer is on its way.
enum class After
{
    keep,
    close
};

/// Holds every connection that has no whole request: no thread, few bytes, and a deadline in all. One thread runs it;
/// give_back and stop_accepting are for any.
class Parker
{
public:
    Parker(const ServerOptions& options, const TlsContext* tls, UniqueFd listener, Counters& counters,
           ConnectionSet& connections, Queue<ConnectionPtr>& requests, Queue<ConnectionPtr>& uploads);

    std::uint16_t port() const { return port_; }
    void run();
    /// Ends run(); what is parked then is closed.
    void end();
    void give_back(ConnectionPtr connection, After after);
    /// Closes the listener and all that wait for a request.
    void stop_accepting();

private:
    using Owned = std::list<ConnectionPtr>;

    void accept_all();
    void accept_one(int fd, std::string address);
    void make_room();
    void on_event(Connection& connection);
    void continue_handshake(Connection& connection);
    void read_request(Connection& connection);
    /// True when the connection went elsewhere.
    bool consider(Connection& connection);
    void send_continue(Connection& connection);
    void hand_over(Connection& connection, Queue<ConnectionPtr>& queue);
    void refuse(Connection& connection, int status);
    void linger(Connection& connection);
    void discard(Connection& connection);
    void take_returned();
    void expire(SteadyTime now);
    void close_waiting();

    void arm(Connection& connection, Io wanted);
    void place(ConnectionPtr connection, Connection::Stage stage);
    void move_to(Connection& connection, Connection::Stage stage);
    ConnectionPtr take(Connection& connection);
    void drop(Connection& connection);
    Owned& list_of(Connection::Stage stage);
    SteadyTime deadline_of(Connection::Stage stage) const;
    std::chrono::milliseconds time_left() const;

    const ServerOptions& options_;
    const TlsContext* tls_;
    UniqueFd listener_;
    const std::uint16_t port_;
    Counters& counters_;
    ConnectionSet& connections_;
    Queue<ConnectionPtr>& requests_;
    Queue<ConnectionPtr>& uploads_;
    Poller poller_;
    SteadyTime listener_pause_; // no descriptor was free; asked again then
    bool listener_paused_ = false;
    bool closing_ = false;
    std::size_t reserved_ = 0;
    std::vector<char> buffer_;

    // Each in the order of its deadlines, for all in one have the same time.
    std::array<Owned, 4> lists_;
    // Closed in this round; an event of the same round may still name them.
    std::vector<ConnectionPtr> dropped_;

    std::atomic<bool> stop_{false};
    std::atomic<bool> end_{false};
    std::mutex mutex_;
    std::vector<std::pair<ConnectionPtr, After>> returned_;
};

} // namespace vtlt::webui::http
