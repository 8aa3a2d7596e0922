// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/connection.h"

#include <vtlt/webui/http/server.h>

#include <atomic>
#include <ctime>
#include <string>
#include <string_view>

/// What parker, workers and sender share: the state of a request that is still arriving, bare answers, counters.
namespace vtlt::webui::http {

struct Counters
{
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> refused_heads{0};
    std::atomic<std::uint64_t> timed_out_heads{0};
    std::atomic<std::uint64_t> refused_busy{0};
    std::atomic<std::uint64_t> handler_failures{0};
    std::atomic<std::uint64_t> event_streams{0};
};

enum class Readiness
{
    more,   ///< is needed: of the head, or of the body if `head` is there
    ready,  ///< head and body lie in `in`
    upload, ///< the head is there; the body is too large, or of unknown size, to be waited for
    refuse
};

struct Verdict
{
    Readiness readiness = Readiness::more;
    int status = 0; ///< to refuse with
};

/// Reads the head of the request that starts `connection.in`, once it is whole.
Verdict examine(Connection& connection, const ServerOptions& options);

/// IMF-fixdate, RFC 9110 §5.6.7.
std::string http_date(std::time_t when);

/// `http_date` of now, made once a second. One thread each.
class DateText
{
public:
    const std::string& now();

private:
    std::time_t second_ = 0;
    std::string text_;
};

/// A whole answer with the reason as its text; the connection ends with it.
std::string bare_answer(int status, std::string_view request_id, bool with_body = true);
std::string_view reason_of(int status);

} // namespace vtlt::webui::http
