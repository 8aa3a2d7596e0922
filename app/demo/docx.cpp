// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/letters.h>
#include <app/demo/writers.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/html.h>

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <utility>

namespace vtlt::demo {

namespace {

constexpr std::string_view kXml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr std::string_view kContentTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/>)"
    R"(<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>)"
    R"(<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>)"
    R"(<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>)"
    R"(<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>)";
constexpr std::string_view kRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>)"
    R"(<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>)";
constexpr std::string_view kDocumentRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>)"
    R"(<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>)";
constexpr std::string_view kStyles =
    R"(<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr>)"
    R"(<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/>)"
    R"(<w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults>)"
    R"(<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Head"><w:name w:val="VB Phan dau"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="26"/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="KindName"><w:name w:val="VB Ten loai"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="240"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Subject"><w:name w:val="VB Trich yeu"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="120"/><w:jc w:val="center"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Body"><w:name w:val="VB Noi dung"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="120" w:line="288" w:lineRule="auto"/><w:ind w:firstLine="567"/><w:jc w:val="both"/></w:pPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Ground"><w:name w:val="VB Can cu"/><w:basedOn w:val="Body"/><w:rPr><w:i/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Section"><w:name w:val="heading 1"/><w:basedOn w:val="Body"/><w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Centred"><w:name w:val="VB Giua"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="120" w:after="60"/><w:jc w:val="center"/></w:pPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Recipients"><w:name w:val="VB Noi nhan"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="22"/></w:rPr></w:style></w:styles>)";
constexpr std::string_view kHeader =
    R"(<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>)"
    R"(<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>)"
    R"(<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>)";
constexpr std::string_view kDocumentBegin =
    R"(<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" )"
    R"(xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>)";
/// A4, margins 20, 20, 30, 20 mm; no number on the first page (NĐ 30/2020, phụ lục I).
constexpr std::string_view kDocumentEnd =
    R"(<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>)"
    R"(<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1701" w:header="567" w:footer="567" w:gutter="0"/>)"
    R"(<w:titlePg/></w:sectPr></w:body></w:document>)";

std::string run(std::string_view text, std::string_view properties = "")
{
    std::string out = "<w:r>";
    if (!properties.empty()) {
        out += "<w:rPr>" + std::string{properties} + "</w:rPr>";
    }
    return out + "<w:t xml:space=\"preserve\">" + escape_html(text) + "</w:t></w:r>";
}

std::string paragraph(std::string_view style, const std::string& runs, std::string_view more = "")
{
    return "<w:p><w:pPr><w:pStyle w:val=\"" + std::string{style} + "\"/>" + std::string{more} + "</w:pPr>" + runs +
           "</w:p>";
}

constexpr std::string_view kBold = "<w:b/>";
constexpr std::string_view kItalic = "<w:i/>";
/// A short rule under a line, as wide as the indents leave it.
constexpr std::string_view kShortRule =
    R"(<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr><w:spacing w:line="120" w:lineRule="exact"/><w:ind w:left="1200" w:right="1200"/>)";
constexpr std::string_view kLongRule =
    R"(<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr><w:spacing w:line="120" w:lineRule="exact"/><w:ind w:left="1150" w:right="1150"/>)";

std::string cell(int width, const std::string& paragraphs)
{
    return "<w:tc><w:tcPr><w:tcW w:w=\"" + std::to_string(width) + "\" w:type=\"dxa\"/></w:tcPr>" + paragraphs +
           "</w:tc>";
}

std::string borderless(int left, int right, const std::string& row)
{
    return "<w:tbl><w:tblPr><w:tblW w:w=\"" + std::to_string(left + right) +
           "\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"" +
           std::to_string(left) + "\"/><w:gridCol w:w=\"" + std::to_string(right) + "\"/></w:tblGrid><w:tr>" + row +
           "</w:tr></w:tbl>";
}

std::string head(const Paper& paper)
{
    constexpr std::string_view kSmall = R"(<w:sz w:val="24"/>)";
    const auto small_bold = std::string{kBold} + std::string{kSmall};
    std::string left = paragraph("Head", run(paper.parent, kSmall)) + paragraph("Head", run(paper.issuer, small_bold)) +
                       paragraph("Head", "", kShortRule) + paragraph("Head", run(paper.number_line()));
    if (paper.kind_name.empty()) {
        left += paragraph("Head", run(paper.subject, kSmall));
    }
    if (!paper.urgency.empty()) {
        left += paragraph("Head",
                          run(paper.urgency, R"(<w:b/><w:bdr w:val="single" w:sz="8" w:space="2" w:color="FF0000"/>)"));
    }
    const auto right = paragraph("Head", run(kMotto1, small_bold)) + paragraph("Head", run(kMotto2, kBold)) +
                       paragraph("Head", "", kLongRule) + paragraph("Head", run(paper.date_line(), kItalic));
    return borderless(3900, 5500, cell(3900, left) + cell(5500, right));
}

std::string table(const Paper::Block& block)
{
    const auto columns = static_cast<int>(block.rows.front().size());
    constexpr int kFirst = 700;
    const int rest = (9071 - kFirst) / (columns - 1);
    std::string out = "<w:tbl><w:tblPr><w:tblW w:w=\"9071\" w:type=\"dxa\"/><w:tblBorders>";
    for (const std::string_view side : {"top", "left", "bottom", "right", "insideH", "insideV"}) {
        out += "<w:" + std::string{side} + R"( w:val="single" w:sz="4" w:space="0" w:color="000000"/>)";
    }
    out += R"(</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>)";
    for (int i = 0; i < columns; ++i) {
        out += "<w:gridCol w:w=\"" + std::to_string(i == 0 ? kFirst : rest) + "\"/>";
    }
    out += "</w:tblGrid>";
    std::string_view face = kBold;
    for (const auto& row : block.rows) {
        out += "<w:tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += cell(i == 0 ? kFirst : rest, paragraph("Head", run(row[i], face)));
        }
        out += "</w:tr>";
        face = "";
    }
    return out + "</w:tbl>";
}

std::string block_xml(const Paper::Block& block)
{
    const std::string_view text = block.text;
    switch (block.style) {
    case Paper::Style::table:
        return table(block);
    case Paper::Style::section:
        return paragraph("Section", run(text));
    case Paper::Style::centred:
        return paragraph("Centred", run(text, kBold));
    case Paper::Style::plain:
        return paragraph("Centred", run(text));
    case Paper::Style::ground:
        return paragraph("Ground", run(text));
    default:
        break;
    }
    std::string runs;
    if (block.bold > 0) {
        runs += run(text.substr(0, block.bold), kBold);
    }
    if (block.bold < text.size()) {
        runs += run(text.substr(block.bold));
    }
    return paragraph("Body", runs);
}

std::string foot(const Paper& paper)
{
    std::string left;
    if (!paper.secretary.empty()) {
        left += paragraph("Head", run("THƯ KÝ", kBold)) + paragraph("Head", "") + paragraph("Head", "") +
                paragraph("Head", run(paper.secretary, kBold));
    }
    left += paragraph("Recipients", run(kRecipients, R"(<w:b/><w:i/><w:sz w:val="24"/>)"));
    for (std::size_t i = 0; i < paper.recipients.size(); ++i) {
        left +=
            paragraph("Recipients", run("- " + paper.recipients[i] + (i + 1 == paper.recipients.size() ? "." : ";")));
    }
    std::string right;
    for (const auto& line : paper.capacity) {
        right += paragraph("Head", run(line, kBold));
    }
    for (int i = 0; i < 4; ++i) {
        right += paragraph("Head", "");
    }
    right += paragraph("Head", run(paper.signer_line(), R"(<w:b/><w:sz w:val="28"/>)"));
    return paragraph("Recipients", "") + borderless(4500, 4571, cell(4500, left) + cell(4571, right)) +
           paragraph("Recipients", "");
}

std::string document_xml(const Paper& paper)
{
    std::string out{kXml};
    out.reserve(std::size_t{32} * 1024);
    out += kDocumentBegin;
    out += head(paper);
    if (!paper.kind_name.empty()) {
        out += paragraph("KindName", run(upper(paper.kind_name))) + paragraph("Subject", run(paper.subject));
    }
    if (paper.to.size() == 1) {
        out += paragraph("Centred", run(std::string{kAddressees} + " " + paper.to.front() + "."));
    } else if (!paper.to.empty()) {
        out += paragraph("Normal", run(kAddressees), R"(<w:spacing w:before="240"/><w:ind w:left="1985"/>)");
        for (std::size_t i = 0; i < paper.to.size(); ++i) {
            out += paragraph("Normal", run("- " + paper.to[i] + (i + 1 == paper.to.size() ? "." : ";")),
                             R"(<w:ind w:left="3119"/>)");
        }
    }
    for (const auto& block : paper.body) {
        out += block_xml(block);
    }
    out += foot(paper);
    out += kDocumentEnd;
    return out;
}

std::string core_xml(const Paper& paper, std::string_view title)
{
    const auto day = format_date(paper.date) + "T01:30:00Z";
    return std::string{kXml} +
           R"(<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" )"
           R"(xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" )"
           R"(xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>)" +
           escape_html(title) + "</dc:title><dcterms:created xsi:type=\"dcterms:W3CDTF\">" + day +
           "</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">" + day +
           "</dcterms:modified></cp:coreProperties>";
}

struct Close
{
    void operator()(archive* handle) const { archive_write_free(handle); }
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t size)
{
    static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
}

/// Entries carry no time: libarchive would write it in the zone of the machine, and the bytes must be the same
/// everywhere.
class Zip
{
public:
    Zip() : handle_(archive_write_new())
    {
        check(archive_write_set_format_zip(handle_.get()));
        check(archive_write_set_options(handle_.get(), "zip:compression-level=2"));
        check(archive_write_set_bytes_per_block(handle_.get(), 0));
        check(archive_write_open2(handle_.get(), &bytes_, nullptr, append, nullptr, nullptr));
    }

    void add(const char* name, std::string_view content)
    {
        const std::unique_ptr<archive_entry, Close> entry{archive_entry_new()};
        archive_entry_set_pathname(entry.get(), name);
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
        check(archive_write_header(handle_.get(), entry.get()));
        if (archive_write_data(handle_.get(), content.data(), content.size()) !=
            static_cast<la_ssize_t>(content.size())) {
            check(ARCHIVE_FATAL);
        }
    }

    std::string finish()
    {
        check(archive_write_close(handle_.get()));
        return std::move(bytes_);
    }

private:
    void check(int result) const
    {
        if (result != ARCHIVE_OK) {
            const char* what = archive_error_string(handle_.get());
            throw Error{Kind::internal, "demo.zip", {{"message", what == nullptr ? "" : what}}};
        }
    }

    std::string bytes_;
    std::unique_ptr<archive, Close> handle_;
};

} // namespace

std::string write_docx(const Paper& paper, std::string_view title)
{
    const auto with_declaration = [](std::string_view part) { return std::string{kXml} + std::string{part}; };
    Zip zip;
    zip.add("[Content_Types].xml", with_declaration(kContentTypes));
    zip.add("_rels/.rels", with_declaration(kRelations));
    zip.add("docProps/core.xml", core_xml(paper, title));
    zip.add("word/_rels/document.xml.rels", with_declaration(kDocumentRelations));
    zip.add("word/styles.xml", with_declaration(kStyles));
    zip.add("word/header1.xml", with_declaration(kHeader));
    zip.add("word/document.xml", document_xml(paper));
    return zip.finish();
}

} // namespace vtlt::demo
