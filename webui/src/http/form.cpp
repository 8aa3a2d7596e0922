// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/form.h>

#include "http/syntax.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <array>

namespace vtlt::webui::http {

namespace {

/// RFC 6265 §4.1.1, and bytes of UTF-8, which browsers send.
bool is_cookie_octet(char c)
{
    return !is_control(c) && std::string_view{" \",;\\"}.find(c) == std::string_view::npos;
}

} // namespace

Pairs parse_form(std::string_view body, std::size_t limit)
{
    auto pairs = parse_pairs(body, limit);
    if (!pairs) {
        throw Error{Kind::invalid, "http.form", {{"fields", std::to_string(limit)}}};
    }
    return std::move(*pairs);
}

Pairs parse_cookies(std::string_view field)
{
    Pairs cookies;
    for (std::size_t at = 0; at < field.size();) {
        const auto end = std::min(field.find(';', at), field.size());
        const auto piece = trim(field.substr(at, end - at));
        at = end + 1;
        const auto equals = piece.find('=');
        if (equals == std::string_view::npos) {
            continue;
        }
        const auto name = piece.substr(0, equals);
        auto value = piece.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        if (is_token(name) && std::ranges::all_of(value, is_cookie_octet)) {
            cookies.emplace_back(name, value);
        }
    }
    return cookies;
}

std::string read_body(BodyReader& body, std::size_t limit)
{
    std::string text;
    std::array<char, std::size_t{16} * 1024> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    while (const auto got = body.read(buffer)) {
        if (text.size() + got > limit) {
            throw Error{Kind::invalid, "http.body_too_large", {{"limit", std::to_string(limit)}}};
        }
        text.append(buffer.data(), got);
    }
    return text;
}

} // namespace vtlt::webui::http
