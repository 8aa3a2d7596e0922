// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/webui/http/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Conditional requests, ranges and file answers (RFC 9110 §8.8, §13, §14; RFC 6266; RFC 9530). Pure but for
/// send_file's descriptor. An entity tag is always the whole text: `"abc"` or `W/"abc"`.
namespace vtlt::webui::http {

/// True when If-None-Match names `etag` or is `*` (weak comparison): answer 304 to GET and HEAD, 412 to the others.
bool is_not_modified(const Headers& headers, std::string_view etag);

enum class Precondition
{
    absent, ///< no If-Match: where the method asks for one, answer 428
    holds,
    fails ///< answer 412
};
/// If-Match against `etag` (strong comparison: a weak tag never matches); an empty `etag` stands for "there is none".
Precondition if_match(const Headers& headers, std::string_view etag);
/// The strong tags that If-Match names, for handlers that read a revision out of one. Empty for `*` and for none.
std::vector<std::string> if_match_tags(const Headers& headers);

struct ByteRange
{
    std::uint64_t from = 0;
    std::uint64_t size = 0;
};

struct RangeAnswer
{
    enum class Kind
    {
        whole,        ///< 200
        part,         ///< 206
        unsatisfiable ///< 416
    };
    Kind kind = Kind::whole;
    ByteRange range;
};
/// What Range asks of `size` bytes. Several ranges, other units and what is malformed mean the whole, as RFC 9110
/// §14.2 allows; so does an If-Range that does not name `etag` strongly.
RangeAnswer choose_range(const Headers& headers, std::uint64_t size, std::string_view etag);
/// `bytes 0-9/100`, or `bytes */100` without a range.
std::string content_range(std::optional<ByteRange> range, std::uint64_t size);

/// `attachment; filename="…"; filename*=UTF-8''…`: the first in ASCII for old programs, the second as it is. Path
/// separators and control characters become '_'.
std::string content_disposition(std::string_view file_name, bool attachment = true);

struct FileDescription
{
    std::string name; ///< UTF-8; empty: no Content-Disposition
    std::string media_type = "application/octet-stream";
    std::string etag;   ///< empty: made of sha256
    std::string sha256; ///< hex of the whole file, becomes Repr-Digest; empty: none
    std::uint64_t size = 0;
    bool attachment = true;
};

/// 200, 206, 304, 412 or 416 for GET and HEAD of a file of `description.size` bytes. Always says nosniff and
/// Accept-Ranges.
Response send_file(const Request& request, UniqueFd file, const FileDescription& description);

} // namespace vtlt::webui::http
