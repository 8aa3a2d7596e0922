// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/forms/render.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::forms {

/// words.json: what every form says besides its own words.
struct SharedWords
{
    std::vector<std::string> motto;
    std::string blank;
    std::string page;
    std::string made_at;
    std::string dataset;
    std::string place_date;
    std::string preview;
    std::string sheet;
    std::array<std::string, 10> digits;
    std::string ten, tens, one_after_tens, five_after_ten, odd, hundred;
    std::vector<std::string> groups; ///< "", nghìn, triệu, tỷ
};
const SharedWords& words();

using Values = WordList;

/// The filled lines; optional ones without a value are left out.
std::vector<std::string> fill_lines(const std::vector<Line>& lines, const Values& values);

/// Fit for one cell or line: repaired, form C, one line, no direction overrides.
std::string clean(std::string_view value);

/// 05/03/2020, as the decree writes it.
std::string padded_date(Date date);
/// 10:04 20/09/2026 (UTC+7)
std::string padded_moment(Instant instant);
/// 1284 → 1.284
std::string grouped(std::int64_t number);
/// 1205 → một nghìn hai trăm linh năm
std::string in_words(std::uint64_t number);
/// As printed; empty for none.
std::string cell_text(const Cell& cell);

/// The texts around the table, filled: the caller's values with {rows}, {rows_words}, {made_at}, {sha256}, {form}.
struct FormTexts
{
    std::vector<std::string> issuer, title, subtitle, closing, notes;
    struct Signed
    {
        std::string place_date; ///< empty when not dated
        std::string title, hint, name;
    };
    std::vector<Signed> signatures;
    std::string made_at;
    std::string dataset;
};
/// Before the rows are known their number and hash are dots.
FormTexts form_texts(const FormDef& form, const FormData& data, const Rendered& known);

} // namespace vtlt::forms
