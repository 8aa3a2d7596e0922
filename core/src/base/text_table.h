// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/utf8.h"

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

/// The row of any code point; below kTableEnd it is a table look-up.
CharRow row_of(char32_t code_point);
/// Same, for code points below kTableEnd only.
const CharRow& table_row(char32_t code_point);
/// A lower-case vowel without tone and a tone to one code point; 0 when it is no Vietnamese vowel.
char32_t with_tone(char32_t plain, std::uint8_t tone);
/// Fold of one code point that may become several (ligatures, compatibility forms); appended to `out`.
void append_slow_fold(std::string& out, char32_t code_point);

/// Exact and folded form of one word given by its bytes in the source; both are overwritten.
/// `simple` says that every code point has a simple row.
void word_forms(std::string_view word, bool simple, std::string& exact, std::string& folded);

inline constexpr bool is_word_class(CharClass char_class)
{
    return char_class == CharClass::letter || char_class == CharClass::digit || char_class == CharClass::ideograph;
}

} // namespace vtlt::text::detail
