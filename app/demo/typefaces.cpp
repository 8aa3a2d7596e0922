// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/typefaces.h>

#include <app/demo/lean_font.h>

#include <vtlt/core/base/error.h>

#include FT_TRUETYPE_TABLES_H

namespace vtlt::demo {

namespace {

/// Words are shaped once at this size; without hinting their advances scale.
constexpr double kShapingSize = 1000;
constexpr std::size_t kWordsKept = 20'000;
constexpr std::array kFaces{Face::regular, Face::bold, Face::italic, Face::bold_italic};

FT_Library open_library()
{
    FT_Library library = nullptr;
    if (FT_Init_FreeType(&library) != 0) {
        throw Error{Kind::internal, "demo.freetype"};
    }
    return library;
}

/// The bytes of the font file behind a scaled font; empty when it cannot be read.
std::string file_of(cairo_scaled_font_t* scaled)
{
    std::string bytes;
    const auto face = cairo_ft_scaled_font_lock_face(scaled);
    FT_ULong size = 0;
    if (face != nullptr && FT_Load_Sfnt_Table(face, 0, 0, nullptr, &size) == 0) {
        bytes.resize(size);
        if (FT_Load_Sfnt_Table(face, 0, 0, reinterpret_cast<FT_Byte*>(bytes.data()), &size) != 0) {
            bytes.clear();
        }
    }
    cairo_ft_scaled_font_unlock_face(scaled);
    return bytes;
}

} // namespace

Typefaces::Typefaces()
    : library_(open_library()), map_(pango_cairo_font_map_new()), context_(pango_font_map_create_context(map_.get()))
{
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map_.get()), 72);
    const Owned<cairo_font_options_t> options{cairo_font_options_create()};
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    for (const auto face : kFaces) {
        load(face);
    }
}

void Typefaces::load(Face face)
{
    const auto i = static_cast<std::size_t>(face);
    auto& font = fonts_.at(i);
    const Owned<PangoFontDescription> description{pango_font_description_from_string("Liberation Serif")};
    pango_font_description_set_absolute_size(description.get(), kShapingSize * PANGO_SCALE);
    pango_font_description_set_weight(description.get(), i % 2 == 1 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(description.get(), i >= 2 ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    font.layout.reset(pango_layout_new(context_.get()));
    pango_layout_set_font_description(font.layout.get(), description.get());
    // One glyph a letter, so that copied text is exact.
    const Owned<PangoAttrList> attributes{pango_attr_list_new()};
    pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("liga=0"));
    pango_layout_set_attributes(font.layout.get(), attributes.get());
    const Owned<PangoFont> loaded{pango_context_load_font(context_.get(), description.get())};
    auto* scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(loaded.get()));
    font.lean = lean_font(file_of(scaled));
    FT_Face outlines = nullptr;
    if (!font.lean.empty() && FT_New_Memory_Face(library_.get(), reinterpret_cast<const FT_Byte*>(font.lean.data()),
                                                 static_cast<FT_Long>(font.lean.size()), 0, &outlines) == 0) {
        font.outlines.reset(outlines);
        font.face.reset(cairo_ft_font_face_create_for_ft_face(outlines, FT_LOAD_NO_HINTING));
    } else {
        font.face.reset(cairo_font_face_reference(cairo_scaled_font_get_font_face(scaled)));
    }
    font.space = word(face, " ").second.advance;
}

const Words::value_type& Typefaces::word(Face face, std::string_view text)
{
    auto& font = fonts_.at(static_cast<std::size_t>(face));
    const auto [at, fresh] = font.words.try_emplace(std::string{text});
    auto& word = at->second;
    if (!fresh) {
        return *at;
    }
    pango_layout_set_text(font.layout.get(), text.data(), static_cast<int>(text.size()));
    const auto* line = pango_layout_get_line_readonly(font.layout.get(), 0);
    for (const auto* runs = line->runs; runs != nullptr; runs = runs->next) {
        const auto* item = static_cast<const PangoGlyphItem*>(runs->data);
        const auto& string = *item->glyphs;
        for (int i = 0; i < string.num_glyphs; ++i) {
            const double advance = string.glyphs[i].geometry.width / (kShapingSize * PANGO_SCALE);
            word.glyphs.push_back({string.glyphs[i].glyph, advance});
            word.advance += advance;
        }
    }
    for (const char* c = text.data(); c < text.data() + text.size(); c = g_utf8_next_char(c)) {
        word.clusters.push_back({static_cast<int>(g_utf8_next_char(c) - c), 1});
    }
    if (word.clusters.size() != word.glyphs.size()) {
        word.clusters = {{static_cast<int>(text.size()), static_cast<int>(word.glyphs.size())}};
    }
    return *at;
}

void Typefaces::forget_words()
{
    for (const auto face : kFaces) {
        auto& words = fonts_.at(static_cast<std::size_t>(face)).words;
        if (words.size() > kWordsKept) {
            words.clear();
            word(face, " ");
        }
    }
}

} // namespace vtlt::demo
