// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The strict reading of a request's head. Poco 1.11 accepts much that two programs in a row read differently (and so
/// serves a request smuggled in another's body); nothing reaches it that did not pass here. Pure.
namespace vtlt::webui::http {

inline constexpr std::size_t kMaxHeaderFields = 100;
inline constexpr std::size_t kMaxHeaderName = 256; ///< Poco's own limits: beyond, it would throw
inline constexpr std::size_t kMaxHeaderValue = 8192;
inline constexpr std::size_t kMaxQueryFields = 1000;

struct Head
{
    std::string method;
    std::string target; ///< origin form; of an absolute one what follows the authority
    std::string path;
    std::string query_text;
    Pairs query;
    Headers headers;
    Pairs cookies;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool expects_continue = false;
    bool keep_alive = true;
    bool is_http_1_0 = false;
};

/// Where the head in `bytes` ends, if it does. Everything before `seen` was looked at by an earlier call.
struct HeadEnd
{
    std::size_t size = 0; ///< of the head with its empty line; 0: more is needed
    bool bad = false;     ///< a control character, or CR and LF that do not stand together
};
HeadEnd find_head_end(std::string_view bytes, std::size_t seen = 0);

/// The head, or the status to refuse it with: 400, 405 (a method we know and do not serve), 417, 431, 501, 505.
std::variant<Head, int> parse_head(std::string_view bytes);

} // namespace vtlt::webui::http
