// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/conditional.h>

#include "http/syntax.h"

#include <vtlt/core/base/digest.h>

#include <algorithm>

namespace vtlt::webui::http {

namespace {

struct TagList
{
    bool any = false; ///< `*`
    std::vector<std::string> tags;
};

/// Ends at the first thing that is no entity tag: what was understood before counts.
void read_tags(std::string_view field, TagList& list)
{
    field = trim(field);
    if (field == "*") {
        list.any = true;
        return;
    }
    for (std::size_t at = 0; at < field.size();) {
        if (field[at] == ' ' || field[at] == '\t' || field[at] == ',') {
            ++at;
            continue;
        }
        const auto quote = field.substr(at).starts_with("W/") ? at + 2 : at;
        if (quote >= field.size() || field[quote] != '"') {
            return;
        }
        const auto close = field.find('"', quote + 1);
        if (close == std::string_view::npos) {
            return;
        }
        list.tags.emplace_back(field.substr(at, close + 1 - at));
        at = close + 1;
    }
}

TagList tags_of(const Headers& headers, std::string_view name)
{
    TagList list;
    for (const auto field : headers.find_all(name)) {
        read_tags(field, list);
    }
    return list;
}

std::string_view without_weakness(std::string_view tag)
{
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool is_strong(std::string_view tag)
{
    return tag.size() >= 2 && tag.front() == '"';
}

/// "first-last", "first-" or "-suffix". nullopt when malformed.
std::optional<RangeAnswer> read_range(std::string_view text, std::uint64_t size)
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto first_text = trim(text.substr(0, dash));
    const auto last_text = trim(text.substr(dash + 1));
    const auto first = parse_number(first_text);
    const auto last = parse_number(last_text);
    if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last) ||
        (first && last && *last < *first)) {
        return std::nullopt;
    }
    if (!first) {
        const auto length = std::min(*last, size);
        return length == 0 ? RangeAnswer{RangeAnswer::Kind::unsatisfiable, {}}
                           : RangeAnswer{RangeAnswer::Kind::part, {size - length, length}};
    }
    if (*first >= size) {
        return RangeAnswer{RangeAnswer::Kind::unsatisfiable, {}};
    }
    const auto end = std::min(last.value_or(size - 1), size - 1);
    return RangeAnswer{RangeAnswer::Kind::part, {*first, end - *first + 1}};
}

std::string etag_of(const FileDescription& description)
{
    const bool is_hashed = description.etag.empty() && !description.sha256.empty();
    return is_hashed ? '"' + description.sha256 + '"' : description.etag;
}

} // namespace

bool is_not_modified(const Headers& headers, std::string_view etag)
{
    const auto list = tags_of(headers, "If-None-Match");
    return list.any || (!etag.empty() && std::ranges::any_of(list.tags, [&](const std::string& tag) {
               return without_weakness(tag) == without_weakness(etag);
           }));
}

Precondition if_match(const Headers& headers, std::string_view etag)
{
    if (!headers.find("If-Match")) {
        return Precondition::absent;
    }
    const auto list = tags_of(headers, "If-Match");
    const bool holds = !etag.empty() && (list.any || std::ranges::any_of(list.tags, [&](const std::string& tag) {
                                             return is_strong(tag) && tag == etag;
                                         }));
    return holds ? Precondition::holds : Precondition::fails;
}

std::vector<std::string> if_match_tags(const Headers& headers)
{
    auto tags = tags_of(headers, "If-Match").tags;
    std::erase_if(tags, [](const std::string& tag) { return !is_strong(tag); });
    return tags;
}

RangeAnswer choose_range(const Headers& headers, std::uint64_t size, std::string_view etag)
{
    constexpr std::string_view kUnit = "bytes=";
    const auto fields = headers.find_all("Range");
    if (fields.size() != 1 || !is_same_word(fields.front().substr(0, kUnit.size()), kUnit)) {
        return {};
    }
    // A date, or a tag of another version: parts of two versions must never be put together.
    if (const auto condition = headers.find("If-Range"); condition && (!is_strong(*condition) || *condition != etag)) {
        return {};
    }
    const auto text = fields.front().substr(kUnit.size());
    return text.find(',') == std::string_view::npos ? read_range(text, size).value_or(RangeAnswer{}) : RangeAnswer{};
}

std::string content_range(std::optional<ByteRange> range, std::uint64_t size)
{
    if (!range) {
        return "bytes */" + std::to_string(size);
    }
    return "bytes " + std::to_string(range->from) + "-" + std::to_string(range->from + range->size - 1) + "/" +
           std::to_string(size);
}

std::string content_disposition(std::string_view file_name, bool attachment)
{
    std::string name{file_name};
    std::ranges::replace_if(
        name, [](char c) { return is_control(c) || c == '/' || c == '\\'; }, '_');
    std::string ascii;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) { // one '_' for a character, however many bytes
            ascii += byte >= 0x80 || c == '"' || c == '%' ? '_' : c;
        }
    }
    std::string text{attachment ? "attachment" : "inline"};
    text.append("; filename=\"").append(ascii).append("\"");
    if (ascii != name) {
        text.append("; filename*=UTF-8''").append(percent_encode(name));
    }
    return text;
}

Response send_file(const Request& request, UniqueFd file, const FileDescription& description)
{
    Response response;
    auto& headers = response.headers;
    const auto etag = etag_of(description);
    if (!etag.empty()) {
        headers.set("ETag", etag);
    }
    if (if_match(request.headers, etag) == Precondition::fails) {
        response.status = 412;
        return response;
    }
    if (is_not_modified(request.headers, etag)) {
        response.status = 304;
        return response;
    }
    headers.set("Accept-Ranges", "bytes");
    headers.set("X-Content-Type-Options", "nosniff");
    const auto answer = request.method == "GET" ? choose_range(request.headers, description.size, etag) : RangeAnswer{};
    if (answer.kind == RangeAnswer::Kind::unsatisfiable) {
        response.status = 416;
        headers.set("Content-Range", content_range(std::nullopt, description.size));
        return response;
    }
    headers.set("Content-Type", description.media_type);
    if (!description.name.empty()) {
        headers.set("Content-Disposition", content_disposition(description.name, description.attachment));
    }
    if (!description.sha256.empty()) {
        const auto digest = digest_from_hex(description.sha256);
        headers.set("Repr-Digest", "sha-256=:" + base64_encode(std::string{digest.begin(), digest.end()}) + ":");
    }
    ByteRange range{0, description.size};
    if (answer.kind == RangeAnswer::Kind::part) {
        range = answer.range;
        response.status = 206;
        headers.set("Content-Range", content_range(range, description.size));
    }
    response.body = FileBody{std::move(file), range.from, range.size};
    return response;
}

} // namespace vtlt::webui::http
