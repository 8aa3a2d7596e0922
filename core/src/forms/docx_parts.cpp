// SPDX-License-Identifier: GPL-3.0-or-later
#include "docx_parts.h"

#include <vtlt/core/base/html.h>

#include <cmath>
#include <utility>

namespace vtlt::forms::docx {

namespace {

constexpr std::string_view kXml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kStylesBegin =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>)"
    R"(<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/>)"
    R"(<w:sz w:val="26"/><w:szCs w:val="26"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults>)"
    R"(<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>)";

struct Style
{
    std::string_view id;
    std::string_view align;
    std::string_view face;
    int half_points; ///< 0: of the table
    std::string_view paragraph;
};
constexpr std::array kStyles{
    Style{"Parent", "center", "", 24},
    Style{"Issuer", "center", "<w:b/>", 24},
    Style{"Motto", "center", "<w:b/>", 26},
    Style{"FormTitle", "center", "<w:b/>", 28, R"(<w:spacing w:before="240"/>)"},
    Style{"Subtitle", "center", "", 26},
    Style{"Caption", "center", "<w:b/>", 0, "<w:keepNext/>"},
    Style{"Cell", "left", "", 0},
    Style{"CellCentre", "center", "", 0},
    Style{"CellRight", "right", "", 0},
    Style{"MajorHeading", "left", "<w:b/>", 0, "<w:keepNext/>"},
    Style{"MinorHeading", "left", "<w:i/>", 0, "<w:keepNext/>"},
    Style{"Closing", "left", "", 26, "<w:ind w:firstLine=\"567\"/>"},
    Style{"Dated", "center", "<w:i/>", 26},
    Style{"Signer", "center", "<w:b/>", 26},
    Style{"Hint", "center", "<w:i/>", 24},
    Style{"Foot", "left", "", 17},
};

std::string field(std::string_view instruction)
{
    return "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> " +
           std::string{instruction} + " </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
}

/// The pattern's words as runs, its places as fields.
std::string page_runs(std::string_view pattern)
{
    std::string out;
    while (!pattern.empty()) {
        const auto open = std::min(pattern.find('{'), pattern.size());
        out += run(pattern.substr(0, open));
        const auto close = pattern.find('}', open);
        if (close == std::string_view::npos) {
            break;
        }
        out += field(pattern.substr(open + 1, close - open - 1) == "page" ? "PAGE" : "NUMPAGES");
        pattern.remove_prefix(close + 1);
    }
    return out;
}

} // namespace

const std::array<Part, 3> kFixedParts{{
    {"[Content_Types].xml",
     R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
     R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
     R"(<Default Extension="xml" ContentType="application/xml"/>)"
     R"(<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>)"
     R"(<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>)"
     R"(<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>)"
     R"(<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>)"},
    {"_rels/.rels",
     R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
     R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>)"
     R"(<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>)"},
    {"word/_rels/document.xml.rels",
     R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
     R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>)"
     R"(<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>)"},
}};

const std::string_view kDocumentBegin =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" )"
    R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>)";

std::string run(std::string_view text, std::string_view properties)
{
    if (text.empty()) {
        return {};
    }
    std::string out = "<w:r>";
    if (!properties.empty()) {
        out.append("<w:rPr>").append(properties).append("</w:rPr>");
    }
    return out.append("<w:t xml:space=\"preserve\">").append(escape_html(text)).append("</w:t></w:r>");
}

std::string paragraph(std::string_view style, std::string_view runs)
{
    std::string out = "<w:p><w:pPr><w:pStyle w:val=\"";
    return out.append(style).append("\"/></w:pPr>").append(runs).append("</w:p>");
}

std::string cell(int width, std::string_view paragraphs, std::string_view more)
{
    std::string out = "<w:tc><w:tcPr><w:tcW w:w=\"" + std::to_string(width) + "\" w:type=\"dxa\"/>";
    return out.append(more).append("</w:tcPr>").append(paragraphs).append("</w:tc>");
}

std::string table_begin(int width)
{
    std::string out = "<w:tbl><w:tblPr><w:tblW w:w=\"" + std::to_string(width) + "\" w:type=\"dxa\"/><w:tblBorders>";
    for (const std::string_view side : {"top", "left", "bottom", "right", "insideH", "insideV"}) {
        out.append("<w:").append(side).append(R"( w:val="single" w:sz="4" w:space="0" w:color="000000"/>)");
    }
    return out + R"(</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/>)"
                 R"(<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>)";
}

std::string core_xml(std::string_view title, std::string_view subject, Instant made_at)
{
    const auto at = format_instant(std::chrono::floor<std::chrono::seconds>(made_at));
    std::string out{kXml};
    out += R"(<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" )"
           R"(xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" )"
           R"(xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>)" +
           escape_html(title) + "</dc:title><dc:subject>" + escape_html(subject) +
           "</dc:subject><dc:creator>VTLT</dc:creator>";
    for (const std::string_view name : {"created", "modified"}) {
        out.append("<dcterms:").append(name).append(" xsi:type=\"dcterms:W3CDTF\">").append(at);
        out.append("</dcterms:").append(name).append(">");
    }
    return out + "</cp:coreProperties>";
}

std::string styles_xml(double table_size)
{
    std::string out{kStylesBegin};
    for (const auto& style : kStyles) {
        const auto size =
            std::to_string(style.half_points != 0 ? style.half_points : static_cast<int>(std::lround(table_size * 2)));
        out.append("<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"").append(style.id);
        out.append("\"><w:name w:val=\"VTLT ").append(style.id).append("\"/><w:basedOn w:val=\"Normal\"/><w:pPr>");
        out.append(style.paragraph).append("<w:jc w:val=\"").append(style.align).append("\"/></w:pPr><w:rPr>");
        out.append(style.face).append("<w:sz w:val=\"").append(size);
        out.append("\"/><w:szCs w:val=\"").append(size).append("\"/></w:rPr></w:style>");
    }
    return out + "</w:styles>";
}

std::string footer_xml(std::string_view made_at, std::string_view dataset, std::string_view page, int text_width)
{
    std::string out{kXml};
    out += "<w:ftr xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p><w:pPr>"
           "<w:pStyle w:val=\"Foot\"/><w:pBdr><w:top w:val=\"single\" w:sz=\"4\" w:space=\"2\" "
           "w:color=\"000000\"/></w:pBdr>"
           "<w:tabs><w:tab w:val=\"right\" w:pos=\"" +
           std::to_string(text_width) + "\"/></w:tabs></w:pPr>" + run(made_at) + "<w:r><w:tab/></w:r>" +
           page_runs(page) + "</w:p>" + paragraph("Foot", run(dataset)) + "</w:ftr>";
    return out;
}

} // namespace vtlt::forms::docx
