// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// One code point of UTF-8, read and written.
namespace vtlt::text::detail {

inline constexpr char32_t kReplacement = 0xFFFD;

struct Decoded
{
    char32_t code_point = kReplacement;
    std::size_t size = 1; ///< bytes taken; 1 for an ill-formed byte
    bool valid = true;
};

/// Reads one code point at `at` (< bytes.size()).
inline Decoded decode(std::string_view bytes, std::size_t at)
{
    const auto byte = [&](std::size_t i) -> char32_t { return static_cast<unsigned char>(bytes[i]); };
    const auto tail = [&](std::size_t i) { return i < bytes.size() && (byte(i) & 0xC0U) == 0x80U; };
    const char32_t lead = byte(at);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    if (lead >= 0xC2 && lead < 0xE0 && tail(at + 1)) {
        return {((lead & 0x1FU) << 6U) | (byte(at + 1) & 0x3FU), 2, true};
    }
    if (lead >= 0xE0 && lead < 0xF0 && tail(at + 1) && tail(at + 2)) {
        const char32_t cp = ((lead & 0x0FU) << 12U) | ((byte(at + 1) & 0x3FU) << 6U) | (byte(at + 2) & 0x3FU);
        if (cp >= 0x800 && (cp < 0xD800 || cp > 0xDFFF)) {
            return {cp, 3, true};
        }
    }
    if (lead >= 0xF0 && lead < 0xF5 && tail(at + 1) && tail(at + 2) && tail(at + 3)) {
        const char32_t cp = ((lead & 0x07U) << 18U) | ((byte(at + 1) & 0x3FU) << 12U) | ((byte(at + 2) & 0x3FU) << 6U) |
                            (byte(at + 3) & 0x3FU);
        if (cp >= 0x10000 && cp <= 0x10FFFF) {
            return {cp, 4, true};
        }
    }
    return {kReplacement, 1, false};
}

inline void append_utf8(std::string& out, char32_t cp)
{
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (cp < 0x80) {
        put(cp);
    } else if (cp < 0x800) {
        put(0xC0U | (cp >> 6U));
        put(0x80U | (cp & 0x3FU));
    } else if (cp < 0x10000) {
        put(0xE0U | (cp >> 12U));
        put(0x80U | ((cp >> 6U) & 0x3FU));
        put(0x80U | (cp & 0x3FU));
    } else {
        put(0xF0U | (cp >> 18U));
        put(0x80U | ((cp >> 12U) & 0x3FU));
        put(0x80U | ((cp >> 6U) & 0x3FU));
        put(0x80U | (cp & 0x3FU));
    }
}

} // namespace vtlt::text::detail
