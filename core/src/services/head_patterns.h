// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/page_lines.h"

#include <vtlt/core/base/date.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// The lines of a head that have a pattern: number and symbol, place and date.
namespace vtlt::services {

/// "Hà Nội, ngày 05 tháng 3 năm 2020" or "…, ngày 05/3/2020" from `begin` on: a place of at most six words, then the
/// date. Nothing, a new column or one more date may follow, a sentence that goes on may not.
std::optional<Date> date_at(const PageLine& line, std::size_t begin);
/// In any of the line's columns.
std::optional<Date> date_in(const PageLine& line);

struct NumberFound
{
    std::string number;
    std::string symbol;
    std::size_t end = 0;
};

/// "Số: 12/BC-ABC", "Luật số: 12/2025/QH15", from `begin` on.
std::optional<NumberFound> number_line_at(const PageLine& line, std::size_t begin);

/// "2020/NĐ-CP" → "NĐ-CP".
std::string without_year(std::string_view symbol);
/// The kind a symbol tells: "BC-CHC" → BC, "2020/NĐ-CP" → NĐ; empty when its first part is no abbreviation.
std::string kind_of_symbol(std::string_view symbol);

} // namespace vtlt::services
