// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text_table.h"

#include <vtlt/core/base/text.h>

#include <array>
#include <optional>
#include <span>

namespace vtlt::text {
namespace detail {
namespace {

/// Longest Vietnamese syllable: "nghiêng". Longer words keep their marks where they are.
constexpr std::size_t kMaxSyllable = 8;

struct Letter
{
    char32_t lower = 0;
    char32_t plain = 0;
    std::uint8_t tone = 0;
    bool vowel = false;
};

struct Nucleus
{
    std::size_t begin = 0;
    std::size_t end = 0;
    bool has_coda = false;
};

bool has_quality_mark(char32_t plain)
{
    return plain >= 0x80; // ă â ê ô ơ ư
}

/// The vowels of a syllable of the shape consonants, one to three vowels, consonants. The u of qu and the i of gi
/// before another vowel belong to the initial: quý, giá.
std::optional<Nucleus> find_nucleus(std::span<const Letter> letters)
{
    std::size_t begin = 0;
    while (begin < letters.size() && !letters[begin].vowel) {
        ++begin;
    }
    const auto glides = [&](char32_t initial, char32_t glide) {
        return begin == 1 && letters[0].plain == initial && letters[begin].plain == glide &&
               begin + 1 < letters.size() && letters[begin + 1].vowel;
    };
    if (begin < letters.size() && (glides(U'q', U'u') || glides(U'g', U'i'))) {
        ++begin;
    }
    auto end = begin;
    while (end < letters.size() && letters[end].vowel) {
        ++end;
    }
    for (auto i = end; i < letters.size(); ++i) {
        if (letters[i].vowel) {
            return std::nullopt;
        }
    }
    if (end == begin || end - begin > 3) {
        return std::nullopt;
    }
    return Nucleus{begin, end, end < letters.size()};
}

/// Where the tone stands in our canonical spelling: on the letter with a quality mark (the second of ươ), in the middle
/// of three, on the second of two before a final consonant, else on the first: hòa, thủy, toán, ngoài.
std::size_t tone_place(std::span<const Letter> letters, const Nucleus& nucleus)
{
    for (auto i = nucleus.end; i > nucleus.begin; --i) {
        if (has_quality_mark(letters[i - 1].plain)) {
            return i - 1;
        }
    }
    const auto size = nucleus.end - nucleus.begin;
    return nucleus.begin + (size == 3 || (size == 2 && nucleus.has_coda) ? 1 : 0);
}

void move_tone(std::span<Letter> letters)
{
    std::size_t tones = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i].tone != 0) {
            ++tones;
            at = i;
        }
    }
    const auto nucleus = tones == 1 ? find_nucleus(letters) : std::nullopt;
    if (!nucleus) {
        return;
    }
    const auto place = tone_place(letters, *nucleus);
    const auto toned = with_tone(letters[place].plain, letters[at].tone);
    if (place != at && toned != 0) {
        letters[at].lower = letters[at].plain;
        letters[place].lower = toned;
    }
}

/// Collects a word; short ones wait for their tone, longer ones pass through.
class FormBuilder
{
public:
    FormBuilder(bool syllable, std::string& exact, std::string& folded)
        : exact_(exact), folded_(folded), syllable_(syllable)
    {
        exact_.clear();
        folded_.clear();
    }

    void add(char32_t code_point)
    {
        if (code_point < kTableEnd) {
            add(table_row(code_point), code_point);
        } else {
            add(ask(code_point), code_point);
        }
    }

    void finish()
    {
        if (toned_ && syllable_ && size_ <= kMaxSyllable) {
            move_tone({letters_.data(), size_});
        }
        flush();
    }

private:
    static CharRow ask(char32_t code_point) { return row_of(code_point); }

    void add(const CharRow& row, char32_t code_point)
    {
        if (size_ == kMaxSyllable) {
            flush();
            size_ = kMaxSyllable + 1;
        }
        if (size_ < kMaxSyllable) {
            letters_[size_++] = {row.lower, row.plain, row.tone, row.vowel};
            toned_ = toned_ || row.tone != 0;
        } else {
            append_utf8(exact_, row.lower);
        }
        if (row.simple) {
            append_utf8(folded_, row.base);
        } else {
            append_slow_fold(folded_, code_point);
        }
    }

    void flush()
    {
        for (std::size_t i = 0; i < size_ && size_ <= kMaxSyllable; ++i) {
            append_utf8(exact_, letters_[i].lower);
        }
    }

    std::string& exact_;
    std::string& folded_;
    std::array<Letter, kMaxSyllable> letters_{};
    std::size_t size_ = 0; ///< kMaxSyllable + 1: no syllable any more
    bool syllable_;
    bool toned_ = false;
};

/// `syllable`: the tone of the word may move.
void build_forms(std::string_view word, bool syllable, std::string& exact, std::string& folded)
{
    FormBuilder builder{syllable, exact, folded};
    for (std::size_t i = 0; i < word.size();) {
        const auto [code_point, size, valid] = decode(word, i);
        builder.add(code_point);
        i += size;
    }
    builder.finish();
}

struct LowerCase
{
    std::string text;
    bool loose_mark = false; ///< a mark that NFC could not join to its letter
};

/// Lower case in NFC. Letters that had no composed capital meet their marks here (İ with a grave is ì, H with a line
/// below is ẖ): tones are placed only after that, or the next reader of the form would find another tone to place.
LowerCase lower_case(std::string_view word)
{
    LowerCase out;
    std::string lowered;
    lowered.reserve(word.size());
    const auto normal = to_nfc(word);
    for (std::size_t i = 0; i < normal.size();) {
        const auto [code_point, size, valid] = decode(normal, i);
        append_utf8(lowered, row_of(code_point).lower);
        i += size;
    }
    out.text = to_nfc(lowered);
    for (std::size_t i = 0; i < out.text.size() && !out.loose_mark;) {
        const auto [code_point, size, valid] = decode(out.text, i);
        out.loose_mark = row_of(code_point).char_class == CharClass::mark;
        i += size;
    }
    return out;
}

bool is_plain_ascii(std::string_view word)
{
    for (const char c : word) {
        if (static_cast<unsigned char>(c) >= 0x80) {
            return false;
        }
    }
    return true;
}

char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

void word_forms(std::string_view word, bool simple, std::string& exact, std::string& folded)
{
    if (is_plain_ascii(word)) {
        exact.assign(word);
        for (auto& c : exact) {
            c = ascii_lower(c);
        }
        folded = exact;
        return;
    }
    if (simple) {
        build_forms(word, true, exact, folded);
        return;
    }
    // A letter that lost its tone would join a loose mark behind it and be another letter; no syllable of ours has one.
    const auto lower = lower_case(word);
    build_forms(lower.text, !lower.loose_mark, exact, folded);
    folded = to_nfc(folded);
}

} // namespace detail

namespace {

/// Applies the forms of words to words and to what stands between them, which keeps its length in words.
template <bool Folded>
std::string form_of(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    const auto normal = to_nfc(utf8);
    std::string exact;
    std::string folded;
    bool in_word = false;
    bool simple = true;
    std::size_t begin = 0;
    const auto flush = [&](std::size_t end) {
        if (end > begin) {
            detail::word_forms(std::string_view{normal}.substr(begin, end - begin), simple, exact, folded);
            out += Folded ? folded : exact;
        }
        begin = end;
        simple = true;
    };
    for (std::size_t i = 0; i < normal.size();) {
        const auto [cp, size, valid] = detail::decode(normal, i);
        const auto row = detail::row_of(cp);
        const bool word =
            detail::is_word_class(row.char_class) || (in_word && row.char_class == detail::CharClass::mark);
        if (word != in_word) {
            flush(i);
            in_word = word;
        }
        simple = simple && row.simple;
        i += size;
    }
    flush(normal.size());
    // Signs between words can become letters that join the next word: ㉠ᅡ folds to 가.
    return to_nfc(out);
}

std::optional<std::string> ascii_form(std::string_view utf8)
{
    if (!detail::is_plain_ascii(utf8)) {
        return std::nullopt;
    }
    std::string out{utf8};
    for (auto& c : out) {
        c = detail::ascii_lower(c);
    }
    return out;
}

} // namespace

std::string exact_form(std::string_view utf8)
{
    auto ascii = ascii_form(utf8);
    return ascii ? *std::move(ascii) : form_of<false>(utf8);
}

std::string fold(std::string_view utf8)
{
    auto ascii = ascii_form(utf8);
    return ascii ? *std::move(ascii) : form_of<true>(utf8);
}

} // namespace vtlt::text
