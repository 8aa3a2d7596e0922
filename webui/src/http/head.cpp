// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/head.h"

#include "http/syntax.h"

#include <vtlt/webui/http/form.h>

#include <algorithm>
#include <array>

namespace vtlt::webui::http {

namespace {

constexpr std::array<std::string_view, 6> kServed{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::array<std::string_view, 3> kKnown{"OPTIONS", "TRACE", "CONNECT"};

/// Cuts `text` at the first `separator`; `rest` is what follows it.
bool cut(std::string_view text, char separator, std::string_view& first, std::string_view& rest)
{
    const auto at = text.find(separator);
    if (at == std::string_view::npos) {
        return false;
    }
    first = text.substr(0, at);
    rest = text.substr(at + 1);
    return true;
}

/// Visible ASCII without what URIs must escape. Browsers send '|', '^', '{' and the like as they are.
bool is_target(std::string_view target)
{
    return !target.empty() && std::ranges::all_of(target, [](char c) {
        return c > ' ' && c < '\x7f' && std::string_view{"\"<>#\\"}.find(c) == std::string_view::npos;
    });
}

/// "reg-name", IPv4 or [IPv6], perhaps with a port.
bool is_host(std::string_view host)
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_token(std::string_view{&c, 1}) || c == ':' || c == '[' || c == ']' || c == '(' || c == ')';
    });
}

/// Each part decoded for itself, so that an escaped '/' or "%2e%2e" cannot change where the path leads.
std::optional<std::string> decode_path(std::string_view raw)
{
    if (raw == "/") {
        return std::string{raw};
    }
    std::string path;
    for (std::size_t at = 0; at < raw.size();) {
        const auto end = std::min(raw.find('/', at + 1), raw.size());
        const auto part = percent_decode(raw.substr(at + 1, end - at - 1), false);
        if (!part || part->empty() || *part == "." || *part == ".." || part->find('/') != std::string::npos ||
            std::ranges::any_of(*part, is_control)) {
            return std::nullopt;
        }
        path.append("/").append(*part);
        at = end;
    }
    return path;
}

/// The host of an absolute target, which is cut off it; RFC 9112 §3.2.2 wants proxies' form understood everywhere.
std::optional<std::string_view> take_authority(std::string_view& target)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (is_same_word(target.substr(0, scheme.size()), scheme)) {
            const auto slash = std::min(target.find_first_of("/?", scheme.size()), target.size());
            const auto host = target.substr(scheme.size(), slash - scheme.size());
            target.remove_prefix(slash);
            return host;
        }
    }
    return std::nullopt;
}

int read_target(std::string_view target, Head& head)
{
    if (!is_target(target)) {
        return 400;
    }
    if (const auto host = take_authority(target)) {
        if (!is_host(*host)) {
            return 400;
        }
        head.headers.set("Host", std::string{*host});
    }
    head.target = target.starts_with('/') ? std::string{target} : "/" + std::string{target};
    if (!target.empty() && target.front() != '/' && target.front() != '?') {
        return 400;
    }
    const std::string_view whole = head.target;
    const auto question = std::min(whole.find('?'), whole.size());
    auto path = decode_path(whole.substr(0, question));
    head.query_text = whole.substr(std::min(question + 1, whole.size()));
    auto query = parse_pairs(head.query_text, kMaxQueryFields);
    if (!path || !query) {
        return 400;
    }
    head.path = std::move(*path);
    head.query = std::move(*query);
    return 0;
}

int read_version(std::string_view version, Head& head)
{
    if (version == "HTTP/1.1" || version == "HTTP/1.0") {
        head.is_http_1_0 = version.back() == '0';
        head.keep_alive = !head.is_http_1_0;
        return 0;
    }
    const bool other = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' && version[5] >= '2' &&
                       version[5] <= '9' && version[7] >= '0' && version[7] <= '9';
    return other ? 505 : 400;
}

int read_request_line(std::string_view line, std::string_view& target, Head& head)
{
    std::string_view method;
    std::string_view rest;
    std::string_view version;
    if (!cut(line, ' ', method, rest) || !cut(rest, ' ', target, version) || !is_token(method)) {
        return 400;
    }
    if (const int status = read_version(version, head)) {
        return status;
    }
    if (std::ranges::find(kServed, method) == kServed.end()) {
        return std::ranges::find(kKnown, method) == kKnown.end() ? 501 : 405;
    }
    head.method = method;
    return 0;
}

int read_field(std::string_view line, Headers& headers)
{
    std::string_view name;
    std::string_view value;
    // A folded line starts with white space, which is no token either.
    if (!cut(line, ':', name, value) || !is_token(name)) {
        return 400;
    }
    value = trim(value);
    if (name.size() > kMaxHeaderName || value.size() > kMaxHeaderValue || headers.fields().size() == kMaxHeaderFields) {
        return 431;
    }
    headers.add(std::string{name}, std::string{value});
    return 0;
}

int read_framing(Head& head)
{
    const auto lengths = head.headers.find_all("Content-Length");
    const auto codings = head.headers.find_all("Transfer-Encoding");
    if (lengths.size() > 1 || codings.size() > 1 || (!lengths.empty() && !codings.empty())) {
        return 400;
    }
    if (!lengths.empty()) {
        head.content_length = parse_number(lengths.front());
        // A sum with the head's size must not overflow.
        if (!head.content_length || *head.content_length > std::uint64_t{1} << 62U) {
            return 400;
        }
    }
    if (!codings.empty()) {
        if (head.is_http_1_0) {
            return 400;
        }
        if (!is_same_word(codings.front(), "chunked")) {
            return 501;
        }
        head.chunked = true;
    }
    return 0;
}

void read_connection(Head& head)
{
    bool close = false;
    bool keep = false;
    for (const auto field : head.headers.find_all("Connection")) {
        for (std::size_t at = 0; at < field.size();) {
            const auto end = std::min(field.find(',', at), field.size());
            const auto word = trim(field.substr(at, end - at));
            close = close || is_same_word(word, "close");
            keep = keep || is_same_word(word, "keep-alive");
            at = end + 1;
        }
    }
    head.keep_alive = !close && (keep || !head.is_http_1_0);
}

int read_expectation(Head& head)
{
    const auto expectations = head.headers.find_all("Expect");
    if (expectations.empty()) {
        return 0;
    }
    if (expectations.size() > 1 || !is_same_word(expectations.front(), "100-continue")) {
        return 417;
    }
    head.expects_continue = !head.is_http_1_0;
    return 0;
}

int read_host(const Head& head)
{
    const auto hosts = head.headers.find_all("Host");
    if (hosts.empty()) {
        return head.is_http_1_0 ? 0 : 400;
    }
    return hosts.size() > 1 || !is_host(hosts.front()) ? 400 : 0;
}

int read_lines(std::string_view bytes, Head& head)
{
    std::string_view target;
    bool is_first = true;
    for (std::size_t at = 0; at + 2 < bytes.size();) {
        const auto end = bytes.find("\r\n", at);
        const auto line = bytes.substr(at, end - at);
        if (const int status = is_first ? read_request_line(line, target, head) : read_field(line, head.headers)) {
            return status;
        }
        is_first = false;
        at = end + 2;
    }
    if (const int status = read_host(head)) {
        return status;
    }
    return read_target(target, head);
}

} // namespace

HeadEnd find_head_end(std::string_view bytes, std::size_t seen)
{
    for (auto at = seen; at < bytes.size(); ++at) {
        const char c = bytes[at];
        const bool after_return = at > 0 && bytes[at - 1] == '\r';
        if (after_return != (c == '\n') || (is_control(c) && c != '\t' && c != '\r' && c != '\n')) {
            return {.bad = true};
        }
        if (c == '\n' && at >= 3 && bytes[at - 2] == '\n') {
            return {.size = at + 1};
        }
    }
    return {};
}

std::variant<Head, int> parse_head(std::string_view bytes)
{
    if (const auto end = find_head_end(bytes); end.bad || end.size == 0 || end.size != bytes.size()) {
        return 400;
    }
    Head head;
    if (const int status = read_lines(bytes, head)) {
        return status;
    }
    if (const int status = read_framing(head)) {
        return status;
    }
    if (const int status = read_expectation(head)) {
        return status;
    }
    read_connection(head);
    for (const auto field : head.headers.find_all("Cookie")) {
        std::ranges::move(parse_cookies(field), std::back_inserter(head.cookies));
    }
    return head;
}

} // namespace vtlt::webui::http
