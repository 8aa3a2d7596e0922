// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vtlt::webui::http {

namespace {

IoResult plain_result(ssize_t returned, Io wait)
{
    if (returned > 0) {
        return {Io::done, static_cast<std::size_t>(returned)};
    }
    const bool again = returned < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {again ? wait : Io::closed, 0};
}

int clamp_size(std::size_t size)
{
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

} // namespace

Connection::Connection(UniqueFd fd, Ssl ssl, std::string address, ConnectionSet& set)
    : fd_(std::move(fd)), ssl_(std::move(ssl)), address_(std::move(address)), set_(set),
      stage(ssl_ ? Stage::handshake : Stage::head)
{
    set_.add(*this);
}

Connection::~Connection()
{
    set_.remove(*this);
}

IoResult Connection::tls_result(int returned) const
{
    if (returned > 0) {
        return {Io::done, static_cast<std::size_t>(returned)};
    }
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
        return {Io::wait_to_read, 0};
    case SSL_ERROR_WANT_WRITE:
        return {Io::wait_to_write, 0};
    default:
        return {Io::closed, 0};
    }
}

std::optional<ClientCertificate> Connection::certificate(const TlsContext* tls)
{
    if (ssl_ && tls != nullptr) {
        tls->judge_client(ssl_.get(), proof_);
    }
    return proof_.certificate;
}

IoResult Connection::handshake()
{
    ERR_clear_error();
    return tls_result(SSL_accept(ssl_.get()));
}

IoResult Connection::receive(std::span<char> into)
{
    if (ssl_) {
        ERR_clear_error();
        return tls_result(SSL_read(ssl_.get(), into.data(), clamp_size(into.size())));
    }
    return plain_result(recv(fd(), into.data(), into.size(), MSG_DONTWAIT), Io::wait_to_read);
}

IoResult Connection::send(std::string_view bytes, bool more)
{
    if (bytes.empty()) {
        return {Io::done, 0};
    }
    if (ssl_) {
        ERR_clear_error();
        return tls_result(SSL_write(ssl_.get(), bytes.data(), clamp_size(bytes.size())));
    }
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
    return plain_result(::send(fd(), bytes.data(), bytes.size(), flags), Io::wait_to_write);
}

IoResult Connection::send(std::string_view first, std::string_view second, bool more)
{
    if (ssl_ || first.empty() || second.empty()) {
        return first.empty() ? send(second, more) : send(first, more || !second.empty());
    }
    // sendmsg does not write through its vectors.
    std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                               iovec{const_cast<char*>(second.data()), second.size()}};
    msghdr message = {};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0);
    return plain_result(sendmsg(fd(), &message, flags), Io::wait_to_write);
}

IoResult Connection::send_file(int file, std::uint64_t offset, std::uint64_t size, std::span<char> buffer)
{
    if (!ssl_) {
        auto at = static_cast<off_t>(offset);
        return plain_result(sendfile(fd(), file, &at, size), Io::wait_to_write);
    }
    const auto wanted = std::min<std::uint64_t>(size, buffer.size());
    const auto got = pread(file, buffer.data(), wanted, static_cast<off_t>(offset));
    // A file that became shorter cannot be answered any more.
    return got <= 0 ? IoResult{} : send({buffer.data(), static_cast<std::size_t>(got)});
}

void Connection::end_sending()
{
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    shutdown(fd(), SHUT_WR);
}

void Connection::break_off()
{
    const linger nothing{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &nothing, sizeof nothing);
}

bool Connection::wait(Io state, SteadyTime until) const
{
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        pollfd one{fd(), static_cast<short>(state == Io::wait_to_write ? POLLOUT : POLLIN), 0};
        const int ready = poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left.count(), INT_MAX)));
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

void Connection::drop_request(std::size_t consumed)
{
    if (consumed >= in.size()) {
        in = std::string{}; // an idle connection keeps no buffer
    } else {
        in.erase(0, consumed);
    }
    scanned = 0;
    head_size = 0;
    head.reset();
    continue_sent = false;
}

std::size_t ConnectionSet::size() const
{
    const std::scoped_lock lock{mutex_};
    return all_.size();
}

std::size_t ConnectionSet::count_of(const std::string& address) const
{
    const std::scoped_lock lock{mutex_};
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? 0 : found->second;
}

void ConnectionSet::add(Connection& connection)
{
    const std::scoped_lock lock{mutex_};
    all_.insert(&connection);
    ++by_address_[connection.address()];
}

void ConnectionSet::remove(Connection& connection)
{
    const std::scoped_lock lock{mutex_};
    all_.erase(&connection);
    const auto found = by_address_.find(connection.address());
    if (--found->second == 0) {
        by_address_.erase(found);
    }
    if (all_.empty()) {
        emptied_.notify_all();
    }
}

void ConnectionSet::shut_all()
{
    const std::scoped_lock lock{mutex_};
    for (const auto* connection : all_) {
        shutdown(connection->fd(), SHUT_RDWR);
    }
}

bool ConnectionSet::wait_until_empty(SteadyTime deadline)
{
    std::unique_lock lock{mutex_};
    return emptied_.wait_until(lock, deadline, [&] { return all_.empty(); });
}

} // namespace vtlt::webui::http
