// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/sandbox/extractor.h>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

using namespace vtlt;
using namespace vtlt::tests;
using namespace std::string_literals;

namespace {

sandbox::Extractor& extractor()
{
    static sandbox::Extractor one{{.program = extract_program(), .text = {}, .container = {}}};
    return one;
}

sandbox::Extraction read(std::string_view bytes)
{
    const Document document{bytes};
    return extractor().extract(document.fd());
}

std::string utf16(std::u16string_view text, bool big, bool mark)
{
    std::string bytes;
    const auto put = [&](char16_t unit) {
        const auto low = static_cast<char>(unit & 0xFF);
        const auto high = static_cast<char>(unit >> 8);
        bytes += big ? high : low;
        bytes += big ? low : high;
    };
    if (mark) {
        put(0xFEFF);
    }
    for (const auto unit : text) {
        put(unit);
    }
    return bytes;
}

std::string paragraph(std::string_view words, std::string_view style = "")
{
    const auto properties = style.empty() ? ""s : "<w:pPr><w:pStyle w:val=\"" + std::string{style} + "\"/></w:pPr>";
    return "<w:p>" + properties + "<w:r><w:t xml:space=\"preserve\">" + std::string{words} + "</w:t></w:r></w:p>";
}

} // namespace

TEST_CASE("a format is known by its content", "[identify]")
{
    struct Known
    {
        std::string bytes;
        std::string format;
        std::optional<Cause> cause;
    };
    const std::string ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(600, '\0');
    const auto known = GENERATE_COPY(values<Known>({
        {"", "empty", Cause::empty},
        {"\x89PNG\r\n\x1a\nIHDR", "png", std::nullopt},
        {"\xFF\xD8\xFF\xE0 JFIF", "jpeg", std::nullopt},
        {"GIF89a....", "gif", std::nullopt},
        {"II*\0...."s, "tiff", std::nullopt},
        {"RIFF....WEBPVP8 ", "webp", std::nullopt},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\"><text>x</text></svg>", "svg", std::nullopt},
        {"<?xml version=\"1.0\"?>\n<!-- c --><svg><text>x</text></svg>", "svg", std::nullopt},
        {"{\\rtf1 chào}", "rtf", Cause::not_yet_supported},
        {ole, "ole", Cause::not_yet_supported},
        {"From: a@b.vn\r\nTo: c@d.vn\r\nSubject: x\r\n\r\nHi", "eml", Cause::not_yet_supported},
        {"7z\xBC\xAF\x27\x1C\0\0"s, "7z", Cause::not_yet_supported},
        {zip({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "<a/>"}}), "odt",
         Cause::not_yet_supported},
        {zip({{"mimetype", "application/epub+zip"}}), "epub", Cause::not_yet_supported},
        {zip({{"META-INF/MANIFEST.MF", ""}}), "jar", Cause::not_yet_supported},
        {zip({{"a.txt", "chào"}}), "zip", Cause::not_yet_supported},
        {zip({{"a.txt", "chào"}}).substr(0, 30), "zip", Cause::damaged},
        {tar({{"a.txt", "chào"}}), "tar", Cause::not_yet_supported},
        {tar({{"a.pdf", pdf({"x"})}}), "tar", Cause::not_yet_supported},
        {"\x01\x02\x03\0\xFF\xFE\x80\x81\0\0\0\x07"s, "unknown", Cause::unknown_format},
        {"%PDF-1.4\nnothing that follows", "pdf", Cause::damaged},
        {"Kính gửi: Sở Nội vụ", "txt", std::nullopt},
        {"a,b,c\n1,2,3\n4,5,6\n", "csv", std::nullopt},
        {"{\"a\": 1}", "json", std::nullopt},
        {"<?xml version=\"1.0\"?><a>b</a>", "xml", std::nullopt},
        {"<!DOCTYPE html><title>t</title><p>b", "html", std::nullopt},
        {"A text that speaks of %PDF-1.4 and of nothing else.", "txt", std::nullopt},
        {"Ti\xAA\x9F\x83 \x81\x82\x84\x85\x86\x87\x88\x89", "txt", Cause::unknown_encoding},
        {"   \n \n", "txt", Cause::empty},
    }));
    const auto found = read(known.bytes);
    CAPTURE(known.format, known.bytes.substr(0, 20));
    CHECK(found.format == known.format);
    CHECK(found.cause == known.cause);
    CHECK_FALSE(found.media_type.empty());
    CHECK(found.is_plain_image == (found.media_type.starts_with("image/") && !known.cause));
}

TEST_CASE("a text is read in UTF-8 and UTF-16, with a mark or without", "[text]")
{
    const auto words = u"Quyết định số 15/QĐ-UBND ngày 03 tháng 4 năm 2024\r\nvề việc thành lập hội đồng\r\n"s;
    const auto expected = "Quyết định số 15/QĐ-UBND ngày 03 tháng 4 năm 2024\nvề việc thành lập hội đồng\n"s;
    for (const bool big : {false, true}) {
        for (const bool mark : {false, true}) {
            const auto found = read(utf16(words, big, mark));
            CAPTURE(big, mark);
            CHECK(text_of(found) == expected);
            CHECK(found.charset == (big ? "utf-16be" : "utf-16le"));
            CHECK_FALSE(found.cause);
        }
    }
    CHECK(text_of(read("\xEF\xBB\xBF" + expected)) == expected);
    CHECK(read(expected).charset == "utf-8");
}

TEST_CASE("text leaves clean", "[text]")
{
    CHECK(text_of(read("m\x01\x1B\xC2\x85ột\r\nhai\rba\tbốn\x7F\n")) == "m\nột\nhai\nba\tbốn\n");

    SECTION("and a stray byte in a long text costs itself only")
    {
        std::string words;
        for (int i = 0; i < 100; ++i) {
            words += "quyết định ";
        }
        const auto found = read(words + "\xFF" + words);
        CHECK_FALSE(found.cause);
        CHECK(text_of(found) == words + "\xEF\xBF\xBD" + words);
    }
}

TEST_CASE("form feeds part the pages of a text, which has none otherwise", "[text]")
{
    const auto paged = read("trang một\n\ftrang hai\n\f\ftrang bốn");
    REQUIRE(paged.pages.size() == 4);
    CHECK(paged.pages[1].number == 2);
    CHECK(paged.pages[1].text == "trang hai\n");
    CHECK(paged.pages[2].text.empty());
    CHECK(paged.pages[3].number == 4);

    const auto plain = read("không có trang");
    REQUIRE(plain.pages.size() == 1);
    CHECK_FALSE(plain.pages[0].number);
}

TEST_CASE("text without pages comes in blocks that end at line ends", "[text]")
{
    std::string words;
    for (int i = 0; words.size() < 300'000; ++i) {
        words += "dòng thứ " + std::to_string(i) + "\n";
    }
    const auto found = read(words);
    CHECK(found.pages.size() >= 5);
    std::string whole;
    for (const auto& page : found.pages) {
        CHECK(page.text.size() <= 64 * 1024);
        CHECK(page.text.back() == '\n');
        CHECK_FALSE(page.number);
        whole += page.text;
    }
    CHECK(whole == words);
}

TEST_CASE("a line of 200 MB is cut at the limit, in bounded memory", "[text][limits]")
{
    const TempDir folder;
    const auto path = folder.path() / "line";
    {
        const auto out = open_file(path, O_WRONLY | O_CREAT);
        std::string piece;
        while (piece.size() < (1U << 20)) {
            piece += "dài lắm ";
        }
        for (int i = 0; i < 200; ++i) {
            write_all(out.get(), piece, path.native());
        }
    }
    const auto in = open_file(path, O_RDONLY);
    const auto found = extractor().extract(in.get());
    CHECK(found.cause == Cause::text_truncated);
    std::uint64_t bytes = 0;
    for (const auto& page : found.pages) {
        bytes += page.text.size();
        CHECK((page.text.size() <= 64 * 1024 && text::is_utf8(page.text)));
    }
    CHECK(bytes <= (64U << 20));
    CHECK(bytes > (63U << 20));
#ifndef VTLT_SANITIZED
    CHECK(found.max_rss_bytes < (64U << 20));
#endif
}

TEST_CASE("a huge file is known by its head alone", "[limits]")
{
    const TempDir folder;
    const auto path = folder.path() / "huge";
    const auto out = open_file(path, O_RDWR | O_CREAT);
    REQUIRE(::ftruncate(out.get(), off_t{5} << 30) == 0);
    CHECK(extractor().extract(out.get()).cause == Cause::unknown_format);

    SECTION("and a PDF beyond the limit of memory is not tried")
    {
        REQUIRE(::pwrite(out.get(), "%PDF-1.4\n", 9, 0) == 9);
        const auto found = extractor().extract(out.get());
        CHECK(found.format == "pdf");
        CHECK(found.cause == Cause::memory_limit);
    }
}

TEST_CASE("a PDF gives its text by page", "[pdf]")
{
    const auto found = read(pdf({"Trang mot", "", "Trang ba"}));
    CHECK(found.format == "pdf");
    CHECK_FALSE(found.cause);
    REQUIRE(found.pages.size() == 3);
    CHECK(found.pages[0].number == 1);
    CHECK(folded(found.pages[0].text) == "Trang mot");
    CHECK(folded(found.pages[1].text).empty());
    CHECK(folded(found.pages[2].text) == "Trang ba");

    SECTION("one without text says so")
    {
        const auto scan = read(pdf({"", ""}));
        CHECK(scan.cause == Cause::no_text_layer);
        CHECK(scan.pages.empty());
    }
    SECTION("one with rubbish before its header is read")
    {
        CHECK(folded(text_of(read("rubbish\n" + pdf({"Con doc duoc"})))) == "Con doc duoc");
    }
    SECTION("a broken page costs that page")
    {
        auto bytes = pdf({"Trang mot", "Trang hai"});
        const auto at = bytes.rfind("/Type /Page /Parent");
        bytes.replace(at, 11, "/Type /Pagx");
        const auto broken = read(bytes);
        CHECK(text_of(broken).find("Trang mot") != std::string::npos);
    }
    SECTION("and one cut short keeps what can be found")
    {
        const auto bytes = pdf({"Trang mot", "Trang hai"});
        const auto cut = read(bytes.substr(0, bytes.size() / 3));
        CHECK(cut.format == "pdf");
        CHECK(cut.cause);
    }
}

TEST_CASE("a DOCX is read as one reads it", "[docx]")
{
    const auto found = read(docx(
        "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>Số: "
        "</w:t><w:tab/><w:t>12/QĐ</w:t><w:br/>"
        "<w:t>dòng hai</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>giữ</w:t></w:r><w:del><w:r><w:delText>bỏ</w:delText><w:t>bỏ</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t> thêm</w:t></w:r></w:ins><w:r><w:instrText>PAGE</w:instrText><w:noBreakHyphen/></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>ô một</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>ô "
        "hai</w:t></w:r></w:p></w:tc></w:tr>"
        "<w:tr><w:tc><w:p><w:r><w:t>trái</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>phải</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>dưới</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:txbxContent><w:p><w:r><w:t>trong "
        "khung</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>trong "
        "khung</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>sau khung</w:t></w:r></w:p>"));
    CHECK(found.format == "docx");
    CHECK_FALSE(found.cause);
    REQUIRE(found.pages.size() == 1);
    CHECK_FALSE(found.pages[0].number);
    CHECK(found.pages[0].text ==
          "Số: \t12/QĐ\ndòng hai\ngiữ thêm-\nô một\tô hai\ntrái\tphải\ndưới\ntrong khung\nsau khung\n");
}

TEST_CASE("a DOCX has pages where its layout was saved", "[docx]")
{
    const auto found =
        read(docx("<w:p><w:r><w:lastRenderedPageBreak/><w:t>một</w:t></w:r></w:p><w:p><w:r><w:t>còn một</w:t>"
                  "<w:lastRenderedPageBreak/><w:t>hai</w:t></w:r></w:p>",
                  {{"word/header1.xml", "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>đầu trang</w:t></w:r></w:p></w:hdr>"},
                   {"word/header2.xml", "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>đầu trang</w:t></w:r></w:p></w:hdr>"},
                   {"word/footnotes.xml", "<w:f xmlns:w=\"w\"><w:p><w:r><w:t>chú thích</w:t></w:r></w:p></w:f>"}}));
    REQUIRE(found.pages.size() == 3);
    CHECK(found.pages[0].number == 1);
    CHECK(found.pages[0].text == "một\ncòn một");
    CHECK(found.pages[1].number == 2);
    CHECK(folded(found.pages[1].text) == "hai");
    CHECK_FALSE(found.pages[2].number);
    CHECK(folded(found.pages[2].text) == "đầu trang chú thích");
}

TEST_CASE("the title of a DOCX is its first heading, whatever the style is called", "[docx]")
{
    const auto styles =
        "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"u1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>"s;
    const auto found = read(docx(paragraph("Kính gửi") + paragraph("Báo cáo năm", "u1") + paragraph("Khác", "u1"),
                                 {{"word/styles.xml", styles}}));
    CHECK(found.title == "Báo cáo năm");
}

TEST_CASE("hostile XML inside a DOCX does nothing", "[docx][hostile]")
{
    SECTION("an outer entity is not loaded")
    {
        const auto part =
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document xmlns:w=\"w\"><w:body><w:p><w:r>"
            "<w:t>trước &x; sau</w:t></w:r></w:p></w:body></w:document>"s;
        const auto text = text_of(read(zip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", part}})));
        CHECK(text.find("trước") != std::string::npos);
        CHECK(text.find("root") == std::string::npos);
    }
    SECTION("entities that multiply stay small")
    {
        std::string types = "<!DOCTYPE d [<!ENTITY a0 \"lol\">";
        for (int i = 1; i < 30; ++i) {
            const auto last = "&a" + std::to_string(i - 1) + ";";
            types += "<!ENTITY a" + std::to_string(i) + " \"" + last + last + last + last + "\">";
        }
        const auto part =
            types + "]><w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>&a29;</w:t></w:r></w:p></w:body></w:document>";
        const auto found = read(zip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", part}}));
        CHECK(text_of(found).size() < 1000);
    }
    SECTION("deep nesting ends it")
    {
        std::string part = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>có chữ</w:t></w:r></w:p>";
        for (int i = 0; i < 100'000; ++i) {
            part += "<w:p>";
        }
        const auto found = read(zip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", part}}));
        CHECK(found.cause == Cause::text_truncated);
        CHECK(folded(text_of(found)) == "có chữ");
    }
    SECTION("a part that unpacks without end is cut")
    {
        std::string part = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>có chữ</w:t></w:r></w:p>";
        part.append(std::size_t{600} << 20, ' ');
        const auto found = read(zip({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", part}}));
        CHECK(found.cause == Cause::text_truncated);
    }
}

TEST_CASE("an XLSX gives its cells as shown, a sheet a page", "[xlsx]")
{
    const auto found = read(
        xlsx({{"Danh mục",
               "<row><c t=\"s\"><v>1</v></c><c t=\"s\"><v>0</v></c></row>"
               "<row><c><v>0.30000000000000004</v></c><c s=\"1\"><v>45383</v></c><c s=\"2\"><v>45383.5</v></c>"
               "<c t=\"str\"><f>A1&amp;B1</f><v>kết quả</v></c><c t=\"inlineStr\"><is><t>tại chỗ</t></is></c></row>"},
              {"Sheet2", "<row><c><v>7</v></c></row>"}},
             "<si><t>hồ sơ</t></si><si><r><t>Mã </t></r><r><t>số</t></r><rPh><t>bỏ</t></rPh></si>",
             "<numFmts><numFmt numFmtId=\"170\" formatCode=\"dd/mm/yyyy\\ hh:mm\"/></numFmts>"
             "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs>"));
    CHECK(found.format == "xlsx");
    CHECK_FALSE(found.cause);
    REQUIRE(found.pages.size() == 2);
    CHECK(found.pages[0].number == 1);
    CHECK(found.pages[0].text == "Danh mục\nMã số\thồ sơ\n0.3\t01/04/2024\t01/04/2024 12:00\tkết quả\ttại chỗ\n");
    CHECK(found.pages[1].text == "7\n");
}

TEST_CASE("HTML gives the words that a browser shows", "[html]")
{
    const auto found =
        read("<!DOCTYPE html><html><head><title>Trang  đầu</title><style>p{}</style></head><body><h1>Tin</h1>"
             "<script>var x;</script><p>Một  đoạn\n văn<br>xuống dòng</p><table><tr><td>a</td><td>b</td></tr></table>"
             "<pre>giữ\n  nguyên</pre>&lt;hết&gt;</body></html>");
    CHECK(found.format == "html");
    CHECK(found.title == "Trang  đầu");
    CHECK(found.charset == "utf-8");
    CHECK(text_of(found) == "Tin\nMột đoạn văn\nxuống dòng\na\tb\ngiữ\n  nguyên\n<hết>");

    SECTION("in the charset that it declares")
    {
        const auto old =
            read("<html><head><meta charset=\"windows-1258\"></head><body>Ti\xEA\xECng Vi\xEA\xF2t</body></html>");
        CHECK(old.charset == "windows-1258");
        CHECK(text::to_nfc(text_of(old)) == "Tiếng Việt");
    }
    SECTION("and says so when it declares none")
    {
        CHECK(read("<html><body>Ti\xEA\xECng Vi\xEA\xF2t</body></html>").cause == Cause::unknown_encoding);
    }
    SECTION("nested deeper than any stack")
    {
        std::string deep = "<html><body>";
        for (int i = 0; i < 20'000; ++i) {
            deep += "<div>";
        }
        CHECK(folded(text_of(read(deep + "đáy"))) == "đáy");
    }
}

TEST_CASE("an encrypted Office file is called encrypted", "[identify]")
{
    // A compound file of three sectors: header, directory with EncryptedPackage, allocation table.
    std::string file = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    file.resize(1536, '\0');
    file[28] = '\xFE';
    file[29] = '\xFF';
    file[30] = 9;
    file.replace(48, 4, "\0\0\0\0"s);
    file.replace(76, 4, "\1\0\0\0"s);
    const auto name = utf16(u"EncryptedPackage", false, false);
    file.replace(512, name.size(), name);
    file[512 + 64] = static_cast<char>(name.size() + 2);
    file.replace(1024, 4, "\xFE\xFF\xFF\xFF");
    CHECK(read(file).cause == Cause::encrypted);
}

TEST_CASE("a descriptor that cannot be read is a cause, not an exception", "[limits]")
{
    const TempDir folder;
    const auto writing = open_file(folder.path() / "w", O_WRONLY | O_CREAT);
    write_all(writing.get(), "x", "w");
    CHECK(extractor().extract(writing.get()).cause == Cause::unreadable);
}
