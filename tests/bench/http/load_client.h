// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;

namespace vtlt::bench::http {

struct Target
{
    std::string address;
    std::uint16_t port = 0;
    bool tls = false;
    int timeout_seconds = 5;
};

/// One connection that knows where an answer with a Content-Length ends. Nothing throws: false is an answer, too.
class Client
{
public:
    explicit Client(Target target) : target_(std::move(target)) {}

    /// With the handshake.
    bool connect();
    bool ask(std::string_view request);
    bool send_some(std::string_view bytes);
    /// What has come; false at the end.
    bool read_some();
    /// Takes a whole answer off what has come; false when there is none yet.
    bool take_answer();
    /// Reads an answer and throws its body away; its length, 0 when it was not whole or no success.
    std::uint64_t swallow(std::string_view request);
    int fd() const { return fd_.get(); }

private:
    /// Of an answer whose head is there: both sizes in bytes.
    struct Extent
    {
        std::uint64_t head = 0;
        std::uint64_t body = 0;
    };
    std::optional<Extent> extent() const;

    Target target_;
    UniqueFd fd_;
    std::shared_ptr<ssl_st> ssl_;
    std::string in_;
};

} // namespace vtlt::bench::http
