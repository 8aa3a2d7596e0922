// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/error.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/frame.h>
#include <vtlt/webui/labels.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::webui;
using namespace std::chrono_literals;

TEST_CASE("numbers, days and sizes as people read them", "[formats]")
{
    CHECK(number_text(Language::vi, 1284) == "1.284");
    CHECK(number_text(Language::en, 1284) == "1,284");
    CHECK(number_text(Language::vi, 999) == "999");
    CHECK(number_text(Language::vi, -1234567) == "-1.234.567");
    CHECK(number_text(Language::en, -100) == "-100");
    CHECK(date_text(Date{2022y / 9 / 20}) == "20/9/2022");
    CHECK(date_text(std::optional<Date>{}).empty());
    // 18:30 UTC is the next day in Vietnam.
    CHECK(instant_text(parse_instant("2022-09-20T18:30:59Z").value()) == "21/9/2022 01:30");
    CHECK(instant_text(parse_instant("2022-09-20T00:05:00Z").value()) == "20/9/2022 07:05");
    CHECK(bytes_text(Language::vi, 0) == "0 B");
    CHECK(bytes_text(Language::vi, 999) == "999 B");
    CHECK(bytes_text(Language::vi, 1500) == "1,5 kB");
    CHECK(bytes_text(Language::en, 1500) == "1.5 kB");
    CHECK(bytes_text(Language::vi, 9'960'000) == "10 MB");
    CHECK(bytes_text(Language::vi, 482'133) == "482 kB");
    CHECK(bytes_text(Language::vi, 2'480'112'331) == "2,5 GB");
    CHECK(bytes_text(Language::vi, 5'000'000'000'000'000) == "5.000 TB");
    CHECK(duration_text(Language::vi, 420ms) == "0,4 giây");
    CHECK(duration_text(Language::vi, 41'200ms) == "41 giây");
    CHECK(duration_text(Language::en, 200s) == "3 min 20 s");
    CHECK(duration_text(Language::vi, 65min) == "1 giờ 5 phút");
}

TEST_CASE("counts take the plural of their language", "[formats]")
{
    CHECK(count_text(Language::vi, "count.documents", 1) == "1 tài liệu");
    CHECK(count_text(Language::vi, "count.documents", 1284) == "1.284 tài liệu");
    CHECK(count_text(Language::en, "count.documents", 1) == "1 document");
    CHECK(count_text(Language::en, "count.documents", 0) == "0 documents");
    CHECK(count_text(Language::en, "count.documents", 1284) == "1,284 documents");
    CHECK(count_text(Language::en, "count.documents", (std::uint64_t{1} << 32U) + 1) == "4,294,967,297 documents");
}

TEST_CASE("labels and parts of views", "[formats]")
{
    CHECK(label(Language::vi, "without_text") == Json{{"tone", "warn"}, {"text", "Không có văn bản"}});
    CHECK_THROWS_AS(label(Language::vi, "no such state"), Error);
    CHECK(secrecy_badge(Language::vi, Secrecy::open).is_null());
    CHECK(secrecy_badge(Language::vi, Secrecy::toi_mat) == Json{{"code", "toi_mat"}, {"text", "Tối mật"}});
    CHECK(secrecy_options(Language::en, Secrecy::mat, Secrecy::mat).size() == 2);
    CHECK(progress(Language::vi, 512, 1284).at("text") == "39 %");
    CHECK(progress(Language::vi, 5, 3).at("text") == "100 %");
    CHECK(progress(Language::en, 0, 0).at("max") == "");
    CHECK(error_summary(Language::vi, {}).is_null());
    CHECK(error_summary(Language::vi, {{"f-a", "x"}, {"f-b", "y"}}).at("heading") == "Có 2 lỗi cần sửa");
    CHECK(lit_pieces("về phòng cháy", {{3, 5}}) == Json::array({{{"text", "về "}, {"lit", false}},
                                                                {{"text", "phòng"}, {"lit", true}},
                                                                {{"text", " cháy"}, {"lit", false}}}));
    CHECK(lit_pieces("", {}).empty());
    CHECK(lit_pieces("ab", {{0, 9}}) == Json::array({{{"text", "ab"}, {"lit", true}}}));
    CHECK(error_view(Language::vi, 418).at("status") == "400");
    CHECK(error_view(Language::vi, 502).at("status") == "500");
    const Error error{Kind::invalid, "document.not_found", {{"id", "x"}}, {{"/a", "document.not_found", {}}}};
    CHECK(error_view(Language::en, 404, &error).at("problems").size() == 1);
}

TEST_CASE("the frame shows the places a person may go to", "[formats]")
{
    Frame frame;
    frame.user = "lan.nt";
    frame.place = "search";
    frame.target = "/search?q=a b&x=%";
    CHECK(frame_view(frame, Language::vi).at("nav").size() == kPlaces.size());
    frame.places = {"overview", "intake"};
    const auto view = frame_view(frame, Language::vi);
    REQUIRE(view.at("nav").size() == 2);
    CHECK(view.at("nav")[1].at("group") == "Văn bản");
    CHECK(view.at("language").at("href") == "/language?to=en&back=%2Fsearch%3Fq%3Da%20b%26x%3D%25");
    CHECK(view.at("language").at("text") == "English");
    frame.user.clear();
    CHECK(frame_view(frame, Language::en).at("nav").empty());
}
