// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/bag_text.h>

#include "bag_lexis.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>

namespace vtlt::export_::bag {

namespace {

std::optional<Version> parse_version(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size()) {
        return std::nullopt;
    }
    const auto major = number<int>(text.substr(0, dot));
    const auto minor = number<int>(text.substr(dot + 1));
    return major && minor ? std::optional{Version{*major, *minor}} : std::nullopt;
}

struct Labelled
{
    std::string_view label;
    std::string_view value;
    bool loose = false; ///< white space where the specification has none
};

std::optional<Labelled> declaration_line(std::string_view line)
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    Labelled found{line.substr(0, colon), line.substr(colon + 1), false};
    found.loose = !found.value.starts_with(' ') || trim(found.value).size() + 1 != found.value.size();
    found.value = trim(found.value);
    return found;
}

/// The first `count` lines that are not blank.
std::vector<std::string_view> first_lines(std::string_view text, std::size_t count)
{
    std::vector<std::string_view> lines;
    for_each_line(text, [&](std::string_view line, std::size_t) {
        if (!trim(line).empty() && lines.size() < count) {
            lines.push_back(line);
        }
    });
    return lines;
}

bool is_known(Version version)
{
    constexpr Version kNewestDraft{0, 97};
    return version >= kOldest && version <= kNewest && (version <= kNewestDraft || version >= Version{1, 0});
}

} // namespace

Declaration parse_declaration(std::string_view bytes, Notes& notes)
{
    Declaration declaration;
    if (bytes.starts_with(kByteOrderMark)) {
        notes.push_back({"bagit.byte_order_mark", {}});
        bytes.remove_prefix(kByteOrderMark.size());
    }
    if (!text::is_utf8(bytes)) {
        notes.push_back({"bagit.declaration", "not UTF-8"});
        return declaration;
    }
    constexpr std::array<std::string_view, 2> kLabels{"BagIt-Version", "Tag-File-Character-Encoding"};
    const auto lines = first_lines(bytes, kLabels.size() + 1);
    std::array<std::string_view, 2> values;
    bool spaced = false;
    bool loose = false;
    for (std::size_t i = 0; i < kLabels.size(); ++i) {
        const auto found = i < lines.size() ? declaration_line(lines[i]) : std::nullopt;
        if (!found || trim(found->label) != kLabels[i] || found->value.empty()) {
            notes.push_back(
                {"bagit.declaration", line_number(i + 1) + " is not \"" + std::string{kLabels[i]} + ": …\""});
            return declaration;
        }
        values[i] = found->value;
        spaced = spaced || found->label != kLabels[i];
        loose = loose || found->loose;
    }
    declaration.encoding = values[1];
    const auto version = parse_version(values[0]);
    if (!version || !is_known(*version)) {
        notes.push_back({"bagit.version", std::string{values[0]}});
        return declaration;
    }
    declaration.version = *version;
    const bool strict = *version >= Version{1, 0};
    if (spaced) {
        notes.push_back({"bagit.declaration", "white space before a colon", strict});
    }
    if (loose) {
        notes.push_back({"bagit.declaration", "white space around a value", false});
    }
    if (lines.size() > kLabels.size()) {
        notes.push_back({"bagit.declaration", "more than two lines", strict});
    }
    return declaration;
}

std::vector<InfoElement> parse_info(std::string_view text, Version version, Notes& notes)
{
    std::vector<InfoElement> elements;
    const bool strict = version >= Version{1, 0};
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        if (is_blank(line.front())) {
            if (elements.empty()) {
                notes.push_back({"baginfo.syntax", line_number(count) + " continues nothing", strict});
            } else {
                elements.back().value.append(elements.back().value.empty() ? "" : " ").append(trim(line));
            }
            return;
        }
        const auto colon = line.find(':');
        const auto label = line.substr(0, std::min(colon, line.size()));
        if (colon == std::string_view::npos || trim(label).empty()) {
            notes.push_back({"baginfo.syntax", line_number(count) + " has no label", strict});
            return;
        }
        // Before 1.0 white space around the colon was tolerated (and is in the wild); 1.0 forbids it.
        if (strict && is_blank(label.back())) {
            notes.push_back({"baginfo.syntax", line_number(count) + " has white space before the colon"});
        }
        elements.push_back({std::string{trim(label)}, std::string{trim(line.substr(colon + 1))}});
    });
    return elements;
}

std::optional<Oxum> parse_oxum(std::string_view value)
{
    const auto dot = value.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == value.size()) {
        return std::nullopt;
    }
    const auto bytes = number<std::uint64_t>(value.substr(0, dot));
    const auto files = number<std::uint64_t>(value.substr(dot + 1));
    return bytes && files ? std::optional{Oxum{*bytes, *files}} : std::nullopt;
}

std::vector<ManifestLine> parse_manifest(std::string_view text, Notes& notes)
{
    std::vector<ManifestLine> lines;
    bool asterisk = false;
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        const auto end = line.find_first_of(kBlank);
        const auto digest = line.substr(0, std::min(end, line.size()));
        const auto start = end == std::string_view::npos ? end : line.find_first_not_of(kBlank, end);
        const bool hex = std::ranges::all_of(digest, [](char c) { return hex_value(c).has_value(); });
        if (digest.empty() || !hex || start == std::string_view::npos) {
            notes.push_back({"manifest.syntax", line_number(count)});
            return;
        }
        auto path = line.substr(start);
        if (path.starts_with('*')) {
            asterisk = true;
            path.remove_prefix(1);
        }
        if (path.empty()) {
            notes.push_back({"manifest.syntax", line_number(count)});
            return;
        }
        lines.push_back({lower(digest), std::string{path}});
    });
    if (asterisk) {
        notes.push_back({"manifest.asterisk", {}, false});
    }
    return lines;
}

std::string manifest_line(std::string_view digest, std::string_view path)
{
    return std::string{digest}.append("  ").append(percent_encode(path)).append("\n");
}

std::vector<FetchLine> parse_fetch(std::string_view text, Notes& notes)
{
    std::vector<FetchLine> lines;
    for_each_line(text, [&](std::string_view line, std::size_t count) {
        if (trim(line).empty()) {
            return;
        }
        const auto url_end = line.find_first_of(kBlank);
        const auto length_at = line.find_first_not_of(kBlank, url_end);
        const auto length_end = line.find_first_of(kBlank, length_at);
        const auto path_at = line.find_first_not_of(kBlank, length_end);
        // npos runs through all four: a missing part leaves the path missing.
        if (url_end == 0 || url_end == std::string_view::npos || length_at == std::string_view::npos ||
            length_end == std::string_view::npos || path_at == std::string_view::npos) {
            notes.push_back({"fetch.syntax", line_number(count)});
            return;
        }
        const auto length = line.substr(length_at, length_end - length_at);
        const auto bytes = number<std::uint64_t>(length);
        if (length != "-" && !bytes) {
            notes.push_back({"fetch.syntax", line_number(count) + " has no length"});
            return;
        }
        lines.push_back({std::string{line.substr(0, url_end)}, bytes, std::string{line.substr(path_at)}});
    });
    return lines;
}

std::optional<std::string> algorithm_of(std::string_view file_name, std::string_view prefix)
{
    constexpr std::string_view kSuffix = ".txt";
    const auto name = lower(file_name);
    if (!name.starts_with(prefix) || !name.ends_with(kSuffix) || name.size() <= prefix.size() + kSuffix.size()) {
        return std::nullopt;
    }
    std::string algorithm = name.substr(prefix.size(), name.size() - prefix.size() - kSuffix.size());
    std::erase_if(algorithm, [](char c) { return !is_letter(c) && !is_digit(c); });
    return algorithm.empty() ? std::nullopt : std::optional{algorithm};
}

} // namespace vtlt::export_::bag
