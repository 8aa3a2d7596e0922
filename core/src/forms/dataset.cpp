// SPDX-License-Identifier: GPL-3.0-or-later
#include "dataset.h"

#include "form_text.h"

#include <vtlt/core/base/error.h>

#include <algorithm>

namespace vtlt::forms {

namespace {

/// As JSON has it; control characters are gone already.
void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

} // namespace

Dataset::Dataset(const FormDef& form) : form_(form), sums_(form.columns.size())
{
    append_quoted(line_ = "[", form.id);
    hasher_.update(line_ + "," + std::to_string(form.version) + "]\n");
}

void Dataset::add_cell(const Cell& cell, const Column& column, std::string& text)
{
    text = cell_text(cell);
    if (text.empty()) {
        line_ += "null";
    } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        line_ += std::to_string(*number);
        sums_[static_cast<std::size_t>(&column - form_.columns.data())] += *number;
    } else if (const auto* date = std::get_if<Date>(&cell)) {
        append_quoted(line_, format_date(*date));
    } else {
        append_quoted(line_, text);
    }
}

const PrintedRow& Dataset::add(const Row& row)
{
    printed_.heading = clean(row.heading);
    printed_.is_minor = row.is_minor;
    if (!printed_.heading.empty()) {
        append_quoted(line_ = "{\"heading\":", printed_.heading);
        hasher_.update(line_ += "}\n");
        return printed_;
    }
    if (row.cells.size() != form_.columns.size()) {
        throw Error{Kind::invalid,
                    "form.cells",
                    {{"form", form_.id},
                     {"cells", std::to_string(row.cells.size())},
                     {"columns", std::to_string(form_.columns.size())}}};
    }
    printed_.texts.resize(row.cells.size());
    line_ = "[";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        line_ += i == 0 ? "" : ",";
        add_cell(row.cells[i], form_.columns[i], printed_.texts[i]);
    }
    hasher_.update(line_ += "]\n");
    ++rows_;
    return printed_;
}

std::optional<PrintedRow> Dataset::total() const
{
    if (std::ranges::none_of(form_.columns, &Column::sum)) {
        return std::nullopt;
    }
    PrintedRow row{.texts = {}, .heading = {}, .is_minor = false, .is_total = true};
    for (std::size_t i = 0; i < form_.columns.size(); ++i) {
        row.texts.push_back(form_.columns[i].sum ? grouped(sums_[i]) : i == 0 ? form_.total_caption : std::string{});
    }
    return row;
}

} // namespace vtlt::forms
