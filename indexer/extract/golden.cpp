// SPDX-License-Identifier: GPL-3.0-or-later
#include "golden.h"

#include "utf8.h"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace vtlt::extract::golden {

namespace {

constexpr std::string_view kVietnamese = "Quyết định số 12/QĐ-VTLT";
constexpr std::string_view kLatin = "Phieu trinh";
constexpr std::string_view kChinese = "档案";

std::string hex4(char32_t value)
{
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04X", static_cast<unsigned>(value));
    return text.data();
}

std::vector<char32_t> code_points(std::string_view utf8)
{
    std::vector<char32_t> points;
    while (!utf8.empty()) {
        const auto point = decode_utf8(utf8);
        points.push_back(point.value);
        utf8.remove_prefix(point.length);
    }
    return points;
}

/// The words as two-byte codes 1, 2, 3 …
std::string numbered(std::string_view utf8)
{
    std::string codes;
    for (std::size_t i = 1; i <= code_points(utf8).size(); ++i) {
        codes += hex4(static_cast<char32_t>(i));
    }
    return codes;
}

std::string utf16_hex(std::string_view utf8)
{
    std::string codes;
    for (const auto point : code_points(utf8)) {
        codes += hex4(point);
    }
    return codes;
}

/// The table that says what the codes of `numbered` mean.
std::string to_unicode(std::string_view utf8)
{
    const auto points = code_points(utf8);
    std::string table =
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /V def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n" +
        std::to_string(points.size()) + " beginbfchar\n";
    for (std::size_t i = 0; i < points.size(); ++i) {
        table += '<' + hex4(static_cast<char32_t>(i + 1)) + "> <" + hex4(points[i]) + ">\n";
    }
    return table + "endbfchar endcmap end end\n";
}

std::string stream(std::string_view bytes)
{
    return "<< /Length " + std::to_string(bytes.size()) + " >> stream\n" + std::string{bytes} + "\nendstream";
}

std::string composite_font(std::string_view name, std::string_view encoding, std::string_view ordering, int descendant,
                           std::string_view extra)
{
    return "<< /Type /Font /Subtype /Type0 /BaseFont /" + std::string{name} + " /Encoding /" + std::string{encoding} +
           " /DescendantFonts [" + std::to_string(descendant) + " 0 R] " + std::string{extra} + ">>\nendobj\n" +
           std::to_string(descendant) + " 0 obj\n<< /Type /Font /Subtype /CIDFontType2 /BaseFont /" +
           std::string{name} + " /CIDSystemInfo << /Registry (Adobe) /Ordering (" + std::string{ordering} +
           ") /Supplement 0 >> /DW 600 >>";
}

void put(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xFF);
    }
}

/// An uncompressed zip, as small as an office file can be.
class StoredZip
{
public:
    void add(std::string_view name, std::string_view bytes)
    {
        std::string common;
        put(common, 20, 2);
        put(common, 0x0800, 2); // names are UTF-8
        put(common, 0, 2);
        put(common, 0x5A210000, 4); // 2025-01-01
        put(common, ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
        put(common, bytes.size(), 4);
        put(common, bytes.size(), 4);
        put(common, name.size(), 2);
        put(common, 0, 2);
        put(directory_, 0x02014b50, 4);
        put(directory_, 20, 2);
        directory_ += common;
        directory_.append(10, '\0'); // comment, disk, attributes
        put(directory_, out_.size(), 4);
        directory_ += name;
        put(out_, 0x04034b50, 4);
        out_ += common;
        out_ += name;
        out_ += bytes;
        ++entries_;
    }

    std::string finish()
    {
        const auto at = out_.size();
        out_ += directory_;
        put(out_, 0x06054b50, 4);
        put(out_, 0, 4);
        put(out_, entries_, 2);
        put(out_, entries_, 2);
        put(out_, directory_.size(), 4);
        put(out_, at, 4);
        put(out_, 0, 2);
        return out_;
    }

private:
    std::string out_;
    std::string directory_;
    unsigned entries_ = 0;
};

} // namespace

std::string pdf()
{
    const auto content = "BT /V 14 Tf 40 160 Td <" + numbered(kVietnamese) + "> Tj ET\nBT /L 14 Tf 40 120 Td (" +
                         std::string{kLatin} + ") Tj ET\nBT /C 14 Tf 40 80 Td <" + utf16_hex(kChinese) + "> Tj ET";
    const std::array objects{
        std::string{"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>"},
        std::string{"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>"},
        std::string{
            "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << "
            "/V 5 0 R /L 7 0 R /C 8 0 R >> >> >>"},
        "4 0 obj\n" + stream(content),
        "5 0 obj\n" + composite_font("TimesNewRomanPSMT", "Identity-H", "Identity", 6, "/ToUnicode 10 0 R "),
        std::string{"7 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>"},
        "8 0 obj\n" + composite_font("SimSun", "UniGB-UCS2-H", "GB1", 9, ""),
        "10 0 obj\n" + stream(to_unicode(kVietnamese)),
    };
    std::string out = "%PDF-1.5\n";
    std::array<std::size_t, 11> offsets{};
    for (const auto& object : objects) {
        const auto text = "\n" + object + "\nendobj\n";
        for (std::size_t number = 1; number < offsets.size(); ++number) {
            if (const auto at = text.find("\n" + std::to_string(number) + " 0 obj\n"); at != std::string::npos) {
                offsets[number] = out.size() + at + 1;
            }
        }
        out += text;
    }
    const auto table_at = out.size();
    out += "xref\n0 11\n0000000000 65535 f \n";
    for (std::size_t number = 1; number < offsets.size(); ++number) {
        std::array<char, 32> line{};
        std::snprintf(line.data(), line.size(), "%010zu 00000 n \n", offsets[number]);
        out += line.data();
    }
    return out + "trailer\n<< /Size 11 /Root 1 0 R >>\nstartxref\n" + std::to_string(table_at) + "\n%%EOF\n";
}

std::string_view pdf_text()
{
    return "Quyết định số 12/QĐ-VTLT Phieu trinh 档案";
}

std::string docx()
{
    StoredZip zip;
    zip.add("[Content_Types].xml",
            R"(<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
            R"(<Override PartName="/word/document.xml" ContentType=)"
            R"("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>)");
    zip.add("word/document.xml",
            R"(<?xml version="1.0" encoding="UTF-8"?>)"
            R"(<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>)"
            R"(<w:p><w:r><w:t>Quyết định số 12/QĐ-VTLT</w:t></w:r></w:p>)"
            R"(<w:p><w:del><w:r><w:delText>bị xóa</w:delText></w:r></w:del><w:r><w:t>còn lại</w:t></w:r></w:p>)"
            R"(</w:body></w:document>)");
    return zip.finish();
}

std::string_view docx_text()
{
    return "Quyết định số 12/QĐ-VTLT còn lại";
}

} // namespace vtlt::extract::golden
