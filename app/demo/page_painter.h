// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/page_items.h>
#include <app/demo/typefaces.h>

#include <string>
#include <vector>

namespace vtlt::demo {

/// Draws items onto a page of cairo's.
class PagePainter
{
public:
    PagePainter(const Typefaces& faces, cairo_t* cairo) : faces_(faces), cairo_(cairo) {}

    void draw(const Item& item, double y);

private:
    void draw_line(const Item& item, double y);
    void draw_text(const Line& line, double size, double x, double y, double stretch);
    void draw_grid(const std::vector<double>& verticals, double y, double height);

    const Typefaces& faces_;
    cairo_t* cairo_;
    std::vector<cairo_glyph_t> glyphs_;
    std::vector<cairo_text_cluster_t> clusters_;
    std::string run_;
};

} // namespace vtlt::demo
