// SPDX-License-Identifier: GPL-3.0-or-later
#include "charset.h"

#include "utf8.h"

#include <vtlt/core/base/error.h>

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace vtlt::extract {

using namespace std::string_view_literals;

namespace {

struct CharsetRow
{
    std::string_view declared;
    const char* converter; ///< glibc's name
};

/// Declared charsets that we follow. As browsers do, Latin 1 is taken for its Windows superset.
constexpr std::array kCharsets{
    CharsetRow{"windows-1258", "CP1258"},
    CharsetRow{"cp1258", "CP1258"},
    CharsetRow{"tcvn", "TCVN5712-1"},
    CharsetRow{"tcvn-5712", "TCVN5712-1"},
    CharsetRow{"viscii", "VISCII"},
    CharsetRow{"windows-1252", "CP1252"},
    CharsetRow{"cp1252", "CP1252"},
    CharsetRow{"iso-8859-1", "CP1252"},
    CharsetRow{"latin1", "CP1252"},
    CharsetRow{"us-ascii", "CP1252"},
    CharsetRow{"iso-8859-15", "ISO-8859-15"},
    CharsetRow{"windows-1250", "CP1250"},
    CharsetRow{"iso-8859-2", "ISO-8859-2"},
    CharsetRow{"windows-1251", "CP1251"},
    CharsetRow{"koi8-r", "KOI8-R"},
    CharsetRow{"gb2312", "GB18030"},
    CharsetRow{"gbk", "GB18030"},
    CharsetRow{"gb18030", "GB18030"},
    CharsetRow{"big5", "BIG5-HKSCS"},
    CharsetRow{"shift_jis", "CP932"},
    CharsetRow{"euc-jp", "EUC-JP"},
    CharsetRow{"euc-kr", "UHC"},
};

/// Only to be held open: poppler asks for it on every page.
constexpr const char* kPopplerForm = "UTF-16";

struct CloseConverter
{
    void operator()(void* converter) const { ::iconv_close(converter); }
};
using Converter = std::unique_ptr<void, CloseConverter>;

Converter open_converter(const char* to, const char* from)
{
    // iconv_open answers -1 cast to a pointer for a charset that this system has not.
    auto* handle = ::iconv_open(to, from);
    return Converter{reinterpret_cast<std::intptr_t>(handle) == -1 ? nullptr : handle};
}

std::vector<Converter>& converters()
{
    static std::vector<Converter> held;
    return held;
}

} // namespace

void prepare_charsets()
{
    auto& held = converters();
    held.clear();
    for (const auto& row : kCharsets) {
        held.push_back(open_converter("UTF-8", row.converter));
    }
    held.push_back(open_converter(kPopplerForm, "UTF-8"));
    held.push_back(open_converter("UTF-8", kPopplerForm));
}

void Utf8Survey::add(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto plain = static_cast<std::size_t>(
            std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) -
            bytes.begin());
        bytes.remove_prefix(plain);
        if (bytes.empty()) {
            return;
        }
        const auto length = decode_utf8(bytes).length;
        good += length > 1 ? 1 : 0;
        bad += length == 0 ? 1 : 0;
        bytes.remove_prefix(std::max<std::size_t>(1, length));
    }
}

std::optional<std::size_t> find_charset(std::string_view declared)
{
    const auto found = std::find_if(kCharsets.begin(), kCharsets.end(),
                                    [&](const CharsetRow& row) { return row.declared == declared; });
    const auto at = static_cast<std::size_t>(found - kCharsets.begin());
    if (found == kCharsets.end() || at >= converters().size() || converters()[at] == nullptr) {
        return std::nullopt;
    }
    return at;
}

std::string_view charset_name(std::size_t charset)
{
    return kCharsets[charset].declared;
}

std::string to_utf8(std::size_t charset, std::string_view bytes)
{
    auto* converter = converters()[charset].get();
    ::iconv(converter, nullptr, nullptr, nullptr, nullptr);
    std::string out;
    std::array<char, 16384> piece{};
    // iconv takes `char**` for history's sake and does not write to its input.
    auto* in = const_cast<char*>(bytes.data());
    auto in_left = bytes.size();
    while (in_left > 0) {
        char* to = piece.data();
        auto room = piece.size();
        const auto state = ::iconv(converter, &in, &in_left, &to, &room);
        out.append(piece.data(), piece.size() - room);
        if (state == static_cast<std::size_t>(-1) && errno != E2BIG) {
            append_utf8(out, kReplacement);
            ++in;
            --in_left;
        }
    }
    char* to = piece.data();
    auto room = piece.size();
    ::iconv(converter, nullptr, nullptr, &to, &room); // CP1258 holds a letter back until it knows its mark
    return out.append(piece.data(), piece.size() - room);
}

std::string declared_charset(std::string_view head)
{
    std::string text{head.substr(0, 4096)};
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto value_at = [&](std::size_t at) {
        at = text.find_first_not_of(" \t\"'=", at);
        const auto end = text.find_first_of(" \t\r\n\"';/>?", at);
        return at == std::string::npos || end == std::string::npos ? std::string{} : text.substr(at, end - at);
    };
    if (text.starts_with("<?xml")) {
        const auto at = text.find("encoding", 5);
        if (at != std::string::npos && at < text.find("?>")) {
            return value_at(at + "encoding"sv.size());
        }
    }
    for (auto meta = text.find("<meta"); meta != std::string::npos; meta = text.find("<meta", meta + 1)) {
        const auto at = text.find("charset", meta);
        if (at != std::string::npos && at < text.find('>', meta)) {
            return value_at(at + "charset"sv.size());
        }
    }
    return {};
}

void stream_utf8(const Source& source, TextBytes form, std::uint64_t most,
                 const std::function<void(std::string_view)>& on_text)
{
    const bool wide = form == TextBytes::utf16_little || form == TextBytes::utf16_big;
    std::string held;
    std::string piece(std::size_t{64} << 10, '\0');
    for (std::uint64_t at = 0; at < most;) {
        const auto got =
            source.read(piece.data(), static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), most - at)), at);
        at += got;
        held.append(piece, 0, got);
        if (got == 0) {
            break;
        }
        std::size_t used = 0;
        if (wide) {
            on_text(utf16_to_utf8(held, form == TextBytes::utf16_big ? ByteOrder::big : ByteOrder::little, used));
        } else {
            used = held.size() - unfinished_utf8(held);
            on_text(std::string_view{held}.substr(0, used));
        }
        held.erase(0, used);
    }
    if (!held.empty()) {
        on_text(wide ? std::string_view{"\xEF\xBF\xBD"} : std::string_view{held});
    }
}

Utf8Survey survey_utf8(const Source& source, std::uint64_t most)
{
    Utf8Survey survey;
    stream_utf8(source, TextBytes::ascii_like, most, [&](std::string_view bytes) { survey.add(bytes); });
    return survey;
}

std::string_view text_form_name(TextBytes form)
{
    return form == TextBytes::utf16_little ? "utf-16le"sv : form == TextBytes::utf16_big ? "utf-16be"sv : "utf-8"sv;
}

} // namespace vtlt::extract
