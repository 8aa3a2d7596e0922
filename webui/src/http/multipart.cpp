// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/multipart.h>

#include "http/syntax.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <vector>

namespace vtlt::webui::http {

namespace {

constexpr std::size_t kWindow = std::size_t{64} * 1024;
constexpr std::size_t kMaxBoundary = 70; // RFC 2046 §5.1.1
constexpr std::size_t kMaxPadding = 256; // white space behind a boundary

[[noreturn]] void fail(std::string_view reason)
{
    throw Error{Kind::invalid, "http.multipart", {{"reason", std::string{reason}}}};
}

/// `type; name=value; name="value"`: the parameters. nullopt when malformed.
std::optional<Pairs> read_parameters(std::string_view field, std::string_view& type)
{
    const auto semicolon = std::min(field.find(';'), field.size());
    type = trim(field.substr(0, semicolon));
    Pairs parameters;
    for (auto at = semicolon; at < field.size();) {
        at = field.find_first_not_of("; \t", at);
        if (at == std::string_view::npos) {
            break;
        }
        const auto equals = field.find('=', at);
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const auto name = trim(field.substr(at, equals - at));
        at = equals + 1;
        if (!is_token(name)) {
            return std::nullopt;
        }
        if (at < field.size() && field[at] == '"') {
            auto value = parse_quoted(field, at);
            if (!value) {
                return std::nullopt;
            }
            parameters.emplace_back(name, std::move(*value));
        } else {
            const auto end = std::min(field.find(';', at), field.size());
            parameters.emplace_back(name, trim(field.substr(at, end - at)));
            at = end;
        }
    }
    return parameters;
}

const std::string* find_parameter(const Pairs& parameters, std::string_view name)
{
    const auto found =
        std::ranges::find_if(parameters, [&](const auto& pair) { return is_same_word(pair.first, name); });
    return found == parameters.end() ? nullptr : &found->second;
}

/// Browsers write '"' and line ends of names as %22, %0D and %0A (the form standard), and nothing else so.
std::string unescape_name(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto code = text.substr(at, 3);
        const char c = code == "%22" ? '"' : is_same_word(code, "%0D") ? '\r' : is_same_word(code, "%0A") ? '\n' : '\0';
        out += c == '\0' ? text[at] : c;
        at += c == '\0' ? 0 : 2;
    }
    return out;
}

std::string checked(std::string text)
{
    if (text.find('\0') != std::string::npos || !text::is_utf8(text)) {
        fail("name");
    }
    return text;
}

/// `UTF-8'language'percent-encoded`.
std::string decode_extended(std::string_view value)
{
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos || !is_same_word(value.substr(0, first), "UTF-8")) {
        fail("filename*");
    }
    auto name = percent_decode(value.substr(second + 1), false);
    if (!name) {
        fail("filename*");
    }
    return std::move(*name);
}

void read_disposition(std::string_view value, PartHead& head)
{
    std::string_view type;
    const auto parameters = read_parameters(value, type);
    const auto* name = parameters ? find_parameter(*parameters, "name") : nullptr;
    if (name == nullptr || !is_same_word(type, "form-data")) {
        fail("Content-Disposition");
    }
    head.name = checked(unescape_name(*name));
    if (const auto* file_name = find_parameter(*parameters, "filename")) {
        head.file_name = checked(unescape_name(*file_name));
    }
    if (const auto* extended = find_parameter(*parameters, "filename*")) {
        head.file_name = decode_extended(*extended);
    }
}

PartHead parse_part_head(std::string_view lines)
{
    PartHead head;
    bool is_described = false;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = std::min(lines.find("\r\n", at), lines.size());
        const auto line = lines.substr(at, end - at);
        at = end + 2;
        const auto colon = line.find(':');
        const auto name = line.substr(0, std::min(colon, line.size()));
        if (colon == std::string_view::npos || !is_token(name) ||
            std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; })) {
            fail("head");
        }
        const auto value = trim(line.substr(colon + 1));
        if (is_same_word(name, "Content-Disposition")) {
            if (std::exchange(is_described, true)) {
                fail("Content-Disposition");
            }
            read_disposition(value, head);
        } else if (is_same_word(name, "Content-Type")) {
            head.media_type = checked(std::string{value});
        } else if (is_same_word(name, "Content-Transfer-Encoding") && !is_same_word(value, "binary") &&
                   !is_same_word(value, "8bit") && !is_same_word(value, "7bit")) {
            fail("Content-Transfer-Encoding"); // RFC 7578 §4.7 forbids it, and nobody sends it
        }
    }
    if (!is_described) {
        fail("Content-Disposition");
    }
    return head;
}

/// A window over the body: what is looked at lies whole in memory, the rest is still to come.
class Reader
{
public:
    Reader(BodyReader& body, std::string_view boundary, const MultipartEvents& events, const MultipartLimits& limits)
        : body_(body), delimiter_("\r\n--" + std::string{boundary}), events_(events), limits_(limits), buffer_(kWindow)
    {}

    void run()
    {
        skip_preamble();
        for (std::size_t parts = 0; is_further_part(); ++parts) {
            if (parts == limits_.parts) {
                fail("too many parts");
            }
            events_.on_part(parse_part_head(read_part_head()));
            copy_until_delimiter([&](std::string_view bytes) { events_.on_bytes(bytes); });
            events_.on_end();
        }
        // What follows the last boundary means nothing, but a body must be read to its end to keep the connection.
        do {
            from_ = end_;
        } while (fill());
    }

private:
    std::string_view window() const { return {buffer_.data() + from_, end_ - from_}; }

    /// False at the end of the body.
    bool fill()
    {
        if (from_ > 0) {
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(from_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
            end_ -= std::exchange(from_, 0);
        }
        const auto got = body_.read(std::span{buffer_}.subspan(end_));
        end_ += got;
        total_ += got;
        if (total_ > limits_.total) {
            fail("too large");
        }
        return got > 0;
    }

    void need(std::size_t size)
    {
        while (window().size() < size) {
            if (!fill()) {
                fail("cut off");
            }
        }
    }

    /// The first boundary may open the body; then no line end precedes it.
    void skip_preamble()
    {
        const auto first = std::string_view{delimiter_}.substr(2);
        need(first.size());
        if (window().starts_with(first)) {
            from_ += first.size();
        } else {
            copy_until_delimiter([](std::string_view) {});
        }
    }

    /// Stands behind the delimiter afterwards.
    template <class Sink>
    void copy_until_delimiter(Sink sink)
    {
        for (;;) {
            const auto found = window().find(delimiter_);
            if (found != std::string_view::npos) {
                give(sink, found);
                from_ += delimiter_.size();
                return;
            }
            // The end of the window may be the beginning of a delimiter.
            give(sink, window().size() - std::min(window().size(), delimiter_.size() - 1));
            if (!fill()) {
                fail("cut off");
            }
        }
    }

    template <class Sink>
    void give(Sink& sink, std::size_t size)
    {
        if (size > 0) {
            sink(window().substr(0, size));
            from_ += size;
        }
    }

    /// Behind a delimiter: "--" ends it all, white space and a line end open a part.
    bool is_further_part()
    {
        need(2);
        if (window().starts_with("--")) {
            from_ += 2;
            return false;
        }
        for (std::size_t padding = 0; window().front() == ' ' || window().front() == '\t'; ++padding) {
            if (padding == kMaxPadding) {
                fail("boundary");
            }
            ++from_;
            need(2);
        }
        if (!window().starts_with("\r\n")) {
            fail("boundary");
        }
        return true;
    }

    /// The lines of the head, without the empty one. The line end before them is still in the window.
    std::string read_part_head()
    {
        for (std::size_t seen = 0;;) {
            const auto end = window().find("\r\n\r\n", seen);
            if (end != std::string_view::npos && end <= limits_.head) {
                std::string lines{window().substr(2, std::max<std::size_t>(end, 2) - 2)};
                from_ += end + 4;
                return lines;
            }
            if (end != std::string_view::npos || window().size() > limits_.head + 4) {
                fail("head too large");
            }
            seen = window().size() < 3 ? 0 : window().size() - 3;
            if (!fill()) {
                fail("cut off");
            }
        }
    }

    BodyReader& body_;
    const std::string delimiter_;
    const MultipartEvents& events_;
    const MultipartLimits& limits_;
    std::vector<char> buffer_;
    std::size_t from_ = 0;
    std::size_t end_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type)
{
    std::string_view type;
    const auto parameters = read_parameters(content_type, type);
    const auto* boundary = parameters ? find_parameter(*parameters, "boundary") : nullptr;
    const bool is_usable = boundary != nullptr && !boundary->empty() && boundary->size() <= kMaxBoundary &&
                           boundary->back() != ' ' && std::ranges::none_of(*boundary, is_control);
    return is_usable && is_same_word(type, "multipart/form-data") ? std::optional{*boundary} : std::nullopt;
}

void read_multipart(BodyReader& body, std::string_view content_type, const MultipartEvents& events,
                    const MultipartLimits& limits)
{
    const auto boundary = multipart_boundary(content_type);
    if (!boundary) {
        fail("Content-Type");
    }
    if (limits.head + 4 > kWindow - kMaxBoundary) {
        throw Error{Kind::internal, "internal.invariant", {{"what", "a part's head fits into the window"}}};
    }
    Reader{body, *boundary, events, limits}.run();
}

} // namespace vtlt::webui::http
