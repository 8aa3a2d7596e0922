// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/bag_text.h>

#include "bag_lexis.h"
#include "base/utf8.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>

namespace vtlt::export_::bag {

namespace {

using text::detail::append_utf8;

std::optional<std::string> from_utf16(std::string_view bytes, bool big_endian)
{
    if (bytes.size() % 2 != 0) {
        return std::nullopt;
    }
    const auto unit = [&](std::size_t at) {
        const auto a = static_cast<unsigned char>(bytes[at]);
        const auto b = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? (a << 8) | b : (b << 8) | a);
    };
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        auto c = unit(at);
        if (c >= 0xD800 && c < 0xE000) {
            const auto low = c < 0xDC00 && at + 3 < bytes.size() ? unit(at + 2) : char32_t{0};
            if (low < 0xDC00 || low >= 0xE000) {
                return std::nullopt;
            }
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        }
        append_utf8(out, c);
    }
    return out;
}

/// RFC 2781: big-endian unless a byte order mark says otherwise.
std::optional<std::string> from_marked_utf16(std::string_view bytes)
{
    if (bytes.starts_with("\xFF\xFE")) {
        return from_utf16(bytes.substr(2), false);
    }
    return from_utf16(bytes.starts_with("\xFE\xFF") ? bytes.substr(2) : bytes, true);
}

std::optional<std::string> from_utf8(std::string_view bytes)
{
    if (bytes.starts_with(kByteOrderMark)) {
        bytes.remove_prefix(kByteOrderMark.size());
    }
    return text::is_utf8(bytes) ? std::optional{std::string{bytes}} : std::nullopt;
}

std::optional<std::string> from_ascii(std::string_view bytes)
{
    const bool ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? std::optional{std::string{bytes}} : std::nullopt;
}

std::optional<std::string> from_latin1(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
        append_utf8(out, static_cast<unsigned char>(c));
    }
    return out;
}

struct EncodingRow
{
    std::string_view name; ///< lower case
    std::optional<std::string> (*decode)(std::string_view);
};

constexpr std::array kEncodings{
    EncodingRow{"utf-8", from_utf8},
    EncodingRow{"utf8", from_utf8},
    EncodingRow{"us-ascii", from_ascii},
    EncodingRow{"ascii", from_ascii},
    EncodingRow{"iso-8859-1", from_latin1},
    EncodingRow{"iso8859-1", from_latin1},
    EncodingRow{"latin1", from_latin1},
    EncodingRow{"utf-16", from_marked_utf16},
    EncodingRow{"utf16", from_marked_utf16},
    EncodingRow{"utf-16be", [](std::string_view bytes) { return from_utf16(bytes, true); }},
    EncodingRow{"utf-16le", [](std::string_view bytes) { return from_utf16(bytes, false); }},
};

} // namespace

std::optional<std::string> decode_tag_text(std::string_view bytes, std::string_view encoding, Notes& notes)
{
    const auto* row = std::ranges::find(kEncodings, lower(encoding), &EncodingRow::name);
    if (row == kEncodings.end()) {
        notes.push_back({"bagit.encoding", "unknown encoding " + text::one_line(encoding)});
        return std::nullopt;
    }
    auto decoded = row->decode(bytes);
    if (!decoded) {
        notes.push_back({"bagit.encoding", "not in " + std::string{row->name}});
    }
    return decoded;
}

} // namespace vtlt::export_::bag
