// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/head.h"
#include "http/tls.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace vtlt::webui::http {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What one non-blocking step of a socket came to.
enum class Io
{
    done,
    wait_to_read,
    wait_to_write,
    closed ///< by the other side, or broken
};

struct IoResult
{
    Io state = Io::closed;
    std::size_t bytes = 0;
};

class ConnectionSet;

/// A client. Belongs to one thread at a time, which hands it on as a whole; only ConnectionSet::shut_all reaches in
/// from outside. The socket is non-blocking for its whole life: whoever must wait polls with a deadline of his own.
class Connection
{
public:
    Connection(UniqueFd fd, Ssl ssl, std::string address, ConnectionSet& set);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_.get(); }
    bool is_secure() const { return ssl_ != nullptr; }
    const std::string& address() const { return address_; }

    /// What the client came with, as `tls` judges it now; `tls` null: nothing.
    std::optional<ClientCertificate> certificate(const TlsContext* tls);

    IoResult handshake();
    IoResult receive(std::span<char> into);
    /// `more` follows at once: a hint for the packets.
    IoResult send(std::string_view bytes, bool more = false);
    /// Both in one call where the system can; `second` only after all of `first`.
    IoResult send(std::string_view first, std::string_view second, bool more);
    /// By sendfile where there is no TLS; `buffer` serves the other case.
    IoResult send_file(int file, std::uint64_t offset, std::uint64_t size, std::span<char> buffer);
    /// No byte follows: the other side may read what there is and go.
    void end_sending();
    /// Closing it also throws away what the system has not sent yet.
    void break_off();
    /// Waits for what `state` asks for. False when `until` came first.
    bool wait(Io state, SteadyTime until) const;

    /// What came and is not yet consumed: a head, its body, perhaps requests behind it.
    std::string in;
    std::size_t scanned = 0;   ///< of `in`, for the head's end
    std::size_t head_size = 0; ///< known together with `head`
    std::optional<Head> head;  ///< of the request that starts `in`
    bool continue_sent = false;

    /// Forgets the request that starts `in` together with its first `consumed` bytes.
    void drop_request(std::size_t consumed);

private:
    IoResult tls_result(int returned) const;

    UniqueFd fd_;
    Ssl ssl_;
    ClientProof proof_;
    std::string address_;
    ConnectionSet& set_;

public:
    // The parker's alone, while it holds the connection.
    enum class Stage
    {
        handshake,
        head,
        body,
        idle,
        lingering
    };
    Stage stage = Stage::head;
    SteadyTime deadline;
    std::list<std::unique_ptr<Connection>>::iterator place;
    bool is_registered = false;
    std::size_t reserved = 0; ///< bytes of memory promised to its body
    std::uint64_t discarded = 0;
};

/// Every connection of a server, wherever it is.
class ConnectionSet
{
public:
    std::size_t size() const;
    std::size_t count_of(const std::string& address) const;
    /// Wakes every thread that waits for one of them.
    void shut_all();
    bool wait_until_empty(SteadyTime deadline);

private:
    friend class Connection;
    void add(Connection& connection);
    void remove(Connection& connection);

    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    std::unordered_set<Connection*> all_;
    std::unordered_map<std::string, std::size_t> by_address_;
};

} // namespace vtlt::webui::http
