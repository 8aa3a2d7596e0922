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

std::string utf8(char32_t code_point)
{
    std::string out;
    const auto tail = [&](unsigned shift) {
        out.push_back(static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)));
    };
    if (code_point < 0x80) {
        out.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (code_point >> 6U)));
        tail(0);
    } else if (code_point < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (code_point >> 12U)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0U | (code_point >> 18U)));
        tail(12);
        tail(6);
        tail(0);
    }
    return out;
}

/// Words as they come out of fonts and PDF files gone wrong: Vietnamese vowels under any marks in any order, and
/// letters whose lower case or composition is a surprise.
std::string random_word(std::mt19937& random)
{
    static constexpr std::u32string_view kLetters = U"aăâeêioôơuưyAĂÂEÊIOÔƠUƯYàáãảạằậệìỊòờỢủựýỸİİıIđĐÐðƉɖ019bcghknqtHJT"
                                                    U"WßẞﬁṍǘÿÅKΩſẛŉǰǆǅΣςϹΐᾈЙйש가각ﾡￂｶﾞａ中①㉠²ⓐªﷺͺŀকো-";
    static constexpr std::u32string_view kMarks =
        U"\u0300\u0300\u0301\u0301\u0302\u0302\u0303\u0306\u0306\u0307\u0307\u0308\u0309\u030A\u030C\u031B\u031B\u0323"
        U"\u0323\u0327\u0331\u0338\u0340\u0344\u0345\u093C\u09BE\u3099\u20DD";
    std::string out;
    const auto size = 1 + random() % 9;
    for (std::size_t i = 0; i < size; ++i) {
        const auto from = random() % 5 < 3 ? kLetters : kMarks;
        out += utf8(from[random() % from.size()]);
    }
    return out;
}

/// The promises of exact form and fold; the broken one, or nothing.
std::string broken_promise(const std::string& source)
{
    const auto exact = text::exact_form(source);
    const auto folded = text::fold(source);
    if (text::exact_form(exact) != exact) {
        return "the exact form of the exact form is another";
    }
    if (text::fold(exact) != folded) {
        return "the fold of the exact form is another";
    }
    if (text::fold(folded) != folded || text::exact_form(folded) != folded) {
        return "the form of the fold is another";
    }
    if (text::to_nfc(exact) != exact || text::to_nfc(folded) != folded) {
        return "a form is not NFC";
    }
    if (text::exact_form(text::to_nfc(source)) != exact) {
        return "the form depends on the normalisation of the source";
    }
    for (const auto& token : text::tokenize(source)) {
        const auto again = text::tokenize(token.exact);
        if (again.size() != 1 || again.front().exact != token.exact || again.front().folded != token.folded) {
            return "the word of a word is another";
        }
    }
    return {};
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

TEST_CASE("tones are placed on the letters as they are in lower case", "[text]")
{
    const auto [written, exact, folded] = GENERATE(table<std::string, std::string, std::string>({
        {"İ\u0300ơ1", "iờ1", "io1"}, // no capital I with dot and grave, but ì
        {"kİ\u0301a", "kía", "kia"},
        {"hoİ\u0300", "hòi", "hoi"},
        {"I\u0307", "i", "i"},
        {"I\u0307\u0300ơ", "iờ", "io"},
        {"I\u0300\u0307", "ì\u0307", "i"},
        {"i\u0307", "i\u0307", "i"},
        {"I\u0323", "ị", "i"},
        {"I\u0307\u0323", "ị\u0307", "i"},
        {"İ\u0309", "ỉ", "i"},
        {"İ\u0344", "ḯ", "i"},
        {"ı\u0300a", "ı\u0300a", "ıa"},
        {"H\u0331OÀ", "ẖòa", "hoa"},
        {"Y\u030AÀ", "ẙà", "ya"},
        {"J\u030Coà", "ǰòa", "joa"},
        {"oà\u0302", "oà\u0302", "oa"}, // a tone before its circumflex is another letter to Unicode
        {"uyà\u0302", "uyà\u0302", "uya"},
        {"uya\u0302\u0300", "uyầ", "uya"},
        {"òa\u0302", "oầ", "oa"},
        {"E\u0323\u0302", "ệ", "e"},
        {"E\u0302\u0323", "ệ", "e"},
        {"O\u031B\u0301", "ớ", "o"},
        {"O\u0301\u031B", "ớ", "o"},
        {"Ð\u01A1\u0300I", "đời", "doi"},
        {"ṍa", "ṍa", "oa"},
        {"Ϲ", "ϲ", "ς"},
        {"ﾡￂ", "ﾡￂ", "가"},
        {"㉠ᅡ", "㉠ᅡ", "가"},
    }));
    CAPTURE(written);
    CHECK(text::exact_form(written) == exact);
    CHECK(text::fold(written) == folded);
    CHECK(broken_promise(written) == "");
    if (const auto words = text::tokenize(written);
        words.size() == 1 && words.front().end == written.size() && words.front().begin == 0) {
        CHECK(words.front().exact == exact);
        CHECK(words.front().folded == folded);
    }
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
        REQUIRE(broken_promise(source) == "");
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
        }
    }
}

TEST_CASE("forms are stable under every letter and mark", "[text][property]")
{
    // Everything that lower case or composition may surprise with; the rest are syllables and ideographs by the
    // thousand.
    static constexpr std::pair<char32_t, char32_t> kRanges[] = {
        {0x80, 0x2DF0},   {0x3000, 0x3400},   {0xA640, 0xAC10},   {0xF900, 0xFA10},  {0xFB00, 0xFDFF},
        {0xFE20, 0xFFFF}, {0x10400, 0x10430}, {0x1D160, 0x1D170}, {0x1E900, 0x1E950}};
    std::string broken;
    for (const auto& [first, last] : kRanges) {
        for (auto code_point = first; code_point < last; ++code_point) {
            const auto letter = utf8(code_point);
            for (const auto& source : {"o" + letter + "à", letter + "\u0300ơ1"}) {
                if (const auto why = broken_promise(source); !why.empty()) {
                    broken += source + ": " + why + "\n";
                }
            }
        }
    }
    CHECK(broken == "");
}

TEST_CASE("forms of letters under heaps of marks are stable", "[text][property]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 20000; ++round) {
        const auto source = random_word(random);
        if (const auto why = broken_promise(source); !why.empty()) {
            CAPTURE(source);
            FAIL(why);
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
