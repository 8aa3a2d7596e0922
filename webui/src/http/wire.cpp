// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/wire.h"

#include <algorithm>
#include <array>

namespace vtlt::webui::http {

namespace {

struct Reason
{
    int status;
    std::string_view text;
};

/// RFC 9110 §15, those that we or a handler may say.
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{505, "HTTP Version Not Supported"},
};

} // namespace

Verdict examine(Connection& connection, const ServerOptions& options)
{
    if (!connection.head) {
        const auto end = find_head_end(connection.in, connection.scanned);
        if (end.bad) {
            return {Readiness::refuse, 400};
        }
        if (end.size > options.max_head || (end.size == 0 && connection.in.size() > options.max_head)) {
            return {Readiness::refuse, 431};
        }
        if (end.size == 0) {
            connection.scanned = connection.in.size();
            return {Readiness::more};
        }
        auto parsed = parse_head(std::string_view{connection.in}.substr(0, end.size));
        if (const auto* status = std::get_if<int>(&parsed)) {
            return {Readiness::refuse, *status};
        }
        connection.head = std::move(std::get<Head>(parsed));
        connection.head_size = end.size;
    }
    const auto size = connection.head->content_length.value_or(0);
    if (size > options.max_body) {
        return {Readiness::refuse, 413};
    }
    if (connection.head->chunked || size > options.max_parked_body) {
        return {Readiness::upload};
    }
    return {connection.in.size() - connection.head_size >= size ? Readiness::ready : Readiness::more};
}

std::string http_date(std::time_t when)
{
    // Not strftime: its names follow the locale.
    constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::tm utc = {};
    gmtime_r(&when, &utc);
    const auto two = [](int value) {
        return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
    };
    std::string text{kDays.substr(static_cast<std::size_t>(utc.tm_wday) * 3, 3)};
    text.append(", ").append(two(utc.tm_mday)).append(" ");
    text.append(kMonths.substr(static_cast<std::size_t>(utc.tm_mon) * 3, 3)).append(" ");
    text.append(std::to_string(utc.tm_year + 1900)).append(" ");
    text.append(two(utc.tm_hour)).append(":").append(two(utc.tm_min)).append(":").append(two(utc.tm_sec));
    return text + " GMT";
}

const std::string& DateText::now()
{
    const auto second = std::time(nullptr);
    if (second != second_) {
        second_ = second;
        text_ = http_date(second);
    }
    return text_;
}

std::string_view reason_of(int status)
{
    const auto found = std::ranges::find(kReasons, status, &Reason::status);
    return found == kReasons.end() ? std::string_view{"Unknown"} : found->text;
}

std::string bare_answer(int status, std::string_view request_id, bool with_body)
{
    const auto reason = reason_of(status);
    std::string text{"HTTP/1.1 "};
    text.append(std::to_string(status)).append(" ").append(reason);
    text.append("\r\nDate: ").append(http_date(std::time(nullptr)));
    text.append("\r\nX-Request-Id: ").append(request_id);
    text.append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ");
    text.append(std::to_string(reason.size() + 1));
    text.append("\r\nConnection: close");
    text.append(status == 405 ? "\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE" : "");
    text.append(status == 503 ? "\r\nRetry-After: 1" : "");
    text.append("\r\n\r\n");
    if (with_body) {
        text.append(reason).append("\n");
    }
    return text;
}

} // namespace vtlt::webui::http
