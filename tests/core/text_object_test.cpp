// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/store/text_object.h>

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

using namespace vtlt;
using namespace vtlt::testing;
using store::TextBlock;
using store::TextObject;
namespace fs = std::filesystem;

namespace {

const std::vector<TextBlock> kPages{{1, "ỦY BAN NHÂN DÂN\nSố: 3163/BC-BQP, ngày 20 tháng 9 năm 2022"},
                                    {2, ""},
                                    {4, "Nơi nhận:\n- Như trên;\n- Lưu: VT."}};
const std::vector<TextBlock> kBlocks{{std::nullopt, "khối một, "}, {std::nullopt, "khối hai: 33.900 tấn"}};

class Written
{
public:
    explicit Written(const std::string& bytes) : path_(folder_.path() / "text") { spill(path_, bytes); }
    explicit Written(const std::vector<TextBlock>& blocks) : Written(store::encode_text_object(blocks)) {}
    const fs::path& path() const { return path_; }
    TextObject open() const { return TextObject{path_}; }

private:
    TempDir folder_;
    fs::path path_;
};

std::string output_of(const std::string& command)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), &::pclose};
    REQUIRE(pipe);
    std::string out;
    std::array<char, 4096> buffer{};
    while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        out.append(buffer.data(), got);
    }
    return out;
}

/// Everything a reader can ask of it.
std::vector<std::string> read_all(const fs::path& path)
{
    const TextObject object{path};
    std::vector<std::string> all{std::to_string(object.token_count()), object.whole()};
    for (std::size_t i = 0; i < object.size(); ++i) {
        all.push_back(object.block(i));
        all.push_back(std::to_string(object.page(i).value_or(-1)) + " " + std::to_string(object.first_token(i)));
    }
    return all;
}

} // namespace

TEST_CASE("a text object gives back its blocks, their pages and the place of their words", "[text_object]")
{
    const auto blocks = GENERATE(as<std::vector<TextBlock>>{}, kPages, kBlocks, std::vector<TextBlock>{},
                                 std::vector<TextBlock>{{1, ""}}, std::vector<TextBlock>{{std::nullopt, "một từ"}},
                                 std::vector<TextBlock>{{std::nullopt, ""}, {1, "lẫn"}});
    const Written written{blocks};
    const auto object = written.open();
    REQUIRE(object.size() == blocks.size());
    std::uint32_t words = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        CHECK(object.page(i) == blocks[i].page);
        CHECK(object.block(i) == blocks[i].text);
        CHECK(object.first_token(i) == words);
        words += static_cast<std::uint32_t>(text::tokenize(blocks[i].text).size());
    }
    CHECK(object.token_count() == words);
}

TEST_CASE("the whole text has a form feed between pages and nothing between blocks", "[text_object]")
{
    CHECK(Written{kPages}.open().whole() ==
          std::string{kPages[0].text} + "\f" + std::string{kPages[1].text} + "\f" + std::string{kPages[2].text});
    CHECK(Written{kBlocks}.open().whole() == "khối một, khối hai: 33.900 tấn");
    CHECK(Written{std::vector<TextBlock>{}}.open().whole().empty());
}

TEST_CASE("zcat prints the text and, in a last line, its table", "[text_object]")
{
    const auto blocks = GENERATE(as<std::vector<TextBlock>>{}, kPages, kBlocks);
    const Written written{blocks};
    const auto printed = output_of("zcat < '" + written.path().native() + "'");
    const auto whole = written.open().whole();
    REQUIRE(printed.starts_with(whole));
    CHECK(printed.substr(whole.size()).starts_with(R"({"format":"vtlt-text","version":1,)"));
}

TEST_CASE("the same blocks give the same bytes", "[text_object]")
{
    CHECK(store::encode_text_object(kPages) == store::encode_text_object(kPages));
    CHECK(store::encode_text_object(kPages) != store::encode_text_object(kBlocks));
}

TEST_CASE("a large block comes back whole", "[text_object]")
{
    std::string large;
    while (large.size() < 3'000'000) {
        large += "Điều " + std::to_string(large.size()) + ". Quyết định này có hiệu lực kể từ ngày ký. ";
    }
    const Written written{std::vector<TextBlock>{{1, large}, {2, "hết"}}};
    const auto object = written.open();
    CHECK(object.block(0) == large);
    CHECK(object.block(1) == "hết");
    CHECK(fs::file_size(written.path()) < large.size() / 3);
}

TEST_CASE("a text object cut anywhere is corrupt", "[text_object]")
{
    const auto bytes = store::encode_text_object(kPages);
    std::size_t other_than_corrupt = 0;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Written cut{bytes.substr(0, size)};
        other_than_corrupt += refusal([&] { read_all(cut.path()); }) == "corrupt text_object.damaged" ? 0U : 1U;
    }
    CHECK(other_than_corrupt == 0);
}

TEST_CASE("a flipped bit is corrupt or changes nothing that is read", "[text_object]")
{
    const auto bytes = store::encode_text_object(kPages);
    const Written good{bytes};
    const auto expected = read_all(good.path());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned bit : {0U, 3U, 7U}) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
            spill(good.path(), damaged);
            std::vector<std::string> read = expected;
            const auto verdict = refusal([&] { read = read_all(good.path()); });
            INFO("byte " << at << ", bit " << bit);
            CHECK((verdict == "corrupt text_object.damaged" || verdict == "nothing"));
            CHECK(read == expected);
        }
    }
}

TEST_CASE("text objects of version 1 are read for ever", "[text_object][golden]")
{
    const char* source = std::getenv("VTLT_SOURCE");
    if (source == nullptr) {
        WARN("skipped: VTLT_SOURCE is not set");
        return;
    }
    const auto golden = fs::path{source} / "tests" / "golden" / "text_object_v1.gz";
    const TextObject object{golden};
    REQUIRE(object.size() == kPages.size());
    for (std::size_t i = 0; i < kPages.size(); ++i) {
        CHECK(object.page(i) == kPages[i].page);
        CHECK(object.block(i) == kPages[i].text);
    }
}
