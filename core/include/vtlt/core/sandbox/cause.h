// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace vtlt {

/// Why a file has no text, less text, or was not stored: the closed list of product.md §2.1.
enum class Cause
{
    empty,
    encrypted,
    damaged,
    unknown_format,
    not_yet_supported,
    unknown_encoding,
    no_text_layer,
    text_truncated,
    time_limit,
    memory_limit,
    extractor_crashed,
    unreadable,
    special_file,
    unsafe_name,
    too_large,
    too_many_entries,
    ratio,
    nesting,
    above_highest_grade,
};

struct CauseRow
{
    Cause cause;
    std::string_view name; ///< the word in JSON, the catalogue and locales/*.po
    bool stored;           ///< false: nothing of the file is kept
};

inline constexpr std::array kCauses{
    CauseRow{Cause::empty, "empty", true},
    CauseRow{Cause::encrypted, "encrypted", true},
    CauseRow{Cause::damaged, "damaged", true},
    CauseRow{Cause::unknown_format, "unknown_format", true},
    CauseRow{Cause::not_yet_supported, "not_yet_supported", true},
    CauseRow{Cause::unknown_encoding, "unknown_encoding", true},
    CauseRow{Cause::no_text_layer, "no_text_layer", true},
    CauseRow{Cause::text_truncated, "text_truncated", true},
    CauseRow{Cause::time_limit, "time_limit", true},
    CauseRow{Cause::memory_limit, "memory_limit", true},
    CauseRow{Cause::extractor_crashed, "extractor_crashed", true},
    CauseRow{Cause::unreadable, "unreadable", false},
    CauseRow{Cause::special_file, "special_file", false},
    CauseRow{Cause::unsafe_name, "unsafe_name", false},
    CauseRow{Cause::too_large, "too_large", false},
    CauseRow{Cause::too_many_entries, "too_many_entries", false},
    CauseRow{Cause::ratio, "ratio", false},
    CauseRow{Cause::nesting, "nesting", false},
    CauseRow{Cause::above_highest_grade, "above_highest_grade", false},
};

constexpr const CauseRow& cause_row(Cause cause)
{
    return kCauses[static_cast<std::size_t>(cause)];
}

constexpr std::string_view cause_name(Cause cause)
{
    return cause_row(cause).name;
}

constexpr std::optional<Cause> cause_from_name(std::string_view name)
{
    for (const auto& row : kCauses) {
        if (row.name == name) {
            return row.cause;
        }
    }
    return std::nullopt;
}

} // namespace vtlt
