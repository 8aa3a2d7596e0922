// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/lean_font.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

namespace vtlt::demo {

namespace {

/// Layout (OpenType 1.9): u32 version, u16 tables, 3×u16; per table: tag, u32 checksum, u32 offset, u32 length; all
/// big-endian. `glyf` holds the outlines back to back, `loca` where each begins (in u32, or in half offsets of u16:
/// `head` byte 50).
/// Not `cmap`: cairo would ask it backwards, for each glyph a walk through all characters; the text that we hand over
/// with the glyphs tells the characters as well.
constexpr std::array<std::string_view, 8> kKept{"OS/2", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name"};

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size)
{
    if (at + size > bytes.size()) {
        return 0;
    }
    std::uint32_t value = 0;
    for (const char c : bytes.substr(at, size)) {
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

void put(std::string& out, std::uint32_t value, int size)
{
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 0xff);
    }
}

using Tables = std::map<std::string_view, std::string_view>;

Tables tables_of(std::string_view font)
{
    Tables tables;
    const auto count = number_at(font, 4, 2);
    for (std::size_t at = 12; at < 12 + count * 16 && at + 16 <= font.size(); at += 16) {
        const auto offset = number_at(font, at + 8, 4);
        if (offset <= font.size()) {
            tables[font.substr(at, 4)] = font.substr(offset, number_at(font, at + 12, 4));
        }
    }
    return tables;
}

/// Flags 1 words, 8 scale, 0x20 more, 0x40 two scales, 0x80 a matrix, 0x100 a program follows the last part.
std::string lean_composite(std::string_view glyph)
{
    std::string out{glyph};
    std::size_t at = 10;
    for (bool more = true; more && at + 4 <= glyph.size();) {
        const auto flags = number_at(glyph, at, 2);
        more = (flags & 0x20) != 0;
        out[at] = static_cast<char>(flags >> 8 & ~1U);
        at += 4 + ((flags & 1) != 0 ? 4U : 2U);
        at += (flags & 8) != 0 ? 2U : (flags & 0x40) != 0 ? 4U : (flags & 0x80) != 0 ? 8U : 0U;
    }
    out.resize(std::min(at, out.size()));
    return out;
}

std::string lean_glyph(std::string_view glyph)
{
    if (glyph.size() < 12) {
        return std::string{glyph};
    }
    const auto contours = number_at(glyph, 0, 2);
    if (contours >= 0x8000) {
        return lean_composite(glyph);
    }
    const auto at = 10 + std::size_t{contours} * 2;
    const auto program = number_at(glyph, at, 2);
    if (at + 2 + program > glyph.size()) {
        return std::string{glyph};
    }
    return std::string{glyph.substr(0, at)} + std::string(2, '\0') + std::string{glyph.substr(at + 2 + program)};
}

struct Outlines
{
    std::string glyf;
    std::string loca;
};

Outlines lean_outlines(const Tables& tables)
{
    const auto glyf = tables.at("glyf");
    const auto loca = tables.at("loca");
    const bool is_long = number_at(tables.at("head"), 50, 2) == 1;
    const std::size_t width = is_long ? 4 : 2;
    const auto begin_of = [&](std::size_t glyph) {
        return number_at(loca, glyph * width, width) * (is_long ? 1U : 2U);
    };
    Outlines out;
    const auto count = loca.size() / width;
    for (std::size_t glyph = 0; glyph + 1 < count; ++glyph) {
        put(out.loca, static_cast<std::uint32_t>(out.glyf.size()), 4);
        const auto begin = begin_of(glyph);
        const auto end = begin_of(glyph + 1);
        if (begin < end && end <= glyf.size()) {
            out.glyf += lean_glyph(glyf.substr(begin, end - begin));
            out.glyf.append((4 - out.glyf.size() % 4) % 4, '\0');
        }
    }
    put(out.loca, static_cast<std::uint32_t>(out.glyf.size()), 4);
    return out;
}

} // namespace

std::string lean_font(std::string_view font)
{
    auto tables = tables_of(font);
    for (const auto tag : kKept) {
        if (!tables.contains(tag)) {
            return {};
        }
    }
    if (tables.at("head").size() < 54) {
        return {};
    }
    const auto outlines = lean_outlines(tables);
    std::string head{tables.at("head")};
    head[51] = 1;
    tables["glyf"] = outlines.glyf;
    tables["loca"] = outlines.loca;
    tables["head"] = head;

    std::string out;
    put(out, 0x00010000, 4);
    put(out, kKept.size(), 2);
    out.append(6, '\0');
    std::string content;
    for (const auto tag : kKept) {
        const auto table = tables.at(tag);
        out += tag;
        put(out, 0, 4);
        put(out, static_cast<std::uint32_t>(12 + kKept.size() * 16 + content.size()), 4);
        put(out, static_cast<std::uint32_t>(table.size()), 4);
        content += table;
        content.append((4 - content.size() % 4) % 4, '\0');
    }
    return out + content;
}

} // namespace vtlt::demo
