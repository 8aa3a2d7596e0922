// SPDX-License-Identifier: GPL-3.0-or-later
#include "utf8.h"

#include <algorithm>

namespace vtlt::extract {

namespace {

struct Lead
{
    std::size_t length;
    char32_t bits;
    char32_t least; ///< shorter code points in this length are overlong
};

Lead lead_of(unsigned char byte)
{
    if (byte < 0x80) {
        return {1, byte, 0};
    }
    if (byte >= 0xC2 && byte < 0xE0) {
        return {2, static_cast<char32_t>(byte & 0x1F), 0x80};
    }
    if (byte >= 0xE0 && byte < 0xF0) {
        return {3, static_cast<char32_t>(byte & 0x0F), 0x800};
    }
    if (byte >= 0xF0 && byte < 0xF5) {
        return {4, static_cast<char32_t>(byte & 0x07), 0x10000};
    }
    return {0, 0, 0};
}

bool is_surrogate(char32_t value)
{
    return value >= 0xD800 && value < 0xE000;
}

} // namespace

CodePoint decode_utf8(std::string_view bytes)
{
    if (bytes.empty()) {
        return {};
    }
    const auto lead = lead_of(static_cast<unsigned char>(bytes.front()));
    if (lead.length == 0 || bytes.size() < lead.length) {
        return {};
    }
    auto value = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if ((byte & 0xC0) != 0x80) {
            return {};
        }
        value = value << 6 | static_cast<char32_t>(byte & 0x3F);
    }
    if (value < lead.least || value > 0x10FFFF || is_surrogate(value)) {
        return {};
    }
    return {value, lead.length};
}

void append_utf8(std::string& out, char32_t value)
{
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (value >> shift & 0x3F)); };
    if (value < 0x80) {
        out += static_cast<char>(value);
    } else if (value < 0x800) {
        out += static_cast<char>(0xC0 | value >> 6);
        tail(0);
    } else if (value < 0x10000) {
        out += static_cast<char>(0xE0 | value >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | value >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t unfinished_utf8(std::string_view bytes)
{
    const auto most = std::min<std::size_t>(3, bytes.size());
    for (std::size_t back = 1; back <= most; ++back) {
        const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
        if ((byte & 0xC0) != 0x80) {
            return lead_of(byte).length > back ? back : 0;
        }
    }
    return 0;
}

std::string utf16_to_utf8(std::string_view bytes, ByteOrder order, std::size_t& used)
{
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(order == ByteOrder::little ? second << 8 | first : first << 8 | second);
    };
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 2);
    used = 0;
    while (used + 2 <= bytes.size()) {
        const auto high = unit(used);
        if (high < 0xD800 || high >= 0xE000) {
            append_utf8(out, high);
            used += 2;
            continue;
        }
        if (high < 0xDC00 && used + 4 > bytes.size()) {
            break;
        }
        const auto low = high < 0xDC00 ? unit(used + 2) : char32_t{0};
        const bool paired = low >= 0xDC00 && low < 0xE000;
        append_utf8(out, paired ? 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00) : kReplacement);
        used += paired ? 4 : 2;
    }
    return out;
}

} // namespace vtlt::extract
