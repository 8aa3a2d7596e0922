// SPDX-License-Identifier: GPL-3.0-or-later
#include "typefaces.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <utility>

namespace vtlt::forms {

namespace {

/// Words are shaped once at this size; without hinting their advances scale.
constexpr double kShapingSize = 1000;
constexpr double kUnit = kShapingSize * PANGO_SCALE;
/// Of each face: more than the pages between two uses of a common word hold.
constexpr std::size_t kWordsKept = 10'000;

/// Numbers and codes, of which a list is full and none comes twice: set letter by letter they miss only kerning.
bool is_code(std::string_view text)
{
    return text.size() > 1 && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }) &&
           std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

Typefaces::Typefaces() : map_(pango_cairo_font_map_new()), context_(pango_font_map_create_context(map_.get()))
{
    const Owned<cairo_font_options_t> options{cairo_font_options_create()};
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    for (const auto face : {Face::regular, Face::bold, Face::italic}) {
        load(face);
    }
}

void Typefaces::load(Face face)
{
    auto& font = fonts_.at(static_cast<std::size_t>(face));
    const Owned<PangoFontDescription> description{pango_font_description_from_string("Liberation Serif")};
    pango_font_description_set_absolute_size(description.get(), kUnit);
    pango_font_description_set_weight(description.get(), face == Face::bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(description.get(), face == Face::italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    font.layout.reset(pango_layout_new(context_.get()));
    pango_layout_set_font_description(font.layout.get(), description.get());
    pango_layout_set_single_paragraph_mode(font.layout.get(), TRUE);
    // One glyph a letter, so that copied text is exact.
    const Owned<PangoAttrList> attributes{pango_attr_list_new()};
    pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("liga=0"));
    pango_layout_set_attributes(font.layout.get(), attributes.get());
    font.space = word(face, " ").advance;
}

cairo_font_face_t* Typefaces::face_of(PangoFont* font)
{
    auto& face = faces_[font];
    if (!face) {
        auto* scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
        if (scaled == nullptr) {
            throw Error{Kind::internal, "form.pdf", {{"message", "a font cannot be read"}}};
        }
        used_.emplace_back(PANGO_FONT(g_object_ref(font)));
        face.reset(cairo_font_face_reference(cairo_scaled_font_get_font_face(scaled)));
    }
    return face.get();
}

void Typefaces::add_run(Word& word, const PangoGlyphItem& item, std::string_view text)
{
    const auto& glyphs = *item.glyphs;
    GlyphRun run{.face = face_of(item.item->analysis.font),
                 .text = std::string{text.substr(static_cast<std::size_t>(item.item->offset),
                                                 static_cast<std::size_t>(item.item->length))},
                 .glyphs = {},
                 .clusters = {}};
    for (int i = 0; i < glyphs.num_glyphs; ++i) {
        const auto& glyph = glyphs.glyphs[i];
        if ((glyph.glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0 && glyph.glyph != PANGO_GLYPH_EMPTY) {
            run.glyphs.push_back(
                {glyph.glyph, word.advance + glyph.geometry.x_offset / kUnit, glyph.geometry.y_offset / kUnit});
        }
        word.advance += glyph.geometry.width / kUnit;
    }
    const char* end = run.text.data() + run.text.size();
    for (const char* c = run.text.data(); c < end; c = g_utf8_next_char(c)) {
        run.clusters.push_back({static_cast<int>(g_utf8_next_char(c) - c), 1});
    }
    if (run.clusters.size() != run.glyphs.size()) {
        run.clusters = {{static_cast<int>(run.text.size()), static_cast<int>(run.glyphs.size())}};
    }
    if (!run.glyphs.empty()) {
        word.runs.push_back(std::move(run));
    }
}

Word Typefaces::shape(Font& font, std::string_view text)
{
    Word word;
    pango_layout_set_text(font.layout.get(), text.data(), static_cast<int>(text.size()));
    const auto* line = pango_layout_get_line_readonly(font.layout.get(), 0);
    for (const auto* runs = line->runs; runs != nullptr; runs = runs->next) {
        add_run(word, *static_cast<const PangoGlyphItem*>(runs->data), text);
    }
    return word;
}

Word Typefaces::join_letters(Face face, std::string_view ascii)
{
    Word whole;
    for (std::size_t i = 0; i < ascii.size(); ++i) {
        const auto& letter = word(face, ascii.substr(i, 1));
        for (const auto& run : letter.runs) {
            if (whole.runs.empty() || whole.runs.back().face != run.face) {
                whole.runs.push_back({run.face, {}, {}, {}});
            }
            auto& joined = whole.runs.back();
            joined.text += run.text;
            for (auto glyph : run.glyphs) {
                glyph.x += whole.advance;
                joined.glyphs.push_back(glyph);
            }
            joined.clusters.insert(joined.clusters.end(), run.clusters.begin(), run.clusters.end());
        }
        whole.advance += letter.advance;
    }
    return whole;
}

const Word& Typefaces::word(Face face, std::string_view text)
{
    auto& font = fonts_.at(static_cast<std::size_t>(face));
    if (const auto found = font.young.find(text); found != font.young.end()) {
        return found->second;
    }
    if (const auto found = font.old.find(text); found != font.old.end()) {
        // The node moves, the word stays where it is.
        return font.young.insert(font.old.extract(found)).position->second;
    }
    if (const auto found = font.kept.find(text); found != font.kept.end()) {
        return found->second;
    }
    auto word = is_code(text) ? join_letters(face, text) : shape(font, text);
    return font.young.emplace(std::string{text}, std::move(word)).first->second;
}

void Typefaces::keep()
{
    for (auto& font : fonts_) {
        font.kept.merge(font.young);
    }
}

void Typefaces::age()
{
    for (auto& font : fonts_) {
        if (font.young.size() >= kWordsKept) {
            font.old = std::exchange(font.young, {});
        }
    }
}

} // namespace vtlt::forms
