// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_layout.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/export/bag_text.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <optional>

namespace vtlt::export_ {

namespace {

constexpr std::string_view kNoDossier = "_khong-ho-so";
constexpr std::string_view kNoNumber = "khong-so";
constexpr std::size_t kMaxFolder = 60;
constexpr std::size_t kMaxStem = 56;
constexpr std::size_t kMaxFile = 60;
constexpr std::size_t kMaxExtension = 12;

struct CodeRange
{
    char32_t first;
    char32_t last;
};

/// Besides the ASCII ones: invisible characters, direction marks and overrides, private use, noncharacters, and U+FFFD,
/// which stands for bytes that were no text.
constexpr std::array kUnfit{
    CodeRange{0x00, 0x1F},     CodeRange{0x7F, 0x9F},     CodeRange{0xAD, 0xAD},     CodeRange{0x061C, 0x061C},
    CodeRange{0x180E, 0x180E}, CodeRange{0x200B, 0x200F}, CodeRange{0x2028, 0x202E}, CodeRange{0x2060, 0x206F},
    CodeRange{0xE000, 0xF8FF}, CodeRange{0xFEFF, 0xFEFF}, CodeRange{0xFFF0, 0xFFFF}, CodeRange{0xE0000, 0x10FFFF},
};
constexpr std::string_view kUnfitAscii = "<>:\"/\\|?*%";

bool is_unfit(char32_t c)
{
    if (c < 0x80 && kUnfitAscii.find(static_cast<char>(c)) != std::string_view::npos) {
        return true;
    }
    return std::ranges::any_of(kUnfit, [c](const CodeRange& range) { return c >= range.first && c <= range.last; });
}

std::size_t sequence_length(char lead)
{
    const auto byte = static_cast<unsigned char>(lead);
    return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

char32_t decode(std::string_view sequence)
{
    const auto lead = static_cast<unsigned char>(sequence.front());
    char32_t c = sequence.size() == 1 ? lead : lead & (0x7FU >> sequence.size());
    for (const char next : sequence.substr(1)) {
        c = (c << 6) | (static_cast<unsigned char>(next) & 0x3FU);
    }
    return c;
}

std::string without_unfit(std::string_view utf8)
{
    std::string out;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto sequence = utf8.substr(at, sequence_length(utf8[at]));
        out += is_unfit(decode(sequence)) ? std::string_view{"_"} : sequence;
        at += sequence.size();
    }
    return out;
}

/// At most `max_bytes`, never through a character.
std::string_view cut(std::string_view utf8, std::size_t max_bytes)
{
    auto size = std::min(utf8.size(), max_bytes);
    while (size > 0 && size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0U) == 0x80) {
        --size;
    }
    return utf8.substr(0, size);
}

/// Names of devices in every folder of Windows, with whatever extension.
bool is_reserved(std::string_view name)
{
    auto base = bag::case_key(name.substr(0, name.find('.')));
    while (base.ends_with(' ')) {
        base.pop_back();
    }
    constexpr std::array<std::string_view, 6> kDevices{"con", "prn", "aux", "nul", "conin$", "conout$"};
    if (std::ranges::find(kDevices, base) != kDevices.end()) {
        return true;
    }
    constexpr std::array<std::string_view, 13> kPorts{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"};
    return (base.starts_with("com") || base.starts_with("lpt")) &&
           std::ranges::find(kPorts, std::string_view{base}.substr(3)) != kPorts.end();
}

bool is_extension(std::string_view text)
{
    return text.size() >= 2 && text.size() <= kMaxExtension && std::ranges::all_of(text.substr(1), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

/// ".pdf" of a file name; else of its format, when that is known; else empty.
std::string extension_of(const catalog::File& file)
{
    const auto dot = file.name.rfind('.');
    auto end = dot == std::string::npos || dot == 0 ? std::string{} : file.name.substr(dot);
    if (is_extension(end)) {
        return end;
    }
    auto format = "." + file.format;
    return is_extension(format) && file.format != "unknown" ? format : std::string{};
}

std::string padded(std::uint64_t number, int width)
{
    std::array<char, 32> buffer{};
    const int size =
        std::snprintf(buffer.data(), buffer.size(), "%0*llu", width, static_cast<unsigned long long>(number));
    return {buffer.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::string safe_name(std::string_view name, std::size_t max_bytes)
{
    auto safe = without_unfit(text::to_nfc(text::repair_utf8(name)));
    const auto dot = safe.rfind('.');
    const auto extension = dot == std::string::npos || !is_extension(std::string_view{safe}.substr(dot))
                               ? std::string{}
                               : safe.substr(dot);
    if (safe.size() + 1 > max_bytes) {
        safe = std::string{cut(std::string_view{safe}.substr(0, safe.size() - extension.size()),
                               max_bytes - 1 - extension.size())} +
               extension;
    }
    // Windows drops dots and spaces at the end, and a leading space is lost in a manifest line.
    for (auto at = safe.size(); at > 0 && (safe[at - 1] == '.' || safe[at - 1] == ' '); --at) {
        safe[at - 1] = '_';
    }
    if (safe.starts_with(' ')) {
        safe.front() = '_';
    }
    return safe.empty() || is_reserved(safe) ? "_" + safe : safe;
}

std::string PackageLayout::folder_of(const catalog::DocumentView& view)
{
    if (!view.document.dossier) {
        return std::string{kNoDossier};
    }
    if (const auto known = folders_.find(*view.document.dossier); known != folders_.end()) {
        return known->second;
    }
    const auto year = view.dossier_year ? std::to_string(*view.dossier_year) + "." : std::string{};
    const auto wanted = safe_name(view.unit_code + "." + year + view.dossier_code, kMaxFolder - 8);
    auto folder = wanted;
    // Two dossiers may differ only in characters that became `_`.
    for (int copy = 2; !taken_.insert(std::hash<std::string>{}(bag::case_key(folder))).second; ++copy) {
        folder = wanted + "~" + std::to_string(copy);
    }
    folders_.emplace(*view.document.dossier, folder);
    return folder;
}

std::string PackageLayout::claim(const std::string& folder, const std::string& stem, const std::string& suffix,
                                 const Uid& uid)
{
    auto path = folder + "/" + stem + suffix;
    if (!taken_.insert(std::hash<std::string>{}(bag::case_key(path))).second) {
        path.resize(path.size() - suffix.size());
        path.append("_").append(uid).append(suffix);
    }
    return path;
}

PlacedDocument PackageLayout::place(const catalog::DocumentView& view, std::uint64_t ordinal)
{
    PlacedDocument placed{&view, ordinal, {}, "metadata/" + view.document.uid + ".json"};
    if (view.files.empty()) {
        return placed;
    }
    const auto number = view.document.number_symbol();
    const bool in_dossier = view.document.dossier && view.dossier_ordinal && *view.dossier_ordinal > 0;
    const auto place_number = in_dossier ? static_cast<std::uint64_t>(*view.dossier_ordinal) : ordinal;
    const auto stem =
        safe_name(padded(place_number, 4) + "_" + (number.empty() ? std::string{kNoNumber} : number), kMaxStem - 21);
    const auto folder = "documents/" + folder_of(view);
    if (view.files.size() == 1) {
        placed.files.push_back(
            {&view.files.front(), claim(folder, stem, extension_of(view.files.front()), view.document.uid)});
        return placed;
    }
    const auto own_folder = claim(folder, stem, {}, view.document.uid);
    for (const auto& file : view.files) {
        const auto prefix = "/" + padded(static_cast<std::uint64_t>(file.ordinal), 2) + "_";
        placed.files.push_back({&file, own_folder});
        placed.files.back().path.append(prefix).append(safe_name(file.name, kMaxFile - prefix.size()));
    }
    return placed;
}

} // namespace vtlt::export_
