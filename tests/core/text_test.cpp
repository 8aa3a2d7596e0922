// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/text.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

using namespace vtlt;

namespace {

std::vector<std::string> folded_words(std::string_view text)
{
    std::vector<std::string> words;
    for (const auto& token : text::tokenize(text)) {
        words.push_back(token.folded);
    }
    return words;
}

std::vector<std::string> exact_words(std::string_view text)
{
    std::vector<std::string> words;
    for (const auto& token : text::tokenize(text)) {
        words.push_back(token.exact);
    }
    return words;
}

using Words = std::vector<std::string>;

/// Random text from pieces that have given trouble: both tone styles, decomposed letters, ligatures, broken bytes,
/// numbers.
std::string random_text(std::mt19937& random)
{
    static const std::vector<std::string> pieces{"hoà",
                                                 "hòa",
                                                 "thuỷ",
                                                 "QUÝ",
                                                 "Ð",
                                                 "Ɖ",
                                                 "đ",
                                                 "gi",
                                                 "a\xCC\x81",
                                                 "e\xCC\x82\xCC\xA3",
                                                 "o\xCC\x9B",
                                                 "\xCC\x80",
                                                 "ﬁ",
                                                 "ß",
                                                 "ẞ",
                                                 "İ",
                                                 "Ω",
                                                 "가",
                                                 "ᄀ",
                                                 "ᅡ",
                                                 "中文",
                                                 "๑",
                                                 "ﷺ",
                                                 "①",
                                                 "²",
                                                 "33.900",
                                                 "2,5",
                                                 "1.234.567,89",
                                                 "13.7.2022",
                                                 "2.2021",
                                                 "0",
                                                 "3163/BC-BQP",
                                                 " ",
                                                 "\n",
                                                 "-",
                                                 ".",
                                                 ",",
                                                 "/",
                                                 "\xFF",
                                                 "\xE1\xBA",
                                                 "\xF0\x9D\x94\x84",
                                                 "z",
                                                 "Nghiêng",
                                                 "x\xCC\x82",
                                                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                                 "\xE2\x80\xAE",
                                                 "é",
                                                 "qùy",
                                                 "ǘ"};
    std::string out;
    const auto size = 1 + random() % 12;
    for (std::size_t i = 0; i < size; ++i) {
        out += pieces[random() % pieces.size()];
    }
    return out;
}

} // namespace

TEST_CASE("both ways of placing the tone mark are one word", "[text]")
{
    const auto [written, canonical] = GENERATE(table<std::string, std::string>({
        {"hoà", "hòa"},     {"hòa", "hòa"},     {"HOÀ", "hòa"},       {"Hóa", "hóa"},     {"hoá", "hóa"},
        {"hoả", "hỏa"},     {"toả", "tỏa"},     {"khoẻ", "khỏe"},     {"khỏe", "khỏe"},   {"loé", "lóe"},
        {"thuỷ", "thủy"},   {"thủy", "thủy"},   {"uỷ", "ủy"},         {"ủy", "ủy"},       {"tuỳ", "tùy"},
        {"luỹ", "lũy"},     {"huỷ", "hủy"},     {"quý", "quý"},       {"qúy", "quý"},     {"quỹ", "quỹ"},
        {"qũy", "quỹ"},     {"quá", "quá"},     {"qúa", "quá"},       {"qua", "qua"},     {"quả", "quả"},
        {"quẹo", "quẹo"},   {"quốc", "quốc"},   {"quyết", "quyết"},   {"quýt", "quýt"},   {"giá", "giá"},
        {"gía", "giá"},     {"giả", "giả"},     {"gì", "gì"},         {"gìn", "gìn"},     {"giữ", "giữ"},
        {"giếng", "giếng"}, {"giỏi", "giỏi"},   {"gìơ", "giờ"},       {"kìa", "kìa"},     {"của", "của"},
        {"mía", "mía"},     {"cuả", "của"},     {"toán", "toán"},     {"tóan", "toán"},   {"hoặc", "hoặc"},
        {"ngoài", "ngoài"}, {"ngòai", "ngoài"}, {"khuỷu", "khuỷu"},   {"khuya", "khuya"}, {"tuyển", "tuyển"},
        {"thuở", "thuở"},   {"thưở", "thưở"},   {"muốn", "muốn"},     {"yếu", "yếu"},     {"ý", "ý"},
        {"được", "được"},   {"đựơc", "được"},   {"nghiệp", "nghiệp"}, {"oà", "òa"},       {"xoèn", "xoèn"},
        {"suýt", "suýt"},
    }));
    CAPTURE(written);
    CHECK(text::exact_form(written) == canonical);
    CHECK(exact_words(written) == Words{canonical});
}

TEST_CASE("words of other languages keep their marks where they are", "[text]")
{
    CHECK(text::exact_form("café José résumé naïve") == "café josé résumé naïve");
    CHECK(text::fold("café José résumé naïve Škoda") == "cafe jose resume naive skoda");
}

TEST_CASE("composed and decomposed letters are the same text", "[text]")
{
    const std::string decomposed = "Quye\xCC\x82\xCC\x81t \xC4\x91i\xCC\xA3nh ho\xC3\xA0";
    CHECK(text::to_nfc(decomposed) == "Quyết định hoà");
    CHECK(text::exact_form(decomposed) == "quyết định hòa");
    CHECK(exact_words(decomposed) == Words{"quyết", "định", "hòa"});
    CHECK(folded_words("ê\xCC\xA3") == Words{"e"});
    CHECK(exact_words("ê\xCC\xA3") == Words{"ệ"});
}

TEST_CASE("the fold drops case, marks and the stroke of đ", "[text]")
{
    CHECK(text::fold("ĐƯỜNG Nguyễn Ðình Ɖạt ðã") == "duong nguyen dinh dat da");
    CHECK(text::exact_form("Ðường Ɖường Đường ðường") == "đường đường đường đường");
    CHECK(text::fold("3163/BC-BQP, ngày 20.9") == "3163/bc-bqp, ngay 20.9");
    CHECK(text::fold("") == "");
    CHECK(text::fold("ÀÁÂÃẢẠĂẰẮẴẲẶÂẦẤẪẨẬÈÉẼẺẸÊỀẾỄỂỆÌÍĨỈỊÒÓÕỎỌÔỒỐỖỔỘƠỜỚỠỞỢÙÚŨỦỤƯỪỨỮỬỰỲÝỸỶỴĐ") ==
          "aaaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd");
}

TEST_CASE("words keep their place in the source", "[text]")
{
    const std::string source = "Số: 3163/BC-BQP – Hà Nội, ngày 20\xE2\x80\xA6";
    const auto tokens = text::tokenize(source);
    Words written;
    for (const auto& token : tokens) {
        written.push_back(source.substr(token.begin, token.end - token.begin));
    }
    CHECK(written == Words{"Số", "3163", "BC", "BQP", "Hà", "Nội", "ngày", "20"});
    CHECK(folded_words(source) == Words{"so", "3163", "bc", "bqp", "ha", "noi", "ngay", "20"});
}

TEST_CASE("numbers join their thousands, dates and paragraphs stay apart", "[text]")
{
    const auto [written, words] = GENERATE(table<std::string, Words>({
        {"33.900 tài", {"33900", "tai"}},
        {"33,900", {"33900"}},
        {"33900", {"33900"}},
        {"1.234.567", {"1234567"}},
        {"1.234.567,89", {"1234567,89"}},
        {"1234567,89", {"1234567,89"}},
        {"67,5%", {"67,5"}},
        {"2,5", {"2,5"}},
        {"là 33.900.", {"la", "33900"}},
        {"33.900, và", {"33900", "va"}},
        {"2.2021", {"2", "2021"}},
        {"13.7.2022", {"13", "7", "2022"}},
        {"12.3.456", {"12", "3", "456"}},
        {"13/7/2022", {"13", "7", "2022"}},
        {"0.500", {"0", "500"}},
        {"01.234", {"01", "234"}},
        {"1,2,3", {"1", "2", "3"}},
        {"2020,2021", {"2020", "2021"}},
        {"33.9001", {"33", "9001"}},
        {"33.900a", {"33", "900a"}},
        {"1.234.5", {"1", "234", "5"}},
        {"9001:2015", {"9001", "2015"}},
        {"12a/QĐ-UBND", {"12a", "qd", "ubnd"}},
        {".5", {"5"}},
        {"5.", {"5"}},
        {"5,", {"5"}},
    }));
    CAPTURE(written);
    CHECK(folded_words(written) == words);
}

TEST_CASE("a number and symbol has one form however it is typed", "[text]")
{
    CHECK(text::code_key("3163/BC-BQP") == "3163 bc bqp");
    CHECK(text::code_key(" 3163 / bc – bqp ") == "3163 bc bqp");
    CHECK(text::code_key("05/2021/TT-BNV") == "05 2021 tt bnv");
    CHECK(text::code_key("12/QĐ-TTg") == "12 qd ttg");
    CHECK(text::code_key("–") == "");
}

TEST_CASE("very long words are cut between letters", "[text]")
{
    const std::string source(150, 'x');
    const auto tokens = text::tokenize(source);
    REQUIRE(tokens.size() == 3);
    CHECK(tokens[0].folded.size() == 60);
    CHECK(tokens[2].end == 150);
    CHECK(tokens[1].begin == tokens[0].end);
}

TEST_CASE("well-formed UTF-8 is told from broken bytes", "[text]")
{
    const auto [bytes, good, repaired] = GENERATE(table<std::string, bool, std::string>({
        {"", true, ""},
        {"abc", true, "abc"},
        {"Việt \xF0\x9F\x98\x80", true, "Việt \xF0\x9F\x98\x80"},
        {"a\xFF", false, "a\xEF\xBF\xBD"},
        {"\xC0\x80", false, "\xEF\xBF\xBD"},
        {"\xED\xA0\x80z", false, "\xEF\xBF\xBDz"},
        {"\xE1\xBA", false, "\xEF\xBF\xBD"},
        {"\xF4\x90\x80\x80", false, "\xEF\xBF\xBD"},
    }));
    CHECK(text::is_utf8(bytes) == good);
    CHECK(text::repair_utf8(bytes) == repaired);
    CHECK(text::is_utf8(text::repair_utf8(bytes)));
}

TEST_CASE("a line has no controls, no doubled blanks and no direction tricks", "[text]")
{
    CHECK(text::one_line("  Về việc\r\n\tkiểm  tra \x01 ") == "Về việc kiểm tra");
    CHECK(text::one_line("gpj\xE2\x80\xAE"
                         "exe") == "gpjexe");
    CHECK(text::one_line("a\xC2\xA0\xE3\x80\x80"
                         "b") == "a b");
    CHECK(text::one_line("\n") == "");
    CHECK(text::length("Việt") == 4);
    CHECK(text::length("") == 0);
}

TEST_CASE("sorting follows the Vietnamese alphabet and counts numbers", "[text]")
{
    const Words order{"da", "dz", "đa", "ea", "hồ sơ 2", "hồ sơ 10", "ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"};
    for (std::size_t i = 1; i < order.size(); ++i) {
        CAPTURE(order[i - 1], order[i]);
        CHECK(text::sort_key(order[i - 1]) < text::sort_key(order[i]));
        CHECK(text::natural_less(order[i - 1], order[i]));
        CHECK_FALSE(text::natural_less(order[i], order[i - 1]));
    }
    CHECK(text::sort_key("hoà") == text::sort_key("hòa"));
    CHECK_FALSE(text::natural_less("a", "a"));
    CHECK(text::natural_less("bài-2.txt", "bài-10.txt"));
}

TEST_CASE("forms are stable whatever the input", "[text][property]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 3000; ++round) {
        const auto source = random_text(random);
        CAPTURE(source);
        const auto exact = text::exact_form(source);
        const auto folded = text::fold(source);
        REQUIRE(text::is_utf8(exact));
        REQUIRE(text::is_utf8(folded));
        REQUIRE(text::exact_form(exact) == exact);
        REQUIRE(text::fold(folded) == folded);
        REQUIRE(text::to_nfc(text::to_nfc(source)) == text::to_nfc(source));
        std::size_t last = 0;
        for (const auto& token : text::tokenize(source)) {
            REQUIRE(token.begin >= last);
            REQUIRE(token.end > token.begin);
            REQUIRE(token.end <= source.size());
            REQUIRE_FALSE(token.folded.empty());
            REQUIRE(token.folded.size() <= 60);
            REQUIRE(text::is_utf8(token.exact));
            last = token.end;
            const auto again = text::tokenize(token.exact);
            REQUIRE(again.size() == 1);
            REQUIRE(again.front().exact == token.exact);
            REQUIRE(again.front().folded == token.folded);
        }
    }
}

TEST_CASE("real articles fold to plain letters", "[text]")
{
    const char* data = std::getenv("VTLT_SHARED_DATA");
    const auto folder = std::filesystem::path{data == nullptr ? "" : data} / "news";
    if (data == nullptr || !std::filesystem::exists(folder)) {
        WARN("skipped: the news articles are not there");
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream stream{entry.path()};
        const std::string source{std::istreambuf_iterator<char>{stream}, {}};
        std::size_t words = 0;
        for (const auto& token : text::tokenize(source)) {
            ++words;
            for (const char c : token.folded) {
                REQUIRE(static_cast<unsigned char>(c) < 0x80);
            }
            REQUIRE(text::exact_form(source.substr(token.begin, token.end - token.begin)).size() >=
                    token.folded.size());
        }
        CHECK(words > 50);
    }
}
