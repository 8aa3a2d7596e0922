// SPDX-License-Identifier: GPL-3.0-or-later
#include "cfb.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace vtlt::extract {

namespace {

constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kEntryBytes = 128;
constexpr std::size_t kFatSlotsInHeader = 109;
constexpr std::uint32_t kLastSector = 0xFFFFFFFA; ///< from here on the numbers are marks
/// The names that tell the kind stand among the first entries.
constexpr int kDirectorySectors = 64;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t length)
{
    std::uint32_t value = 0;
    for (std::size_t i = length; i-- > 0;) {
        value = value << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    return value;
}

std::string entry_name(std::string_view entry)
{
    std::string name;
    const auto bytes = std::min<std::size_t>(number(entry, 64, 2), 64);
    for (std::size_t at = 0; at + 2 < bytes; at += 2) {
        const auto unit = number(entry, at, 2);
        name += unit >= 0x20 && unit < 0x7F ? static_cast<char>(unit) : '?';
    }
    return name;
}

} // namespace

std::vector<std::string> compound_names(const Source& source)
{
    std::vector<std::string> names;
    const auto header = source.bytes(0, kHeaderBytes);
    const auto shift = number(header, 30, 2);
    if (header.size() < kHeaderBytes || (shift != 9 && shift != 12)) {
        return names;
    }
    const auto sector_bytes = std::size_t{1} << shift;
    const auto sector_at = [&](std::uint32_t sector) { return (std::uint64_t{sector} + 1) << shift; };
    const auto next_of = [&](std::uint32_t sector) {
        const auto per_sector = static_cast<std::uint32_t>(sector_bytes / 4);
        const auto slot = sector / per_sector;
        if (slot >= kFatSlotsInHeader) {
            return kLastSector;
        }
        const auto table = number(header, 76 + 4 * std::size_t{slot}, 4);
        const auto entry = source.bytes(sector_at(table) + std::uint64_t{4} * (sector % per_sector), 4);
        return entry.size() == 4 ? number(entry, 0, 4) : kLastSector;
    };
    auto sector = number(header, 48, 4);
    for (int i = 0; i < kDirectorySectors && sector < kLastSector; ++i, sector = next_of(sector)) {
        const auto bytes = source.bytes(sector_at(sector), sector_bytes);
        for (std::size_t at = 0; at + kEntryBytes <= bytes.size(); at += kEntryBytes) {
            if (auto name = entry_name(std::string_view{bytes}.substr(at, kEntryBytes)); !name.empty()) {
                names.push_back(std::move(name));
            }
        }
    }
    return names;
}

} // namespace vtlt::extract
