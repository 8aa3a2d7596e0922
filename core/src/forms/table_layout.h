// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "canvas.h"
#include "dataset.h"
#include "page_blocks.h"
#include "text_lines.h"

#include <cstddef>
#include <string>
#include <vector>

namespace vtlt::forms {

/// A row set in lines; a heading has one cell over all columns.
struct SetRow
{
    struct SetCell
    {
        std::vector<TextLine> lines;
        Align align = Align::left;
    };
    std::vector<SetCell> cells;
    std::size_t lines = 1; ///< of the tallest cell
    Setting setting;
    bool is_heading = false;
    bool is_captions = false; ///< set in the middle of its height

    double height() const;
};

/// Where the columns stand, and how rows are set and drawn in them.
class TableLayout
{
public:
    TableLayout(Typefaces& faces, const PageFrame& frame, const FormDef& form);

    SetRow set(const PrintedRow& row);
    /// Captions and, if the form has them, column numbers: repeated on every page.
    const std::vector<SetRow>& head() const { return head_; }
    double head_height() const;

    /// Lines `first` to `first + count` of a row whose part begins at `y`; its height.
    double draw(Canvas& canvas, const SetRow& row, double y, std::size_t first, std::size_t count) const;
    static double part_height(const SetRow& row, std::size_t count);

private:
    double width(std::size_t column) const { return edges_[column + 1] - edges_[column]; }
    void set_head();

    Typefaces& faces_;
    const FormDef& form_;
    std::vector<double> edges_;
    std::vector<SetRow> head_;
};

} // namespace vtlt::forms
