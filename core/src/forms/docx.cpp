// SPDX-License-Identifier: GPL-3.0-or-later
#include "dataset.h"
#include "docx_parts.h"
#include "form_text.h"
#include "renderers.h"

#include "export/archive_stream.h"

#include <vtlt/core/base/error.h>

#include <vtlt/core/base/html.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace vtlt::forms {

namespace {

constexpr double kTwipsPerMillimetre = 1440 / 25.4;
constexpr std::size_t kPortion = std::size_t{32} << 10;

int twips(double millimetres)
{
    return static_cast<int>(std::lround(millimetres * kTwipsPerMillimetre));
}

struct Paper
{
    int width = twips(210);
    int height = twips(297);
    int text_width = 0;
    std::vector<int> columns;
};

Paper paper_of(const FormDef& form)
{
    Paper paper;
    if (form.orientation == Orientation::landscape) {
        std::swap(paper.width, paper.height);
    }
    paper.text_width = paper.width - twips(form.margins.left) - twips(form.margins.right);
    double whole = 0;
    for (const auto& column : form.columns) {
        whole += column.width;
    }
    for (const auto& column : form.columns) {
        paper.columns.push_back(static_cast<int>(paper.text_width * column.width / whole));
    }
    return paper;
}

std::string_view style_of(Align align)
{
    return align == Align::centre ? "CellCentre" : align == Align::right ? "CellRight" : "Cell";
}

std::string cell(int width, std::string_view style, std::string_view text, std::string_view more = "")
{
    return docx::cell(width, docx::paragraph(style, docx::run(text)), more);
}

std::string grid(const std::vector<int>& columns)
{
    std::string out = "<w:tblGrid>";
    for (const auto width : columns) {
        out += "<w:gridCol w:w=\"" + std::to_string(width) + "\"/>";
    }
    return out + "</w:tblGrid>";
}

/// A row without borders: heads and signatures.
std::string side_by_side(const std::vector<int>& widths, const std::vector<std::string>& cells)
{
    std::string out = "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr>" +
                      grid(widths) + "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        out += docx::cell(widths[i], cells[i]);
    }
    return out + "</w:tr></w:tbl>";
}

std::string heading(const FormDef& form, const FormTexts& texts, const Paper& paper)
{
    if (!form.national_heading && texts.issuer.empty()) {
        return {};
    }
    std::string issuer;
    for (std::size_t i = 0; i < texts.issuer.size(); ++i) {
        issuer += docx::paragraph(i + 1 == texts.issuer.size() ? "Issuer" : "Parent", docx::run(texts.issuer[i]));
    }
    std::string motto;
    if (form.national_heading) {
        motto = docx::paragraph("Issuer", docx::run(words().motto.front())) +
                docx::paragraph("Motto", docx::run(words().motto.back(), "<w:u w:val=\"single\"/>"));
    }
    const int left = paper.text_width * 42 / 100;
    return side_by_side({left, paper.text_width - left}, {issuer.empty() ? docx::paragraph("Parent", "") : issuer,
                                                          motto.empty() ? docx::paragraph("Parent", "") : motto});
}

std::string head(const FormDef& form, const FormTexts& texts, const Paper& paper)
{
    std::string out = heading(form, texts, paper);
    for (const auto& line : texts.title) {
        out += docx::paragraph("FormTitle", docx::run(line));
    }
    for (const auto& line : texts.subtitle) {
        out += docx::paragraph("Subtitle", docx::run(line));
    }
    out += docx::paragraph("Subtitle", "") + docx::table_begin(paper.text_width) + grid(paper.columns);
    const auto row = [&](std::string_view style, auto&& text_of) {
        out += "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>";
        for (std::size_t i = 0; i < form.columns.size(); ++i) {
            out += cell(paper.columns[i], style, text_of(i), "<w:vAlign w:val=\"center\"/>");
        }
        out += "</w:tr>";
    };
    row("Caption", [&](std::size_t i) { return form.columns[i].caption; });
    if (form.column_numbers) {
        row("CellCentre", [](std::size_t i) { return "(" + std::to_string(i + 1) + ")"; });
    }
    return out;
}

void append_row(std::string& out, const FormDef& form, const Paper& paper, const PrintedRow& row)
{
    out += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
    if (!row.heading.empty()) {
        out += cell(paper.text_width, row.is_minor ? "MinorHeading" : "MajorHeading", row.heading,
                    "<w:gridSpan w:val=\"" + std::to_string(form.columns.size()) + "\"/>");
    } else {
        for (std::size_t i = 0; i < row.texts.size(); ++i) {
            out += cell(paper.columns[i], row.is_total ? "Caption" : style_of(form.columns[i].align), row.texts[i]);
        }
    }
    out += "</w:tr>";
}

std::string signatures(const FormTexts& texts, const Paper& paper)
{
    if (texts.signatures.empty()) {
        return {};
    }
    std::vector<std::string> cells;
    if (texts.signatures.size() == 1) {
        cells.push_back(docx::paragraph("Parent", ""));
    }
    for (const auto& signature : texts.signatures) {
        std::string out;
        if (!signature.place_date.empty()) {
            out += docx::paragraph("Dated", docx::run(signature.place_date));
        }
        out +=
            docx::paragraph("Signer", docx::run(signature.title)) + docx::paragraph("Hint", docx::run(signature.hint));
        for (int i = 0; i < 4; ++i) {
            out += docx::paragraph("Signer", "");
        }
        cells.push_back(out + docx::paragraph("Signer", docx::run(signature.name)));
    }
    const std::vector<int> widths(cells.size(), paper.text_width / static_cast<int>(cells.size()));
    return docx::paragraph("Closing", "") + side_by_side(widths, cells);
}

std::string foot(const FormDef& form, const FormTexts& texts, const Paper& paper)
{
    std::string out = "</w:tbl>";
    for (const auto& line : texts.closing) {
        out += docx::paragraph("Closing", docx::run(line));
    }
    out += signatures(texts, paper);
    for (const auto& line : texts.notes) {
        out += docx::paragraph("Hint", docx::run(line));
    }
    const auto number = [](int value) { return "\"" + std::to_string(value) + "\""; };
    const auto& margins = form.margins;
    // Word wants a paragraph after a table.
    return out + docx::paragraph("Closing", "") +
           "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=" + number(paper.width) +
           " w:h=" + number(paper.height) +
           (form.orientation == Orientation::landscape ? " w:orient=\"landscape\"" : "") +
           "/><w:pgMar w:top=" + number(twips(margins.top)) + " w:right=" + number(twips(margins.right)) +
           " w:bottom=" + number(twips(margins.bottom)) + " w:left=" + number(twips(margins.left)) +
           " w:header=\"567\" w:footer=\"397\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>";
}

/// word/document.xml; `output` gets it piece by piece.
Rendered write_document(const FormDef& form, const FormData& data, const Sink& output)
{
    const auto paper = paper_of(form);
    Dataset dataset{form};
    std::string out{docx::kDocumentBegin};
    out += head(form, form_texts(form, data, {}), paper);
    data.rows([&](const Row& row) {
        append_row(out, form, paper, dataset.add(row));
        if (out.size() >= kPortion) {
            output(out);
            out.clear();
        }
    });
    if (const auto total = dataset.total()) {
        append_row(out, form, paper, *total);
    }
    Rendered known{.rows = dataset.rows(), .pages = 0, .sha256 = dataset.finish_hash()};
    output(out += foot(form, form_texts(form, data, known), paper));
    return known;
}

} // namespace

Rendered render_docx(const FormDef& form, const FormData& data, const Sink& sink)
{
    // The size of an entry stands before it, so the rows are set twice rather than kept.
    std::uint64_t size = 0;
    auto known = write_document(form, data, [&](std::string_view bytes) { size += bytes.size(); });
    const auto texts = form_texts(form, data, known);

    export_::ArchiveStream zip{export_::ArchiveStream::Format::deflated_zip, sink};
    const auto add = [&](const std::string& name, const std::string& content) {
        zip.begin(name, content.size(), std::nullopt);
        zip.data(content);
    };
    for (const auto& part : docx::kFixedParts) {
        add(std::string{part.name}, std::string{part.content});
    }
    add("docProps/core.xml", docx::core_xml(texts.title.front(), form.legal_source, data.made_at));
    add("word/styles.xml", docx::styles_xml(form.font_size));
    add("word/footer1.xml", docx::footer_xml(texts.made_at, texts.dataset, words().page, paper_of(form).text_width));
    zip.begin("word/document.xml", size, std::nullopt);
    const auto written = write_document(form, data, [&](std::string_view bytes) {
        if (bytes.size() > size) {
            throw Error{Kind::conflict, "form.changed_meanwhile", {{"form", form.id}}};
        }
        size -= bytes.size();
        zip.data(bytes);
    });
    if (written.sha256 != known.sha256 || size != 0) {
        throw Error{Kind::conflict, "form.changed_meanwhile", {{"form", form.id}}};
    }
    zip.close();
    return known;
}

} // namespace vtlt::forms
