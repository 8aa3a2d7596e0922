// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/letters.h>

#include <vtlt/core/base/text.h>

#include <glib.h>

#include <array>
#include <memory>

namespace vtlt::demo {

namespace {

struct Free
{
    void operator()(void* memory) const { g_free(memory); }
};

std::string taken(gchar* text)
{
    const std::unique_ptr<gchar, Free> owner{text};
    return owner ? std::string{owner.get()} : std::string{};
}

} // namespace

std::string upper(std::string_view utf8)
{
    return taken(g_utf8_strup(utf8.data(), static_cast<gssize>(utf8.size())));
}

std::string decomposed(std::string_view utf8)
{
    return taken(g_utf8_normalize(utf8.data(), static_cast<gssize>(utf8.size()), G_NORMALIZE_NFD));
}

std::string utf16(std::string_view utf8, bool big_endian)
{
    glong units = 0;
    const std::unique_ptr<gunichar2, Free> text{
        g_utf8_to_utf16(utf8.data(), static_cast<glong>(utf8.size()), nullptr, &units, nullptr)};
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(units) * 2 + 2);
    const auto put = [&](unsigned unit) {
        const auto high = static_cast<char>(unit >> 8);
        const auto low = static_cast<char>(unit & 0xff);
        bytes += big_endian ? high : low;
        bytes += big_endian ? low : high;
    };
    put(0xfeff);
    for (glong i = 0; i < units; ++i) {
        put(text.get()[i]);
    }
    return bytes;
}

void capitalise(std::string& utf8, std::size_t position)
{
    if (position >= utf8.size()) {
        return;
    }
    const char* at = utf8.data() + position;
    const auto size = static_cast<std::size_t>(g_utf8_next_char(at) - at);
    std::array<char, 8> letter{};
    const auto written = g_unichar_to_utf8(g_unichar_toupper(g_utf8_get_char(at)), letter.data());
    utf8.replace(position, size, letter.data(), static_cast<std::size_t>(written));
}

std::string slug(std::string_view utf8, std::size_t words)
{
    std::string out;
    bool gap = false;
    for (const char c : text::fold(utf8)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain) {
            gap = !out.empty();
            continue;
        }
        if (gap) {
            if (--words == 0) {
                return out;
            }
            out += '-';
            gap = false;
        }
        out += c;
    }
    return out;
}

} // namespace vtlt::demo
