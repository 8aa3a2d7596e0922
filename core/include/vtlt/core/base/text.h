// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// UTF-8, Unicode normalisation and the one fold of the house. Duplicates, index, facets and highlighter all use it, so
/// that what matched is exactly what lights up. Functions are pure and safe from any thread.
namespace vtlt::text {

/// True when `bytes` is well-formed UTF-8.
bool is_utf8(std::string_view bytes);
/// Replaces every ill-formed sequence by U+FFFD.
std::string repair_utf8(std::string_view bytes);
/// Normalisation form C. Metadata passes here once, at the door; preserved bytes and file names never do.
std::string to_nfc(std::string_view utf8);
/// NFC, lower case, and the tone mark of a syllable on one canonical vowel (hoà = hòa), accents kept: the exact form of
/// a word. Ð (U+00D0) and Ɖ (U+0189), met for Đ in files from old fonts, count as Đ.
std::string exact_form(std::string_view utf8);
/// `exact_form` without marks, đ → d: what is searched when accents are not typed. ASCII for Vietnamese text.
std::string fold(std::string_view utf8);

/// One word (a Vietnamese syllable, a number, a foreign word) of a text.
struct Token
{
    std::size_t begin = 0; ///< byte offset in the source
    std::size_t end = 0;   ///< byte offset past the last byte
    std::string exact;     ///< exact_form of the word
    std::string folded;    ///< fold of the word
};

/// Splits into words: runs of letters, marks and digits (UAX #29 without dictionary). `3163/BC-BQP` gives 3163, bc,
/// bqp; `33.900` and `2,5` stay one word with their separator removed when it groups thousands, as people type either.
/// Words longer than 60 bytes folded are cut there.
std::vector<Token> tokenize(std::string_view utf8);

/// Streaming form of `tokenize` for large texts: calls `on_token` in order; the Token is reused between calls.
void for_each_token(std::string_view utf8, const std::function<void(const Token&)>& on_token);

/// Where those words stand, without their forms, which cost most: `on_word(begin, end)` returns false to stop.
void for_each_word(std::string_view utf8, const std::function<bool(std::size_t, std::size_t)>& on_word);

/// Length in code points.
std::size_t length(std::string_view utf8);

/// Collapses white space and control characters to single spaces, trims, removes bidirectional overrides: a title or a
/// message line.
std::string one_line(std::string_view utf8);

/// Collation key of Vietnamese (ICU vi; đ after d, tones in order), numbers in numeric order.
std::string sort_key(std::string_view utf8);
/// Order of file names for people: numbers by value, Vietnamese collation, then bytes.
bool natural_less(std::string_view a, std::string_view b);

/// Number and symbol (số, ký hiệu) in one normalised form: folded, parts joined by one space: "3163/BC-BQP" → "3163 bc
/// bqp".
std::string code_key(std::string_view number_and_symbol);

} // namespace vtlt::text
