// SPDX-License-Identifier: GPL-3.0-or-later
#include "table_layout.h"

#include <algorithm>
#include <utility>

namespace vtlt::forms {

namespace {

constexpr double kPadSide = 3;
constexpr double kPadTop = 2;
constexpr double kPadBottom = 3;

} // namespace

double SetRow::height() const
{
    return TableLayout::part_height(*this, lines);
}

TableLayout::TableLayout(Typefaces& faces, const PageFrame& frame, const FormDef& form) : faces_(faces), form_(form)
{
    double whole = 0;
    for (const auto& column : form.columns) {
        whole += column.width;
    }
    edges_.push_back(frame.left);
    double used = 0;
    for (const auto& column : form.columns) {
        used += column.width;
        edges_.push_back(frame.left + frame.width() * used / whole);
    }
    set_head();
}

void TableLayout::set_head()
{
    PrintedRow captions;
    PrintedRow numbers;
    for (std::size_t i = 0; i < form_.columns.size(); ++i) {
        captions.texts.push_back(form_.columns[i].caption);
        numbers.texts.push_back("(" + std::to_string(i + 1) + ")");
    }
    captions.is_total = true; // bold
    head_.push_back(set(captions));
    if (form_.column_numbers) {
        head_.push_back(set(numbers));
    }
    for (auto& row : head_) {
        row.is_captions = true;
        for (auto& cell : row.cells) {
            cell.align = Align::centre;
        }
    }
    auto& first = head_.front();
    for (std::size_t i = 0; i < first.cells.size(); ++i) {
        first.cells[i].lines = balance_lines(faces_, first.setting, form_.columns[i].caption, width(i) - 2 * kPadSide);
    }
    faces_.keep();
}

SetRow TableLayout::set(const PrintedRow& row)
{
    SetRow out;
    out.setting = {.face = Face::regular, .size = form_.font_size};
    const auto add = [&](const std::string& text, double width, Align align) {
        out.cells.push_back({break_lines(faces_, out.setting, text, width - 2 * kPadSide), align});
        out.lines = std::max(out.lines, out.cells.back().lines.size());
    };
    if (!row.heading.empty()) {
        out.is_heading = true;
        out.setting.face = row.is_minor ? Face::italic : Face::bold;
        add(row.heading, edges_.back() - edges_.front(), Align::left);
        return out;
    }
    if (row.is_total) {
        out.setting.face = Face::bold;
    }
    for (std::size_t i = 0; i < row.texts.size(); ++i) {
        add(row.texts[i], width(i), form_.columns[i].align);
    }
    return out;
}

double TableLayout::head_height() const
{
    double height = 0;
    for (const auto& row : head_) {
        height += row.height();
    }
    return height;
}

double TableLayout::part_height(const SetRow& row, std::size_t count)
{
    return static_cast<double>(count) * row.setting.leading() + kPadTop + kPadBottom;
}

double TableLayout::draw(Canvas& canvas, const SetRow& row, double y, std::size_t first, std::size_t count) const
{
    const double height = part_height(row, count);
    const double leading = row.setting.leading();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const auto& cell = row.cells[i];
        const double left = edges_[i] + kPadSide;
        const double right = (row.is_heading ? edges_.back() : edges_[i + 1]) - kPadSide;
        double base = y + kPadTop + row.setting.size * kAscent;
        if (row.is_captions) {
            base += static_cast<double>(row.lines - cell.lines.size()) * leading / 2;
        }
        for (auto at = first; at < std::min(first + count, cell.lines.size()); ++at) {
            const double spare = right - left - cell.lines[at].width;
            const double shift = cell.align == Align::centre ? spare / 2 : cell.align == Align::right ? spare : 0;
            canvas.text(cell.lines[at], row.setting.size, left + shift, base);
            base += leading;
        }
    }
    for (const double edge : edges_) {
        if (!row.is_heading || edge == edges_.front() || edge == edges_.back()) {
            canvas.rule(edge, y, edge, y + height);
        }
    }
    canvas.rule(edges_.front(), y, edges_.back(), y);
    canvas.rule(edges_.front(), y + height, edges_.back(), y + height);
    return height;
}

} // namespace vtlt::forms
