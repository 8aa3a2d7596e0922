// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/bag_text.h>

#include "bag_lexis.h"
#include "base/utf8.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vtlt::export_::bag {

bool leads_outside(std::string_view path)
{
    if (path.empty() || path.starts_with('/') || path.starts_with('~') || path.find('\\') != std::string_view::npos ||
        path.find('\0') != std::string_view::npos) {
        return true;
    }
    if (path.size() >= 2 && is_letter(path[0]) && path[1] == ':') {
        return true;
    }
    if (path.starts_with('%')) {
        const auto name = path.substr(1, std::min(path.find('%', 1), path.size()) - 1);
        const bool is_variable = name.size() + 1 < path.size() && !name.empty() &&
                                 std::ranges::all_of(name, [](char c) { return is_letter(c) || c == '_'; });
        if (is_variable) {
            return true;
        }
    }
    for (;;) {
        const auto slash = path.find('/');
        if (path.substr(0, slash) == "..") {
            return true;
        }
        if (slash == std::string_view::npos) {
            return false;
        }
        path.remove_prefix(slash + 1);
    }
}

std::string normal_path(std::string_view path)
{
    std::string out;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto part = path.substr(0, slash);
        if (!part.empty() && part != ".") {
            out.append(out.empty() ? "" : "/").append(part);
        }
        path.remove_prefix(std::min(path.size(), slash + 1));
    }
    return out;
}

std::string percent_encode(std::string_view path)
{
    constexpr std::array<std::pair<char, std::string_view>, 3> kEscapes{{{'\r', "%0D"}, {'\n', "%0A"}, {'%', "%25"}}};
    std::string out;
    out.reserve(path.size());
    for (const char c : path) {
        const auto* row = std::ranges::find(kEscapes, c, &std::pair<char, std::string_view>::first);
        if (row == kEscapes.end()) {
            out += c;
        } else {
            out += row->second;
        }
    }
    return out;
}

namespace {

template <class F>
std::string decode_escapes(std::string_view path, F&& wanted)
{
    std::string out;
    out.reserve(path.size());
    for (std::size_t at = 0; at < path.size(); ++at) {
        const auto high = path[at] == '%' && at + 2 < path.size() ? hex_value(path[at + 1]) : std::nullopt;
        const auto low = high ? hex_value(path[at + 2]) : std::nullopt;
        const auto value = low ? static_cast<char>(static_cast<unsigned char>(*high * 16 + *low)) : '\0';
        if (low && wanted(value)) {
            out += value;
            at += 2;
        } else {
            out += path[at];
        }
    }
    return out;
}

} // namespace

std::string percent_decode(std::string_view path)
{
    return decode_escapes(path, [](char c) { return c == '\r' || c == '\n' || c == '%'; });
}

std::string percent_decode_all(std::string_view path)
{
    return decode_escapes(path, [](char) { return true; });
}

namespace {

struct CaseRange
{
    char32_t first;
    char32_t last;
    char32_t distance; ///< to the small letter; 0: capitals are the even ones and the small letter follows
};

/// The letters of Europe and Viet Nam; what Windows and macOS fold beyond them is not met in our file names.
constexpr std::array kCapitals{
    CaseRange{U'A', U'Z', 32},     CaseRange{0x00C0, 0x00D6, 32}, CaseRange{0x00D8, 0x00DE, 32},
    CaseRange{0x0100, 0x012F, 0},  CaseRange{0x0132, 0x0137, 0},  CaseRange{0x014A, 0x0177, 0},
    CaseRange{0x01A0, 0x01A5, 0},  CaseRange{0x01AF, 0x01AF, 1},  CaseRange{0x0391, 0x03A9, 32},
    CaseRange{0x0400, 0x040F, 80}, CaseRange{0x0410, 0x042F, 32}, CaseRange{0x1E00, 0x1E95, 0},
    CaseRange{0x1EA0, 0x1EFF, 0},
};

char32_t small_letter(char32_t c)
{
    for (const auto& range : kCapitals) {
        if (c >= range.first && c <= range.last) {
            return range.distance != 0 ? c + range.distance : c | 1U;
        }
    }
    return c;
}

} // namespace

std::string case_key(std::string_view path)
{
    if (std::ranges::all_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        return lower(path);
    }
    const auto composed = text::to_nfc(text::repair_utf8(path));
    std::string out;
    out.reserve(composed.size());
    for (std::size_t at = 0; at < composed.size();) {
        const auto [letter, size, valid] = text::detail::decode(composed, at);
        text::detail::append_utf8(out, small_letter(letter));
        at += size;
    }
    return out;
}

} // namespace vtlt::export_::bag
