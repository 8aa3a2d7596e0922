// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "typefaces.h"

#include <string_view>
#include <vector>

/// Text as lines of shaped words, in points.
namespace vtlt::forms {

inline constexpr double kMillimetre = 72.0 / 25.4;
/// Of the font's size, from base line to base line, and from the line's top to its base line.
inline constexpr double kLeading = 1.2;
inline constexpr double kAscent = 0.93;

struct Setting
{
    Face face = Face::regular;
    double size = 12;

    double leading() const { return size * kLeading; }
};

struct TextLine
{
    struct Piece
    {
        const Word* word; ///< of the Typefaces
        double x;         ///< from the line's begin
    };
    std::vector<Piece> pieces;
    double width = 0;
};

/// Breaks at spaces; a word that is wider than a line breaks after a `/`, `-` or the like, else anywhere. No text, no
/// line.
std::vector<TextLine> break_lines(Typefaces& faces, const Setting& setting, std::string_view text, double width);
/// As many lines, of about the same width: captions.
std::vector<TextLine> balance_lines(Typefaces& faces, const Setting& setting, std::string_view text, double width);

} // namespace vtlt::forms
