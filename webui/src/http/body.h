// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/connection.h"

#include <vtlt/webui/http/server.h>

#include <string_view>

namespace vtlt::webui::http {

/// A body that lies in memory.
class ParkedBody final : public BodyReader
{
public:
    explicit ParkedBody(std::string_view bytes) : left_(bytes) {}
    std::size_t read(std::span<char> into) override;

private:
    std::string_view left_;
};

/// A body that is still coming, of known length or chunked: read from the connection, by a thread of the upload pool,
/// at the speed at which the handler takes it. What was read too much stays in `connection.in`.
class StreamedBody final : public BodyReader
{
public:
    StreamedBody(Connection& connection, const ServerOptions& options);
    /// Throws invalid `http.body_cut_off`, `http.body_too_large`, `http.body_malformed`.
    std::size_t read(std::span<char> into) override;

    bool is_complete() const { return complete_; }
    /// The status that the failure of a read deserves: 400, 408, 413; 0 while all is well.
    int failure() const { return failure_; }

private:
    [[noreturn]] void fail(int status);
    std::size_t read_bytes(std::span<char> into);
    void fill();
    void begin_chunk();
    void end_chunk();
    std::string_view take_line();

    Connection& connection_;
    const ServerOptions& options_;
    std::size_t at_;          // in `connection.in`: what precedes is consumed
    std::uint64_t left_ = 0;  // of the body, or of the present chunk
    std::uint64_t total_ = 0; // of a chunked body
    std::uint64_t received_ = 0;
    std::chrono::steady_clock::duration waited_{0};
    bool chunked_ = false;
    bool in_chunk_ = false;
    bool complete_ = false;
    int failure_ = 0;

public:
    /// How much of `connection.in` belongs to this request, once complete.
    std::size_t consumed() const { return at_; }
};

} // namespace vtlt::webui::http
