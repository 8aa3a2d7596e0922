// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace vtlt::demo {

/// A TrueType font without its hinting programs and layout tables; glyph numbers stay. PDF viewers do not hint, and the
/// programs are most of an embedded subset: leaving them out halves both the size of our files and the time to compress
/// them. Empty when `font` is not a font with TrueType outlines.
std::string lean_font(std::string_view font);

} // namespace vtlt::demo
