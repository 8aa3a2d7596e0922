// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace vtlt;
using test::ExportArchive;

namespace {

/// Unpacks a zip with unzip and answers the bag's folder.
fs::path unzip(const fs::path& package, const fs::path& into)
{
    const auto ran = test::run({"unzip", "-q", package.native(), "-d", into.native()});
    INFO(ran.output);
    REQUIRE(ran.status == 0);
    return into / package.stem();
}

test::Ran read_independently(const fs::path& package)
{
    const char* source = std::getenv("VTLT_SOURCE");
    REQUIRE(source != nullptr);
    return test::run(
        {"python3", (fs::path{source} / "tests" / "support" / "read_package.py").native(), package.native()});
}

std::size_t count_of(std::string_view text, std::string_view what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

Json metadata_of(const fs::path& bag, std::string_view title)
{
    for (const auto& found : fs::directory_iterator{bag / "data" / "metadata"}) {
        auto json = parse_json(read_file(found.path()));
        if (json["title"] == title) {
            return json;
        }
    }
    FAIL("no metadata of " << title);
    return {};
}

} // namespace

TEST_CASE("a package is a bag that strangers can check and read", "[export]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    const auto request = archive.request("Gói kiểm tra.zip");
    const auto result = archive.write(documents, request);

    CHECK(result.documents == 12);
    CHECK(result.files == 16);
    CHECK(result.highest == Secrecy::mat);
    CHECK(result.bytes == fs::file_size(request.out));
    CHECK(result.sha256 == sha256_hex(read_file(request.out)));
    CHECK(test::list_tree(archive.out()) == std::vector<std::string>{"Gói kiểm tra.zip"});

    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    CHECK(result.manifest_sha256 == sha256_hex(read_file(bag / "manifest-sha256.txt")));

    SECTION("sha256sum finds both manifests right")
    {
        for (const std::string manifest : {"manifest-sha256.txt", "tagmanifest-sha256.txt"}) {
            const auto ran = test::run({"sha256sum", "-c", "--strict", manifest}, bag);
            INFO(ran.output);
            CHECK(ran.status == 0);
        }
    }
    SECTION("the independent reader accepts it, and refuses it after one byte has changed")
    {
        const auto whole = read_independently(request.out);
        INFO(whole.output);
        CHECK(whole.status == 0);
        CHECK(whole.output == "whole: 12 documents, 16 files\n");
        const auto bytes = read_file(request.out);
        test::flip_byte(request.out, bytes.find("nội dung mật"));
        CHECK(read_independently(request.out).status == 1);
    }
    SECTION("our verifier has nothing to say against it, as zip, folder and tar")
    {
        const auto tar = archive.request("Gói kiểm tra.tar");
        archive.write(documents, tar);
        for (const auto& package : {request.out, bag, tar.out}) {
            const auto verdict = test::verify(package);
            INFO(package << "\n" << test::told(verdict));
            CHECK(verdict.format == "bagit");
            CHECK(verdict.valid);
            CHECK(verdict.warnings.empty());
        }
    }
    SECTION("the verifier names a file whose byte has changed")
    {
        const auto paths = test::list_tree(bag / "data" / "documents");
        const auto large =
            std::ranges::find_if(paths, [](const auto& path) { return path.find("0011_13_CV") != std::string::npos; });
        REQUIRE(large != paths.end());
        test::flip_byte(bag / "data" / "documents" / *large, 2'000'000);
        const auto verdict = test::verify(bag);
        CHECK_FALSE(verdict.valid);
        REQUIRE(test::rules(verdict.errors) == std::vector<std::string>{"manifest.digest"});
        CHECK(verdict.errors.front().path == "data/documents/" + *large);
    }
    SECTION("also inside a zip, where the checksum of the zip may speak first")
    {
        test::flip_byte(request.out, read_file(request.out).find("nội dung mật"));
        const auto verdict = test::verify(request.out);
        INFO(test::told(verdict));
        CHECK_FALSE(verdict.valid);
        CHECK(std::ranges::any_of(verdict.errors,
                                  [](const auto& error) { return error.path.ends_with("0005_12_BC-BCH.txt"); }));
    }
    SECTION("a tar holds the same files")
    {
        const auto tar = archive.request("Gói kiểm tra.tar");
        archive.write(documents, tar);
        const TempDir other;
        REQUIRE(test::run({"tar", "-xf", tar.out.native(), "-C", other.path().native()}).status == 0);
        CHECK(test::list_tree(other.path()) == test::list_tree(unpacked.path()));
    }
}

TEST_CASE("every file has a place that every system can keep", "[export]")
{
    ExportArchive archive;
    const auto request = archive.request("gói.zip");
    archive.write(archive.add_awkward_dozen(), request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    const auto paths = test::list_tree(bag / "data" / "documents");
    CHECK(paths == std::vector<std::string>{
                       "UBND.2019.01_HS_2019/",
                       "UBND.2019.01_HS_2019/0001_3163_BC-BQP.pdf",
                       "UBND.2019.01_HS_2019/0002_05_QĐ_UBND_.DOCX",
                       "UBND.2019.01_HS_2019~2/",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/01_a_b_.pdf",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/02__CON.txt",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/03_ảnh_gpj.exe",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/04_cuối__",
                       "UBND.2019.01_HS_2019~2/0001_7_TTr-VP/05_100___x.txt",
                       "_khong-ho-so/",
                       "_khong-ho-so/0005_12_BC-BCH.txt",
                       "_khong-ho-so/0006_khong-so.jpg",
                       "_khong-ho-so/0007_9_CV.pdf",
                       "_khong-ho-so/0008_10_CV.html",
                       "_khong-ho-so/0009_11_CV/",
                       "_khong-ho-so/0009_11_CV/01___.bin",
                       "_khong-ho-so/0009_11_CV/02___",
                       "_khong-ho-so/0010_12_CV.txt",
                       "_khong-ho-so/0011_13_CV.dat",
                       "_khong-ho-so/0012_14_CV.pdf",
                   });
    const auto names = metadata_of(bag, "Tờ trình nhiều tệp")["names"];
    CHECK(names["documents/UBND.2019.01_HS_2019~2/0001_7_TTr-VP/01_a_b_.pdf"] == "a:b?.pdf");
    CHECK(names["documents/UBND.2019.01_HS_2019~2/0001_7_TTr-VP/05_100___x.txt"] == "100%\r\nx.txt");
    CHECK(metadata_of(bag, "Chỉ có bản giấy")["files"].empty());
    CHECK(metadata_of(bag, "Báo cáo mật")["secrecy"] == "mat");
    CHECK(metadata_of(bag, "Báo cáo mật")["mode"] == "secret");
    for (const auto& path : paths) {
        CHECK(path.size() + std::string_view{"data/documents/"}.size() <= 200);
    }
}

TEST_CASE("long names stay under 200 bytes and end in their extension", "[export]")
{
    ExportArchive archive;
    const auto dossier = archive.dossier(std::string(200, 'H'), "Mã hồ sơ dài");
    catalog::Document document;
    document.title = "Dài";
    document.number = std::string(80, '1');
    document.symbol = "Đ" + std::string(90, 'x');
    document.dossier = dossier;
    std::string name;
    while (name.size() < 250) {
        name += "dài ạ";
    }
    const auto id = archive.add(document, {{name + ".pdf", "một"}, {name + ".pdf", "hai"}});
    const auto request = archive.request("gói.zip");
    archive.write({id}, request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    std::size_t files = 0;
    for (const auto& path : test::list_tree(bag)) {
        CAPTURE(path);
        CHECK(path.size() <= 200);
        if (path.find("documents/") != std::string::npos && path.ends_with(".pdf")) {
            ++files;
        }
    }
    CHECK(files == 2);
    CHECK(test::verify(bag).valid);
}

TEST_CASE("the register lists every document, escaped, with links that lead to files", "[export]")
{
    ExportArchive archive;
    const auto request = archive.request("gói.zip");
    archive.write(archive.add_awkward_dozen(), request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    const auto html = read_file(bag / "data" / "index.html");

    CHECK(count_of(html, "<tr id=") == 12);
    CHECK(html.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;ngoặc&quot;") != std::string::npos);
    CHECK(html.find("<script>alert") == std::string::npos);
    CHECK(html.find("\u202E") == std::string::npos);
    CHECK(html.find("http:") == std::string::npos);
    CHECK(html.find("https:") == std::string::npos);
    CHECK(html.find("báo cáo &lt;b&gt;") != std::string::npos);
    CHECK(html.find("Nguyễn Văn Kiểm") != std::string::npos);
    CHECK(html.find("10:04 20/9/2026 (UTC+7)") != std::string::npos);
    CHECK(html.find("Độ mật cao nhất của gói: <strong>Mật</strong>") != std::string::npos);
    CHECK(html.find("31/3/2019") != std::string::npos);
    CHECK(html.find("không có tệp") != std::string::npos);
    CHECK(html.find("href=\"documents/_khong-ho-so/0006_khong-so.jpg\"") != std::string::npos);
    CHECK(html.find("0002_05_Q%C4%90_UBND_.DOCX") != std::string::npos);
    CHECK(html.find("3,0 MB") != std::string::npos);
    CHECK(html.find("{{") == std::string::npos);
}

TEST_CASE("profile bagit is the same bag without the register", "[export]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    auto request = archive.request("a.zip");
    archive.write(documents, request);
    const TempDir unpacked;
    auto with = test::list_tree(unzip(request.out, unpacked.path()));
    request.profile = export_::Profile::bagit;
    request.out = archive.out() / "b.zip";
    archive.write(documents, request);
    const auto without = test::list_tree(unzip(request.out, unpacked.path()));
    for (const auto* name : {"data/index.html", "data/muc-luc.pdf", "data/muc-luc.xlsx"}) {
        CHECK(std::erase(with, name) == 1);
    }
    CHECK(with == without);
    CHECK(test::verify(request.out).valid);
}

TEST_CASE("an estimate is an upper bound", "[export]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    const auto estimate = export_::estimate_package(archive.database(), documents);
    CHECK(estimate.documents == 12);
    CHECK(estimate.files == 16);
    for (const std::string name : {"a.zip", "a.tar"}) {
        const auto request = archive.request(name);
        const auto result = archive.write(documents, request);
        CHECK(result.bytes <= estimate.bytes);
        CHECK(estimate.bytes < result.bytes + 300'000);
    }
}

TEST_CASE("thousands of documents stream by and the count is the same everywhere", "[export]")
{
    ExportArchive archive;
    std::vector<DocumentId> documents;
    for (int i = 0; i < 1203; ++i) {
        catalog::Document document;
        document.title = "Văn bản " + std::to_string(i) + std::string(800, 'x');
        documents.push_back(archive.add(document, i % 100 == 0
                                                      ? std::vector<test::NamedBytes>{{"a.txt", std::to_string(i)}}
                                                      : std::vector<test::NamedBytes>{}));
    }
    std::ranges::reverse(documents);
    const auto request = archive.request("nhiều.zip");
    const auto result = archive.write(documents, request);
    CHECK(result.documents == 1203);
    CHECK(result.files == 13);
    const auto ran = read_independently(request.out);
    CHECK(ran.output == "whole: 1203 documents, 13 files\n");
    CHECK(result.bytes <= export_::estimate_package(archive.database(), documents).bytes);
    const TempDir unpacked;
    const auto html = read_file(unzip(request.out, unpacked.path()) / "data" / "index.html");
    CHECK(html.find("Văn bản 1202") < html.find("Văn bản 1201x"));
    CHECK(html.find(">1.203</strong>") != std::string::npos);
}

TEST_CASE("what cannot become a package is refused before anything is written", "[export]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    SECTION("no documents")
    {
        CHECK_THROWS_WITH(archive.write({}, archive.request("a.zip")), Catch::Contains("export.no_documents"));
    }
    SECTION("another ending")
    {
        const auto name = GENERATE(as<std::string>{}, "a.7z", "a", ".zip", "a.zip.gz");
        CHECK_THROWS_WITH(archive.write(documents, archive.request(name)), Catch::Contains("export.format"));
    }
    SECTION("a document that is gone")
    {
        auto more = documents;
        more.push_back(DocumentId{999'999});
        CHECK_THROWS_WITH(archive.write(more, archive.request("a.zip")), Catch::Contains("export.changed_meanwhile"));
    }
    SECTION("not enough room")
    {
        auto tx = archive.database().write();
        tx.prepare("UPDATE file SET size = ?1 WHERE document_id = ?2")
            .bind(1, std::int64_t{1} << 60)
            .bind(2, documents.front())
            .run();
        tx.commit();
        CHECK_THROWS_WITH(archive.write(documents, archive.request("a.zip")), Catch::Contains("internal.disk_full"));
    }
    CHECK(test::list_tree(archive.out()).empty());

    SECTION("a place that is taken keeps what it has")
    {
        const auto request = archive.request("a.zip");
        test::write_text(request.out, "theirs");
        CHECK_THROWS_WITH(archive.write(documents, request), Catch::Contains("export.exists"));
        CHECK(read_file(request.out) == "theirs");
    }
}

TEST_CASE("an object that is not what its name says never leaves in a package", "[export]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    const auto view = [&] {
        auto tx = archive.database().read();
        return catalog::list_views(tx, documents).at(10);
    }();
    const auto object = archive.home().object(Secrecy::open, view.files.front().object_hash);
    fs::permissions(object, fs::perms::owner_all);
    SECTION("changed")
    {
        test::flip_byte(object, 1'500'000);
    }
    SECTION("shorter")
    {
        fs::resize_file(object, 100);
    }
    SECTION("missing")
    {
        fs::remove(object);
    }
    try {
        archive.write(documents, archive.request("a.zip"));
        FAIL("a damaged object was packed");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::corrupt);
        CHECK(error.code() == "export.object_changed");
    }
    CHECK(test::list_tree(archive.out()).empty());
}

TEST_CASE("who is asked last and says no leaves no package", "[export][I9]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    auto request = archive.request("goi.zip");
    int asked = 0;
    request.before_publish = [&] {
        ++asked;
        CHECK_FALSE(std::filesystem::exists(request.out));
        throw Error{Kind::conflict, "export.no_longer_allowed"};
    };
    CHECK_THROWS_AS(archive.write(documents, request), Error);
    CHECK(asked == 1);
    CHECK(std::filesystem::is_empty(archive.out()));
    request.before_publish = [&] { ++asked; };
    archive.write(documents, request);
    CHECK(asked == 2);
    CHECK(std::filesystem::exists(request.out));
}

TEST_CASE("stopped anywhere, nothing is left under any name", "[export][I9]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    const auto at = GENERATE(std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{16});
    const auto request = archive.request("a.zip");
    SECTION("by the caller")
    {
        struct Stop
        {};
        const auto stop = [&](const export_::PackageProgress& now) {
            if (now.files == at) {
                throw Stop{};
            }
        };
        CHECK_THROWS_AS(archive.write(documents, request, stop), Stop);
    }
    SECTION("by kill -9")
    {
        audit::write_checkpoint(archive.home(), archive.database(), archive.clock());
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            try {
                db::Database database{archive.home().catalog(), db::Database::Mode::read_only};
                export_::write_package(database, archive.home(), archive.clock(), documents, request,
                                       [&](const export_::PackageProgress& now) {
                                           if (now.files == at) {
                                               ::kill(::getpid(), SIGKILL);
                                           }
                                       });
            } catch (...) {
                ::_exit(2);
            }
            ::_exit(1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    }
    CHECK(test::list_tree(archive.out()).empty());
}
