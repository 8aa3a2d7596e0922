// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <fcntl.h>

using namespace vtlt;
using namespace vtlt::testing;
using services::OnDuplicate;
using services::Upload;
using services::UploadState;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kReport = "BỘ QUỐC PHÒNG\nSố: 3163/BC-BQP\nHà Nội, ngày 20 tháng 9 năm 2022\n\nBÁO CÁO\n"
                                     "Kết quả kiểm kê tài sản năm 2021\n";

auth::Actor person(Secrecy clearance = Secrecy::open)
{
    return {.type = auth::Actor::Type::person,
            .name = make_uid(),
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = auth::Role::clerk}}};
}

/// A stored (uncompressed) zip of small files, written here: core has no writer of archives to lend.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files);

services::ChunkReader reader_of(std::string bytes)
{
    return [bytes = std::move(bytes), at = std::size_t{0}](std::span<char> buffer) mutable {
        const auto count = std::min(buffer.size(), bytes.size() - at);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
        at += count;
        return count;
    };
}

/// Gives the bytes and then breaks off.
services::ChunkReader broken_after(const std::string& bytes)
{
    return [inner = reader_of(bytes)](std::span<char> buffer) mutable {
        const auto got = inner(buffer);
        if (got == 0) {
            throw Error{Kind::internal, "internal.unexpected"};
        }
        return got;
    };
}

class Desk : public TestArchive
{
public:
    Desk() { open(); }

    void open() { uploads.emplace(archive(), clock()); }
    /// As after kill -9: nothing is remembered.
    void restart()
    {
        uploads.reset();
        reopen();
        open();
    }
    Upload begin(std::string_view bytes, const std::string& name = "a.txt", services::NewUpload wanted = {})
    {
        wanted.name = name;
        wanted.size = bytes.size();
        return uploads->create(me, wanted).upload;
    }
    Upload send(std::string_view bytes, const std::string& name = "a.txt", services::NewUpload wanted = {})
    {
        const auto upload = begin(bytes, name, std::move(wanted));
        if (!bytes.empty()) {
            uploads->write_chunk(me, upload.uid, 0, reader_of(std::string{bytes}));
        }
        return upload;
    }
    Upload hand_in(std::string_view bytes, const std::string& name = "a.txt", services::NewUpload wanted = {},
                   OnDuplicate duplicate = OnDuplicate::ask)
    {
        return uploads->complete(me, send(bytes, name, std::move(wanted)).uid, "", duplicate);
    }
    std::size_t take()
    {
        jobs::Runner runner{database(), clock(), {.actor_now = [](auth::Actor then) {
                                then.grants = {{.role = auth::Role::clerk}};
                                return then;
                            }}};
        services::UploadIntakeOptions options;
        options.workers = 1;
        runner.add(std::string{services::kUploadJob}, services::upload_work(archive(), clock(), options));
        return runner.drain();
    }
    Upload now(const Uid& uid) { return uploads->get(me, uid); }
    catalog::DocumentView view(const Uid& uid)
    {
        auto tx = database().read();
        return catalog::get_view(tx, uid);
    }
    void check_whole()
    {
        CHECK(database().check().empty());
        CHECK(audit::verify_audit(home(), database()).ok);
        CHECK(store::check_fixity(home(), database(), {}).damages.empty());
        CHECK(services::check_documents_against_history(database()).empty());
        auto tx = database().read();
        CHECK(jobs::check_jobs(tx).empty());
        CHECK(services::check_uploads(home(), tx).empty());
    }
    std::vector<std::string> staged() const
    {
        return fs::exists(home_path() / "staging") ? files_below(home_path() / "staging") : std::vector<std::string>{};
    }
    fs::path home_path() const { return directory(); }

    auth::Actor me = person();
    std::optional<services::Uploads> uploads;
};

void put_number(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>((value >> (8 * i)) & 0xFF);
    }
}

std::uint32_t crc32_of(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files)
{
    std::string out;
    std::string directory;
    for (const auto& [name, bytes] : files) {
        std::string common;
        put_number(common, 20, 2);
        put_number(common, 0x800, 2); // names in UTF-8
        put_number(common, 0, 2);     // stored
        put_number(common, 0x5A214000, 4);
        put_number(common, crc32_of(bytes), 4);
        put_number(common, bytes.size(), 4);
        put_number(common, bytes.size(), 4);
        put_number(common, name.size(), 2);
        put_number(common, 0, 2);
        directory += "PK\x01\x02";
        put_number(directory, 20, 2);
        directory += common;
        put_number(directory, 0, 2);
        put_number(directory, 0, 2);
        put_number(directory, 0, 2);
        put_number(directory, 0, 4);
        put_number(directory, out.size(), 4);
        directory += name;
        out += "PK\x03\x04" + common + name + bytes;
    }
    const auto start = out.size();
    out += directory + "PK\x05\x06";
    put_number(out, 0, 4);
    put_number(out, files.size(), 2);
    put_number(out, files.size(), 2);
    put_number(out, directory.size(), 4);
    put_number(out, start, 4);
    put_number(out, 0, 2);
    return out;
}

} // namespace

TEST_CASE("an upload becomes a document with the name it was given and the name of who sent it", "[uploads]")
{
    Desk desk;
    const auto upload = desk.hand_in(kReport, "báo cáo.txt");
    CHECK(upload.state == UploadState::waiting);
    CHECK(upload.sha256 == sha256_hex(kReport));
    CHECK(desk.take() == 1);
    const auto now = desk.now(upload.uid);
    CHECK(now.state == UploadState::done);
    CHECK(now.outcome == "accepted");
    CHECK(now.documents == 1);
    CHECK_FALSE(now.is_container);
    const auto view = desk.view(now.document);
    CHECK(view.files.at(0).name == "báo cáo.txt");
    CHECK(view.document.source_path == "báo cáo.txt");
    CHECK(view.document.number == "3163");
    CHECK(desk.staged().empty());
    CHECK(services::get_job(desk.archive(), desk.me, now.job).outcome == jobs::Outcome::done);
    desk.check_whole();
    auto tx = desk.database().read();
    auto select = tx.prepare("SELECT created_by FROM document");
    REQUIRE(select.step());
    CHECK(select.text(0) == desk.me.name);
}

TEST_CASE("an upload tells until when a search does not find its document", "[uploads][outbox]")
{
    Desk desk;
    const auto upload = desk.hand_in(kReport, "báo cáo.txt");
    CHECK_FALSE(desk.now(upload.uid).is_indexing);
    desk.take();
    CHECK(desk.now(upload.uid).is_indexing);
    CHECK(desk.uploads->list(desk.me, {}, 10).at(0).is_indexing);
    auto tx = desk.database().write();
    outbox::close_requests(tx, outbox::last_seq(tx) - 1);
    tx.commit();
    CHECK(desk.now(upload.uid).is_indexing); // of its two rows the one with its text is open
    auto rest = desk.database().write();
    outbox::close_requests(rest, outbox::last_seq(rest));
    rest.commit();
    CHECK_FALSE(desk.now(upload.uid).is_indexing);
}

TEST_CASE("a complete upload is not acknowledged for other bytes", "[uploads]")
{
    Desk desk;
    const auto upload = desk.hand_in(kReport, "báo cáo.txt");
    const auto again = [&](const std::string& digest) {
        desk.uploads->complete(desk.me, upload.uid, digest, OnDuplicate::ask);
    };
    for (const bool taken : {false, true}) {
        CHECK(refusal([&] { again(sha256_hex(kReport)); }) == "nothing");
        CHECK(refusal([&] { again(""); }) == "nothing");
        CHECK(refusal([&] { again(sha256_hex("another file")); }) == "invalid upload.digest");
        if (!taken) {
            desk.take();
        }
    }
}

TEST_CASE("what a chunk's answer counted survives, what it did not is sent again", "[uploads]")
{
    Desk desk;
    const auto upload = desk.begin("0123456789");
    CHECK(desk.uploads->write_chunk(desk.me, upload.uid, 0, reader_of("0123")).received == 4);

    SECTION("the next one goes on")
    {
        CHECK(desk.uploads->write_chunk(desk.me, upload.uid, 4, reader_of("456789")).received == 10);
    }
    SECTION("after a restart, too")
    {
        desk.restart();
        CHECK(desk.now(upload.uid).received == 4);
        CHECK(desk.uploads->write_chunk(desk.me, upload.uid, 4, reader_of("456789")).received == 10);
    }
    SECTION("bytes that nobody was told of are overwritten")
    {
        const auto path = desk.home().uploads() / upload.uid;
        write_all(open_file(path, O_WRONLY | O_APPEND).get(), "xxxxxx", path.native());
        desk.restart();
        CHECK(desk.uploads->write_chunk(desk.me, upload.uid, 4, reader_of("456789")).received == 10);
    }
    SECTION("a line that broke keeps what came")
    {
        CHECK(refusal([&] { desk.uploads->write_chunk(desk.me, upload.uid, 4, broken_after("45")); }) ==
              "internal internal.unexpected");
        CHECK(desk.now(upload.uid).received == 6);
        desk.uploads->write_chunk(desk.me, upload.uid, 6, reader_of("6789"));
    }
    CHECK(desk.uploads->complete(desk.me, upload.uid, sha256_hex("0123456789"), OnDuplicate::ask).sha256 ==
          sha256_hex("0123456789"));
    desk.take();
    CHECK(desk.now(upload.uid).state == UploadState::done);
    desk.check_whole();
}

TEST_CASE("a chunk that does not fit is refused with what is there", "[uploads]")
{
    Desk desk;
    const auto upload = desk.begin("0123456789");
    const auto write = [&](std::uint64_t offset, const std::string& bytes) {
        return [&desk, &upload, offset, bytes] {
            desk.uploads->write_chunk(desk.me, upload.uid, offset, reader_of(bytes));
        };
    };
    CHECK(refusal(write(3, "3")) == "conflict upload.offset");
    write(0, "0123")();
    try {
        write(0, "0123")();
        FAIL("an offset twice");
    } catch (const Error& error) {
        CHECK(error.fields() == Fields{{"received", "4"}});
    }
    CHECK(refusal([&] { desk.uploads->complete(desk.me, upload.uid, "", OnDuplicate::ask); }) ==
          "conflict upload.incomplete");
    CHECK(refusal(write(4, "456789ABC")) == "invalid upload.too_long");
    CHECK(desk.now(upload.uid).received == 4);
    write(4, "456789")();
    CHECK(refusal([&] { desk.uploads->complete(desk.me, upload.uid, sha256_hex("other"), OnDuplicate::ask); }) ==
          "invalid upload.digest");
    desk.uploads->complete(desk.me, upload.uid, "", OnDuplicate::ask);
    CHECK(refusal(write(10, "A")) == "conflict upload.closed");
    CHECK(desk.uploads->complete(desk.me, upload.uid, "", OnDuplicate::ask).state == UploadState::waiting);
}

TEST_CASE("nobody sees another's upload", "[uploads]")
{
    Desk desk;
    const auto upload = desk.send(kReport);
    for (const auto& other : {person(Secrecy::tuyet_mat), auth::operator_actor()}) {
        CHECK(refusal([&] { desk.uploads->get(other, upload.uid); }) == "not_found upload.not_found");
        CHECK(refusal([&] { desk.uploads->write_chunk(other, upload.uid, 0, reader_of("")); }) ==
              "not_found upload.not_found");
        CHECK(refusal([&] { desk.uploads->complete(other, upload.uid, "", OnDuplicate::ask); }) ==
              "not_found upload.not_found");
        CHECK(refusal([&] { desk.uploads->abandon(other, upload.uid); }) == "not_found upload.not_found");
        CHECK(desk.uploads->list(other, {}, 10).empty());
    }
}

TEST_CASE("what may not be sent is refused before its bytes", "[uploads]")
{
    Desk desk;
    const auto create = [&](services::NewUpload wanted) {
        return refusal([&] { desk.uploads->create(desk.me, wanted); });
    };
    CHECK(create({.name = "", .size = 1}) == "invalid upload.bad_name");
    CHECK(create({.name = "a/..", .size = 1}) == "invalid upload.bad_name");
    CHECK(create({.name = std::string{"a\nb"}, .size = 1}) == "invalid upload.bad_name");
    CHECK(create({.name = "a", .size = services::kMaxUploadBytes + 1}) == "invalid upload.too_large");
    CHECK(create({.name = "a", .size = 1, .secrecy = Secrecy::mat}) == "forbidden auth.forbidden");
    CHECK(create({.name = "a", .size = 1, .dossier = "khong-co"}) == "not_found dossier.not_found");
    CHECK(create({.name = "a", .size = 1, .batch = std::string(65, 'x')}) == "invalid upload.bad_batch");
    CHECK(desk.uploads->create(desk.me, {.name = "C:\\thư mục\\a.txt", .size = 1}).upload.name == "a.txt");
    if (free_bytes(desk.home().staging()) < services::kMaxUploadBytes) {
        CHECK(create({.name = "a", .size = services::kMaxUploadBytes}) == "internal internal.disk_full");
    }
}

TEST_CASE("a secret dossier is as if there were none", "[uploads]")
{
    Desk desk;
    services::create_dossier(
        desk.archive(), desk.clock(), auth::operator_actor(),
        {.code = "S1", .title = "Hồ sơ mật", .unit = {}, .year = {}, .opened_on = {}, .secrecy = Secrecy::mat});
    CHECK(refusal([&] { desk.uploads->create(desk.me, {.name = "a", .size = 1, .dossier = "S1"}); }) ==
          "not_found dossier.not_found");
    desk.me.clearance = Secrecy::mat;
    services::NewUpload wanted{.name = {}, .size = 0, .secrecy = Secrecy::mat, .dossier = "S1"};
    const auto upload = desk.hand_in(kReport, "a.txt", wanted);
    desk.take();
    CHECK(desk.view(desk.now(upload.uid).document).dossier_code == "S1");
    CHECK(desk.view(desk.now(upload.uid).document).document.secrecy == Secrecy::mat);
}

TEST_CASE("bytes that are a document already are told only to who may see it", "[uploads][duplicates]")
{
    Desk desk;
    const auto first = desk.hand_in(kReport);
    desk.take();
    const auto known = desk.now(first.uid).document;

    SECTION("asked, then kept as a document of their own")
    {
        const auto again = desk.send(kReport, "b.txt");
        try {
            desk.uploads->complete(desk.me, again.uid, "", OnDuplicate::ask);
            FAIL("a duplicate");
        } catch (const Error& error) {
            CHECK(error.code() == "upload.duplicate");
            CHECK(error.fields() == Fields{{"duplicate_of", known}});
        }
        desk.uploads->complete(desk.me, again.uid, "", OnDuplicate::keep);
        desk.take();
        CHECK(desk.now(again.uid).outcome == "accepted");
        CHECK(desk.now(again.uid).duplicate_of == known);
        CHECK(desk.count("document") == 2);
        CHECK(desk.count("object") == 2); // the bytes and their text, once
    }
    SECTION("of a secret document")
    {
        auto tx = desk.database().write();
        tx.prepare("UPDATE document SET secrecy = 1, use_mode = 3").run();
        tx.commit();
        const auto again = desk.hand_in(kReport, "b.txt");
        CHECK(again.state == UploadState::waiting);
        desk.take();
        CHECK(desk.now(again.uid).outcome == "accepted");
        CHECK(desk.now(again.uid).duplicate_of.empty());
    }
    SECTION("handed in together: the second is a duplicate of the first")
    {
        const auto one = desk.hand_in("một nội dung mới", "1.txt");
        const auto two = desk.hand_in("một nội dung mới", "2.txt");
        CHECK(desk.take() == 1);
        CHECK(desk.now(one.uid).outcome == "accepted");
        CHECK(desk.now(two.uid).outcome == "duplicate");
        CHECK(desk.now(two.uid).duplicate_of == desk.now(one.uid).document);
        CHECK(desk.now(two.uid).document.empty());
    }
    CHECK(desk.staged().empty());
}

TEST_CASE("many uploads are one job with each its outcome", "[uploads]")
{
    Desk desk;
    std::vector<Uid> uids;
    for (int i = 0; i < 20; ++i) {
        uids.push_back(desk.hand_in("Ghi chép số " + std::to_string(i), std::to_string(i) + ".txt",
                                    {.name = {}, .size = 0, .secrecy = Secrecy::open, .dossier = {}, .batch = "lo-1"})
                           .uid);
    }
    const auto empty = desk.hand_in("", "rỗng.txt");
    CHECK(desk.count("job") == 1);
    CHECK(desk.take() == 1);
    for (const auto& uid : uids) {
        CHECK(desk.now(uid).outcome == "accepted");
    }
    CHECK(desk.now(empty.uid).outcome == "without_text");
    CHECK(desk.now(empty.uid).cause == Cause::empty);
    CHECK(desk.uploads->list(desk.me, {.batch = "lo-1"}, 100).size() == 20);
    const auto page = desk.uploads->list(desk.me, {.batch = {}, .state = UploadState::done}, 5);
    REQUIRE(page.size() == 5);
    CHECK(desk.uploads->list(desk.me, {.batch = {}, .state = {}, .before = page.back().uid}, 100).size() == 16);
    CHECK(services::get_job(desk.archive(), desk.me, desk.now(uids[0]).job).outcome == jobs::Outcome::partial);
    CHECK(desk.staged().empty());
    desk.check_whole();
}

TEST_CASE("a container tells how many documents it gave, and the worst of them", "[uploads][containers]")
{
    Desk desk;
    const auto good = desk.hand_in(zip_of({{"một.txt", "Thông báo một"}, {"hai.txt", "Thông báo hai"}}), "gói.zip");
    const auto poor = desk.hand_in(zip_of({{"ba.txt", "Thông báo ba"}, {"rỗng.txt", ""}}), "kém.zip");
    desk.take();
    CHECK(desk.now(good.uid).is_container);
    CHECK(desk.now(good.uid).documents == 2);
    CHECK(desk.now(good.uid).outcome == "accepted");
    CHECK(desk.now(good.uid).document.empty());
    CHECK(desk.now(poor.uid).documents == 2);
    CHECK(desk.now(poor.uid).outcome == "without_text");
    CHECK(desk.now(poor.uid).cause == Cause::empty);
    CHECK(desk.staged().empty());
    desk.check_whole();
}

TEST_CASE("a start keeps what uploads own and removes the rest", "[uploads][recovery]")
{
    Desk desk;
    const auto receiving = desk.begin("0123456789");
    desk.uploads->write_chunk(desk.me, receiving.uid, 0, reader_of("0123"));
    const auto waiting = desk.hand_in(kReport, "b.txt");
    spill(desk.home().uploads() / make_uid(), "nobody's");
    desk.restart();
    CHECK(desk.staged().size() == 2);
    CHECK(desk.now(receiving.uid).received == 4);
    CHECK(desk.take() == 1);
    CHECK(desk.now(waiting.uid).outcome == "accepted");
    desk.uploads->abandon(desk.me, receiving.uid);
    CHECK(desk.staged().empty());
    CHECK(refusal([&] { desk.now(receiving.uid); }) == "not_found upload.not_found");
    desk.restart();
    CHECK_FALSE(fs::exists(desk.home().uploads()));
}

TEST_CASE("bytes that were acknowledged and are gone are told, and fail alone", "[uploads][recovery]")
{
    Desk desk;
    const auto lost = desk.hand_in(kReport, "a.txt");
    const auto good = desk.hand_in("còn nguyên", "b.txt");
    fs::remove(desk.home().uploads() / lost.uid);
    {
        auto tx = desk.database().read();
        CHECK(services::check_uploads(desk.home(), tx) == std::vector{"staging/uploads/" + lost.uid});
    }
    desk.take();
    CHECK(desk.now(lost.uid).state == UploadState::failed);
    CHECK(desk.now(lost.uid).error_code == "upload.damaged");
    CHECK(desk.now(good.uid).outcome == "accepted");
}

TEST_CASE("a cancelled intake says so of each file it did not come to", "[uploads][cancel]")
{
    Desk desk;
    const auto upload = desk.hand_in(kReport);
    const auto waiting = services::list_jobs(desk.archive(), desk.me, {}, 10);
    REQUIRE(waiting.size() == 1);
    CHECK(services::cancel_job(desk.archive(), desk.clock(), desk.me, waiting[0].uid).outcome ==
          jobs::Outcome::cancelled);
    CHECK(desk.now(upload.uid).state == UploadState::failed);
    CHECK(desk.now(upload.uid).error_code == "upload.cancelled");
    CHECK(desk.take() == 0);
    CHECK(desk.count("document") == 0);
    desk.restart();
    CHECK(desk.staged().empty());
}

TEST_CASE("who lost his right meanwhile hands nothing in", "[uploads]")
{
    Desk desk;
    desk.me.clearance = Secrecy::mat;
    const auto upload = desk.hand_in(kReport, "a.txt", {.name = {}, .size = 0, .secrecy = Secrecy::mat});
    jobs::RunnerOptions lowered;
    lowered.actor_now = [](auth::Actor then) {
        then.clearance = Secrecy::open;
        then.grants = {{.role = auth::Role::clerk}};
        return then;
    };
    jobs::Runner runner{desk.database(), desk.clock(), lowered};
    runner.add(std::string{services::kUploadJob}, services::upload_work(desk.archive(), desk.clock(), {}));
    runner.drain();
    CHECK(desk.now(upload.uid).outcome == "failed");
    CHECK(desk.now(upload.uid).error_code == "auth.forbidden");
    CHECK(desk.count("document") == 0);
}

TEST_CASE("an upload that nobody touches is forgotten", "[uploads]")
{
    Desk desk;
    const auto receiving = desk.send("dở dang", "a.txt");
    const auto done = desk.hand_in(kReport, "b.txt");
    desk.take();
    const auto waiting = desk.hand_in("đang chờ", "c.txt");
    CHECK(desk.uploads->expire() == 0);
    const FixedClock later{desk.clock().now() + std::chrono::days{8}};
    services::Uploads then{desk.archive(), later};
    CHECK(then.expire() == 2);
    CHECK(refusal([&] { desk.now(receiving.uid); }) == "not_found upload.not_found");
    CHECK(refusal([&] { desk.now(done.uid); }) == "not_found upload.not_found");
    CHECK(desk.now(waiting.uid).state == UploadState::waiting);
    CHECK(desk.staged().size() == 1);
}

TEST_CASE("an upload asked for twice is made once", "[uploads]")
{
    Desk desk;
    const services::NewUpload wanted{
        .name = "a.txt", .size = 4, .secrecy = Secrecy::open, .dossier = {}, .batch = {}, .repeat_key = "k"};
    const auto first = desk.uploads->create(desk.me, wanted);
    const auto again = desk.uploads->create(desk.me, wanted);
    CHECK(again.repeated);
    CHECK(again.upload.uid == first.upload.uid);
    auto other = wanted;
    other.size = 5;
    CHECK(refusal([&] { desk.uploads->create(desk.me, other); }) == "conflict idempotency.key_reused");
}
