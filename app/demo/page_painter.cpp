// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/page_painter.h>

#include <algorithm>

namespace vtlt::demo {

void PagePainter::draw_text(const Line& line, double size, double x, double y, double stretch)
{
    for (std::size_t i = 0; i < line.pieces.size();) {
        const auto face = line.pieces[i].face;
        const auto& font = faces_.font(face);
        glyphs_.clear();
        clusters_.clear();
        run_.clear();
        for (; i < line.pieces.size() && line.pieces[i].face == face; ++i) {
            const auto& piece = line.pieces[i];
            const auto& [text, word] = *piece.word;
            run_ += text;
            clusters_.insert(clusters_.end(), word.clusters.begin(), word.clusters.end());
            for (const auto& glyph : word.glyphs) {
                glyphs_.push_back({glyph.index, x, y});
                x += glyph.advance * size;
            }
            if (piece.space_after) {
                run_ += ' ';
                clusters_.push_back({1, 1});
                glyphs_.push_back({font.words.at(" ").glyphs.front().index, x, y});
                x += font.space * size + stretch;
            }
        }
        cairo_set_font_face(cairo_, font.face.get());
        cairo_set_font_size(cairo_, size);
        cairo_show_text_glyphs(cairo_, run_.data(), static_cast<int>(run_.size()), glyphs_.data(),
                               static_cast<int>(glyphs_.size()), clusters_.data(), static_cast<int>(clusters_.size()),
                               cairo_text_cluster_flags_t{});
    }
}

void PagePainter::draw_line(const Item& item, double y)
{
    const auto& line = item.line;
    const double spare = item.width - line.indent - line.natural;
    const auto gaps = static_cast<double>(std::ranges::count(line.pieces, true, &Piece::space_after));
    double x = item.left + line.indent;
    double stretch = 0;
    if (item.align == Align::centre) {
        x += spare / 2;
    } else if (item.align == Align::justify && !line.last && gaps > 0) {
        stretch = spare / gaps;
    }
    const double base = y + item.height - item.size * 0.32;
    draw_text(line, item.size, x, base, stretch);
    if (item.framed) {
        cairo_rectangle(cairo_, x - 6, base - item.size, line.natural + 12, item.size * 1.4);
        cairo_stroke(cairo_);
    }
}

void PagePainter::draw(const Item& item, double y)
{
    for (const auto& cell : item.cells) {
        draw(cell, y + cell.before);
    }
    if (!item.line.pieces.empty()) {
        draw_line(item, y);
    }
    if (item.rule > 0) {
        const double x = item.left + (item.width - item.rule) / 2;
        cairo_move_to(cairo_, x, y);
        cairo_line_to(cairo_, x + item.rule, y);
        cairo_stroke(cairo_);
    }
    if (!item.verticals.empty()) {
        draw_grid(item.verticals, y, item.height);
    }
}

void PagePainter::draw_grid(const std::vector<double>& verticals, double y, double height)
{
    for (const double x : verticals) {
        cairo_move_to(cairo_, x, y);
        cairo_line_to(cairo_, x, y + height);
    }
    for (const double edge : {y, y + height}) {
        cairo_move_to(cairo_, verticals.front(), edge);
        cairo_line_to(cairo_, verticals.back(), edge);
    }
    cairo_stroke(cairo_);
}

} // namespace vtlt::demo
