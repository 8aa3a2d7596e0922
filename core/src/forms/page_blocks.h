// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "canvas.h"
#include "form_text.h"
#include "text_lines.h"

#include <string_view>
#include <vector>

namespace vtlt::forms {

/// Of a page, in points from its left upper corner.
struct PageFrame
{
    PageSize size;
    double left;
    double right;
    double top;
    double bottom;

    double width() const { return right - left; }
};
PageFrame page_frame(const FormDef& form);

/// Something set as one piece, from its own top.
struct Block
{
    struct Text
    {
        TextLine line;
        double size;
        double x;
        double base;
    };
    struct Rule
    {
        double x;
        double y;
        double length;
    };
    std::vector<Text> texts;
    std::vector<Rule> rules;
    double height = 0;

    void draw(Canvas& canvas, double y) const;
};

/// Issuing body and national heading, title, subtitle: sizes as NĐ 30/2020, phụ lục I has them.
Block front_block(Typefaces& faces, const PageFrame& frame, const FormDef& form, const FormTexts& texts);
/// Closing lines, signatures, notes.
Block closing_block(Typefaces& faces, const PageFrame& frame, const FormTexts& texts);
/// In the margin below: when it was made, hash, page. `y` of the frame's bottom.
Block foot_block(Typefaces& faces, const PageFrame& frame, const FormTexts& texts, std::string_view page);

} // namespace vtlt::forms
