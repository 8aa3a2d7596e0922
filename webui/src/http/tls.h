// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/server.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

struct ssl_st;
struct ssl_ctx_st;
struct x509_store_st;

namespace vtlt::webui::http {

struct SslDeleter
{
    void operator()(ssl_st* ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslDeleter>;

/// A client's certificate as it was last judged. Of one connection.
struct ClientProof
{
    std::optional<ClientCertificate> certificate;
    std::uint64_t generation = 0; ///< of the CAs; 0: not yet judged
    std::chrono::steady_clock::time_point judged_at;
};

/// Certificate and key for new connections. Safe from any thread; open connections keep what they began with.
class TlsContext
{
public:
    /// Throws invalid `http.certificate`, forbidden `http.key_exposed` or `file.forbidden`.
    explicit TlsContext(TlsFiles files);
    /// Throws likewise and keeps what was.
    void reload();
    /// Server side of a handshake on a non-blocking socket; null when out of memory.
    Ssl new_session(int fd) const;
    /// What the client came with, by the CAs of now. Judged once a minute, and again after each reload: on a connection
    /// that lives long a certificate expires or is revoked too.
    void judge_client(ssl_st* ssl, ClientProof& proof) const;

private:
    /// What one reading of the files came to.
    struct Loaded
    {
        std::shared_ptr<ssl_ctx_st> context;
        std::shared_ptr<x509_store_st> clients; ///< null: nobody is asked
        std::uint64_t generation = 1;
    };
    Loaded load() const;
    Loaded now() const;

    TlsFiles files_;
    mutable std::mutex mutex_;
    Loaded loaded_; // guarded by mutex_
};

} // namespace vtlt::webui::http
