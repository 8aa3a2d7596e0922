// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"

#include <catch2/catch.hpp>

#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>

namespace vtlt::tests {

namespace fs = std::filesystem;

namespace {

void put(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xFF);
    }
}

/// `window` as deflateInit2 takes it: negative raw, 16 more for gzip.
std::string deflated(std::string_view bytes, int window)
{
    z_stream stream{};
    if (::deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error{"deflate"};
    }
    std::string out(::deflateBound(&stream, bytes.size()), '\0');
    std::string in{bytes};
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string octal(std::uint64_t value, int digits)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%0*lo", digits, static_cast<unsigned long>(value));
    return text.data();
}

const char* environment(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : nullptr;
}

} // namespace

std::string zip(const Parts& members)
{
    std::string out;
    std::string directory;
    for (const auto& [name, bytes] : members) {
        const auto packed = deflated(bytes, -MAX_WBITS);
        std::string common;
        put(common, 20, 2);
        put(common, 0, 2);
        put(common, 8, 2);
        put(common, 0x5A210000, 4);
        put(common, ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
        put(common, packed.size(), 4);
        put(common, bytes.size(), 4);
        put(common, name.size(), 2);
        put(common, 0, 2);
        put(directory, 0x02014b50, 4);
        put(directory, 20, 2);
        directory += common;
        directory.append(10, '\0'); // comment, disk, attributes
        put(directory, out.size(), 4);
        directory += name;
        put(out, 0x04034b50, 4);
        out += common + name + packed;
    }
    const auto at = out.size();
    out += directory;
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, members.size(), 2);
    put(out, members.size(), 2);
    put(out, directory.size(), 4);
    put(out, at, 4);
    put(out, 0, 2);
    return out;
}

std::string tar(const Parts& members)
{
    std::string out;
    for (const auto& [name, bytes] : members) {
        std::string head = name;
        head.resize(100, '\0');
        head += octal(0644, 7) + '\0' + octal(0, 7) + '\0' + octal(0, 7) + '\0' + octal(bytes.size(), 11) + '\0' +
                octal(1'600'000'000, 11) + '\0' + "        " + '0';
        head.resize(257, '\0');
        head += std::string{"ustar\0"
                            "00",
                            8};
        head.resize(512, '\0');
        unsigned sum = 0;
        for (const char c : head) {
            sum += static_cast<unsigned char>(c);
        }
        head.replace(148, 8, octal(sum, 6) + '\0' + ' ');
        out += head + bytes;
        out.resize((out.size() + 511) / 512 * 512, '\0');
    }
    out.append(1024, '\0');
    return out;
}

std::string gzip(std::string_view bytes)
{
    return deflated(bytes, MAX_WBITS + 16);
}

std::string docx(std::string_view body, const Parts& more)
{
    Parts parts{
        {"[Content_Types].xml",
         R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" )"
         R"(ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>)"},
        {"word/document.xml", R"(<?xml version="1.0" encoding="UTF-8"?><w:document )"
                              R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" )"
                              R"(xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>)" +
                                  std::string{body} + "</w:body></w:document>"}};
    parts.insert(parts.end(), more.begin(), more.end());
    return zip(parts);
}

std::string xlsx(const Parts& sheets, std::string_view shared_strings, std::string_view styles)
{
    Parts parts{
        {"[Content_Types].xml",
         R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" )"
         R"(ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>)"}};
    std::string list;
    std::string relations;
    int number = 0;
    for (const auto& [name, rows] : sheets) {
        const auto id = std::to_string(++number);
        list += "<sheet name=\"" + name + "\" sheetId=\"" + id + "\" r:id=\"rId" + id + "\"/>";
        relations += "<Relationship Id=\"rId" + id + "\" Target=\"worksheets/sheet" + id + ".xml\"/>";
        parts.emplace_back("xl/worksheets/sheet" + id + ".xml",
                           "<worksheet><sheetData>" + rows + "</sheetData></worksheet>");
    }
    parts.emplace_back("xl/workbook.xml", R"(<workbook xmlns:r="r"><sheets>)" + list + "</sheets></workbook>");
    parts.emplace_back("xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>");
    if (!shared_strings.empty()) {
        parts.emplace_back("xl/sharedStrings.xml", "<sst>" + std::string{shared_strings} + "</sst>");
    }
    if (!styles.empty()) {
        parts.emplace_back("xl/styles.xml", "<styleSheet>" + std::string{styles} + "</styleSheet>");
    }
    return zip(parts);
}

std::string pdf(const std::vector<std::string>& pages)
{
    std::vector<std::string> objects{
        "<< /Type /Catalog /Pages 2 0 R >>", "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"};
    std::string kids;
    for (const auto& words : pages) {
        const auto content =
            words.empty() ? std::string{"0 0 10 10 re f"} : "BT /F 12 Tf 20 100 Td (" + words + ") Tj ET";
        objects.push_back("<< /Length " + std::to_string(content.size()) + " >> stream\n" + content + "\nendstream");
        objects.push_back(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << /Font << /F 3 0 R >> >> /Contents " +
            std::to_string(objects.size()) + " 0 R >>");
        kids += std::to_string(objects.size()) + " 0 R ";
    }
    objects[1] = "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>";
    std::string out = "%PDF-1.4\n";
    std::string table = "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
    for (std::size_t i = 0; i < objects.size(); ++i) {
        std::array<char, 32> line{};
        std::snprintf(line.data(), line.size(), "%010zu 00000 n \n", out.size());
        table += line.data();
        out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const auto at = out.size();
    return out + table + "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R >>\nstartxref\n" +
           std::to_string(at) + "\n%%EOF\n";
}

Document::Document(std::string_view bytes) : path_(folder_.path() / "document")
{
    const auto out = open_file(path_, O_WRONLY | O_CREAT);
    write_all(out.get(), bytes, path_.native());
    fd_ = open_file(path_, O_RDONLY);
}

std::string text_of(const sandbox::Extraction& found)
{
    std::string text;
    for (const auto& page : found.pages) {
        text += (text.empty() ? "" : "\f") + page.text;
    }
    return text;
}

std::string folded(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const bool space = static_cast<unsigned char>(c) <= ' ';
        if (!space) {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') {
        result.pop_back();
    }
    return result;
}

fs::path extract_program()
{
    const char* named = environment("VTLT_EXTRACT");
    return named != nullptr ? fs::path{named} : fs::read_symlink("/proc/self/exe").parent_path() / "vtlt-extract";
}

fs::path planted_program()
{
    return extract_program().parent_path() / "vtlt-extract-planted";
}

std::optional<fs::path> shared_data(std::string_view below)
{
    const char* root = environment("VTLT_SHARED_DATA");
    if (root != nullptr && fs::exists(fs::path{root} / below)) {
        return fs::path{root} / below;
    }
    WARN("skipped: no " << below << " under VTLT_SHARED_DATA");
    return std::nullopt;
}

} // namespace vtlt::tests
