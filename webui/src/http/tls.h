// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/server.h>

#include <memory>
#include <mutex>

struct ssl_st;
struct ssl_ctx_st;

namespace vtlt::webui::http {

struct SslDeleter
{
    void operator()(ssl_st* ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslDeleter>;

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

private:
    std::shared_ptr<ssl_ctx_st> load() const;

    TlsFiles files_;
    mutable std::mutex mutex_;
    std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace vtlt::webui::http
