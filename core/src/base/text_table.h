// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Properties of code points as the fold needs them, looked up instead of asked of ICU word by word. Private to
/// core/base/text*.
namespace vtlt::text::detail {

enum class CharClass : std::uint8_t
{
    other,
    letter,
    digit,
    mark,
    ideograph
};

/// How one code point takes part in a word.
struct CharRow
{
    char32_t lower = 0;    ///< exact form, tone kept
    char32_t plain = 0;    ///< exact form without its Vietnamese tone: ễ → ê
    char32_t base = 0;     ///< folded: ễ → e, đ → d
    std::uint8_t tone = 0; ///< 0 none, 1 … 5 as in kToneMarks
    CharClass char_class = CharClass::other;
    bool vowel = false;
    bool simple = true; ///< needs no look at its neighbours and folds to one code point
};

inline constexpr std::array<char32_t, 6> kToneMarks{0, 0x300, 0x301, 0x303, 0x309, 0x323};
inline constexpr char32_t kTableEnd = 0x2000;
inline constexpr char32_t kReplacement = 0xFFFD;

/// The row of any code point; below kTableEnd it is a table look-up.
CharRow row_of(char32_t code_point);
/// Same, for code points below kTableEnd only.
const CharRow& table_row(char32_t code_point);
/// A lower-case vowel without tone and a tone to one code point; 0 when it is no Vietnamese vowel.
char32_t with_tone(char32_t plain, std::uint8_t tone);
/// Fold of one code point that may become several (ligatures, compatibility forms); appended to `out`.
void append_slow_fold(std::string& out, char32_t code_point);

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

/// Exact and folded form of one word given by its bytes in the source; both are overwritten.
/// `simple` says that every code point has a simple row.
void word_forms(std::string_view word, bool simple, std::string& exact, std::string& folded);

inline constexpr bool is_word_class(CharClass char_class)
{
    return char_class == CharClass::letter || char_class == CharClass::digit || char_class == CharClass::ideograph;
}

} // namespace vtlt::text::detail
