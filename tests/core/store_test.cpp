// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

using namespace vtlt;
using namespace vtlt::testing;
using store::DamageKind;
namespace fs = std::filesystem;

namespace {

std::string numbered(int n)
{
    return "nội dung số " + std::to_string(n);
}

/// The whole write path; the object is owned by the catalogue afterwards.
store::StagedObject keep(CoreHome& core, std::string_view bytes, Secrecy band = Secrecy::open)
{
    store::StagingBatch batch{core.home()};
    auto object = batch.add_bytes(bytes, band);
    batch.make_durable();
    auto tx = core.database().write();
    store::insert_object(tx, object);
    tx.commit();
    batch.finish();
    return object;
}

/// As a crash between the rename and the commit leaves it.
std::vector<store::StagedObject> leave_uncommitted(CoreHome& core, const std::vector<std::string>& contents)
{
    store::StagingBatch batch{core.home()};
    std::vector<store::StagedObject> objects;
    for (const auto& bytes : contents) {
        objects.push_back(batch.add_bytes(bytes, Secrecy::open));
    }
    batch.make_durable();
    return objects;
}

fs::path path_of(const CoreHome& core, const store::StagedObject& object)
{
    return core.home().object(object.band, object.hash);
}

bool is_stored(const CoreHome& core, const store::StagedObject& object)
{
    return fs::exists(path_of(core, object));
}

/// Damages a read-only object as a bad disk would.
void overwrite(const fs::path& path, std::string_view bytes)
{
    fs::remove(path);
    spill(path, bytes);
}

store::FixityReport check(CoreHome& core, const store::FixityOptions& options = {})
{
    return store::check_fixity(core.home(), core.database(), options);
}

} // namespace

TEST_CASE("bytes arrive under their hash, read-only, and staging is empty again", "[store]")
{
    CoreHome core;
    // One fsync each for a few, one barrier for many: both ways end the same.
    const auto count = GENERATE(1, 3, 9);
    {
        store::StagingBatch batch{core.home()};
        std::vector<store::StagedObject> objects;
        for (int i = 0; i < count; ++i) {
            objects.push_back(batch.add_bytes(numbered(i), Secrecy::open));
        }
        CHECK(batch.count() == static_cast<std::size_t>(count));
        CHECK_FALSE(is_stored(core, objects.front()));
        batch.make_durable();
        auto tx = core.database().write();
        for (const auto& object : objects) {
            store::insert_object(tx, object);
        }
        tx.commit();
        batch.finish();
    }
    for (int i = 0; i < count; ++i) {
        const auto path = core.home().object(Secrecy::open, sha256_hex(numbered(i)));
        struct stat info = {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777U) == 0440);
        CHECK(slurp(path) == numbered(i));
    }
    CHECK(fs::is_empty(core.home().staging()));
    CHECK(check(core).damages.empty());
}

TEST_CASE("a file is copied from its position to its end, up to a limit", "[store]")
{
    CoreHome core;
    const TempDir folder;
    spill(folder.path() / "source", "0123456789");
    const auto fd = open_file(folder.path() / "source", O_RDONLY);
    store::StagingBatch batch{core.home()};
    const auto object = batch.add_file(fd.get(), Secrecy::mat, 10);
    CHECK(object.hash == sha256_hex("0123456789"));
    CHECK(object.size == 10);
    CHECK(object.band == Secrecy::mat);

    REQUIRE(::lseek(fd.get(), 0, SEEK_SET) == 0);
    CHECK(refusal([&] { batch.add_file(fd.get(), Secrecy::mat, 9); }) == "invalid object.too_large");
    CHECK(batch.count() == 1);
    CHECK(batch.bytes() == 10);
}

TEST_CASE("bytes that come in pieces can be read before they are stored", "[store]")
{
    CoreHome core;
    store::StagingBatch batch{core.home()};
    auto writer = batch.begin(Secrecy::open);
    writer.write("một ");
    writer.write("hai");
    CHECK(writer.size() == 9);
    std::string read(20, '\0');
    read.resize(read_some(writer.reopen().get(), read.data(), read.size(), ""));
    CHECK(read == "một hai");
    const auto object = writer.finish();
    CHECK(object.hash == sha256_hex("một hai"));
    CHECK(read_some(batch.open(object).get(), read.data(), read.size(), "") == 9);
    batch.make_durable();
    CHECK(read_some(batch.open(object).get(), read.data(), read.size(), "") == 9);
}

TEST_CASE("an unfinished batch leaves nothing", "[store]")
{
    CoreHome core;
    {
        store::StagingBatch batch{core.home()};
        batch.add_bytes("một", Secrecy::open);
        auto writer = batch.begin(Secrecy::open);
        writer.write("dở dang");
    }
    CHECK(fs::is_empty(core.home().staging()));
    CHECK(fs::is_empty(core.home().objects()));

    SECTION("and an empty one makes nothing")
    {
        store::StagingBatch batch{core.home()};
        batch.make_durable();
        batch.finish();
        CHECK(fs::is_empty(core.home().staging()));
    }
}

TEST_CASE("a discarded object is not stored", "[store]")
{
    CoreHome core;
    store::StagingBatch batch{core.home()};
    const auto kept = batch.add_bytes("giữ", Secrecy::open);
    const auto dropped = batch.add_bytes("bỏ", Secrecy::open);
    batch.discard(dropped);
    CHECK(batch.count() == 1);
    CHECK(batch.bytes() == kept.size);
    batch.make_durable();
    CHECK(is_stored(core, kept));
    CHECK_FALSE(is_stored(core, dropped));

    SECTION("and only what was staged can be discarded")
    {
        CHECK(refusal([&] { batch.discard(dropped); }) == "internal internal.invariant");
    }
}

TEST_CASE("what was stored without a commit is removed at the next start", "[store][recovery]")
{
    CoreHome core;
    const auto objects = leave_uncommitted(core, {"một", "hai"});
    REQUIRE(is_stored(core, objects[0]));
    REQUIRE(files_below(core.home().staging()).size() == 1);

    const auto report = store::recover_staging(core.home(), core.database());
    CHECK(report.objects_removed == 2);
    CHECK_FALSE(is_stored(core, objects[0]));
    CHECK_FALSE(is_stored(core, objects[1]));
    CHECK(fs::is_empty(core.home().staging()));

    SECTION("and starting again finds nothing to do")
    {
        CHECK(store::recover_staging(core.home(), core.database()).objects_removed == 0);
    }
}

TEST_CASE("recovery keeps what the catalogue owns and what no intent names", "[store][recovery]")
{
    CoreHome core;
    const auto owned = keep(core, "của hồ sơ khác");
    const auto foreign = core.home().object(Secrecy::open, sha256_hex("lạ"));
    spill(foreign, "lạ");
    const auto objects = leave_uncommitted(core, {"của hồ sơ khác", "mới"});

    const auto report = store::recover_staging(core.home(), core.database());
    CHECK(report.objects_removed == 1);
    CHECK(is_stored(core, owned));
    CHECK_FALSE(is_stored(core, objects[1]));
    CHECK(fs::exists(foreign));
}

TEST_CASE("recovery keeps an object that only another band owns out of the wrong band", "[store][recovery]")
{
    CoreHome core;
    const auto secret = keep(core, "hai nơi", Secrecy::mat);
    const auto open = leave_uncommitted(core, {"hai nơi"});
    CHECK(store::recover_staging(core.home(), core.database()).objects_removed == 1);
    CHECK(is_stored(core, secret));
    CHECK_FALSE(is_stored(core, open.front()));
}

TEST_CASE("a committed batch that could not forget its intent is kept", "[store][recovery]")
{
    CoreHome core;
    store::StagedObject object;
    {
        store::StagingBatch batch{core.home()};
        object = batch.add_bytes("đã ghi", Secrecy::open);
        batch.make_durable();
        auto tx = core.database().write();
        store::insert_object(tx, object);
        tx.commit();
    }
    REQUIRE_FALSE(fs::is_empty(core.home().staging()));
    CHECK(store::recover_staging(core.home(), core.database()).objects_removed == 0);
    CHECK(is_stored(core, object));
    CHECK(fs::is_empty(core.home().staging()));
}

TEST_CASE("a torn or foreign intent harms nothing", "[store][recovery]")
{
    CoreHome core;
    const auto foreign = sha256_hex("lạ");
    spill(core.home().object(Secrecy::open, foreign), "lạ");
    const auto text = GENERATE_COPY(std::string{}, "open/" + foreign, "open/" + foreign.substr(1) + "\n",
                                    "nowhere/" + foreign + "\n", "open" + foreign + "\n", std::string("\n\n/\n\0", 5));
    spill(core.home().staging() / "AAAA.intent", text);
    spill(core.home().staging() / "AAAA" / "0", "một nửa");
    const auto report = store::recover_staging(core.home(), core.database());
    CHECK(report.objects_removed == 0);
    CHECK(fs::exists(core.home().object(Secrecy::open, foreign)));
    CHECK(fs::is_empty(core.home().staging()));
}

TEST_CASE("a damaged object is replaced when its good bytes come again", "[store]")
{
    CoreHome core;
    const auto object = keep(core, "bản tốt");
    overwrite(path_of(core, object), "bản hỏng");
    keep(core, "bản tốt");
    CHECK(slurp(path_of(core, object)) == "bản tốt");
    CHECK(check(core).damages.empty());
}

TEST_CASE("the same bytes are one object in a band, and another in each other band", "[store]")
{
    CoreHome core;
    const auto open = keep(core, "như nhau");
    keep(core, "như nhau");
    const auto secret = keep(core, "như nhau", Secrecy::toi_mat);
    CHECK(open.hash == secret.hash);
    CHECK(is_stored(core, open));
    CHECK(is_stored(core, secret));
    CHECK(check(core).objects == 2);
    auto tx = core.database().write();
    CHECK(store::insert_object(tx, open) == store::insert_object(tx, open));
    CHECK(store::insert_object(tx, open) != store::insert_object(tx, secret));
}

TEST_CASE("an object that is not there is corrupt", "[store]")
{
    CoreHome core;
    CHECK(refusal([&] { store::open_object(core.home(), Secrecy::open, sha256_hex("không có")); }) ==
          "corrupt object.missing");
}

TEST_CASE("fixity names what changed, what is missing and what no row names", "[store][fixity]")
{
    CoreHome core;
    const auto good = keep(core, "tốt");
    const auto changed = keep(core, "sẽ đổi");
    const auto missing = keep(core, "sẽ mất", Secrecy::mat);
    overwrite(path_of(core, changed), "đã đổi");
    fs::remove(path_of(core, missing));
    spill(core.home().objects() / "open" / "note.txt", "ai để đây");
    // The right name in the wrong band: no row names it either.
    spill(core.home().object(Secrecy::tuyet_mat, good.hash), "tốt");

    const auto report = check(core, {.threads = GENERATE(1U, 3U)});
    CHECK(report.objects == 3);
    CHECK(report.bytes == good.size + changed.size + missing.size);
    REQUIRE(report.damages.size() == 4);
    const auto damage_at = [&](const fs::path& path) {
        const auto shown = path.lexically_relative(core.home().root()).native();
        const auto found = std::ranges::find(report.damages, shown, &store::Damage::path);
        REQUIRE(found != report.damages.end());
        return *found;
    };
    CHECK(damage_at(path_of(core, changed)).kind == DamageKind::changed);
    CHECK(damage_at(path_of(core, changed)).expected == changed.hash);
    CHECK(damage_at(path_of(core, changed)).found == sha256_hex("đã đổi"));
    CHECK(damage_at(path_of(core, missing)).kind == DamageKind::missing);
    CHECK(damage_at(core.home().objects() / "open" / "note.txt").kind == DamageKind::untracked);
    CHECK(damage_at(core.home().object(Secrecy::tuyet_mat, good.hash)).kind == DamageKind::untracked);
}

TEST_CASE("a link or a folder in an object's place is damage, not followed", "[store][fixity]")
{
    CoreHome core;
    const auto object = keep(core, "thật");
    fs::remove(path_of(core, object));
    const TempDir elsewhere;
    spill(elsewhere.path() / "same", "thật");
    fs::create_symlink(elsewhere.path() / "same", path_of(core, object));
    const auto report = check(core);
    REQUIRE(report.damages.size() == 1);
    CHECK(report.damages.front().kind == DamageKind::changed);
}

TEST_CASE("a sample looks at as many objects as asked, the same ones for one seed", "[store][fixity]")
{
    CoreHome core;
    for (int i = 0; i < 20; ++i) {
        const auto object = keep(core, numbered(i));
        fs::remove(path_of(core, object));
    }
    const auto paths = [&](std::uint64_t seed) {
        std::vector<std::string> all;
        for (const auto& damage : check(core, {.sample = 5, .seed = seed}).damages) {
            all.push_back(damage.path);
        }
        return all;
    };
    CHECK(paths(7).size() == 5);
    CHECK(paths(7) == paths(7));
    CHECK(paths(7) != paths(8));
    CHECK(check(core, {.sample = 100, .seed = 1}).objects == 20);

    SECTION("progress counts every object once")
    {
        std::vector<std::uint64_t> seen;
        check(core, {.threads = 4, .progress = [&](const store::FixityProgress& now) { seen.push_back(now.objects); }});
        REQUIRE(seen.size() == 20);
        CHECK(std::ranges::is_sorted(seen));
        CHECK(seen.back() == 20);
    }
}
