// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One model of a printed list, drawn as HTML, PDF, XLSX and DOCX (render.h). What a form looks like and says is data
/// with its legal version, one JSON file a form in core/src/forms/data (docs/format.md, "Forms"); no C++ names a form.
namespace vtlt::forms {

enum class Align
{
    left,
    centre,
    right
};

enum class CellType
{
    text,
    number,
    date
};

enum class Orientation
{
    portrait,
    landscape
};

struct Column
{
    std::string key; ///< of the value, for whoever fills the form
    std::string caption;
    double width = 0; ///< share of the width between the margins, in any unit
    Align align = Align::left;
    CellType type = CellType::text;
    bool sum = false; ///< summed in the row of totals
};

/// Words that whoever fills the form puts into cells, by name.
using WordList = std::map<std::string, std::string, std::less<>>;

/// A line of text in which `{name}` stands for a value. What is not given is printed as dots to be filled in by hand;
/// an optional line is left out then.
struct Line
{
    std::string text;
    bool optional = false;
};

struct Signature
{
    std::string title;
    std::string hint;
    std::string name;   ///< a line as above, may be empty
    bool dated = false; ///< place and date above
};

struct Margins
{
    double top = 20;
    double right = 15;
    double bottom = 20;
    double left = 30;
};

struct FormDef
{
    std::string id;
    int version = 1;          ///< of this file; grows when the words or columns change
    std::string legal_source; ///< rule, annex and model
    Date valid_from{};
    std::optional<Date> valid_to; ///< last day
    Orientation orientation = Orientation::portrait;
    Margins margins;               ///< mm
    double font_size = 12;         ///< of the table, pt
    bool national_heading = false; ///< Quốc hiệu and Tiêu ngữ
    std::vector<Line> issuer;      ///< left of it, the last in bold
    std::vector<Line> title;       ///< bold
    std::vector<Line> subtitle;    ///< below
    std::vector<Column> columns;
    bool column_numbers = true;        ///< a row (1) (2) … below the captions
    std::string total_caption;         ///< of the row of sums
    std::vector<Line> closing;         ///< below the table, before the signatures; knows {rows} and {rows_words}
    std::vector<Line> notes;           ///< small, after the signatures
    std::vector<Signature> signatures; ///< side by side, from the left; a single one stands on the right
    WordList words;
};

/// The embedded forms, checked, by id and day of validity. Safe from any thread.
const std::vector<FormDef>& list_forms();
/// The version in force on `on`; without a day the newest. Throws not_found `form.unknown`.
const FormDef& get_form(std::string_view id, std::optional<Date> on = std::nullopt);

/// `{name}` in `pattern` becomes its value, dots where there is none.
std::string fill(std::string_view pattern, const WordList& values);

/// Throws invalid `form.invalid` with one problem for each mistake, `json.syntax`.
FormDef parse_form(std::string_view json);

} // namespace vtlt::forms
