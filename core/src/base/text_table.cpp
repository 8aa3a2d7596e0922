// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text_table.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace vtlt::text::detail {
namespace {

constexpr char32_t kDStroke = 0x111;

UChar32 to_icu(char32_t cp)
{
    return static_cast<UChar32>(cp);
}

/// The normalisers are singletons of ICU and live as long as the program.
const icu::Normalizer2& nfc()
{
    static const icu::Normalizer2& instance = [&]() -> const icu::Normalizer2& {
        UErrorCode status = U_ZERO_ERROR;
        return *icu::Normalizer2::getNFCInstance(status);
    }();
    return instance;
}

const icu::Normalizer2& nfkd()
{
    static const icu::Normalizer2& instance = [&]() -> const icu::Normalizer2& {
        UErrorCode status = U_ZERO_ERROR;
        return *icu::Normalizer2::getNFKDInstance(status);
    }();
    return instance;
}

icu::UnicodeString normalized(const icu::Normalizer2& form, const icu::UnicodeString& source)
{
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString out;
    form.normalize(source, out, status);
    return out;
}

CharClass class_of(char32_t cp)
{
    const auto mask = U_GET_GC_MASK(to_icu(cp));
    if ((mask & U_GC_L_MASK) != 0) {
        return u_hasBinaryProperty(to_icu(cp), UCHAR_IDEOGRAPHIC) != 0 ? CharClass::ideograph : CharClass::letter;
    }
    if ((mask & U_GC_ND_MASK) != 0) {
        return CharClass::digit;
    }
    return (mask & U_GC_M_MASK) != 0 ? CharClass::mark : CharClass::other;
}

/// Đ from old fonts: Icelandic Ð and African Ɖ look like it and were typed for it.
char32_t lower_of(char32_t cp)
{
    switch (cp) {
    case 0xD0:
    case 0xF0:
    case 0x110:
    case 0x189:
    case 0x256:
        return kDStroke;
    default:
        return static_cast<char32_t>(u_tolower(to_icu(cp)));
    }
}

bool is_dropped_mark(UChar32 cp)
{
    return u_charType(cp) == U_NON_SPACING_MARK && u_getCombiningClass(cp) != 0;
}

/// One round of: compatibility decomposition, lower case, đ → d, marks away.
icu::UnicodeString fold_once(const icu::UnicodeString& source)
{
    icu::UnicodeString out;
    const auto apart = normalized(nfkd(), source);
    for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
        const auto cp = apart.char32At(i);
        if (!is_dropped_mark(cp)) {
            const auto lower = lower_of(static_cast<char32_t>(cp));
            out.append(to_icu(lower == kDStroke ? U'd' : lower));
        }
    }
    return out;
}

bool is_one_word(const icu::UnicodeString& source)
{
    for (std::int32_t i = 0; i < source.length(); i = source.moveIndex32(i, 1)) {
        if (class_of(static_cast<char32_t>(source.char32At(i))) == CharClass::other) {
            return false;
        }
    }
    return !source.isEmpty();
}

icu::UnicodeString slow_fold(char32_t cp)
{
    // Lower case first, so that the fold of the exact form is the fold (Ϲ is a Σ, but ϲ a final ς). It may decompose
    // once more (ẞ, Greek titles); two rounds reach the fixed point for every code point there is.
    const icu::UnicodeString lower{to_icu(lower_of(cp))};
    const auto folded = normalized(nfc(), fold_once(fold_once(lower)));
    // Letters that stand for whole phrases (U+FDFA) stay as they are, or a word would hold spaces.
    const bool whole = class_of(cp) == CharClass::other || class_of(cp) == CharClass::mark || is_one_word(folded);
    return whole ? folded : icu::UnicodeString{to_icu(lower_of(cp))};
}

std::uint8_t tone_number(UChar32 mark)
{
    const auto found = std::find(kToneMarks.begin() + 1, kToneMarks.end(), static_cast<char32_t>(mark));
    return found == kToneMarks.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(found - kToneMarks.begin());
}

bool is_vowel_letter(char32_t base)
{
    return std::u32string_view{U"aeiouy"}.find(base) != std::u32string_view::npos;
}

/// Takes the tone out of `row.lower` when its letter is a Latin vowel.
void split_tone(CharRow& row)
{
    icu::UnicodeString apart;
    if (!row.vowel || nfc().getDecomposition(to_icu(row.lower), apart) == 0) {
        return;
    }
    icu::UnicodeString rest;
    std::uint8_t tone = 0;
    for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
        const auto number = tone_number(apart.char32At(i));
        if (number != 0 && tone == 0) {
            tone = number;
        } else {
            rest.append(apart.char32At(i));
        }
    }
    const auto plain = normalized(nfc(), rest);
    if (tone != 0 && plain.countChar32() == 1) {
        row.tone = tone;
        row.plain = static_cast<char32_t>(plain.char32At(0));
    }
}

/// In NFC whatever letters stand before it.
bool stands_alone(char32_t cp)
{
    UErrorCode status = U_ZERO_ERROR;
    return nfc().quickCheck(icu::UnicodeString{to_icu(cp)}, status) == UNORM_YES;
}

CharRow ask_icu(char32_t cp)
{
    CharRow row;
    row.char_class = class_of(cp);
    row.lower = lower_of(cp);
    row.plain = row.lower;
    const auto folded = slow_fold(cp);
    row.base = folded.countChar32() == 1 ? static_cast<char32_t>(folded.char32At(0)) : row.lower;
    row.vowel = is_vowel_letter(row.base) && row.char_class == CharClass::letter;
    split_tone(row);
    row.simple = stands_alone(cp) && stands_alone(row.lower) && stands_alone(row.base) && folded.countChar32() == 1 &&
                 row.char_class != CharClass::mark;
    return row;
}

using Table = std::array<CharRow, kTableEnd>;

const Table& table()
{
    static const auto rows = [] {
        auto built = std::make_unique<Table>();
        for (char32_t cp = 0; cp < kTableEnd; ++cp) {
            (*built)[cp] = ask_icu(cp);
        }
        return built;
    }();
    return *rows;
}

struct VowelTones
{
    char32_t plain;
    std::array<char32_t, 6> toned;
};

constexpr std::array<VowelTones, 12> kVowels{{
    {U'a', {U'a', U'à', U'á', U'ã', U'ả', U'ạ'}},
    {U'ă', {U'ă', U'ằ', U'ắ', U'ẵ', U'ẳ', U'ặ'}},
    {U'â', {U'â', U'ầ', U'ấ', U'ẫ', U'ẩ', U'ậ'}},
    {U'e', {U'e', U'è', U'é', U'ẽ', U'ẻ', U'ẹ'}},
    {U'ê', {U'ê', U'ề', U'ế', U'ễ', U'ể', U'ệ'}},
    {U'i', {U'i', U'ì', U'í', U'ĩ', U'ỉ', U'ị'}},
    {U'o', {U'o', U'ò', U'ó', U'õ', U'ỏ', U'ọ'}},
    {U'ô', {U'ô', U'ồ', U'ố', U'ỗ', U'ổ', U'ộ'}},
    {U'ơ', {U'ơ', U'ờ', U'ớ', U'ỡ', U'ở', U'ợ'}},
    {U'u', {U'u', U'ù', U'ú', U'ũ', U'ủ', U'ụ'}},
    {U'ư', {U'ư', U'ừ', U'ứ', U'ữ', U'ử', U'ự'}},
    {U'y', {U'y', U'ỳ', U'ý', U'ỹ', U'ỷ', U'ỵ'}},
}};

} // namespace

const CharRow& table_row(char32_t code_point)
{
    static const Table& rows = table();
    return rows[code_point];
}

CharRow row_of(char32_t code_point)
{
    return code_point < kTableEnd ? table_row(code_point) : ask_icu(code_point);
}

char32_t with_tone(char32_t plain, std::uint8_t tone)
{
    const auto* found =
        std::find_if(kVowels.begin(), kVowels.end(), [&](const auto& row) { return row.plain == plain; });
    return found == kVowels.end() ? char32_t{0} : found->toned.at(tone);
}

void append_slow_fold(std::string& out, char32_t code_point)
{
    slow_fold(code_point).toUTF8String(out);
}

} // namespace vtlt::text::detail
