// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace vtlt;
using namespace vtlt::testing;
using services::Archive;
namespace fs = std::filesystem;

namespace {

void init(const fs::path& directory, const services::InitOptions& options = {})
{
    services::init_archive(directory, morning(), auth::operator_actor(), options);
}

Archive open(const fs::path& directory, Archive::Mode mode)
{
    return Archive{directory, mode, std::chrono::milliseconds{0}};
}

} // namespace

TEST_CASE("init makes a whole home with one unit and its first event", "[archive]")
{
    const TempDir folder;
    const auto directory = folder.path() / "new" / "archive";
    init(directory, {.highest = Secrecy::mat, .test_clock = true, .unit_code = "UBND", .unit_title = "Ủy ban"});
    auto archive = open(directory, Archive::Mode::write);
    CHECK(is_uid(archive.config().archive));
    CHECK(archive.config().highest == Secrecy::mat);
    CHECK(archive.config().test_clock);
    CHECK(archive.is_writable());
    {
        auto tx = archive.database().read();
        CHECK(catalog::root_unit(tx).title == "Ủy ban");
        CHECK(audit::current_checkpoint(tx).size == 1);
    }
    CHECK(audit::verify_audit(archive.home(), archive.database()).ok);
    CHECK(archive.database().check().empty());
    CHECK(files_below(directory.parent_path()).front().starts_with("archive/"));

    SECTION("that others cannot look into")
    {
        struct stat info = {};
        REQUIRE(::stat(directory.c_str(), &info) == 0);
        CHECK((info.st_mode & 0007U) == 0);
    }
}

TEST_CASE("init takes an empty folder and refuses anything else", "[archive]")
{
    const TempDir folder;
    fs::create_directory(folder.path() / "empty");
    CHECK_NOTHROW(init(folder.path() / "empty"));
    CHECK(refusal([&] { init(folder.path() / "empty"); }) == "conflict archive.not_empty");
    spill(folder.path() / "file", "x");
    CHECK(refusal([&] { init(folder.path() / "file"); }) == "conflict archive.not_empty");
    CHECK(slurp(folder.path() / "file") == "x");
    CHECK(fs::exists(folder.path() / "empty" / "config.json"));
}

TEST_CASE("what is no home is not found", "[archive]")
{
    const TempDir folder;
    CHECK(refusal([&] { open(folder.path(), Archive::Mode::read); }) == "not_found archive.not_found");
    CHECK(refusal([&] { open(folder.path() / "absent", Archive::Mode::write); }) == "not_found archive.not_found");
}

TEST_CASE("one writer at a time; readers beside him", "[archive]")
{
    TestArchive test;
    CHECK_FALSE(services::is_archive_free(test.home()));
    CHECK(refusal([&] { open(test.directory(), Archive::Mode::write); }) == "busy archive.locked");

    SECTION("a reader sees what was committed")
    {
        auto reader = open(test.directory(), Archive::Mode::read);
        CHECK_FALSE(reader.is_writable());
        auto tx = reader.database().read();
        CHECK(catalog::list_units(tx).size() == 1);
        CHECK(refusal([&] { reader.database().write(); }) == "internal internal.invariant");
    }
    SECTION("and the lock goes with its owner")
    {
        const Home home{test.directory()};
        test.close();
        CHECK(services::is_archive_free(home));
        CHECK_NOTHROW(open(test.directory(), Archive::Mode::write));
        auto reader = open(test.directory(), Archive::Mode::read);
        CHECK(services::is_archive_free(home));
    }
}

TEST_CASE("opening for writing cleans up what a crash left", "[archive]")
{
    TestArchive test;
    {
        store::StagingBatch batch{test.home()};
        batch.add_bytes("không ai nhận", Secrecy::open);
        batch.make_durable();
    }
    const auto object = test.home().object(Secrecy::open, sha256_hex("không ai nhận"));
    REQUIRE(fs::exists(object));
    test.reopen();
    CHECK_FALSE(fs::exists(object));
    CHECK(fs::is_empty(test.home().staging()));
}

TEST_CASE("folders that may be deleted come back", "[archive]")
{
    TestArchive test;
    test.close();
    for (const auto* name : {"index", "cache", "staging", "run", "exports"}) {
        fs::remove_all(test.directory() / name);
    }
    test.reopen();
    CHECK(fs::is_directory(test.home().staging()));
    CHECK(fs::is_directory(test.home().run()));
}

TEST_CASE("a catalogue older than its own history is not written on", "[archive]")
{
    TestArchive test;
    test.close();
    const auto copy = slurp(test.directory() / "catalog.db");
    test.reopen();
    {
        auto tx = test.database().write();
        audit::record_event(tx, test.clock(), auth::operator_actor(), {"unit.created", "X", {}});
        tx.commit();
    }
    test.close();
    CHECK(audit::read_checkpoint(Home{test.directory()})->head.size == 2);
    spill(test.directory() / "catalog.db", copy);
    CHECK(refusal([&] { test.reopen(); }) == "corrupt audit.checkpoint_ahead");
}

TEST_CASE("a config that cannot be understood is told apart from a newer one", "[archive]")
{
    TestArchive test;
    test.close();
    const auto [text, expected] = GENERATE(table<const char*, const char*>({
        {"{", "corrupt config.damaged"},
        {"", "corrupt config.damaged"},
        {"{}", "corrupt config.damaged"},
        {R"({"archive":"X","highest":7,"format_version":1})", "corrupt config.damaged"},
        {R"({"archive":"X","highest":"mat","format_version":2})", "conflict config.newer"},
        {R"({"archive":"X","highest":"cosmic","format_version":1})", "conflict config.newer"},
    }));
    spill(test.directory() / "config.json", text);
    CHECK(refusal([&] { open(test.directory(), Archive::Mode::read); }) == expected);
}

TEST_CASE("fields of a config that a newer build wrote are no mistake", "[archive]")
{
    TestArchive test;
    spill(test.home().config(),
          R"({"archive":"0123456789ABCDEFGHJK","highest":"open","format_version":1,"later":[1]})");
    CHECK(services::read_config(test.home()).highest == Secrecy::open);
    CHECK_FALSE(services::read_config(test.home()).test_clock);
}
