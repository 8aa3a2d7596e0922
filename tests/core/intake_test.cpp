// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/store/object_store.h>
#include <vtlt/core/store/text_object.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using services::IntakeItem;
using services::IntakeSummary;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kReport = "BỘ QUỐC PHÒNG\nSố: 3163/BC-BQP\nHà Nội, ngày 20 tháng 9 năm 2022\n\nBÁO CÁO\n"
                                     "Kết quả kiểm kê tài sản năm 2021\n";

std::string note(int n)
{
    return "Ghi chép số " + std::to_string(n) + ": đã nhận đủ hồ sơ.\n";
}

/// Thrown by a hook: the process that dies at this point.
struct Aborted
{};

struct Run
{
    IntakeSummary summary;
    std::vector<IntakeItem> items;

    const IntakeItem& at(const std::string& source_path) const
    {
        const auto found = std::ranges::find(items, source_path, &IntakeItem::source_path);
        INFO(source_path);
        REQUIRE(found != items.end());
        return *found;
    }
    std::vector<std::string> source_paths() const
    {
        std::vector<std::string> all;
        for (const auto& item : items) {
            all.push_back(item.source_path);
        }
        return all;
    }
};

class IntakeArchive : public TestArchive
{
public:
    services::IntakeRequest request() const
    {
        services::IntakeRequest wanted;
        wanted.paths = {{sources(), ""}};
        wanted.workers = 1;
        return wanted;
    }

    Run take(const services::IntakeRequest& wanted, services::IntakeHooks hooks = {},
             const auth::Actor& actor = auth::operator_actor())
    {
        Run run;
        hooks.on_item = [&run, inner = hooks.on_item](const IntakeItem& item) {
            run.items.push_back(item);
            if (inner) {
                inner(item);
            }
        };
        run.summary = services::run_intake(archive(), clock(), actor, wanted, hooks);
        return run;
    }
    Run take() { return take(request()); }

    /// A whole run as the command does it: the asker is told.
    Run take_and_tell()
    {
        auto run = take();
        services::acknowledge_intake(archive(), run.summary.job);
        return run;
    }

    /// Dies when the outcome number `at` (from 1) is told, then starts afresh.
    void abort_at(std::size_t at)
    {
        std::size_t told = 0;
        const services::IntakeHooks hooks{.on_item =
                                              [&](const IntakeItem&) {
                                                  if (++told == at) {
                                                      throw Aborted{};
                                                  }
                                              },
                                          .on_progress = {},
                                          .make_searchable = {}};
        CHECK_THROWS_AS(take(request(), hooks), Aborted);
        reopen();
    }

    catalog::DocumentView view(const Uid& uid)
    {
        auto tx = database().read();
        return catalog::get_view(tx, uid);
    }

    catalog::Dossier dossier(const std::string& code, Secrecy secrecy = Secrecy::open)
    {
        services::NewDossier wanted;
        wanted.code = code;
        wanted.title = "Hồ sơ " + code;
        wanted.secrecy = secrecy;
        return services::create_dossier(archive(), clock(), auth::operator_actor(), wanted);
    }

    void check_whole()
    {
        CHECK(database().check().empty());
        CHECK(audit::verify_audit(home(), database()).ok);
        CHECK(store::check_fixity(home(), database(), {}).damages.empty());
        CHECK(fs::is_empty(home().staging()));
        auto tx = database().read();
        CHECK(jobs::check_jobs(tx).empty());
    }

    std::int64_t pending_texts()
    {
        auto tx = database().read();
        auto select = tx.prepare("SELECT count(*) FROM file WHERE text_state = 0");
        REQUIRE(select.step());
        return select.integer(0);
    }
};

/// A plain ustar archive of small files.
std::string tar_of(const std::vector<std::pair<std::string, std::string>>& members)
{
    std::string out;
    for (const auto& [name, bytes] : members) {
        std::string head(512, '\0');
        const auto put = [&](std::size_t at, std::string_view text) { head.replace(at, text.size(), text); };
        put(0, name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        std::string size(11, '0');
        for (auto left = bytes.size(), at = std::size_t{11}; left > 0; left /= 8) {
            size[--at] = static_cast<char>('0' + left % 8);
        }
        put(124, size);
        put(136, "00000000000");
        put(156, "0");
        put(257, std::string_view{"ustar\00000", 8});
        unsigned sum = 8 * ' ';
        for (const char c : head) {
            sum += static_cast<unsigned char>(c);
        }
        std::string check(6, '0');
        for (auto at = std::size_t{6}; sum > 0; sum /= 8) {
            check[--at] = static_cast<char>('0' + sum % 8);
        }
        put(148, check + std::string{"\0 ", 2});
        out += head + bytes + std::string((512 - bytes.size() % 512) % 512, '\0');
    }
    return out + std::string(1024, '\0');
}

} // namespace

TEST_CASE("each file has one outcome, in natural order, and nothing stops the rest", "[intake]")
{
    IntakeArchive test;
    test.source("bc10.txt", note(10));
    test.source("bc2.txt", kReport);
    test.source("empty.txt", "");
    test.source("blank.txt", " \n\t\n");
    test.source("noise.bin", std::string("\x00\x01\x02\xfe\xff\x00\x07", 7));
    fs::create_symlink("bc2.txt", test.sources() / "link");
    REQUIRE(::mkfifo((test.sources() / "pipe").c_str(), 0600) == 0);

    const auto run = test.take_and_tell();
    CHECK(run.source_paths() ==
          std::vector<std::string>{"bc2.txt", "bc10.txt", "blank.txt", "empty.txt", "link", "noise.bin", "pipe"});
    CHECK(run.at("bc2.txt").outcome == "accepted");
    CHECK_FALSE(run.at("bc2.txt").cause);
    CHECK(run.at("bc10.txt").outcome == "accepted");
    CHECK(run.at("empty.txt").outcome == "without_text");
    CHECK(run.at("empty.txt").cause == Cause::empty);
    CHECK(run.at("blank.txt").outcome == "without_text");
    CHECK(run.at("noise.bin").outcome == "without_text");
    CHECK(run.at("noise.bin").cause == Cause::unknown_format);
    CHECK(run.at("link").cause == Cause::special_file);
    CHECK(run.at("pipe").outcome == "failed");
    CHECK(run.at("pipe").id.empty());

    CHECK(run.summary.accepted == 2);
    CHECK(run.summary.without_text == 3);
    CHECK(run.summary.failed == 2);
    CHECK(run.summary.causes.at("special_file") == 2);
    CHECK_FALSE(run.summary.interrupted);
    CHECK(test.count("document") == 5);
    test.check_whole();
}

TEST_CASE("an accepted document is stored, described, heard of and due for the index", "[intake]")
{
    IntakeArchive test;
    test.source("2022/bc.txt", kReport);
    const auto run = test.take();
    const auto view = test.view(run.at("2022/bc.txt").id);
    const auto& file = view.files.at(0);
    CHECK(slurp(test.home().object(Secrecy::open, sha256_hex(kReport))) == kReport);
    CHECK(file.name == "bc.txt");
    CHECK(file.content_hash == sha256_hex(kReport));
    CHECK(file.size == kReport.size());
    CHECK(file.format == "txt");
    CHECK(file.text_state == catalog::TextState::present);
    CHECK(store::TextObject{test.home().object(Secrecy::open, file.text_hash)}.whole().find("kiểm kê") !=
          std::string::npos);
    CHECK(view.document.number_symbol() == "3163/BC-BQP");
    CHECK(view.document.issued_on == 2022y / 9 / 20);
    CHECK(view.document.source_path == "2022/bc.txt");
    CHECK(view.document.created_at == test.clock().now());
    CHECK(view.unit_code == "CQ");

    auto tx = test.database().read();
    CHECK(outbox::count_pending(tx) == 1);
    auto select = tx.prepare("SELECT leaf FROM audit_leaf ORDER BY seq DESC LIMIT 2");
    REQUIRE(select.step());
    CHECK(select.text(0).find("document.text_read") != std::string::npos);
    REQUIRE(select.step());
    CHECK(select.text(0).find("document.registered") != std::string::npos);
}

TEST_CASE("the same bytes twice in one run are one document and one duplicate", "[intake]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    test.source("b.txt", note(2));
    test.source("c.txt", note(1));
    const auto run = test.take_and_tell();
    CHECK(run.summary.accepted == 2);
    CHECK(run.summary.duplicates == 1);
    CHECK(run.at("c.txt").outcome == "duplicate");
    CHECK(run.at("c.txt").duplicate_of == run.at("a.txt").id);
    CHECK(run.at("c.txt").id.empty());
    CHECK(test.count("document") == 2);
    test.check_whole();

    SECTION("and repeating a finished intake gives duplicates and stores nothing")
    {
        const auto before = files_below(test.home().objects());
        const auto again = test.take_and_tell();
        CHECK(again.summary.duplicates == 3);
        CHECK(again.summary.accepted == 0);
        CHECK(again.at("b.txt").duplicate_of == run.at("b.txt").id);
        CHECK(test.count("document") == 2);
        CHECK(files_below(test.home().objects()) == before);
        test.check_whole();
    }
}

TEST_CASE("every path goes to its own dossier, in the order of its files", "[intake]")
{
    IntakeArchive test;
    const auto first = test.dossier("01");
    const auto second = test.dossier("02");
    test.source("one/a2.txt", note(2));
    test.source("one/a10.txt", note(10));
    test.source("two/b.txt", note(3));
    test.source("two/same.txt", note(2));
    test.source("loose.txt", note(4));
    auto wanted = test.request();
    wanted.paths = {{test.sources() / "one", first.uid},
                    {test.sources() / "two", "CQ/2022/02"},
                    {test.sources() / "loose.txt", ""}};
    const auto run = test.take(wanted);
    CHECK(run.summary.accepted == 5);
    CHECK(test.view(run.at("a2.txt").id).dossier_ordinal == 1);
    CHECK(test.view(run.at("a10.txt").id).dossier_ordinal == 2);
    CHECK(test.view(run.at("a10.txt").id).document.dossier == first.id);
    CHECK(test.view(run.at("b.txt").id).document.dossier == second.id);
    CHECK_FALSE(test.view(run.at("loose.txt").id).document.dossier);

    // The same bytes in another dossier are a document of their own that knows its twin.
    CHECK(run.at("same.txt").outcome == "accepted");
    CHECK(run.at("same.txt").duplicate_of == run.at("a2.txt").id);
    test.check_whole();
}

TEST_CASE("members of a container are documents of their own", "[intake]")
{
    IntakeArchive test;
    test.source(
        "goods.tar",
        tar_of({{"x/a.txt", note(1)}, {"x/inner.tar", tar_of({{"b.txt", note(2)}})}, {"../evil.txt", note(3)}}));
    const auto run = test.take();
    CHECK(run.at("goods.tar/x/a.txt").outcome == "accepted");
    CHECK(run.at("goods.tar/x/inner.tar/b.txt").outcome == "accepted");
    CHECK(run.at("goods.tar/../evil.txt").cause == Cause::unsafe_name);
    CHECK(test.view(run.at("goods.tar/x/a.txt").id).files.at(0).name == "a.txt");
    CHECK(run.items.size() == 3);
    test.check_whole();
}

TEST_CASE("what a request cannot have is refused before anything is done", "[intake]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    auto wanted = test.request();

    SECTION("a path that does not exist, each one named")
    {
        wanted.paths.push_back({test.sources() / "absent", ""});
        wanted.paths.push_back({test.sources() / "gone", ""});
        try {
            test.take(wanted);
            FAIL("was not refused");
        } catch (const Error& error) {
            CHECK(error.code() == "ingest.path_not_found");
            CHECK(error.problems().size() == 2);
        }
    }
    SECTION("a dossier that does not exist")
    {
        wanted.paths.front().dossier = "99";
        CHECK(refusal([&] { test.take(wanted); }) == "not_found dossier.not_found");
    }
    SECTION("documents more secret than their dossier")
    {
        wanted.paths.front().dossier = test.dossier("01", Secrecy::mat).uid;
        wanted.secrecy = Secrecy::toi_mat;
        CHECK(refusal([&] { test.take(wanted); }) == "conflict ingest.dossier_below_secrecy");
    }
    SECTION("a person without the clearance")
    {
        wanted.secrecy = Secrecy::toi_mat;
        const auth::Actor person{.type = auth::Actor::Type::person,
                                 .name = "P",
                                 .clearance = Secrecy::mat,
                                 .unit = {},
                                 .grants = {{.role = auth::Role::clerk}}};
        CHECK(refusal([&] { test.take(wanted, {}, person); }) == "forbidden auth.forbidden");
    }
    CHECK(test.count("document") == 0);
    CHECK(test.count("job") == 0);
    CHECK(files_below(test.home().objects()).empty());
}

TEST_CASE("a secret document lies in its own band and is nobody's duplicate in another", "[intake]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    const auto open = test.take_and_tell();
    auto wanted = test.request();
    wanted.secrecy = Secrecy::mat;
    const auto secret = test.take(wanted);
    CHECK(secret.at("a.txt").outcome == "accepted");
    CHECK(test.view(secret.at("a.txt").id).files.at(0).band == Secrecy::mat);
    CHECK(fs::exists(test.home().object(Secrecy::mat, sha256_hex(note(1)))));

    SECTION("and who may not see it is not told of it")
    {
        wanted.secrecy = Secrecy::open;
        const auth::Actor person{.type = auth::Actor::Type::person,
                                 .name = "P",
                                 .clearance = Secrecy::open,
                                 .unit = {},
                                 .grants = {{.role = auth::Role::clerk}}};
        const auto run = test.take(wanted, {}, person);
        CHECK(run.at("a.txt").duplicate_of == open.at("a.txt").id);
    }
}

TEST_CASE("a dry run tells and stores nothing", "[intake]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    test.source("b.txt", note(1));
    test.source("hollow.tar", tar_of({}));
    fs::create_symlink("a.txt", test.sources() / "link");
    auto wanted = test.request();
    wanted.dry_run = true;
    const auto run = test.take(wanted);
    CHECK(run.at("a.txt").outcome == "accepted");
    CHECK(run.at("a.txt").id.empty());
    CHECK(run.at("b.txt").outcome == "duplicate");
    CHECK(run.at("link").outcome == "failed");
    CHECK(run.summary.accepted + run.summary.duplicates + run.summary.without_text + run.summary.failed == 4);
    CHECK(test.count("document") == 0);
    CHECK(test.count("job") == 0);
    CHECK(test.count("audit_leaf") == 1);
    CHECK(files_below(test.home().objects()).empty());
    CHECK(fs::is_empty(test.home().staging()));
}

TEST_CASE("a run that died is resumed by the same request, wherever it died", "[intake][resume]")
{
    IntakeArchive test;
    for (int i = 0; i < 6; ++i) {
        test.source("n" + std::to_string(i) + ".txt", note(i % 5));
    }
    test.source("o.bin", std::string("\x00\x01\x02\xfe\xff\x00\x07", 7));
    test.source("p.tar", tar_of({{"x.txt", note(20)}, {"y.txt", note(21)}}));
    const auto at = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{6}, std::size_t{9});
    test.abort_at(at);

    const auto run = test.take_and_tell();
    CHECK(run.summary.accepted == 7);
    CHECK(run.summary.duplicates == 1);
    CHECK(run.summary.without_text == 1);
    CHECK(run.items.size() == 9);
    CHECK(std::ranges::any_of(run.items, &IntakeItem::resumed));
    CHECK(test.count("document") == 8);
    CHECK(test.count("job") == 1);
    CHECK(test.pending_texts() == 0);
    test.check_whole();
}

TEST_CASE("a run that died before it was made searchable makes it searchable when resumed", "[intake][resume]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    const services::IntakeHooks dying{.on_item = {}, .on_progress = {}, .make_searchable = [] { throw Aborted{}; }};
    CHECK_THROWS_AS(test.take(test.request(), dying), Aborted);
    int made = 0;
    const services::IntakeHooks hooks{.on_item = {}, .on_progress = {}, .make_searchable = [&] { ++made; }};
    const auto run = test.take(test.request(), hooks);
    CHECK(made == 1);
    CHECK(run.at("a.txt").resumed);
    CHECK(run.summary.accepted == 1);
}

TEST_CASE("a finished run whose asker was never told is told again", "[intake][resume]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    const auto first = test.take();
    const auto again = test.take();
    CHECK(again.summary.accepted == 1);
    CHECK(again.summary.duplicates == 0);
    CHECK(again.at("a.txt").id == first.at("a.txt").id);
    CHECK(again.at("a.txt").resumed);
}

TEST_CASE("sources that are gone when a job resumes keep the outcomes they had", "[intake][resume]")
{
    IntakeArchive test;
    test.source("a.bin", std::string("\x00\x01\x02\xfe\xff\x00\x07", 7));
    test.source("b.txt", note(2));
    test.source("c.txt", note(3));
    // The first outcome is told before the text of the others is known.
    test.abort_at(1);
    fs::remove(test.sources() / "a.bin");
    fs::remove(test.sources() / "c.txt");

    const auto run = test.take_and_tell();
    CHECK(run.summary.accepted == 2);
    CHECK(run.summary.without_text == 1);
    CHECK(run.at("c.txt").outcome == "accepted");
    CHECK(test.pending_texts() == 0);
    CHECK(test.count("document") == 3);
    test.check_whole();
}

TEST_CASE("a source that changed while its job was interrupted is another document", "[intake][resume]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    test.source("b.txt", note(2));
    test.abort_at(1);
    test.source("b.txt", note(2) + "Bổ sung.\n");

    const auto run = test.take_and_tell();
    CHECK(run.summary.accepted == 3);
    CHECK(std::ranges::count(run.items, "b.txt", &IntakeItem::source_path) == 2);
    CHECK(test.count("document") == 3);
    CHECK(test.pending_texts() == 0);
    test.check_whole();
}

TEST_CASE("a stopped run says so, keeps what it has and goes on later", "[intake][resume]")
{
    IntakeArchive test;
    for (int i = 0; i < 5; ++i) {
        test.source("n" + std::to_string(i) + ".txt", note(i));
    }
    std::atomic<bool> stop = true;
    services::IntakeHooks hooks;
    hooks.stop = &stop;
    CHECK(test.take(test.request(), hooks).summary.interrupted);
    CHECK(test.count("document") == 0);

    // Pressed after the second file was looked at.
    stop = false;
    hooks.on_progress = [&](const services::IntakeProgress& progress) {
        stop = progress.bytes_done >= 2 * note(0).size();
    };
    const auto stopped = test.take(test.request(), hooks);
    CHECK(stopped.summary.interrupted);
    CHECK(test.count("document") == 2);
    {
        auto tx = test.database().read();
        CHECK_FALSE(jobs::list_jobs(tx, {}, 1).at(0).outcome);
    }
    const auto run = test.take_and_tell();
    CHECK_FALSE(run.summary.interrupted);
    CHECK(run.summary.accepted == 5);
    CHECK(test.count("job") == 1);
    CHECK(test.count("document") == 5);
    test.check_whole();
}

TEST_CASE("a machine without an extractor fails the run, not the documents", "[intake]")
{
    IntakeArchive test;
    test.source("a.txt", note(1));
    auto wanted = test.request();
    wanted.extractor.program = test.sources() / "a.txt";
    CHECK(refusal([&] { test.take(wanted); }).starts_with("internal "));
    const auto run = test.take_and_tell();
    CHECK(run.summary.accepted == 1);
    test.check_whole();
}

TEST_CASE("progress never goes back and ends at the total", "[intake]")
{
    IntakeArchive test;
    for (int i = 0; i < 4; ++i) {
        test.source("n" + std::to_string(i) + ".txt", note(i));
    }
    std::vector<services::IntakeProgress> seen;
    services::IntakeHooks hooks;
    hooks.on_progress = [&](const services::IntakeProgress& progress) { seen.push_back(progress); };
    test.take(test.request(), hooks);
    REQUIRE_FALSE(seen.empty());
    CHECK(std::ranges::is_sorted(seen, {}, &services::IntakeProgress::files_done));
    CHECK(seen.back().bytes_done == seen.back().bytes_total);
    CHECK(seen.back().files_total == 4);
    CHECK(seen.back().files_done == 4);
    auto tx = test.database().read();
    CHECK(jobs::list_jobs(tx, {}, 1).at(0).progress.items_done == 4);
}
