// SPDX-License-Identifier: GPL-3.0-or-later
// The head of a request from bytes that anybody may send. What is accepted must leave no second reading.
#include "http/head.h"
#include "http/syntax.h"

#include <vtlt/core/base/text.h>
#include <vtlt/webui/http/conditional.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

using namespace vtlt::webui::http;

namespace {

void must(bool condition)
{
    if (!condition) {
        __builtin_trap();
    }
}

bool is_clean(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

void check_path(std::string_view path)
{
    must(path.starts_with('/') && vtlt::text::is_utf8(path) && is_clean(path));
    must(path.find("//") == std::string_view::npos && (path == "/" || !path.ends_with('/')));
    for (const std::string_view dots : {"/.", "/.."}) {
        must(!path.ends_with(dots) && path.find(std::string{dots} + "/") == std::string_view::npos);
    }
}

void check_pairs(const Pairs& pairs)
{
    for (const auto& [name, value] : pairs) {
        must(vtlt::text::is_utf8(name) && vtlt::text::is_utf8(value));
        must(name.find('\0') == std::string::npos && value.find('\0') == std::string::npos);
    }
}

void check_framing(const Head& head)
{
    const auto lengths = head.headers.find_all("content-length");
    const auto codings = head.headers.find_all("TRANSFER-ENCODING");
    must(lengths.size() + codings.size() <= 1);
    must(head.content_length.has_value() == (lengths.size() == 1));
    must(head.chunked == (codings.size() == 1));
    must(!head.content_length || parse_number(lengths.front()) == head.content_length);
    must(!head.is_http_1_0 || !head.chunked);
    must(head.is_http_1_0 || head.headers.find_all("Host").size() == 1);
}

/// A handler may ask anything of what was accepted.
void check_conditions(const Head& head)
{
    constexpr std::uint64_t kSize = 1000;
    const auto answer = choose_range(head.headers, kSize, "\"a\"");
    if (answer.kind == RangeAnswer::Kind::part) {
        must(answer.range.size > 0 && answer.range.from < kSize && answer.range.size <= kSize - answer.range.from);
    }
    must(choose_range(head.headers, 0, "\"a\"").kind != RangeAnswer::Kind::part);
    must(!is_not_modified(head.headers, "\"a\"") || head.headers.find("If-None-Match"));
    must(if_match(head.headers, "") != Precondition::holds);
    for (const auto& tag : if_match_tags(head.headers)) {
        must(if_match(head.headers, tag) == Precondition::holds);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto end = find_head_end(bytes);
    must(!(end.bad && end.size > 0) && end.size <= size);
    // The same, however the bytes arrive.
    const auto half = find_head_end(bytes.substr(0, size / 2));
    if (half.bad || half.size > 0) {
        must(half.bad == end.bad && half.size == end.size);
    } else {
        const auto rest = find_head_end(bytes, size / 2);
        must(rest.bad == end.bad && rest.size == end.size);
    }
    const auto parsed = parse_head(bytes.substr(0, end.size));
    if (const auto* status = std::get_if<int>(&parsed)) {
        must(*status >= 400 && *status <= 505);
        return 0;
    }
    const auto& head = std::get<Head>(parsed);
    must(!end.bad && end.size > 0);
    check_path(head.path);
    check_pairs(head.query);
    check_framing(head);
    must(head.target.starts_with('/') && is_clean(head.target) && head.headers.fields().size() <= kMaxHeaderFields + 1);
    for (const auto& [name, value] : head.headers.fields()) {
        must(is_token(name) && is_clean(value) && name.size() <= kMaxHeaderName);
    }
    check_conditions(head);
    return 0;
}
