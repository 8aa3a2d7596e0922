// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/indexer/query.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace vtlt;
using namespace vtlt::indexer;
using Type = QueryNode::Type;
using namespace std::chrono_literals;

namespace {

QueryNode word(std::string exact)
{
    QueryNode node;
    node.type = Type::word;
    node.words = {std::move(exact)};
    return node;
}

QueryNode phrase(std::vector<std::string> words)
{
    QueryNode node;
    node.type = Type::phrase;
    node.words = std::move(words);
    return node;
}

QueryNode group(Type type, std::vector<QueryNode> children)
{
    QueryNode node;
    node.type = type;
    node.children = std::move(children);
    return node;
}

QueryNode code(Field field, std::string value)
{
    QueryNode node;
    node.type = Type::field;
    node.field = field;
    node.value = std::move(value);
    return node;
}

QueryNode words(Field field, std::vector<std::string> exact)
{
    QueryNode node;
    node.type = Type::field;
    node.field = field;
    node.words = std::move(exact);
    return node;
}

QueryNode dated(std::optional<Date> from, std::optional<Date> to)
{
    QueryNode node;
    node.type = Type::field;
    node.field = Field::date;
    node.dates = DateRange{from, to};
    return node;
}

QueryNode parsed(std::string_view text)
{
    const auto query = parse_query(text);
    CAPTURE(text);
    CHECK_FALSE(query.syntax);
    return query.root;
}

std::string random_query(std::mt19937& random)
{
    static const std::vector<std::string> pieces{"báo cáo",
                                                 "hoà",
                                                 "AND",
                                                 "OR",
                                                 "NOT",
                                                 "-",
                                                 "(",
                                                 ")",
                                                 "\"",
                                                 "“",
                                                 "”",
                                                 " ",
                                                 " ",
                                                 " ",
                                                 "so:",
                                                 "ngay:",
                                                 "cq:",
                                                 "mat:open",
                                                 "2019..2021",
                                                 "..",
                                                 "3163/BC-BQP",
                                                 "33.900",
                                                 "2,5",
                                                 "1.234.567,89",
                                                 "\xFF",
                                                 "abc:",
                                                 "&",
                                                 "e-mail",
                                                 "\n",
                                                 "ky:Hùng",
                                                 "number:\"12 a\"",
                                                 "ngay:31/12/2019",
                                                 "ngay:..2020-02",
                                                 "中文",
                                                 "ﷺ",
                                                 ":",
                                                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    std::string out;
    const auto size = 1 + random() % 14;
    for (std::size_t i = 0; i < size; ++i) {
        out += pieces[random() % pieces.size()];
        out += random() % 2 == 0 ? " " : "";
    }
    return out;
}

} // namespace

TEST_CASE("words side by side are all wanted", "[query]")
{
    CHECK(parsed("cải cách").type == Type::all);
    CHECK(parsed("Cải CÁCH") == group(Type::all, {word("cải"), word("cách")}));
    CHECK(parsed("cải AND cách") == parsed("cải cách"));
    CHECK(parsed("hoà") == word("hòa"));
    CHECK(parsed("") == QueryNode{});
    CHECK(parsed(" * ") == QueryNode{});
    // Signs alone are found nowhere: they must not mean the whole archive.
    for (const auto* signs : {"  – … & ", "😀", "\"\"", "()"}) {
        CHECK(parsed(signs) == group(Type::any, {}));
    }
}

TEST_CASE("operators bind NOT, AND, OR in this order", "[query]")
{
    CHECK(parsed("a b OR c") == group(Type::any, {group(Type::all, {word("a"), word("b")}), word("c")}));
    CHECK(parsed("a (b OR c)") == group(Type::all, {word("a"), group(Type::any, {word("b"), word("c")})}));
    CHECK(parsed("a NOT b") == group(Type::all, {word("a"), group(Type::none, {word("b")})}));
    CHECK(parsed("a -b") == parsed("a NOT b"));
    CHECK(parsed("-\"b c\"") == group(Type::none, {phrase({"b", "c"})}));
    CHECK(parsed("a OR b OR c") == group(Type::any, {word("a"), word("b"), word("c")}));
    CHECK(parsed("(a (b c))") == group(Type::all, {word("a"), word("b"), word("c")}));
}

TEST_CASE("small words are words, only capitals are operators", "[query]")
{
    CHECK(parsed("and or not") == group(Type::all, {word("and"), word("or"), word("not")}));
    CHECK(parsed("a - b") == group(Type::all, {word("a"), word("b")}));
    CHECK(parsed("16-20") == phrase({"16", "20"}));
}

TEST_CASE("quotes of either kind hold a phrase", "[query]")
{
    CHECK(parsed("\"cải cách hành chính\"") == phrase({"cải", "cách", "hành", "chính"}));
    CHECK(parsed("“cải cách”") == phrase({"cải", "cách"}));
    CHECK(parsed("\"cải\"") == word("cải"));
}

TEST_CASE("a number and symbol typed bare stays together", "[query]")
{
    CHECK(parsed("3163/BC-BQP") == phrase({"3163", "bc", "bqp"}));
    CHECK(parsed("báo cáo 3163") == group(Type::all, {word("báo"), word("cáo"), word("3163")}));
    CHECK(parsed("33.900 tài khoản") == group(Type::all, {word("33900"), word("tài"), word("khoản")}));
}

TEST_CASE("fields have a Vietnamese and an English name", "[query]")
{
    CHECK(parsed("so:3163/BC-BQP") == code(Field::number, "3163/BC-BQP"));
    CHECK(parsed("Số:3163") == code(Field::number, "3163"));
    CHECK(parsed("number:\"3163 bc\"") == code(Field::number, "3163 bc"));
    CHECK(parsed("cq:\"Bộ Quốc phòng\"") == words(Field::issuer, {"bộ", "quốc", "phòng"}));
    CHECK(parsed("signer:Hùng") == words(Field::signer, {"hùng"}));
    for (const auto& row : kFields) {
        const auto value = std::string{row.example.substr(row.example.find(':') + 1)};
        CAPTURE(row.example);
        CHECK(parsed(row.example) == parsed(std::string{row.english} + ":" + value));
        CHECK(parsed(row.example).field == row.field);
    }
}

TEST_CASE("a colon after another word is only a mark", "[query]")
{
    CHECK(parsed("10:30") == phrase({"10", "30"}));
    CHECK(parsed("abc:def") == phrase({"abc", "def"}));
}

TEST_CASE("dates are days, months, years and ranges of them, both ends inclusive", "[query]")
{
    const auto [text, from, to] = GENERATE(table<std::string, std::optional<Date>, std::optional<Date>>({
        {"2019", 2019y / 1 / 1, 2019y / 12 / 31},
        {"2019-03", 2019y / 3 / 1, 2019y / 3 / 31},
        {"3/2020", 2020y / 3 / 1, 2020y / 3 / 31},
        {"2020-02", 2020y / 2 / 1, 2020y / 2 / 29},
        {"31/12/2019", 2019y / 12 / 31, 2019y / 12 / 31},
        {"2019-12-31", 2019y / 12 / 31, 2019y / 12 / 31},
        {"2019..2021", 2019y / 1 / 1, 2021y / 12 / 31},
        {"2019-03..15/4/2020", 2019y / 3 / 1, 2020y / 4 / 15},
        {"2019..", 2019y / 1 / 1, std::nullopt},
        {"..2021", std::nullopt, 2021y / 12 / 31},
    }));
    CAPTURE(text);
    CHECK(parse_date_range(text) == DateRange{from, to});
    CHECK(parsed("ngay:" + text) == dated(from, to));
}

TEST_CASE("what is no date is told as such", "[query]")
{
    const auto text = GENERATE(as<std::string>{}, "", "..", "abc", "2019-13", "31/2/2019", "2021..2019", "2019...2020",
                               "20190", "0000", "2019..abc");
    CAPTURE(text);
    CHECK_FALSE(parse_date_range(text));
}

TEST_CASE("what does not parse is searched literally and said so", "[query]")
{
    const auto [text, code, at] = GENERATE(table<std::string, std::string, std::size_t>({
        {"báo \"cáo", "query.unclosed_quote", 4},
        {"(báo cáo", "query.unclosed_bracket", 0},
        {"báo cáo)", "query.unopened_bracket", 7},
        {"báo cáo OR", "query.missing_operand", 8},
        {"AND báo cáo", "query.missing_operand", 0},
        {"báo cáo NOT", "query.missing_operand", 8},
        {"so: báo cáo", "query.missing_value", 3},
        {"báo cáo ngay:hôm", "query.bad_date", 13},
    }));
    CAPTURE(text);
    const auto query = parse_query(text);
    REQUIRE(query.syntax);
    CHECK(query.syntax->message == code);
    CHECK(query.syntax->at == at);
    REQUIRE(query.root.type == Type::all);
    CHECK(std::find(query.root.children.begin(), query.root.children.end(), word("cáo")) != query.root.children.end());
}

TEST_CASE("nesting has a limit and length has one", "[query]")
{
    const auto query = parse_query(std::string(200, '(') + "a" + std::string(200, ')'));
    REQUIRE(query.syntax);
    CHECK(query.syntax->message == "query.too_deep");
    CHECK(query.root == word("a"));

    std::string longest;
    while (text::length(longest) < kMaxQueryLength) {
        longest += "ệ";
    }
    CHECK_NOTHROW(parse_query(longest));
    try {
        parse_query(longest + "x");
        FAIL("a query of 4,097 characters was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::invalid);
        CHECK(error.code() == "query.too_long");
    }
}

TEST_CASE("the queries that fuzzing has kept read the same after printing", "[query]")
{
    const char* source = std::getenv("VTLT_SOURCE");
    const auto corpus = std::filesystem::path{source == nullptr ? "" : source} / "tests/fuzz/corpus/query";
    if (!std::filesystem::exists(corpus)) {
        WARN("skipped: the corpus is not there");
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator{corpus}) {
        CAPTURE(entry.path().filename());
        std::ifstream stream{entry.path(), std::ios::binary};
        const auto query = parse_query(std::string{std::istreambuf_iterator<char>{stream}, {}});
        CHECK(parse_query(to_text(query.root)).root == query.root);
    }
}

TEST_CASE("the canonical text of a query is the same query", "[query][property]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (int round = 0; round < 5000; ++round) {
        const auto text = random_query(random);
        CAPTURE(text);
        const auto query = parse_query(text);
        const auto canonical = to_text(query.root);
        CAPTURE(canonical);
        const auto again = parse_query(canonical);
        REQUIRE_FALSE(again.syntax);
        REQUIRE(again.root == query.root);
        if (query.syntax) {
            REQUIRE(query.syntax->at <= text::length(text::repair_utf8(text)));
        }
    }
}
