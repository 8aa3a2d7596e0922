// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/typefaces.h>

#include <vector>

/// An A4 page (NĐ 30/2020, phụ lục I) and what it is filled with, in points.
namespace vtlt::demo {

inline constexpr double kMillimetre = 72.0 / 25.4;
inline constexpr double kPageWidth = 210 * kMillimetre;
inline constexpr double kPageHeight = 297 * kMillimetre;
inline constexpr double kTop = 20 * kMillimetre;
inline constexpr double kBottom = kPageHeight - 20 * kMillimetre;
inline constexpr double kLeft = 30 * kMillimetre;
inline constexpr double kRight = kPageWidth - 20 * kMillimetre;
inline constexpr double kWidth = kRight - kLeft;
inline constexpr double kIndent = 10 * kMillimetre;

/// Part of a line in one face. Its word stays in the cache until the document is done.
struct Piece
{
    const Words::value_type* word;
    Face face;
    bool space_after = false;
};

enum class Align
{
    left,
    centre,
    justify
};

struct Line
{
    std::vector<Piece> pieces;
    double indent = 0;
    double natural = 0;
    bool last = false;
};

/// What the page is filled with, top to bottom. Items that keep with the next never end a page.
struct Item
{
    double before = 0;
    double height = 0;
    bool keep = false;
    double size = 14;
    Align align = Align::justify;
    double left = kLeft;
    double width = kWidth;
    Line line;
    std::vector<Item> cells;       ///< of a table row or a block set as one piece; `before` counts from its top
    std::vector<double> verticals; ///< rules of a table row
    double rule = 0;               ///< a horizontal line of this width in the middle
    bool framed = false;
};

} // namespace vtlt::demo
