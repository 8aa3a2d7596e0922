// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/export/package_rules.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace vtlt;
using namespace std::string_literals;

namespace {

using Strings = std::vector<std::string>;

/// A small valid bag to spoil: files by path; manifests are made of them unless the test gives its own.
struct SmallBag
{
    std::string version = "1.0";
    std::string encoding = "UTF-8";
    std::map<std::string, std::string> payload{{"data/a.txt", "một"}, {"data/b/c.txt", "hai"}};
    std::map<std::string, std::string> tags; ///< further tag files, or others in place of those made
    std::string more_lines;                  ///< at the end of the manifest
    bool with_tag_manifest = true;

    std::string line(const std::string& path, const std::string& bytes) const
    {
        return sha256_hex(bytes) + "  " + path + "\n";
    }

    void write(const fs::path& folder) const
    {
        auto files = tags;
        std::string manifest;
        for (const auto& [path, bytes] : payload) {
            manifest += line(path, bytes);
        }
        files.emplace("bagit.txt", "BagIt-Version: " + version + "\nTag-File-Character-Encoding: " + encoding + "\n");
        files.emplace("manifest-sha256.txt", manifest + more_lines);
        std::string tag_manifest;
        for (const auto& [path, bytes] : files) {
            tag_manifest += line(path, bytes);
        }
        if (with_tag_manifest) {
            files.emplace("tagmanifest-sha256.txt", tag_manifest);
        }
        fs::create_directories(folder / "data");
        for (const auto& all : {files, payload}) {
            for (const auto& [path, bytes] : all) {
                test::write_text(folder / path, bytes);
            }
        }
    }
};

struct Judged
{
    bool valid = false;
    Strings errors;
    Strings warnings;
    export_::PackageVerdict verdict;
};

/// As a folder, and repacked as zip and tar, at the root and one folder down: five times the same.
Judged judge(const fs::path& folder)
{
    const TempDir packed;
    const auto first = test::verify(folder);
    for (const auto& archive : test::pack(folder, packed.path())) {
        const auto again = test::verify(archive);
        INFO(archive.filename() << " " << test::told(again) << "\nfolder " << test::told(first));
        CHECK(again.valid == first.valid);
        auto one = test::rules(again.errors);
        auto other = test::rules(first.errors);
        std::ranges::sort(one);
        std::ranges::sort(other);
        CHECK(one == other);
    }
    return {first.valid, test::rules(first.errors), test::rules(first.warnings), first};
}

Judged judge(const SmallBag& bag)
{
    const TempDir folder;
    bag.write(folder.path() / "bag");
    return judge(folder.path() / "bag");
}

} // namespace

TEST_CASE("the conformance suite of BagIt is judged right", "[bag][data]")
{
    const auto suite = test::shared_data("conformance/bagit.tar.zst");
    if (!suite) {
        WARN("skipped: conformance/bagit.tar.zst is not on this machine");
        return;
    }
    const TempDir copy;
    REQUIRE(test::run({"tar", "--zstd", "-xf", suite->native(), "-C", copy.path().native()}).status == 0);
    int bags = 0;
    for (const auto& version : fs::directory_iterator{copy.path()}) {
        if (!version.is_directory()) {
            continue;
        }
        for (const auto& expected : fs::directory_iterator{version}) {
            for (const auto& bag : fs::directory_iterator{expected}) {
                // Git keeps no empty folders.
                fs::create_directories(bag.path() / "data");
                const auto word = expected.path().filename().native();
                const auto judged = judge(bag.path());
                INFO(bag.path().lexically_relative(copy.path()) << "\n" << test::told(judged.verdict));
                CHECK(judged.valid == (word == "valid" || word == "warning"));
                CHECK((word != "warning" || !judged.warnings.empty()));
                CHECK(judged.verdict.format == "bagit");
                ++bags;
            }
        }
    }
    CHECK(bags == 37);
}

TEST_CASE("a small bag is valid and nothing is said against it", "[bag]")
{
    const auto judged = judge(SmallBag{});
    INFO(test::told(judged.verdict));
    CHECK(judged.valid);
    CHECK(judged.warnings.empty());
}

TEST_CASE("a path that leads outside makes a bag invalid", "[bag]")
{
    const auto path = GENERATE(as<std::string>{}, "../x", "data/../../x", "/etc/passwd", "~/x", "C:/x", "C:\\x",
                               "data\\x", "%TEMP%/x", "data/%2e%2e/%2E%2e/x");
    CAPTURE(path);
    SmallBag bag;
    SECTION("in a manifest")
    {
        bag.more_lines = bag.line(path, "x");
    }
    SECTION("in fetch.txt")
    {
        bag.tags["fetch.txt"] = "http://example.invalid/x - " + path + "\n";
    }
    SECTION("in a tag manifest")
    {
        bag.tags["tagmanifest-sha256.txt"] = bag.line(path, "x");
    }
    const auto judged = judge(bag);
    CHECK_FALSE(judged.valid);
    CHECK(std::ranges::find(judged.errors, "path.outside") != judged.errors.end());
}

TEST_CASE("an entry that leads outside makes an archive invalid", "[bag]")
{
    const TempDir folder;
    SmallBag{}.write(folder.path() / "bag");
    const auto out = test::pack(folder.path() / "bag", folder.path()).front();
    const auto name = GENERATE(as<std::string>{}, "../x", "/x", "bag/../../x", "C:/x", "bag/data\\..\\..\\x");
    REQUIRE(
        test::run({"python3", "-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr(sys.argv[2], 'x')",
                   out.native(), name})
            .status == 0);
    const auto verdict = test::verify(out);
    INFO(name << "\n" << test::told(verdict));
    CHECK_FALSE(verdict.valid);
}

TEST_CASE("what is wrong with a bag is called by its rule", "[bag]")
{
    SmallBag bag;
    Strings expected;
    const auto b = bag.payload.at("data/a.txt");
    SECTION("a payload file is missing")
    {
        bag.more_lines = bag.line("data/gone.txt", "x");
        expected = {"manifest.missing_file"};
    }
    SECTION("a payload file is not listed")
    {
        bag.tags["manifest-sha256.txt"] = bag.line("data/a.txt", b);
        expected = {"manifest.unlisted_file"};
    }
    SECTION("a digest differs")
    {
        bag.tags["manifest-sha256.txt"] = bag.line("data/a.txt", "other") + bag.line("data/b/c.txt", "hai");
        expected = {"manifest.digest"};
    }
    SECTION("a digest has another length")
    {
        bag.tags["manifest-sha256.txt"] = "ab  data/a.txt\n" + bag.line("data/b/c.txt", "hai");
        expected = {"manifest.syntax", "manifest.unlisted_file"};
    }
    SECTION("a payload manifest lists a tag file")
    {
        bag.more_lines = bag.line("bagit.txt", "x");
        expected = {"manifest.not_payload"};
    }
    SECTION("a tag file is missing")
    {
        bag.tags["tagmanifest-sha256.txt"] = bag.line("none.txt", "x");
        expected = {"tagmanifest.missing_file", "tagmanifest.unlisted_manifest"};
    }
    SECTION("a tag manifest lists itself")
    {
        bag.with_tag_manifest = false;
        bag.tags["tagmanifest-sha256.txt"] = bag.line("tagmanifest-sha256.txt", "x");
        expected = {"tagmanifest.lists_itself", "tagmanifest.unlisted_manifest"};
    }
    SECTION("Payload-Oxum states another size")
    {
        bag.tags["bag-info.txt"] = "Payload-Oxum: 7.2\n";
        expected = {"baginfo.oxum"};
    }
    SECTION("a line of bag-info.txt without a label")
    {
        bag.tags["bag-info.txt"] = "nothing\n";
        expected = {"baginfo.syntax"};
    }
    SECTION("a version that does not exist")
    {
        bag.version = "3.0";
        expected = {"bagit.version"};
    }
    SECTION("only a manifest of an unknown algorithm")
    {
        const TempDir folder;
        bag.with_tag_manifest = false;
        bag.write(folder.path());
        fs::rename(folder.path() / "manifest-sha256.txt", folder.path() / "manifest-crc32.txt");
        CHECK(judge(folder.path()).errors == Strings{"manifest.algorithm"});
        fs::remove(folder.path() / "manifest-crc32.txt");
        CHECK(judge(folder.path()).errors == Strings{"bagit.no_manifest"});
        return;
    }
    SECTION("an unknown encoding")
    {
        bag.encoding = "EBCDIC";
        expected = {"bagit.encoding", "bagit.encoding", "manifest.unlisted_file", "manifest.unlisted_file",
                    "tagmanifest.unlisted_manifest"};
    }
    SECTION("a path listed twice")
    {
        bag.more_lines = bag.line("data/a.txt", b);
        expected = {"manifest.duplicate"};
    }
    SECTION("a path listed twice, written differently")
    {
        bag.more_lines = bag.line("./data//a.txt", b);
        expected = {"manifest.duplicate"};
    }
    SECTION("a path listed twice with different digests")
    {
        bag.version = "0.96";
        bag.more_lines = bag.line("data/a.txt", "x");
        expected = {"manifest.contradiction"};
    }
    SECTION("fetch.txt names a file that is not there")
    {
        bag.more_lines = bag.line("data/far.txt", "x");
        bag.tags["fetch.txt"] = "http://example.invalid/far.txt 1 data/far.txt\n";
        expected = {"fetch.incomplete"};
    }
    SECTION("fetch.txt names a file that nobody lists")
    {
        bag.tags["fetch.txt"] = "http://example.invalid/far.txt 1 data/far.txt\n";
        expected = {"fetch.unlisted", "fetch.incomplete"};
    }
    auto judged = judge(bag);
    INFO(test::told(judged.verdict));
    CHECK_FALSE(judged.valid);
    CHECK(judged.errors == expected);
}

TEST_CASE("a bag with a peculiarity is valid with a warning", "[bag]")
{
    SmallBag bag;
    std::string expected;
    SECTION("a complete fetch.txt is never fetched")
    {
        bag.tags["fetch.txt"] = "http://example.invalid/a.txt - data/a.txt\n";
    }
    SECTION("a length in fetch.txt that does not fit")
    {
        bag.tags["fetch.txt"] = "http://example.invalid/a.txt 99 data/a.txt\n";
        expected = "fetch.length";
    }
    SECTION("percent-encoded as the specification has it")
    {
        bag.payload["data/50%\n.txt"] = "x";
        bag.tags["manifest-sha256.txt"] =
            bag.line("data/50%25%0a.txt", "x") + bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
    }
    SECTION("a percent sign left as it is")
    {
        bag.payload["data/50%.txt"] = "x";
        bag.payload["data/50%25.txt"] = "y";
        bag.tags["manifest-sha256.txt"] = bag.line("data/50%.txt", "x") + bag.line("data/50%2525.txt", "y") +
                                          bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
    }
    SECTION("an escape taken literally")
    {
        bag.payload["data/x%25.txt"] = "x";
        expected = "manifest.percent";
    }
    SECTION("spaces encoded as in addresses")
    {
        bag.payload["data/báo cáo.txt"] = "x";
        bag.tags["manifest-sha256.txt"] = bag.line("data/b%C3%A1o%20c%C3%A1o.txt", "x") +
                                          bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
        expected = "manifest.percent";
    }
    SECTION("another Unicode normalisation")
    {
        bag.payload["data/báo.txt"] = "x";
        bag.tags["manifest-sha256.txt"] =
            bag.line("data/ba\u0301o.txt", "x") + bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
        expected = "manifest.normalization";
    }
    SECTION("names that differ only in capitals")
    {
        bag.payload["data/A.TXT"] = "x";
        expected = "path.collision";
    }
    SECTION("a second manifest of an unknown algorithm")
    {
        bag.tags["manifest-crc32.txt"] = "00000000  data/a.txt\n";
        expected = "manifest.algorithm";
    }
    SECTION("a duplicate before 1.0")
    {
        bag.version = "0.97";
        bag.more_lines = bag.line("data/a.txt", "một");
        expected = "manifest.duplicate";
    }
    SECTION("tag files in ISO-8859-1")
    {
        bag.encoding = "ISO-8859-1";
        bag.payload["data/bé.txt"] = "x";
        bag.tags["manifest-sha256.txt"] =
            bag.line("data/b\xE9.txt", "x") + bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
    }
    SECTION("a byte order mark in a manifest")
    {
        bag.tags["manifest-sha256.txt"] =
            "\xEF\xBB\xBF" + bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai");
    }
    SECTION("no payload at all")
    {
        bag.payload.clear();
    }
    const auto judged = judge(bag);
    INFO(test::told(judged.verdict));
    CHECK(judged.valid);
    CHECK(judged.warnings == (expected.empty() ? Strings{} : Strings{expected}));
}

TEST_CASE("a bag in UTF-16 is read", "[bag]")
{
    const TempDir folder;
    SmallBag bag;
    bag.encoding = "UTF-16";
    bag.with_tag_manifest = false;
    bag.write(folder.path());
    std::string wide = "\xFF\xFE";
    for (const char c : bag.line("data/a.txt", "một") + bag.line("data/b/c.txt", "hai")) {
        wide += c;
        wide += '\0';
    }
    test::write_text(folder.path() / "manifest-sha256.txt", wide);
    const auto judged = judge(folder.path());
    INFO(test::told(judged.verdict));
    CHECK(judged.valid);
}

TEST_CASE("every algorithm of the specification is checked", "[bag]")
{
    const auto [name, algorithm] = GENERATE(table<std::string, Hasher::Algorithm>({
        {"md5", Hasher::Algorithm::md5},
        {"sha1", Hasher::Algorithm::sha1},
        {"sha224", Hasher::Algorithm::sha224},
        {"sha384", Hasher::Algorithm::sha384},
        {"sha512", Hasher::Algorithm::sha512},
    }));
    SmallBag bag;
    const auto digest = [algorithm = algorithm](std::string_view bytes) {
        Hasher hasher{algorithm};
        hasher.update(bytes);
        return hasher.finish_hex();
    };
    bag.tags["manifest-" + name + ".txt"] = digest("một") + " data/a.txt\n" + digest("hai") + " data/b/c.txt\n";
    CHECK(judge(bag).valid);
    bag.tags["manifest-" + name + ".txt"] = digest("khác") + " data/a.txt\n" + digest("hai") + " data/b/c.txt\n";
    CHECK(judge(bag).errors == Strings{"manifest.digest"});
}

TEST_CASE("symbolic links and devices are never followed", "[bag]")
{
    const TempDir folder;
    const auto bag = folder.path() / "bag";
    SmallBag{}.write(bag);
    test::write_text(folder.path() / "outside.txt", "x");
    SECTION("a link to a file outside")
    {
        fs::create_symlink("../../outside.txt", bag / "data" / "link.txt");
    }
    SECTION("a link to a folder above")
    {
        fs::create_directory_symlink("..", bag / "data" / "loop");
    }
    SECTION("a pipe")
    {
        REQUIRE(::mkfifo((bag / "data" / "pipe").c_str(), 0600) == 0);
    }
    CHECK(test::rules(test::verify(bag).errors) == Strings{"path.special"});
}

TEST_CASE("a bag is found at the root or one folder down, and only one", "[bag]")
{
    const TempDir folder;
    SmallBag{}.write(folder.path() / "bag");
    CHECK(test::verify(folder.path()).valid);
    CHECK(test::verify(folder.path() / "bag" / "").valid);

    SECTION("something beside it is told")
    {
        test::write_text(folder.path() / "note.txt", "x");
        const auto verdict = test::verify(folder.path());
        CHECK(verdict.valid);
        CHECK(test::rules(verdict.warnings) == Strings{"package.beside"});
    }
    SECTION("two bags are none")
    {
        SmallBag{}.write(folder.path() / "other");
        CHECK(test::rules(test::verify(folder.path()).errors) == Strings{"package.several", "package.several"});
    }
    SECTION("a bag in data/ is payload")
    {
        SmallBag inner;
        SmallBag outer;
        const TempDir apart;
        inner.write(apart.path());
        for (const auto& path : test::list_tree(apart.path())) {
            if (!path.ends_with('/')) {
                outer.payload["data/bag/" + path] = read_file(apart.path() / path);
            }
        }
        CHECK(judge(outer).valid);
    }
    SECTION("two folders down is too deep")
    {
        const TempDir deep;
        SmallBag{}.write(deep.path() / "a" / "b");
        CHECK(test::rules(test::verify(deep.path()).errors) == Strings{"package.unknown"});
    }
}

TEST_CASE("what is no package is told so", "[bag]")
{
    const TempDir folder;
    CHECK_THROWS_WITH(test::verify(folder.path() / "none"), Catch::Contains("package.not_found"));
    test::write_text(folder.path() / "text.zip", "no zip at all");
    test::write_text(folder.path() / "empty.zip", "");
    for (const std::string name : {"text.zip", "empty.zip"}) {
        const auto verdict = test::verify(folder.path() / name);
        CHECK_FALSE(verdict.valid);
        CHECK(verdict.format == "unknown");
        CHECK(test::rules(verdict.errors) == Strings{"package.unknown"});
    }
}

TEST_CASE("an archive with two entries of one name is invalid", "[bag]")
{
    const TempDir folder;
    SmallBag{}.write(folder.path() / "bag");
    const auto out = test::pack(folder.path() / "bag", folder.path()).at(2);
    REQUIRE(test::run(
                {"python3", "-c",
                 "import sys, tarfile, io\nt = tarfile.open(sys.argv[1], 'a')\ni = tarfile.TarInfo('bag/data/a.txt')\n"
                 "i.size = 1\nt.addfile(i, io.BytesIO(b'x'))\nt.close()",
                 out.native()})
                .status == 0);
    const auto verdict = test::verify(out);
    INFO(test::told(verdict));
    CHECK(test::rules(verdict.errors) == Strings{"package.duplicate_entry"});
}

TEST_CASE("a flood of findings is cut", "[bag]")
{
    SmallBag bag;
    for (int i = 0; i < 3000; ++i) {
        bag.more_lines += bag.line("data/none/" + std::to_string(i), "x");
    }
    const TempDir folder;
    bag.write(folder.path());
    const auto verdict = test::verify(folder.path());
    CHECK(verdict.errors.size() == 1001);
    CHECK(verdict.errors.back().rule == "findings.more");
}

TEST_CASE("the documentation lists every rule word", "[bag][docs]")
{
    const char* source = std::getenv("VTLT_SOURCE");
    REQUIRE(source != nullptr);
    const auto text = read_file(fs::path{source} / "docs" / "package.md");
    for (const auto& row : export_::kRules) {
        CAPTURE(row.rule);
        CHECK(text.find("`" + std::string{row.rule} + "`") != std::string::npos);
    }
}
