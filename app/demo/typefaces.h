// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cairo-ft.h>
#include <cairo.h>
#include <ft2build.h>
#include <pango/pangocairo.h>
#include FT_FREETYPE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Words as glyphs of Liberation Serif.
namespace vtlt::demo {

/// Gives back what the C libraries hand out.
struct Release
{
    void operator()(cairo_surface_t* it) const { cairo_surface_destroy(it); }
    void operator()(cairo_t* it) const { cairo_destroy(it); }
    void operator()(cairo_font_face_t* it) const { cairo_font_face_destroy(it); }
    void operator()(cairo_font_options_t* it) const { cairo_font_options_destroy(it); }
    void operator()(PangoFontDescription* it) const { pango_font_description_free(it); }
    void operator()(PangoAttrList* it) const { pango_attr_list_unref(it); }
    void operator()(gpointer it) const { g_object_unref(it); }
    void operator()(FT_Library it) const { FT_Done_FreeType(it); }
    void operator()(FT_Face it) const { FT_Done_Face(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

enum class Face : std::uint8_t
{
    regular,
    bold,
    italic,
    bold_italic
};

struct Glyph
{
    unsigned long index;
    double advance; ///< of a font of size 1
};

struct Word
{
    std::vector<Glyph> glyphs;
    std::vector<cairo_text_cluster_t> clusters;
    double advance = 0;
};

using Words = std::unordered_map<std::string, Word>;

struct Font
{
    std::string lean; ///< the font file the faces below read
    Owned<FT_FaceRec_> outlines;
    Owned<cairo_font_face_t> face;
    Owned<PangoLayout> layout;
    double space = 0;
    Words words;
};

/// The four faces with the words shaped so far. Not thread-safe.
class Typefaces
{
public:
    /// Throws Kind::internal `demo.freetype`.
    Typefaces();

    /// Shaped once and kept: the reference lives until `forget_words`.
    const Words::value_type& word(Face face, std::string_view text);
    const Font& font(Face face) const { return fonts_.at(static_cast<std::size_t>(face)); }
    /// Of the faces that hold more than a document or two need. Between documents only.
    void forget_words();

private:
    void load(Face face);

    Owned<FT_LibraryRec_> library_;
    Owned<PangoFontMap> map_;
    Owned<PangoContext> context_;
    std::array<Font, 4> fonts_;
};

} // namespace vtlt::demo
