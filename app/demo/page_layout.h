// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/page_items.h>
#include <app/demo/paper.h>
#include <app/demo/typefaces.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace vtlt::demo {

/// Sets the parts of a paper as items, top to bottom.
class PageLayout
{
public:
    explicit PageLayout(Typefaces& faces) : faces_(faces) {}

    std::vector<Item> items_of(const Paper& paper);
    Item page_number(int page);

private:
    struct Setting
    {
        Face face = Face::regular;
        double size = 14;
        Align align = Align::justify;
        double indent = 0;
        double before = 0;
        double leading = 1.3;
        double left = kLeft;
        double width = kWidth;
        bool keep = false;
        std::size_t bold = 0;
    };
    /// Appends a paragraph to `items`.
    void paragraph(std::vector<Item>& items, std::string_view text, const Setting& setting);
    /// Breaks a text, whose first `setting.bold` bytes are bold, into lines.
    std::vector<Line> break_lines(std::string_view text, const Setting& setting);

    static Setting left_cell();
    static Setting right_cell();
    void head(std::vector<Item>& items, const Paper& paper);
    Item issuer_and_motto(const Paper& paper);
    Item number_and_date(const Paper& paper);
    void title(std::vector<Item>& items, const Paper& paper);
    void addressees(std::vector<Item>& items, const Paper& paper);
    void block(std::vector<Item>& items, const Paper::Block& block);
    void table(std::vector<Item>& items, const Paper::Block& block);
    void foot(std::vector<Item>& items, const Paper& paper);
    std::vector<Item> signature(const Paper& paper);
    std::vector<Item> recipients(const Paper& paper);

    Typefaces& faces_;
};

} // namespace vtlt::demo
