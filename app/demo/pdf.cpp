// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/lean_font.h>
#include <app/demo/letters.h>
#include <app/demo/writers.h>

#include <vtlt/core/base/error.h>

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <ft2build.h>
#include <pango/pangocairo.h>
#include FT_FREETYPE_H
#include FT_TRUETYPE_TABLES_H

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vtlt::demo {

namespace {

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

constexpr double kMillimetre = 72.0 / 25.4;
constexpr double kPageWidth = 210 * kMillimetre;
constexpr double kPageHeight = 297 * kMillimetre;
constexpr double kTop = 20 * kMillimetre;
constexpr double kBottom = kPageHeight - 20 * kMillimetre;
constexpr double kLeft = 30 * kMillimetre;
constexpr double kRight = kPageWidth - 20 * kMillimetre;
constexpr double kWidth = kRight - kLeft;
constexpr double kIndent = 10 * kMillimetre;
/// Words are shaped once at this size; without hinting their advances scale.
constexpr double kShapingSize = 1000;

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

cairo_status_t append(void* out, const unsigned char* bytes, unsigned size)
{
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

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

void check(cairo_status_t status)
{
    if (status != CAIRO_STATUS_SUCCESS) {
        throw Error{Kind::internal, "demo.cairo", {{"message", cairo_status_to_string(status)}}};
    }
}

} // namespace

struct PdfWriter::State
{
    State();
    const Words::value_type& word(Face face, std::string_view text);
    /// Breaks a text, whose first `bold` bytes are in the second face, into lines.
    std::vector<Line> break_lines(std::string_view text, std::size_t bold, Face face, Face bold_face, double size,
                                  double width, double indent);
    /// Appends a paragraph to `items`.
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
    void paragraph(std::vector<Item>& items, std::string_view text, const Setting& setting);

    void head(std::vector<Item>& items, const Paper& paper);
    void addressees(std::vector<Item>& items, const Paper& paper);
    void block(std::vector<Item>& items, const Paper::Block& block);
    void table(std::vector<Item>& items, const Paper::Block& block);
    void foot(std::vector<Item>& items, const Paper& paper);
    void draw(cairo_t* cairo, const Item& item, double y);
    void draw_line(cairo_t* cairo, const Item& item, double y);
    void draw_text(cairo_t* cairo, const Line& line, double size, double x, double y, double stretch);
    void number_page(cairo_t* cairo, int page);

    static constexpr std::size_t kWordsKept = 20'000;
    Owned<FT_LibraryRec_> library;
    Owned<PangoFontMap> map;
    Owned<PangoContext> context;
    std::array<Font, 4> fonts;
    std::vector<cairo_glyph_t> glyphs;
    std::vector<cairo_text_cluster_t> clusters;
    std::string run;
};

PdfWriter::State::State()
    : library(open_library()), map(pango_cairo_font_map_new()), context(pango_font_map_create_context(map.get()))
{
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map.get()), 72);
    const Owned<cairo_font_options_t> options{cairo_font_options_create()};
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context.get(), options.get());
    for (std::size_t i = 0; i < fonts.size(); ++i) {
        auto& font = fonts.at(i);
        const Owned<PangoFontDescription> description{pango_font_description_from_string("Liberation Serif")};
        pango_font_description_set_absolute_size(description.get(), kShapingSize * PANGO_SCALE);
        pango_font_description_set_weight(description.get(), i % 2 == 1 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_font_description_set_style(description.get(), i >= 2 ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
        font.layout.reset(pango_layout_new(context.get()));
        pango_layout_set_font_description(font.layout.get(), description.get());
        // One glyph a letter, so that copied text is exact.
        const Owned<PangoAttrList> attributes{pango_attr_list_new()};
        pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("liga=0"));
        pango_layout_set_attributes(font.layout.get(), attributes.get());
        const Owned<PangoFont> loaded{pango_context_load_font(context.get(), description.get())};
        auto* scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(loaded.get()));
        font.lean = lean_font(file_of(scaled));
        FT_Face face = nullptr;
        if (!font.lean.empty() && FT_New_Memory_Face(library.get(), reinterpret_cast<const FT_Byte*>(font.lean.data()),
                                                     static_cast<FT_Long>(font.lean.size()), 0, &face) == 0) {
            font.outlines.reset(face);
            font.face.reset(cairo_ft_font_face_create_for_ft_face(face, FT_LOAD_NO_HINTING));
        } else {
            font.face.reset(cairo_font_face_reference(cairo_scaled_font_get_font_face(scaled)));
        }
        font.space = word(static_cast<Face>(i), " ").second.advance;
    }
}

const Words::value_type& PdfWriter::State::word(Face face, std::string_view text)
{
    auto& font = fonts.at(static_cast<std::size_t>(face));
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

std::vector<Line> PdfWriter::State::break_lines(std::string_view text, std::size_t bold, Face face, Face bold_face,
                                                double size, double width, double indent)
{
    std::vector<Line> lines(1);
    lines.back().indent = indent;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        const auto piece_face = at < bold ? bold_face : face;
        const auto piece = text.substr(at, end - at);
        at = end + 1;
        if (piece.empty()) {
            continue;
        }
        const auto& shaped = word(piece_face, piece);
        const double advance = shaped.second.advance * size;
        auto* line = &lines.back();
        double space = 0;
        if (!line->pieces.empty()) {
            space = fonts.at(static_cast<std::size_t>(line->pieces.back().face)).space * size;
            if (line->indent + line->natural + space + advance > width) {
                line = &lines.emplace_back();
                space = 0;
            } else {
                line->pieces.back().space_after = true;
            }
        }
        line->natural += space + advance;
        line->pieces.push_back({&shaped, piece_face});
    }
    lines.back().last = true;
    return lines;
}

void PdfWriter::State::paragraph(std::vector<Item>& items, std::string_view text, const Setting& setting)
{
    const auto bold_face = setting.face == Face::regular ? Face::bold : Face::bold_italic;
    auto lines = break_lines(text, setting.bold, setting.face, bold_face, setting.size, setting.width, setting.indent);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Item item;
        item.before = i == 0 ? setting.before : 0;
        item.height = setting.size * setting.leading;
        // No first line alone at the foot of a page, no last line alone at its head.
        item.keep = setting.keep || (lines.size() > 1 && (i == 0 || i + 2 == lines.size()));
        item.size = setting.size;
        item.align = setting.align;
        item.left = setting.left;
        item.width = setting.width;
        item.line = std::move(lines[i]);
        items.push_back(std::move(item));
    }
}

namespace {

/// Several paragraphs side by side or below each other become one item that no page break splits.
Item bundle(std::vector<std::vector<Item>> columns)
{
    Item whole;
    for (auto& column : columns) {
        double y = 0;
        for (auto& item : column) {
            y += item.before;
            item.before = y;
            y += item.height;
            whole.cells.push_back(std::move(item));
        }
        whole.height = std::max(whole.height, y);
    }
    return whole;
}

Item rule_of(double left, double width, double length)
{
    Item item;
    item.before = 2;
    item.height = 4;
    item.left = left;
    item.width = width;
    item.rule = length;
    return item;
}

Item gap_of(double height)
{
    Item item;
    item.height = height;
    return item;
}

} // namespace

void PdfWriter::State::head(std::vector<Item>& items, const Paper& paper)
{
    constexpr double kLeftCell = 66 * kMillimetre;
    const Setting left{.size = 12, .align = Align::centre, .leading = 1.2, .left = kLeft - 4, .width = kLeftCell};
    const Setting right{.face = Face::bold,
                        .size = 12,
                        .align = Align::centre,
                        .leading = 1.2,
                        .left = kLeft + kLeftCell - 4,
                        .width = kWidth - kLeftCell + 10};
    const auto with = [](Setting setting, auto change) {
        change(setting);
        return setting;
    };
    std::vector<Item> names;
    paragraph(names, paper.parent, left);
    paragraph(names, paper.issuer, with(left, [](auto& s) { s.face = Face::bold; }));
    names.push_back(rule_of(left.left, left.width, 28 * kMillimetre));
    std::vector<Item> motto;
    paragraph(motto, kMotto1, right);
    paragraph(motto, kMotto2, with(right, [](auto& s) { s.size = 13; }));
    motto.push_back(rule_of(right.left, right.width, motto.back().line.natural));
    auto above = bundle({std::move(names), std::move(motto)});
    above.keep = true;
    items.push_back(std::move(above));

    std::vector<Item> number;
    paragraph(number, paper.number_line(), with(left, [](auto& s) {
                  s.size = 13;
                  s.before = 4;
              }));
    if (paper.kind_name.empty()) {
        paragraph(number, paper.subject, with(left, [](auto& s) {
                      s.before = 2;
                      s.width -= 8;
                      s.left += 4;
                  }));
    }
    if (!paper.urgency.empty()) {
        paragraph(number, paper.urgency, with(left, [](auto& s) {
                      s.size = 13;
                      s.before = 7;
                      s.face = Face::bold;
                  }));
        number.back().framed = true;
    }
    std::vector<Item> day;
    paragraph(day, paper.date_line(), with(right, [](auto& s) {
                  s.size = 13;
                  s.before = 4;
                  s.face = Face::italic;
              }));
    items.push_back(bundle({std::move(number), std::move(day)}));
    if (!paper.kind_name.empty()) {
        const Setting title{.face = Face::bold, .size = 14, .align = Align::centre, .before = 18, .keep = true};
        paragraph(items, upper(paper.kind_name), title);
        paragraph(items, paper.subject, with(title, [](auto& s) {
                      s.before = 0;
                      s.left += 12 * kMillimetre;
                      s.width -= 24 * kMillimetre;
                  }));
        items.push_back(rule_of(kLeft, kWidth, 26 * kMillimetre));
        items.push_back(gap_of(6));
    }
}

void PdfWriter::State::addressees(std::vector<Item>& items, const Paper& paper)
{
    if (paper.to.empty()) {
        return;
    }
    const Setting setting{.align = Align::left,
                          .before = 12,
                          .leading = 1.25,
                          .left = kLeft + 26 * kMillimetre,
                          .width = kWidth - 26 * kMillimetre};
    if (paper.to.size() == 1) {
        auto one = setting;
        one.align = Align::centre;
        one.left = kLeft;
        one.width = kWidth;
        paragraph(items, std::string{kAddressees} + " " + paper.to.front(), one);
    } else {
        paragraph(items, kAddressees, setting);
        auto each = setting;
        each.before = 0;
        each.left += 20 * kMillimetre;
        each.width -= 20 * kMillimetre;
        for (std::size_t i = 0; i < paper.to.size(); ++i) {
            paragraph(items, "- " + paper.to[i] + (i + 1 == paper.to.size() ? "." : ";"), each);
        }
    }
    items.push_back(gap_of(8));
}

void PdfWriter::State::block(std::vector<Item>& items, const Paper::Block& block)
{
    switch (block.style) {
    case Paper::Style::table:
        table(items, block);
        return;
    case Paper::Style::centred:
        paragraph(items, block.text, {.face = Face::bold, .align = Align::centre, .before = 10, .keep = true});
        return;
    case Paper::Style::plain:
        paragraph(items, block.text, {.size = 13, .align = Align::centre, .before = 8, .keep = true});
        return;
    case Paper::Style::ground:
        paragraph(items, block.text, {.face = Face::italic, .indent = kIndent, .before = 3});
        return;
    default:
        paragraph(items, block.text,
                  {.indent = kIndent, .before = 6, .keep = block.bold == block.text.size(), .bold = block.bold});
    }
}

void PdfWriter::State::table(std::vector<Item>& items, const Paper::Block& block)
{
    const auto columns = block.rows.front().size();
    constexpr double kFirst = 11 * kMillimetre;
    const double second = columns > 2 ? 62 * kMillimetre : kWidth - kFirst;
    std::vector<double> edges{kLeft, kLeft + kFirst, kLeft + kFirst + second};
    for (std::size_t i = 3; i <= columns; ++i) {
        edges.push_back(edges.back() + (kWidth - kFirst - second) / static_cast<double>(columns - 2));
    }
    items.push_back(gap_of(4));
    items.back().keep = true;
    for (std::size_t r = 0; r < block.rows.size(); ++r) {
        std::vector<std::vector<Item>> cells;
        for (std::size_t c = 0; c < columns && c < block.rows[r].size(); ++c) {
            const bool words = c == 1 && r > 0;
            paragraph(cells.emplace_back(), block.rows[r][c],
                      {.face = r == 0 ? Face::bold : Face::regular,
                       .size = 12,
                       .align = words ? Align::left : Align::centre,
                       .before = 2,
                       .leading = 1.2,
                       .left = edges[c] + 3,
                       .width = edges[c + 1] - edges[c] - 6});
        }
        auto row = bundle(std::move(cells));
        row.height += 3;
        row.verticals = edges;
        row.keep = r == 0;
        items.push_back(std::move(row));
    }
    items.push_back(gap_of(6));
}

void PdfWriter::State::foot(std::vector<Item>& items, const Paper& paper)
{
    constexpr double kHalf = 78 * kMillimetre;
    const Setting right{
        .face = Face::bold, .align = Align::centre, .leading = 1.2, .left = kLeft + kHalf, .width = kWidth - kHalf};
    Setting left{.size = 11, .align = Align::left, .leading = 1.15, .left = kLeft, .width = kHalf - 4};
    std::vector<Item> signs;
    for (const auto& line : paper.capacity) {
        paragraph(signs, line, right);
    }
    signs.push_back(gap_of(64));
    paragraph(signs, paper.signer_line(), right);
    std::vector<Item> list;
    if (!paper.secretary.empty()) {
        auto secretary = right;
        secretary.left = kLeft;
        secretary.width = kHalf;
        paragraph(list, "THƯ KÝ", secretary);
        list.push_back(gap_of(64));
        paragraph(list, paper.secretary, secretary);
        list.push_back(gap_of(10));
    }
    auto lead = left;
    lead.face = Face::bold_italic;
    lead.size = 12;
    paragraph(list, kRecipients, lead);
    for (std::size_t i = 0; i < paper.recipients.size(); ++i) {
        paragraph(list, "- " + paper.recipients[i] + (i + 1 == paper.recipients.size() ? "." : ";"), left);
    }
    // A page must not hold the signature alone: two lines of text go with it.
    for (std::size_t i = items.size() > 2 ? items.size() - 2 : 0; i < items.size(); ++i) {
        items[i].keep = true;
    }
    auto whole = bundle({std::move(list), std::move(signs)});
    whole.before = 14;
    items.push_back(std::move(whole));
}

void PdfWriter::State::draw_text(cairo_t* cairo, const Line& line, double size, double x, double y, double stretch)
{
    for (std::size_t i = 0; i < line.pieces.size();) {
        const auto face = line.pieces[i].face;
        const auto& font = fonts.at(static_cast<std::size_t>(face));
        glyphs.clear();
        clusters.clear();
        run.clear();
        for (; i < line.pieces.size() && line.pieces[i].face == face; ++i) {
            const auto& piece = line.pieces[i];
            const auto& [text, word] = *piece.word;
            run += text;
            clusters.insert(clusters.end(), word.clusters.begin(), word.clusters.end());
            for (const auto& glyph : word.glyphs) {
                glyphs.push_back({glyph.index, x, y});
                x += glyph.advance * size;
            }
            if (piece.space_after) {
                run += ' ';
                clusters.push_back({1, 1});
                glyphs.push_back({font.words.at(" ").glyphs.front().index, x, y});
                x += font.space * size + stretch;
            }
        }
        cairo_set_font_face(cairo, font.face.get());
        cairo_set_font_size(cairo, size);
        cairo_show_text_glyphs(cairo, run.data(), static_cast<int>(run.size()), glyphs.data(),
                               static_cast<int>(glyphs.size()), clusters.data(), static_cast<int>(clusters.size()),
                               cairo_text_cluster_flags_t{});
    }
}

void PdfWriter::State::draw_line(cairo_t* cairo, const Item& item, double y)
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
    draw_text(cairo, line, item.size, x, base, stretch);
    if (item.framed) {
        cairo_rectangle(cairo, x - 6, base - item.size, line.natural + 12, item.size * 1.4);
        cairo_stroke(cairo);
    }
}

void PdfWriter::State::draw(cairo_t* cairo, const Item& item, double y)
{
    for (const auto& cell : item.cells) {
        draw(cairo, cell, y + cell.before);
    }
    if (!item.line.pieces.empty()) {
        draw_line(cairo, item, y);
    }
    if (item.rule > 0) {
        const double x = item.left + (item.width - item.rule) / 2;
        cairo_move_to(cairo, x, y);
        cairo_line_to(cairo, x + item.rule, y);
        cairo_stroke(cairo);
    }
    if (!item.verticals.empty()) {
        for (const double x : item.verticals) {
            cairo_move_to(cairo, x, y);
            cairo_line_to(cairo, x, y + item.height);
        }
        for (const double edge : {y, y + item.height}) {
            cairo_move_to(cairo, item.verticals.front(), edge);
            cairo_line_to(cairo, item.verticals.back(), edge);
        }
        cairo_stroke(cairo);
    }
}

void PdfWriter::State::number_page(cairo_t* cairo, int page)
{
    std::vector<Item> items;
    const auto text = std::to_string(page);
    paragraph(items, text, {.size = 13, .align = Align::centre});
    draw(cairo, items.front(), 9 * kMillimetre);
}

PdfWriter::PdfWriter() : state_(std::make_unique<State>()) {}
PdfWriter::~PdfWriter() = default;

std::string PdfWriter::write(const Paper& paper, std::string_view title)
{
    auto& state = *state_;
    for (std::size_t i = 0; i < state.fonts.size(); ++i) {
        auto& font = state.fonts.at(i);
        if (font.words.size() > State::kWordsKept) {
            font.words.clear();
            state.word(static_cast<Face>(i), " ");
        }
    }
    std::vector<Item> items;
    state.head(items, paper);
    state.addressees(items, paper);
    for (const auto& block : paper.body) {
        state.block(items, block);
    }
    state.foot(items, paper);

    std::string bytes;
    {
        const Owned<cairo_surface_t> surface{
            cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight)};
        // Without a date of ours cairo writes the present one.
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                       (format_date(paper.date) + "T08:30:00+07:00").c_str());
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, std::string{title}.c_str());
        const Owned<cairo_t> cairo{cairo_create(surface.get())};
        cairo_set_line_width(cairo.get(), 0.7);
        int page = 1;
        double y = kTop;
        for (std::size_t i = 0; i < items.size();) {
            // The items that must stand together with this one.
            std::size_t end = i;
            double height = items[i].before + items[i].height;
            while (items[end].keep && end + 1 < items.size()) {
                ++end;
                height += items[end].before + items[end].height;
            }
            if (y + height > kBottom && y > kTop) {
                cairo_show_page(cairo.get());
                state.number_page(cairo.get(), ++page);
                y = kTop;
            }
            for (; i <= end; ++i) {
                y += y > kTop ? items[i].before : 0;
                state.draw(cairo.get(), items[i], y);
                y += items[i].height;
            }
        }
        check(cairo_status(cairo.get()));
        cairo_surface_finish(surface.get());
        check(cairo_surface_status(surface.get()));
    }
    return bytes;
}

} // namespace vtlt::demo
