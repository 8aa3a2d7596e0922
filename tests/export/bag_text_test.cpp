// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/bag_text.h>

#include <catch2/catch.hpp>

namespace bag = vtlt::export_::bag;

namespace {

using namespace std::string_literals;

bool has_error(const bag::Notes& notes)
{
    for (const auto& note : notes) {
        if (note.is_error) {
            return true;
        }
    }
    return false;
}

} // namespace

TEST_CASE("a path leads outside in the form of any system", "[bag]")
{
    const auto path =
        GENERATE(as<std::string>{}, "../x", "data/../../x", "data/..", "/etc/passwd", "~/x", "~root/x", "C:\\x", "c:x",
                 "\\\\server\\share", "data\\..\\x", "%HomeDrive%\\x", "%TEMP%/x", "", "data/\0x"s);
    CAPTURE(path);
    CHECK(bag::leads_outside(path));
}

TEST_CASE("a path that only looks strange stays inside", "[bag]")
{
    const auto path = GENERATE(as<std::string>{}, "data/a..b", "data/...", "./data/a", "data/~x", "data/50%",
                               "data/C:/x", "data/%2e%2e", "data/báo cáo.pdf", "%20x", "100%");
    CAPTURE(path);
    CHECK_FALSE(bag::leads_outside(path));
}

TEST_CASE("manifest paths encode CR, LF and the percent sign, nothing else", "[bag]")
{
    CHECK(bag::percent_encode("data/a b%\r\n.txt") == "data/a b%25%0D%0A.txt");
    CHECK(bag::percent_decode("data/a b%25%0d%0A.txt") == "data/a b%\r\n.txt");
    CHECK(bag::percent_decode("data/%41%2g%2") == "data/%41%2g%2");
    CHECK(bag::percent_decode_all("data/%2e%2E/%41") == "data/../A");
}

TEST_CASE("bagit.txt is judged strictly since 1.0", "[bag]")
{
    bag::Notes notes;
    SECTION("as the specification has it")
    {
        const auto declaration =
            bag::parse_declaration("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-16\n", notes);
        CHECK(declaration.version == bag::Version{0, 97});
        CHECK(declaration.encoding == "UTF-16");
        CHECK(notes.empty());
    }
    SECTION("line ends of every system, none at the end")
    {
        bag::parse_declaration("BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8", notes);
        CHECK(notes.empty());
    }
    SECTION("white space before the colon was tolerated once")
    {
        bag::parse_declaration("BagIt-Version : 0.96\nTag-File-Character-Encoding : UTF-8\n", notes);
        CHECK_FALSE(has_error(notes));
        bag::parse_declaration("BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n", notes);
        CHECK(has_error(notes));
    }
    SECTION("everything else is an error")
    {
        const auto text = GENERATE(as<std::string>{}, "", "BagIt-Version: 1.0\n",
                                   "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n",
                                   "BagIt-Version: 0.92\nTag-File-Character-Encoding: UTF-8\n",
                                   "BagIt-Version: one\nTag-File-Character-Encoding: UTF-8\n",
                                   "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
                                   "\xEF\xBB\xBF"
                                   "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
                                   "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nmore\n",
                                   "BagIt-Version: 99999999999999999999.0\nTag-File-Character-Encoding: UTF-8\n");
        CAPTURE(text);
        bag::parse_declaration(text, notes);
        CHECK(has_error(notes));
    }
}

TEST_CASE("tag files are read in the declared encoding", "[bag]")
{
    bag::Notes notes;
    CHECK(bag::decode_tag_text("b\xE1o", "ISO-8859-1", notes) == "báo");
    CHECK(bag::decode_tag_text("\xFF\xFE"s + "b\0\xE1\0o\0"s, "UTF-16", notes) == "báo");
    CHECK(bag::decode_tag_text("\0b\0\xE1\0o"s, "utf-16", notes) == "báo");
    CHECK(bag::decode_tag_text("\xD8\x3D\xDE\x00"s, "UTF-16BE", notes) == "😀");
    CHECK(bag::decode_tag_text("\xEF\xBB\xBF"s + "a", "UTF-8", notes) == "a");
    CHECK(notes.empty());
    CHECK_FALSE(bag::decode_tag_text("\xFF", "UTF-8", notes));
    CHECK_FALSE(bag::decode_tag_text("\xDC\x00"s, "UTF-16", notes));
    CHECK_FALSE(bag::decode_tag_text("odd", "UTF-16", notes));
    CHECK_FALSE(bag::decode_tag_text("a", "EBCDIC", notes));
    CHECK(notes.size() == 4);
}

TEST_CASE("bag-info lines fold, repeat, and were loose before 1.0", "[bag]")
{
    bag::Notes notes;
    const auto info = bag::parse_info("A: one\n   more\r\nB : 2\nB:3\n", {0, 97}, notes);
    REQUIRE(info.size() == 3);
    CHECK(info[0].value == "one more");
    CHECK(info[1].label == "B");
    CHECK(info[2].value == "3");
    CHECK(notes.empty());
    bag::parse_info("B : 2\n", {1, 0}, notes);
    CHECK(has_error(notes));
    CHECK(bag::parse_oxum("12.3") == bag::Oxum{12, 3});
    CHECK_FALSE(bag::parse_oxum("12"));
    CHECK_FALSE(bag::parse_oxum("12.3 MB"));
    CHECK_FALSE(bag::parse_oxum("99999999999999999999.1"));
}

TEST_CASE("manifest and fetch lines", "[bag]")
{
    bag::Notes notes;
    const auto lines = bag::parse_manifest("ABcd  data/a b.txt\r\n00 data/x\n\n", notes);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].digest == "abcd");
    CHECK(lines[0].path == "data/a b.txt");
    CHECK(notes.empty());
    CHECK(bag::parse_manifest("ab *data/x\n", notes).front().path == "data/x");
    CHECK_FALSE(has_error(notes));
    bag::parse_manifest("xyz data/x\nab\nab \n", notes);
    CHECK(notes.size() == 4);
    notes.clear();
    const auto fetch = bag::parse_fetch("http://a/b - data/x y\r\nhttp://a/c 12 data/z\n", notes);
    REQUIRE(fetch.size() == 2);
    CHECK_FALSE(fetch[0].length);
    CHECK(fetch[0].path == "data/x y");
    CHECK(fetch[1].length == 12);
    CHECK(notes.empty());
    bag::parse_fetch("http://a/b\nhttp://a/b x data/x\nhttp://a/b 12\n", notes);
    CHECK(notes.size() == 3);
}

TEST_CASE("names that some file systems take for one have one key", "[bag]")
{
    CHECK(bag::case_key("data/BÁO CÁO Đ.PDF") == bag::case_key("data/báo cáo đ.pdf"));
    CHECK(bag::case_key("data/b\u0061\u0301o") == bag::case_key("data/báo"));
    CHECK(bag::case_key("ƯỚC") == bag::case_key("ước"));
    CHECK(bag::case_key("hoà") != bag::case_key("hòa"));
    CHECK(bag::algorithm_of("manifest-SHA-256.txt", "manifest-") == "sha256");
    CHECK_FALSE(bag::algorithm_of("tagmanifest-md5.txt", "manifest-"));
    CHECK_FALSE(bag::algorithm_of("manifest-.txt", "manifest-"));
}
