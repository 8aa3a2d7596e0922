// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text_table.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <unicode/bytestream.h>
#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>

#include <cstdint>
#include <limits>
#include <memory>

namespace vtlt::text {
namespace {

void check_icu(UErrorCode status, std::string_view call)
{
    if (U_FAILURE(status)) {
        throw Error{Kind::internal, "internal.icu", {{"call", std::string{call}}, {"status", u_errorName(status)}}};
    }
}

/// ICU takes 32-bit lengths; nothing of ours comes near (64 MB of text a document).
icu::StringPiece piece(std::string_view bytes)
{
    ensure(bytes.size() <= std::size_t{std::numeric_limits<std::int32_t>::max()}, "text longer than 2 GiB");
    return {bytes.data(), static_cast<std::int32_t>(bytes.size())};
}

const icu::Normalizer2& nfc()
{
    static const icu::Normalizer2& instance = [&]() -> const icu::Normalizer2& {
        UErrorCode status = U_ZERO_ERROR;
        const auto* found = icu::Normalizer2::getNFCInstance(status);
        check_icu(status, "getNFCInstance");
        return *found;
    }();
    return instance;
}

std::unique_ptr<icu::Collator> make_collator()
{
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Collator> collator{icu::Collator::createInstance(icu::Locale{"vi"}, status)};
    check_icu(status, "Collator::createInstance");
    collator->setAttribute(UCOL_NUMERIC_COLLATION, UCOL_ON, status);
    collator->setAttribute(UCOL_NORMALIZATION_MODE, UCOL_ON, status);
    check_icu(status, "Collator::setAttribute");
    return collator;
}

/// A collator keeps state while it compares: one per thread.
const icu::Collator& collator()
{
    thread_local const auto instance = make_collator();
    return *instance;
}

std::size_t ascii_prefix(std::string_view bytes)
{
    std::size_t i = 0;
    while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) {
        ++i;
    }
    return i;
}

/// Direction controls can make a name read as another; nothing of ours needs them in a line.
bool is_direction_control(char32_t cp)
{
    return cp == 0x61C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

bool is_blank(char32_t cp)
{
    return u_isUWhiteSpace(static_cast<UChar32>(cp)) != 0 || u_charType(static_cast<UChar32>(cp)) == U_CONTROL_CHAR;
}

} // namespace

bool is_utf8(std::string_view bytes)
{
    for (auto i = ascii_prefix(bytes); i < bytes.size();) {
        const auto decoded = detail::decode(bytes, i);
        if (!decoded.valid) {
            return false;
        }
        i += decoded.size;
    }
    return true;
}

std::string repair_utf8(std::string_view bytes)
{
    if (is_utf8(bytes)) {
        return std::string{bytes};
    }
    std::string out;
    out.reserve(bytes.size());
    bool broken_before = false;
    for (std::size_t i = 0; i < bytes.size();) {
        const auto [cp, size, valid] = detail::decode(bytes, i);
        // Bytes of one broken sequence that follow its lead are its own: one sign for all of them.
        const bool stray_tail = (static_cast<unsigned char>(bytes[i]) & 0xC0U) == 0x80U;
        if (valid || !(broken_before && stray_tail)) {
            detail::append_utf8(out, cp);
        }
        broken_before = !valid;
        i += size;
    }
    return out;
}

std::string to_nfc(std::string_view utf8)
{
    if (ascii_prefix(utf8) == utf8.size()) {
        return std::string{utf8};
    }
    auto whole = repair_utf8(utf8);
    UErrorCode status = U_ZERO_ERROR;
    if (nfc().isNormalizedUTF8(piece(whole), status) != 0 && U_SUCCESS(status)) {
        return whole;
    }
    std::string out;
    icu::StringByteSink<std::string> sink{&out};
    nfc().normalizeUTF8(0, piece(whole), sink, nullptr, status);
    check_icu(status, "normalizeUTF8");
    return out;
}

std::size_t length(std::string_view utf8)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < utf8.size(); ++count) {
        i += detail::decode(utf8, i).size;
    }
    return count;
}

std::string one_line(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    bool gap = false;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto [cp, size, valid] = detail::decode(utf8, i);
        i += size;
        if (is_direction_control(cp)) {
            continue;
        }
        if (is_blank(cp)) {
            gap = !out.empty();
            continue;
        }
        if (gap) {
            out.push_back(' ');
            gap = false;
        }
        detail::append_utf8(out, cp);
    }
    return out;
}

std::string sort_key(std::string_view utf8)
{
    // Both spellings of hoà/hòa must meet before the collator, which tells them apart.
    const auto source = icu::UnicodeString::fromUTF8(piece(exact_form(utf8)));
    std::string key(64, '\0');
    for (;;) {
        const auto needed = collator().getSortKey(source, reinterpret_cast<std::uint8_t*>(key.data()),
                                                  static_cast<std::int32_t>(key.size()));
        const auto size = static_cast<std::size_t>(needed);
        if (size <= key.size()) {
            key.resize(size == 0 ? 0 : size - 1); // without its closing zero
            return key;
        }
        key.resize(size);
    }
}

bool natural_less(std::string_view a, std::string_view b)
{
    UErrorCode status = U_ZERO_ERROR;
    const auto order = collator().compareUTF8(piece(a), piece(b), status);
    check_icu(status, "compareUTF8");
    return order == UCOL_EQUAL ? a < b : order == UCOL_LESS;
}

std::string code_key(std::string_view number_and_symbol)
{
    std::string key;
    for_each_token(number_and_symbol, [&](const Token& token) {
        if (!key.empty()) {
            key.push_back(' ');
        }
        key += token.folded;
    });
    return key;
}

} // namespace vtlt::text
