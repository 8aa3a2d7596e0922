// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text_table.h"

#include <vtlt/core/base/text.h>

#include <optional>

namespace vtlt::text {
namespace {

using detail::CharClass;

constexpr std::size_t kMaxFolded = 60;
/// A letter with more bytes of marks than this is cut: nothing in any script needs them.
constexpr std::size_t kMaxCluster = 64;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool digit_at(std::string_view text, std::size_t at)
{
    return at < text.size() && is_digit(text[at]);
}

bool separator_at(std::string_view text, std::size_t at)
{
    return at < text.size() && (text[at] == '.' || text[at] == ',');
}

std::size_t digits_end(std::string_view text, std::size_t at)
{
    while (digit_at(text, at)) {
        ++at;
    }
    return at;
}

bool word_char_at(std::string_view text, std::size_t at)
{
    if (at >= text.size()) {
        return false;
    }
    const auto char_class = detail::row_of(detail::decode(text, at).code_point).char_class;
    return detail::is_word_class(char_class) || char_class == CharClass::mark;
}

/// End of the groups of three digits that follow the first group ending at `at`; `at` itself when there are none.
std::size_t groups_end(std::string_view text, std::size_t at, char separator)
{
    while (at < text.size() && text[at] == separator && digits_end(text, at + 1) == at + 4) {
        at += 4;
    }
    return at;
}

/// A number that people write with separators: groups of thousands (33.900, 1,234,567), a decimal comma (2,5), or both
/// (1.234.567,89). Dates and paragraph numbers (2.2021, 13.7.2022, 2.5) are none. Returns its end.
std::optional<std::size_t> separated_number_end(std::string_view text, std::size_t begin, std::size_t end)
{
    if (!separator_at(text, end) || !digit_at(text, end + 1)) {
        return std::nullopt;
    }
    if (begin >= 2 && separator_at(text, begin - 1) && is_digit(text[begin - 2])) {
        return std::nullopt; // the middle of something longer
    }
    const char first_separator = text[end];
    const bool may_group = end - begin <= 3 && text[begin] != '0';
    auto at = may_group ? groups_end(text, end, first_separator) : end;
    const bool grouped = at != end;
    const bool decimal =
        at < text.size() && (grouped ? separator_at(text, at) && text[at] != first_separator : text[at] == ',');
    if (decimal && digit_at(text, at + 1) && digits_end(text, at + 1) <= at + 3) {
        at = digits_end(text, at + 1);
    }
    const bool goes_on = word_char_at(text, at) || (separator_at(text, at) && digit_at(text, at + 1));
    return at == end || goes_on ? std::nullopt : std::optional{at};
}

std::string number_form(std::string_view written)
{
    std::string out;
    for (std::size_t i = 0; i < written.size(); ++i) {
        const bool groups = !is_digit(written[i]) && digits_end(written, i + 1) == i + 4;
        if (!groups) {
            out.push_back(is_digit(written[i]) ? written[i] : ',');
        }
    }
    return out;
}

struct WordScan
{
    std::size_t end = 0;
    bool simple = true;
    bool ascii_digits = true;
};

/// `at` is the first letter or digit of a word.
WordScan scan_word(std::string_view text, std::size_t at)
{
    WordScan scan;
    for (scan.end = at; scan.end < text.size();) {
        const auto byte = static_cast<unsigned char>(text[scan.end]);
        if (byte < 0x80) {
            if (!detail::is_word_class(detail::table_row(byte).char_class)) {
                break;
            }
            scan.ascii_digits = scan.ascii_digits && is_digit(text[scan.end]);
            ++scan.end;
            continue;
        }
        const auto decoded = detail::decode(text, scan.end);
        const bool small = decoded.code_point < detail::kTableEnd;
        const auto row = small ? detail::table_row(decoded.code_point) : detail::row_of(decoded.code_point);
        if (row.char_class != CharClass::letter && row.char_class != CharClass::digit &&
            row.char_class != CharClass::mark) {
            break; // ideographs are words of their own
        }
        scan.simple = scan.simple && row.simple;
        scan.ascii_digits = false;
        scan.end += decoded.size;
    }
    return scan;
}

/// Cuts a word into pieces of at most kMaxFolded folded bytes, between letters (a mark stays with its letter).
template <class Emit>
void emit_long_word(std::string_view text, std::size_t begin, std::size_t end, const Emit& emit)
{
    std::size_t piece = begin;
    std::size_t folded_size = 0;
    std::string exact;
    std::string folded;
    for (auto at = begin; at < end;) {
        auto next = at + detail::decode(text, at).size;
        while (next < end && next - at < kMaxCluster &&
               detail::row_of(detail::decode(text, next).code_point).char_class == CharClass::mark) {
            next += detail::decode(text, next).size;
        }
        detail::word_forms(text.substr(at, next - at), false, exact, folded);
        if (folded_size + folded.size() > kMaxFolded && at > piece) {
            emit(piece, at, false);
            piece = at;
            folded_size = 0;
        }
        folded_size += folded.size();
        at = next;
    }
    if (end > piece) {
        emit(piece, end, false);
    }
}

/// What is left too long is one letter under a heap of marks.
void cut(std::string& folded)
{
    if (folded.size() > kMaxFolded) {
        auto end = kMaxFolded;
        while (end > 0 && (static_cast<unsigned char>(folded[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        folded.resize(end);
    }
}

enum class Shape
{
    plain,  ///< every code point folds to one
    mixed,  ///< needs the slow look at its code points
    number, ///< written with separators
};

/// Where the words are: calls `on_word(begin, end, shape)` in order until it returns false.
template <class OnWord>
void scan_words(std::string_view utf8, const OnWord& on_word)
{
    bool more = true;
    for (std::size_t i = 0; more && i < utf8.size();) {
        const auto decoded = detail::decode(utf8, i);
        const bool small = decoded.code_point < detail::kTableEnd;
        const auto char_class =
            small ? detail::table_row(decoded.code_point).char_class : detail::row_of(decoded.code_point).char_class;
        if (!detail::is_word_class(char_class)) {
            i += decoded.size;
            continue;
        }
        if (char_class == CharClass::ideograph) {
            more = on_word(i, i + decoded.size, Shape::mixed);
            i += decoded.size;
            continue;
        }
        const auto scan = scan_word(utf8, i);
        if (const auto end = scan.ascii_digits ? separated_number_end(utf8, i, scan.end) : std::nullopt; end) {
            more = on_word(i, *end, Shape::number);
            i = *end;
            continue;
        }
        // A three-byte compatibility form can fold to more than it was; plain letters never do.
        if (scan.end - i > (scan.simple ? kMaxFolded : kMaxFolded / 4)) {
            emit_long_word(utf8, i, scan.end, [&](std::size_t begin, std::size_t end, bool) {
                more = more && on_word(begin, end, Shape::mixed);
            });
        } else {
            more = on_word(i, scan.end, scan.simple ? Shape::plain : Shape::mixed);
        }
        i = scan.end;
    }
}

/// Fills exact and folded form; false when nothing is left to find.
bool fill_forms(std::string_view utf8, Shape shape, Token& token)
{
    const auto written = utf8.substr(token.begin, token.end - token.begin);
    if (shape == Shape::number) {
        token.exact = number_form(written);
        token.folded = token.exact;
        return true;
    }
    detail::word_forms(written, shape == Shape::plain, token.exact, token.folded);
    cut(token.folded);
    return !token.folded.empty();
}

} // namespace

void for_each_token(std::string_view utf8, const std::function<void(const Token&)>& on_token)
{
    Token token;
    scan_words(utf8, [&](std::size_t begin, std::size_t end, Shape shape) {
        token.begin = begin;
        token.end = end;
        if (fill_forms(utf8, shape, token)) {
            on_token(token);
        }
        return true;
    });
}

void for_each_word(std::string_view utf8, const std::function<bool(std::size_t, std::size_t)>& on_word)
{
    Token token;
    scan_words(utf8, [&](std::size_t begin, std::size_t end, Shape shape) {
        token.begin = begin;
        token.end = end;
        // Only a word with letters beyond ours can be nothing once folded.
        return (shape == Shape::mixed && !fill_forms(utf8, shape, token)) || on_word(begin, end);
    });
}

std::vector<Token> tokenize(std::string_view utf8)
{
    std::vector<Token> tokens;
    tokens.reserve(utf8.size() / 6);
    for_each_token(utf8, [&](const Token& token) { tokens.push_back(token); });
    return tokens;
}

} // namespace vtlt::text
