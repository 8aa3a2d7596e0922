// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/sandbox/extractor.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vtlt::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

ExportArchive::ExportArchive()
    : home_(folder_.path() / "home"), clock_(Instant{std::chrono::sys_days{2026y / 9 / 20} + 3h + 4min})
{
    for (const auto& path : {home_.root(), home_.objects(), home_.staging(), home_.audit(), home_.keys(), out()}) {
        fs::create_directories(path);
    }
    audit::make_audit_key(home_, "TEST");
    database_ = std::make_unique<db::Database>(home_.catalog(), db::Database::Mode::writable);
    db::migrate(*database_);
    auto tx = database_->write();
    unit_ = catalog::insert_unit(
        tx, {.id = {}, .uid = make_uid(), .code = "UBND", .title = "Ủy ban nhân dân huyện Bình An", .parent = {}});
    tx.commit();
}

DossierId ExportArchive::dossier(const std::string& code, const std::string& title, int year)
{
    auto tx = database_->write();
    catalog::Dossier dossier;
    dossier.uid = make_uid();
    dossier.unit = unit_;
    dossier.year = year;
    dossier.code = code;
    dossier.title = title;
    const auto id = catalog::insert_dossier(tx, dossier);
    tx.commit();
    return id;
}

DocumentId ExportArchive::add(catalog::Document document, const std::vector<NamedBytes>& files)
{
    store::StagingBatch batch{home_};
    std::vector<store::StagedObject> staged;
    for (const auto& [name, bytes] : files) {
        staged.push_back(batch.add_bytes(bytes, document.secrecy));
    }
    batch.make_durable();
    auto tx = database_->write();
    document.uid = make_uid();
    document.unit = unit_;
    document.created_at = clock_.now() + std::chrono::milliseconds{++count_};
    const auto id = catalog::insert_document(tx, document, "test");
    for (std::size_t i = 0; i < files.size(); ++i) {
        catalog::File file;
        file.document = id;
        file.ordinal = static_cast<int>(i) + 1;
        file.name = files[i].first;
        file.object_hash = staged[i].hash;
        file.content_hash = staged[i].hash;
        file.size = staged[i].size;
        file.band = document.secrecy;
        catalog::insert_file(tx, file, store::insert_object(tx, staged[i]));
    }
    SortedJson detail{{"secrecy", secrecy_name(document.secrecy)}, {"source_path", ""}, {"title", document.title}};
    if (!staged.empty()) {
        detail["file"] = staged.front().hash;
        detail["size"] = staged.front().size;
    }
    audit::record_event(tx, clock_, auth::operator_actor(), {"document.registered", document.uid, detail});
    tx.commit();
    batch.finish();
    return id;
}

namespace {

catalog::Document document(const std::string& number, const std::string& symbol, const std::string& title)
{
    catalog::Document made;
    made.number = number;
    made.symbol = symbol;
    made.title = title;
    made.kind = "QĐ";
    made.issuer = "Bộ Quốc phòng";
    made.issued_on = 2019y / 3 / 31;
    return made;
}

} // namespace

std::vector<DocumentId> ExportArchive::add_awkward_dozen()
{
    const auto first = dossier("01/HS:2019", "Hồ sơ kiểm tra & rà soát");
    const auto second = dossier("01_HS_2019", "Hồ sơ có mã gần trùng");
    const auto in = [](catalog::Document made, DossierId dossier) {
        made.dossier = dossier;
        return made;
    };
    auto secret = document("12", "BC-BCH", "Báo cáo mật");
    secret.secrecy = Secrecy::mat;
    auto plain = document("", "", "Ảnh chụp không số");
    plain.issued_on.reset();
    plain.kind.clear();
    std::string long_name;
    while (long_name.size() < 240) {
        long_name += "văn bản ";
    }
    return {
        add(in(document("3163", "BC-BQP", "Báo cáo tổng kết"), first), {{"bao cao.pdf", "%PDF-1.4 một"}}),
        add(in(document("05", "QĐ|UBND*", "Quyết định có ký hiệu lạ"), first), {{"quyết định.DOCX", "PK hai"}}),
        add(in(document("7", "TTr-VP", "Tờ trình nhiều tệp"), second), {{"a:b?.pdf", "một"},
                                                                        {"CON.txt", "hai"},
                                                                        {"ảnh\u202Egpj.exe", "ba"},
                                                                        {"cuối. ", "bốn"},
                                                                        {"100%\r\nx.txt", "năm"}}),
        add(in(document("8", "QĐ-UBND", "Chỉ có bản giấy"), second)),
        add(secret, {{"mật.txt", "nội dung mật"}}),
        add(plain, {{"ảnh.jpg", std::string(100, 'j')}}),
        add(document("9", "CV", "Tên rất dài"), {{long_name + ".pdf", "dài"}}),
        add(document("10", "CV", "<script>alert('x')</script> & \"ngoặc\""), {{"<b>.html", "<p>"}}),
        add(document("11", "CV", "Tên không phải chữ"), {{"\uFFFD\uFFFD.bin", "nhị phân"}, {"..", "hai chấm"}}),
        add(document("12", "CV", "Tệp rỗng"), {{"rỗng.txt", ""}}),
        add(document("13", "CV", "Tệp lớn"), {{"lớn.dat", std::string((std::size_t{3} << 20) + 17, 'L')}}),
        add(document("14", "CV", "Trùng nội dung với tệp khác"), {{"bao cao.pdf", "%PDF-1.4 một"}}),
    };
}

export_::PackageRequest ExportArchive::request(const std::string& name) const
{
    export_::PackageRequest request;
    request.out = out() / name;
    request.query_json = R"({"query":"báo cáo <b>","filters":{},"count":12})";
    request.asked_by = "Nguyễn Văn Kiểm";
    request.title = "Gói tài liệu kiểm tra & đối chiếu";
    request.with_proofs = true;
    return request;
}

export_::PackageResult ExportArchive::write(const std::vector<DocumentId>& documents,
                                            const export_::PackageRequest& request,
                                            const export_::OnPackageProgress& progress)
{
    audit::write_checkpoint(home_, *database_, clock_);
    return export_::write_package(*database_, home_, clock_, documents, request, progress);
}

Ran run(const std::vector<std::string>& arguments, const fs::path& folder)
{
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd reading{ends[0]};
    UniqueFd writing{ends[1]};
    std::vector<std::string> copies = arguments;
    std::vector<char*> pointers;
    for (auto& argument : copies) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if ((!folder.empty() && ::chdir(folder.c_str()) != 0) || ::dup2(writing.get(), 1) < 0 ||
            ::dup2(writing.get(), 2) < 0) {
            ::_exit(126);
        }
        ::execvp(pointers[0], pointers.data());
        ::_exit(127);
    }
    writing.reset();
    Ran ran;
    std::array<char, 4096> buffer{};
    while (const auto size = read_some(reading.get(), buffer.data(), buffer.size(), "pipe")) {
        ran.output.append(buffer.data(), size);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ran;
}

std::vector<std::string> list_tree(const fs::path& folder)
{
    std::vector<std::string> paths;
    for (const auto& found : fs::recursive_directory_iterator{folder}) {
        paths.push_back(found.path().lexically_relative(folder).native() + (found.is_directory() ? "/" : ""));
    }
    std::ranges::sort(paths);
    return paths;
}

void write_text(const fs::path& path, std::string_view bytes)
{
    fs::create_directories(path.parent_path());
    const auto fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(fd.get(), bytes, path.native());
}

void flip_byte(const fs::path& path, std::uint64_t at)
{
    const auto fd = open_file(path, O_RDWR);
    char byte = 0;
    REQUIRE(read_at(fd.get(), &byte, 1, at, path.native()) == 1);
    byte = static_cast<char>(byte ^ 1);
    REQUIRE(::pwrite(fd.get(), &byte, 1, static_cast<off_t>(at)) == 1);
}

std::vector<std::string> rules(const std::vector<export_::PackageFinding>& findings)
{
    std::vector<std::string> words;
    for (const auto& finding : findings) {
        words.push_back(finding.rule);
    }
    return words;
}

export_::PackageVerdict verify(const fs::path& path)
{
    // Starting the fork server costs a tenth of a second; one serves all cases.
    static sandbox::Extractor extractor;
    return export_::verify_package(path, extractor);
}

std::string told(const export_::PackageVerdict& verdict)
{
    std::string out = verdict.format + (verdict.valid ? " valid" : " invalid");
    for (const auto* list : {&verdict.errors, &verdict.warnings}) {
        for (const auto& finding : *list) {
            out += "\n  " + finding.rule + " | " + finding.path + " | " + finding.message;
        }
    }
    return out;
}

std::vector<fs::path> pack(const fs::path& folder, const fs::path& into)
{
    // One start of Python for all four: the suite packs hundreds of bags.
    constexpr const char* kScript = "import shutil, sys\n"
                                    "into, parent, name = sys.argv[1:]\n"
                                    "for kind in ('zip', 'tar'):\n"
                                    "    shutil.make_archive(into + '/below', kind, parent, name)\n"
                                    "    shutil.make_archive(into + '/flat', kind, parent + '/' + name, '.')\n";
    const auto ran =
        run({"python3", "-c", kScript, into.native(), folder.parent_path().native(), folder.filename().native()});
    INFO(ran.output);
    REQUIRE(ran.status == 0);
    return {into / "below.zip", into / "flat.zip", into / "below.tar", into / "flat.tar"};
}

std::optional<fs::path> shared_data(const std::string& path)
{
    const char* root = std::getenv("VTLT_SHARED_DATA");
    if (root == nullptr || !fs::exists(fs::path{root} / path)) {
        return std::nullopt;
    }
    return fs::path{root} / path;
}

} // namespace vtlt::test
