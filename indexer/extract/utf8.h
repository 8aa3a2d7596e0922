// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The little UTF-8 and UTF-16 that a child needs, without ICU's tables: the fork server is to stay small.
namespace vtlt::extract {

inline constexpr char32_t kReplacement = 0xFFFD;

/// One code point at the start of `bytes`; `length` 0 when the bytes are not well-formed there.
struct CodePoint
{
    char32_t value = 0;
    std::size_t length = 0;
};
CodePoint decode_utf8(std::string_view bytes);

void append_utf8(std::string& out, char32_t value);

/// How many bytes at the end of `bytes` begin a code point whose rest is still to come (0 to 3).
std::size_t unfinished_utf8(std::string_view bytes);

enum class ByteOrder
{
    little,
    big
};
/// Whole units of `bytes`; an unpaired surrogate becomes U+FFFD. `used` is what was consumed: a high surrogate at the
/// end waits.
std::string utf16_to_utf8(std::string_view bytes, ByteOrder order, std::size_t& used);

} // namespace vtlt::extract
