// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vtlt::forms {

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
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

enum class Face : std::uint8_t
{
    regular,
    bold,
    italic
};
inline constexpr std::size_t kFaces = 3;

/// Neighbouring glyphs of one font, for a size of 1.
struct GlyphRun
{
    cairo_font_face_t* face = nullptr; ///< lives as long as the Typefaces
    std::string text;
    std::vector<cairo_glyph_t> glyphs; ///< from the word's begin on the base line
    std::vector<cairo_text_cluster_t> clusters;
};

struct Word
{
    std::vector<GlyphRun> runs; ///< several when a letter is not in our font
    double advance = 0;
};

/// Words as glyphs of Liberation Serif, or of what fontconfig has for a letter that is not in it. Not thread-safe.
class Typefaces
{
public:
    Typefaces();

    /// Shaped once. Lives until the second `age` after it was last asked for.
    const Word& word(Face face, std::string_view text);
    /// The words asked for so far live as long as this.
    void keep();
    /// Forgets, when there are many other words, those that nobody has asked for lately.
    void age();
    double space(Face face) const { return fonts_.at(static_cast<std::size_t>(face)).space; }

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    using Words = std::unordered_map<std::string, Word, Hash, std::equal_to<>>;
    struct Font
    {
        Owned<PangoLayout> layout;
        double space = 0;
        Words young; ///< becomes the old one when it has grown; the old one goes then
        Words old;
        Words kept;
    };

    void load(Face face);
    Word shape(Font& font, std::string_view text);
    Word join_letters(Face face, std::string_view ascii);
    void add_run(Word& word, const PangoGlyphItem& item, std::string_view text);
    cairo_font_face_t* face_of(PangoFont* font);

    Owned<PangoFontMap> map_;
    Owned<PangoContext> context_;
    std::unordered_map<PangoFont*, Owned<cairo_font_face_t>> faces_;
    std::vector<Owned<PangoFont>> used_; ///< so that no other font gets the address of one in `faces_`
    std::array<Font, kFaces> fonts_;
};

} // namespace vtlt::forms
