// SPDX-License-Identifier: GPL-3.0-or-later
#include "files.h"

#include <vtlt/core/base/text.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <stdexcept>

using namespace vtlt;
using namespace vtlt::tests;
using namespace std::string_literals;

namespace {

sandbox::Extractor& extractor()
{
    static sandbox::Extractor one{{.program = extract_program(), .text = {}, .container = {}}};
    return one;
}

sandbox::Extractor with_limits(const sandbox::ContainerLimits& limits)
{
    return sandbox::Extractor{{.program = extract_program(), .text = {}, .container = limits}};
}

sandbox::UnpackResult unpack(std::string_view bytes, sandbox::EntrySink* sink = nullptr)
{
    const Document document{bytes};
    return extractor().unpack(document.fd(), sink);
}

const Parts kMembers{{"thư mục/một.txt", "nội dung một"}, {"hai.txt", std::string(200'000, 'x')}, {"rỗng.txt", ""}};

} // namespace

TEST_CASE("zip, tar and tar.gz are streamed in their own order", "[unpack]")
{
    const auto& [bytes, format] = GENERATE(values<std::pair<std::string, std::string>>(
        {{zip(kMembers), "zip"}, {tar(kMembers), "tar"}, {gzip(tar(kMembers)), "tar.gz"}}));
    CollectingSink sink;
    const auto result = unpack(bytes, &sink);
    CHECK(result.is_container);
    CHECK(result.format == format);
    CHECK_FALSE(result.cause);
    CHECK(result.entries == 3);
    CHECK(result.bytes == kMembers[0].second.size() + 200'000);
    REQUIRE(sink.items.size() == kMembers.size());
    for (std::size_t i = 0; i < kMembers.size(); ++i) {
        CHECK(sink.items[i].entry.name == kMembers[i].first);
        CHECK(sink.items[i].entry.type == sandbox::Entry::Type::file);
        CHECK(sink.items[i].entry.size == kMembers[i].second.size());
        CHECK(sink.items[i].entry.modified_at.value_or(0) > 1'500'000'000);
        CHECK(sink.items[i].bytes == kMembers[i].second);
        CHECK(sink.items[i].ended);
    }

    SECTION("and counted without a sink")
    {
        const auto counted = unpack(bytes);
        CHECK(counted.entries == 3);
        CHECK(counted.bytes == result.bytes);
    }
}

TEST_CASE("what is no container of ours is left alone", "[unpack]")
{
    const auto bytes = GENERATE(values<std::string>({"", "just text", gzip("just text"), pdf({"x"}), docx("<w:p/>"),
                                                     xlsx({{"a", ""}}), zip({{"mimetype", "application/epub+zip"}}),
                                                     zip({{"META-INF/MANIFEST.MF", ""}}), "7z\xBC\xAF\x27\x1C"s}));
    CollectingSink sink;
    const auto result = unpack(bytes, &sink);
    CHECK_FALSE(result.is_container);
    CHECK_FALSE(result.cause);
    CHECK(sink.items.empty());
}

TEST_CASE("a damaged container says so", "[unpack]")
{
    const auto whole = GENERATE(values<std::string>({zip(kMembers), tar(kMembers), gzip(tar(kMembers))}));
    const auto result = unpack(std::string_view{whole}.substr(0, whole.size() * 2 / 3));
    CHECK(result.is_container);
    CHECK(result.cause == Cause::damaged);
}

TEST_CASE("the limits of a container hold", "[unpack][limits]")
{
    SECTION("ratio, looked at from 1 MiB on")
    {
        CHECK_FALSE(unpack(zip({{"klein", std::string(1'000'000, 'x')}})).cause);
        const auto result = unpack(zip({{"bom", std::string(64'000'000, 'x')}}));
        CHECK(result.cause == Cause::ratio);
        CHECK(result.bytes < 20'000'000);
    }
    SECTION("bytes")
    {
        const Document document{tar(kMembers)};
        auto small = with_limits({.total_bytes = 100'000});
        CHECK(small.unpack(document.fd(), nullptr).cause == Cause::too_large);
        CHECK(small.extract(document.fd()).format == "tar");
    }
    SECTION("entries")
    {
        const Document document{tar(kMembers)};
        CHECK(with_limits({.entries = 2}).unpack(document.fd(), nullptr).cause == Cause::too_many_entries);
    }
}

TEST_CASE("an exception of the sink passes through and hurts nobody", "[unpack]")
{
    struct Full : sandbox::EntrySink
    {
        void begin(const sandbox::Entry&) override {}
        void data(std::string_view) override { throw std::runtime_error{"disk full"}; }
        void end() override {}
    } full;
    CHECK_THROWS_WITH(unpack(tar(kMembers), &full), "disk full");
    CHECK(unpack(tar(kMembers)).entries == 3);
}

TEST_CASE("names from old zips become UTF-8 and stay different", "[unpack]")
{
    CollectingSink sink;
    unpack(zip({{"B\xA0o c\xA0o.txt", "1"}, {"Quy\xEA\xECt.txt", "2"}, {"Quy\xEA\xF2t.txt", "3"}, {"đúng.txt", "4"}}),
           &sink);
    REQUIRE(sink.items.size() == 4);
    CHECK(sink.items[0].entry.name == "Báo cáo.txt");
    CHECK(text::to_nfc(sink.items[1].entry.name) == "Quyết.txt");
    CHECK(text::to_nfc(sink.items[2].entry.name) == "Quyệt.txt");
    CHECK(sink.items[3].entry.name == "đúng.txt");
}

TEST_CASE("links and devices are special and carry no bytes", "[unpack]")
{
    auto bytes = tar({{"link", ""}, {"file", "x"}});
    const auto make = [&](char type) {
        auto changed = bytes;
        changed[156] = type;
        unsigned sum = 0;
        for (std::size_t i = 0; i < 512; ++i) {
            sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>(changed[i]);
        }
        std::string field = "000000";
        for (auto at = field.size(); at-- > 0; sum /= 8) {
            field[at] = static_cast<char>('0' + sum % 8);
        }
        return changed.replace(148, 6, field);
    };
    for (const char type : {'1', '2', '3', '4', '6'}) {
        CollectingSink sink;
        const auto result = unpack(make(type), &sink);
        CAPTURE(type);
        REQUIRE(sink.items.size() == 2);
        CHECK(sink.items[0].entry.type == sandbox::Entry::Type::special);
        CHECK(sink.items[0].bytes.empty());
        CHECK(sink.items[1].bytes == "x");
        CHECK_FALSE(result.cause);
    }
    CollectingSink sink;
    unpack(make('5'), &sink);
    CHECK(sink.items[0].entry.type == sandbox::Entry::Type::folder);
}
