// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vtlt::services {

/// What the layout of an administrative document (Nghị định 30/2020/NĐ-CP, Phụ lục I) plainly tells. Empty = not plain:
/// a wrong value is worse than none.
struct Recognized
{
    std::string kind;   ///< abbreviation of NĐ 30/2020 Phụ lục III; CV for công văn
    std::string number; ///< số
    std::string symbol; ///< ký hiệu
    std::string issuer; ///< cơ quan ban hành
    std::optional<Date> issued_on;
    std::string title; ///< never empty: falls back to the file name without its extension
};

/// Pure; linear in the first ~16 KB of the text; never throws for any input. `format_title` is what the file format
/// calls its heading.
Recognized recognize(std::span<const std::string_view> first_pages, std::string_view format_title,
                     std::string_view file_name);

} // namespace vtlt::services
