// SPDX-License-Identifier: GPL-3.0-or-later
#include "forms_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;

namespace {

Json minimal()
{
    return parse_json(R"({"format_version":1,"id":"thử","legal_source":"nội bộ","valid_from":"2020-03-05",
        "title":["DANH SÁCH"],"columns":[{"key":"a","caption":"A","width":10}]})");
}

std::vector<std::string> problems_of(const Json& json)
{
    std::vector<std::string> problems;
    try {
        forms::parse_form(to_line(json));
    } catch (const Error& error) {
        for (const auto& problem : error.problems()) {
            problems.push_back(problem.pointer + " " + problem.code);
        }
    }
    return problems;
}

std::vector<std::string> captions_of(const forms::FormDef& form)
{
    std::vector<std::string> captions;
    for (const auto& column : form.columns) {
        captions.push_back(column.caption);
    }
    return captions;
}

} // namespace

TEST_CASE("the forms of the decree bear its words in its order", "[forms]")
{
    using Captions = std::vector<std::string>;
    const auto& item_list = forms::get_form("item_list");
    CHECK(item_list.legal_source == "Nghị định số 30/2020/NĐ-CP, Phụ lục V, mẫu IV");
    CHECK(item_list.title.front().text == "MỤC LỤC VĂN BẢN, TÀI LIỆU");
    const Captions official{"STT",
                            "Số, ký hiệu văn bản",
                            "Ngày tháng năm văn bản",
                            "Tên loại và trích yếu nội dung văn bản",
                            "Tác giả văn bản",
                            "Tờ số/Trang số",
                            "Ghi chú"};
    CHECK(captions_of(item_list) == official);

    SECTION("the register of a package adds a column after the last")
    {
        auto with_dossier = official;
        with_dossier.emplace_back("Số, ký hiệu hồ sơ");
        CHECK(captions_of(forms::get_form("package_register")) == with_dossier);
    }
    SECTION("the number of columns is the decree's")
    {
        const auto [id, count] = GENERATE(table<std::string, std::size_t>({{"register_out", 10},
                                                                           {"register_in", 10},
                                                                           {"post_book", 6},
                                                                           {"file_copy_use", 9},
                                                                           {"handling_book", 7},
                                                                           {"file_plan", 5},
                                                                           {"deposit_list", 7}}));
        CHECK(forms::get_form(id).columns.size() == count);
    }
}

TEST_CASE("a form is found by its id and the day", "[forms]")
{
    const auto day = [](std::string_view text) { return *parse_date(text); };
    CHECK(forms::get_form("register_in", day("2020-03-05")).id == "register_in");
    CHECK_THROWS_WITH(forms::get_form("register_in", day("2020-03-04")), Catch::Contains("form.unknown"));
    CHECK_THROWS_WITH(forms::get_form("sổ"), Catch::Contains("form.unknown"));
}

TEST_CASE("a form's file is checked and every mistake is told", "[forms]")
{
    auto json = minimal();
    CHECK(problems_of(json).empty());
    SECTION("what is missing")
    {
        json.erase("legal_source");
        json["columns"] = Json::array();
        CHECK(problems_of(json) == std::vector<std::string>{"/legal_source form.type", "/columns form.columns"});
    }
    SECTION("what is misspelt, out of range or of another type")
    {
        json["colums"] = 1;
        json["columns"][0]["width"] = 0;
        json["columns"][0]["align"] = "center";
        json["columns"].push_back({{"key", "a"}, {"caption", "B"}, {"width", 5}, {"sum", true}});
        json["page"] = {{"orientation", "quer"}, {"margins_mm", {1, 2, 3}}};
        json["font_size"] = "12";
        auto problems = problems_of(json);
        std::ranges::sort(problems);
        CHECK(problems == std::vector<std::string>{"/columns/0/align form.word", "/columns/0/width form.range",
                                                   "/columns/1/key form.repeated", "/columns/1/sum form.sum",
                                                   "/colums form.unknown_member", "/font_size form.range",
                                                   "/page/margins_mm form.range", "/page/margins_mm/0 form.range",
                                                   "/page/margins_mm/1 form.range", "/page/margins_mm/2 form.range",
                                                   "/page/orientation form.word"});
    }
    SECTION("no object at all")
    {
        CHECK_FALSE(problems_of(Json::array()).empty());
        CHECK_FALSE(problems_of(Json{{"columns", "x"}, {"title", 3}, {"signatures", Json::array({1})}}).empty());
        CHECK_THROWS_WITH(forms::parse_form("{"), Catch::Contains("json.syntax"));
    }
}

TEST_CASE("a place without a value is dots, an optional line is left out", "[forms]")
{
    CHECK(forms::fill("Năm {year}", {{"year", "2019"}}) == "Năm 2019");
    CHECK(forms::fill("Năm {year}", {}) == "Năm ……");
    CHECK(forms::fill("Từ {a} đến {b}", {{"b", "một\nhai"}}) == "Từ …… đến một hai");
    CHECK(forms::fill("{", {}) == "{");
}
