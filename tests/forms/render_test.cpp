// SPDX-License-Identifier: GPL-3.0-or-later
#include "forms_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <fstream>

using namespace vtlt;

namespace {

constexpr std::array kOutputs{forms::Output::html, forms::Output::pdf, forms::Output::xlsx, forms::Output::docx};
const std::string kSheet = "xl/worksheets/sheet1.xml";

std::size_t count_of(std::string_view text, std::string_view what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

std::string joined(const std::vector<std::string>& pages)
{
    std::string all;
    for (const auto& page : pages) {
        all += page;
    }
    return all;
}

forms::FormDef small_form()
{
    return forms::parse_form(R"({"format_version":1,"id":"nho","legal_source":"nội bộ","valid_from":"2020-03-05",
        "title":["DANH SÁCH"],"column_numbers":false,"total_caption":"Cộng",
        "columns":[{"key":"a","caption":"Nội dung","width":30},{"key":"d","caption":"Ngày","width":10,"type":"date"},
                   {"key":"n","caption":"Số","width":10,"type":"number","align":"right","sum":true}],
        "closing":["Gồm {rows} dòng ({rows_words} dòng)."],
        "signatures":[{"title":"Bên giao"},{"title":"Bên nhận","name":"{receiver}"}]})");
}

forms::FormData rows_of(std::vector<forms::Row> rows)
{
    forms::FormData data;
    data.made_at = *parse_instant("2026-09-20T03:04:05Z");
    data.rows = [rows = std::move(rows)](const forms::OnRow& on_row) {
        for (const auto& row : rows) {
            on_row(row);
        }
    };
    return data;
}

forms::Row row(std::string text, forms::Cell date = {}, forms::Cell number = {})
{
    return {.cells = {std::move(text), date, number}, .heading = {}};
}

/// Bytes this process holds.
std::size_t resident()
{
    std::ifstream file{"/proc/self/statm"};
    std::size_t whole = 0;
    std::size_t pages = 0;
    file >> whole >> pages;
    return pages * 4096;
}

} // namespace

TEST_CASE("every form looks as it did", "[forms][golden]")
{
    for (const auto& form : forms::list_forms()) {
        CAPTURE(form.id);
        const auto data = test::sample(form, 12);
        test::check_golden(form.id + ".html", test::render(forms::Output::html, form, data));
        test::check_golden(form.id + ".pdf.txt", joined(test::pages_of(test::render(forms::Output::pdf, form, data))));
        test::check_golden(form.id + ".sheet.xml",
                           test::entries_of(test::render(forms::Output::xlsx, form, data)).at(kSheet));
        test::check_golden(form.id + ".document.xml",
                           test::entries_of(test::render(forms::Output::docx, form, data)).at("word/document.xml"));
    }
}

TEST_CASE("the same input gives the same bytes", "[forms]")
{
    const auto& form = forms::get_form("deposit_list");
    for (const auto output : kOutputs) {
        const auto data = test::sample(form, 70);
        CHECK(sha256_hex(test::render(output, form, data)) == sha256_hex(test::render(output, form, data)));
    }
}

TEST_CASE("pages are numbered, repeat the captions and bear the hash of the rows", "[forms][pdf]")
{
    const auto& form = forms::get_form("register_in");
    const auto data = test::sample(form, 60);
    const auto pages = test::pages_of(test::render(forms::Output::pdf, form, data));
    const auto hash = forms::dataset_sha256(form, data.rows);
    REQUIRE(pages.size() > 3);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        CAPTURE(i);
        CHECK(pages[i].find("Trang " + std::to_string(i + 1) + "/" + std::to_string(pages.size())) !=
              std::string::npos);
        CHECK(pages[i].find("(10)") != std::string::npos);
        CHECK(pages[i].find(hash) != std::string::npos);
        CHECK(pages[i].find("10:04 20/09/2026") != std::string::npos);
    }
    for (const auto output : {forms::Output::html, forms::Output::xlsx, forms::Output::docx}) {
        const auto bytes = test::render(output, form, data);
        const auto text = output == forms::Output::html   ? bytes
                          : output == forms::Output::xlsx ? test::entries_of(bytes).at(kSheet)
                                                          : test::entries_of(bytes).at("word/footer1.xml");
        CHECK(text.find(hash) != std::string::npos);
    }
}

TEST_CASE("the hash is of the rows as JSON lines", "[forms]")
{
    const auto form = small_form();
    const auto data = rows_of({row("một \"hai\" \\", *parse_date("2019-03-31"), std::int64_t{12}),
                               {.cells = {}, .heading = "Phần A"},
                               row("", {}, {})});
    CHECK(forms::dataset_sha256(form, data.rows) ==
          sha256_hex("[\"nho\",1]\n[\"một \\\"hai\\\" \\\\\",\"2019-03-31\",12]\n{\"heading\":\"Phần A\"}\n"
                     "[null,null,null]\n"));
}

TEST_CASE("composed and decomposed Vietnamese print alike", "[forms]")
{
    const auto form = small_form();
    const auto nfc = rows_of({row("Ủy ban nhân dân huyện Phù Cừ")});
    const auto nfd = rows_of({row("U\u0309y ban nha\u0302n da\u0302n huye\u0323\u0302n Phu\u0300 Cu\u031B\u0300")});
    for (const auto output : kOutputs) {
        CHECK(sha256_hex(test::render(output, form, nfc)) == sha256_hex(test::render(output, form, nfd)));
    }
    CHECK(joined(test::pages_of(test::render(forms::Output::pdf, form, nfd))).find("huyện Phù Cừ") !=
          std::string::npos);
}

TEST_CASE("hostile text is only text", "[forms]")
{
    const auto form = small_form();
    const auto data = rows_of({row("=cmd|' /C calc'!A0"), row("+1"), row("-1"), row("@SUM(A1)"),
                               row("<script>alert('x')</script> & \"ngoặc\""), row("\xff\xfe hỏng \x01\x02"),
                               row("\u202Egpj.exe"), row("Москва Ωμέγα 漢字 😀 ﷺ العربية")});
    const auto html = test::render(forms::Output::html, form, data);
    CHECK(html.find("<script") == std::string::npos);
    CHECK(html.find("&lt;script&gt;") != std::string::npos);
    CHECK(html.find("\u202E") == std::string::npos);
    CHECK(html.find("style=") == std::string::npos);
    const auto sheet = test::entries_of(test::render(forms::Output::xlsx, form, data)).at(kSheet);
    CHECK(count_of(sheet, "<f>") == 0);
    CHECK(sheet.find("<is><t>=cmd|") != std::string::npos);
    const auto document = test::entries_of(test::render(forms::Output::docx, form, data)).at("word/document.xml");
    CHECK(document.find("&lt;script&gt;") != std::string::npos);
    const auto text = joined(test::pages_of(test::render(forms::Output::pdf, form, data)));
    CHECK(text.find("=cmd|' /C calc'!A0") != std::string::npos);
    CHECK(text.find("Москва Ωμέγα") != std::string::npos);
    // What our own typeface lacks the machine's draw, if it has them; the other outputs carry it in any case.
    CHECK(html.find("漢字 😀") != std::string::npos);
    CHECK(sheet.find("漢字 😀") != std::string::npos);
    CHECK(document.find("漢字 😀") != std::string::npos);
}

TEST_CASE("headings, sums and closing lines", "[forms]")
{
    const auto form = small_form();
    auto data = rows_of({{.cells = {}, .heading = "I. TỔ CHỨC"},
                         {.cells = {}, .heading = "1. Bổ nhiệm", .is_minor = true},
                         row("a", {}, std::int64_t{1200}),
                         row("b", {}, std::int64_t{34})});
    data.values["receiver"] = "Trần Văn Bình";
    const auto html = test::render(forms::Output::html, form, data);
    CHECK(html.find("<th scope=\"colgroup\" colspan=\"3\">I. TỔ CHỨC</th>") != std::string::npos);
    CHECK(html.find("<td>Cộng</td><td></td><td class=\"form-right\">1.234</td>") != std::string::npos);
    CHECK(html.find("Gồm 2 dòng (hai dòng).") != std::string::npos);
    const auto text = joined(test::pages_of(test::render(forms::Output::pdf, form, data)));
    CHECK(text.find("Trần Văn Bình") != std::string::npos);
    CHECK(text.find("I. TỔ CHỨC") < text.find("1. Bổ nhiệm"));
}

TEST_CASE("numbers are said in words as people say them", "[forms]")
{
    const auto [rows, words] = GENERATE(table<std::size_t, std::string>({{0, "không dòng"},
                                                                         {1, "một dòng"},
                                                                         {15, "mười lăm dòng"},
                                                                         {21, "hai mươi mốt dòng"},
                                                                         {105, "một trăm linh năm dòng"},
                                                                         {1010, "một nghìn không trăm mười dòng"}}));
    const auto form = small_form();
    const auto data = rows_of(std::vector<forms::Row>(rows, row("x")));
    CHECK(test::render(forms::Output::html, form, data).find("(" + words + ")") != std::string::npos);
}

TEST_CASE("a sheet has real dates and numbers, days before 1900 as text", "[forms][xlsx]")
{
    const auto form = small_form();
    const auto data =
        rows_of({row("a", *parse_date("2019-03-31"), std::int64_t{7}), row("b", *parse_date("1885-06-01"))});
    const auto entries = test::entries_of(test::render(forms::Output::xlsx, form, data));
    const auto& sheet = entries.at(kSheet);
    CHECK(sheet.find("<v>43555</v>") != std::string::npos);
    CHECK(sheet.find("<v>7</v>") != std::string::npos);
    CHECK(sheet.find("<is><t>01/06/1885</t></is>") != std::string::npos);
    CHECK(entries.at("xl/styles.xml").find("dd/mm/yyyy") != std::string::npos);
    CHECK(sheet.find("state=\"frozen\"") != std::string::npos);
    CHECK(entries.at("docProps/core.xml").find("2026-09-20T03:04:05Z") != std::string::npos);
}

TEST_CASE("cells wrap, and a row longer than a page goes on over the next", "[forms][pdf]")
{
    const auto form = small_form();
    std::string longer;
    for (int i = 0; i < 1500; ++i) {
        longer += "từ" + std::to_string(i) + " ";
    }
    const auto data = rows_of({row("ngắn"), row(longer), row(std::string(4000, 'x')), row("cuối")});
    const auto pages = test::pages_of(test::render(forms::Output::pdf, form, data));
    CHECK(pages.size() > 2);
    const auto text = joined(pages);
    for (const auto* word : {"từ0 ", "từ749", "từ1499", "cuối"}) {
        CHECK(text.find(word) != std::string::npos);
    }
    CHECK(std::ranges::count(text, 'x') >= 4000);
}

TEST_CASE("a preview shows the first rows and tells of the others", "[forms][html]")
{
    const auto& form = forms::get_form("item_list");
    const auto data = test::sample(form, 1203);
    const auto html = test::render(forms::Output::html, form, data, {.preview_rows = 50, .scratch = {}});
    CHECK(count_of(html, "<tr><td") == 50);
    CHECK(html.find("Bản xem trước: 50 dòng đầu trong 1.203 dòng.") != std::string::npos);
    CHECK(html.find(forms::dataset_sha256(form, data.rows)) != std::string::npos);
    CHECK(html.find("<caption>") != std::string::npos);
    CHECK(count_of(html, "<th scope=\"col\">") == form.columns.size());
}

TEST_CASE("what does not fit is refused", "[forms]")
{
    const auto form = small_form();
    for (const auto output : kOutputs) {
        CHECK_THROWS_WITH(test::render(output, form, rows_of({{.cells = {std::string{"a"}}, .heading = {}}})),
                          Catch::Contains("form.cells"));
    }
    SECTION("rows that differ at the second time")
    {
        auto data = rows_of({});
        data.rows = [times = std::make_shared<int>(0)](const forms::OnRow& on_row) {
            on_row(row(std::to_string(++*times)));
        };
        CHECK_THROWS_WITH(test::render(forms::Output::pdf, form, data), Catch::Contains("form.changed_meanwhile"));
        CHECK_THROWS_WITH(test::render(forms::Output::docx, form, data), Catch::Contains("form.changed_meanwhile"));
    }
    SECTION("a sink that is full")
    {
        struct Full
        {};
        for (const auto output : kOutputs) {
            const auto sink = [](std::string_view) { throw Full{}; };
            CHECK_THROWS_AS(forms::render(output, form, rows_of({row("a")}), sink), Full);
        }
    }
}

TEST_CASE("more different words than are remembered come out right", "[forms][pdf]")
{
    const auto form = small_form();
    auto data = rows_of({});
    data.rows = [](const forms::OnRow& on_row) {
        for (int i = 0; i < 12'000; ++i) {
            on_row(row("từ" + std::to_string(i) + " chữ" + std::to_string(i) + " tiếng" + std::to_string(i)));
        }
    };
    const auto pages = test::pages_of(test::render(forms::Output::pdf, form, data));
    for (const auto page : {std::size_t{0}, pages.size() / 2, pages.size() - 1}) {
        CHECK(pages[page].find("Nội dung") != std::string::npos);
    }
    CHECK(pages.back().find("từ11999 chữ11999 tiếng11999") != std::string::npos);
}

TEST_CASE("memory does not grow with the rows, and no file is left", "[forms]")
{
    const auto& form = forms::get_form("package_register");
    const TempDir scratch;
    for (const auto output : kOutputs) {
        CAPTURE(forms::extension(output));
        const auto run = [&](std::size_t rows) {
            std::uint64_t bytes = 0;
            const auto made = forms::render(output, form, test::sample(form, rows),
                                            [&](std::string_view part) { bytes += part.size(); },
                                            {.preview_rows = 0, .scratch = scratch.path()});
            CHECK(made.rows == rows);
            return bytes;
        };
        run(500);
        const auto before = resident();
        CHECK(run(6000) > 50'000);
#ifndef VTLT_SANITIZED // a sanitizer keeps what was freed for a while
        CHECK(resident() < before + (std::size_t{16} << 20));
#else
        CHECK(before > 0);
#endif
        CHECK(std::filesystem::is_empty(scratch.path()));
    }
}
