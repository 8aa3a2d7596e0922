// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/actor.h>
#include <vtlt/core/jobs/job.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using namespace std::string_literals;

namespace {

/// A database with one table of every kind of column.
class Things
{
public:
    Things() : database_(folder_.path() / "things.db", db::Database::Mode::writable)
    {
        auto tx = database_.write();
        tx.execute_script(
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, number INTEGER, words TEXT UNIQUE, raw BLOB,"
            " seen_on INTEGER, seen_at INTEGER) STRICT;"
            "CREATE TABLE part (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES thing (id)) STRICT");
        tx.commit();
    }

    db::Database& database() { return database_; }

    void add(int id, const std::string& words)
    {
        auto tx = database_.write();
        tx.prepare("INSERT INTO thing (id, words) VALUES (?1, ?2)").bind(1, id).bind(2, words).run();
        tx.commit();
    }

    std::vector<std::int64_t> ids()
    {
        auto tx = database_.read();
        return ids(tx);
    }

    static std::vector<std::int64_t> ids(db::ReadTx& tx)
    {
        auto select = tx.prepare("SELECT id FROM thing ORDER BY id");
        return drain(select);
    }

    static std::vector<std::int64_t> drain(db::Statement& select)
    {
        std::vector<std::int64_t> ids;
        while (select.step()) {
            ids.push_back(select.integer(0));
        }
        return ids;
    }

private:
    TempDir folder_;
    db::Database database_;
};

using Ids = std::vector<std::int64_t>;

} // namespace

TEST_CASE("every type is read back as it was bound", "[db]")
{
    Things things;
    const auto bytes = "\x00\xff\x00kết thúc"s;
    const Instant instant{milliseconds{1'663'642'800'123}};
    auto tx = things.database().write();
    auto insert =
        tx.prepare("INSERT INTO thing (id, number, words, raw, seen_on, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    insert.bind(1, DocumentId{7})
        .bind(2, std::int64_t{-9'000'000'000'000'000'000})
        .bind(3, "Quyết định")
        .bind_bytes(4, bytes)
        .bind(5, 2024y / 2 / 29)
        .bind(6, instant);
    CHECK(insert.run() == 1);
    auto select = tx.prepare("SELECT id, number, words, raw, seen_on, seen_at FROM thing");
    REQUIRE(select.step());
    CHECK(select.id<DocumentId>(0) == DocumentId{7});
    CHECK(select.optional_id<DocumentId>(0) == DocumentId{7});
    CHECK(select.integer(1) == -9'000'000'000'000'000'000);
    CHECK(select.text(2) == "Quyết định");
    CHECK(select.bytes(3) == bytes);
    CHECK(select.integer(4) == 20240229);
    CHECK(select.optional_date(4) == 2024y / 2 / 29);
    CHECK(select.instant(5) == instant);
    CHECK_FALSE(select.step());
}

TEST_CASE("absence is not emptiness", "[db]")
{
    Things things;
    auto tx = things.database().write();
    auto insert = tx.prepare("INSERT INTO thing (id, number, words, raw, seen_on) VALUES (?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, 1)
        .bind_null(2)
        .bind_text_or_null(3, "")
        .bind(4, std::optional<std::int64_t>{})
        .bind(5, std::optional<Date>{});
    insert.run();
    insert.bind(1, 2).bind(2, 0).bind(3, std::string_view{}).bind_bytes(4, {}).bind(5, std::optional{2020y / 1 / 1});
    insert.run();

    auto select = tx.prepare("SELECT number, words, raw, seen_on FROM thing ORDER BY id");
    REQUIRE(select.step());
    for (const int column : {0, 1, 2, 3}) {
        CHECK(select.is_null(column));
    }
    CHECK(select.text(1).empty());
    CHECK(select.bytes(2).empty());
    CHECK_FALSE(select.optional_integer(0));
    CHECK_FALSE(select.optional_id<UnitId>(0));
    CHECK_FALSE(select.optional_date(3));

    REQUIRE(select.step());
    for (const int column : {0, 1, 2, 3}) {
        CHECK_FALSE(select.is_null(column));
    }
    CHECK(select.optional_integer(0) == 0);
    CHECK(select.text(1).empty());
    CHECK(select.optional_date(3) == 2020y / 1 / 1);
}

TEST_CASE("a statement that came to its end can be bound and run again", "[db]")
{
    Things things;
    for (const int id : {1, 2, 3}) {
        things.add(id, std::to_string(id));
    }
    auto tx = things.database().read();
    auto select = tx.prepare("SELECT words FROM thing WHERE id = ?1");
    for (const int id : {3, 1, 2}) {
        select.bind(1, id);
        REQUIRE(select.step());
        CHECK(select.text(0) == std::to_string(id));
        CHECK_FALSE(select.step());
    }

    SECTION("and one that is given back keeps no binding")
    {
        {
            auto once = tx.prepare("SELECT id FROM thing WHERE id = ?1");
            once.bind(1, 1);
            CHECK(once.step());
        }
        auto again = tx.prepare("SELECT id FROM thing WHERE id = ?1");
        CHECK_FALSE(again.step());
    }
    SECTION("and the same text may be in use twice at once")
    {
        auto outer = tx.prepare("SELECT id FROM thing ORDER BY id");
        auto inner = tx.prepare("SELECT id FROM thing ORDER BY id");
        REQUIRE(outer.step());
        REQUIRE(inner.step());
        REQUIRE(inner.step());
        CHECK(outer.integer(0) == 1);
        CHECK(inner.integer(0) == 2);
    }
}

TEST_CASE("a list of keys is one parameter", "[db]")
{
    Things things;
    for (const auto& [id, words] : {std::pair{1, "0123456789ABCDEFGHJK"}, {2, "ZZZZ"}, {3, "YYYY"}}) {
        things.add(id, words);
    }
    auto tx = things.database().read();
    auto by_id = tx.prepare("SELECT id FROM thing WHERE id IN {ids ?1} ORDER BY id");
    auto by_words = tx.prepare("SELECT id FROM thing WHERE words IN {ids ?1} AND id < ?2 ORDER BY id");

    SECTION("of numbers")
    {
        by_id.bind_list(1, std::span<const std::int64_t>{Ids{3, 1, 99, 3}});
        CHECK(Things::drain(by_id) == Ids{1, 3});
    }
    SECTION("of uids, beside other parameters")
    {
        const std::vector<std::string> words{"YYYY", "0123456789ABCDEFGHJK", "?"};
        by_words.bind_list(1, std::span<const std::string>{words}).bind(2, 3);
        CHECK(Things::drain(by_words) == Ids{1});
    }
    SECTION("of nothing")
    {
        by_id.bind_list(1, std::span<const std::int64_t>{});
        CHECK(Things::drain(by_id).empty());
    }
    SECTION("of many")
    {
        Ids many(100'000);
        std::ranges::generate(many, [n = std::int64_t{2}]() mutable { return n++; });
        by_id.bind_list(1, std::span<const std::int64_t>{many});
        CHECK(Things::drain(by_id) == Ids{2, 3});
    }
    SECTION("a key never holds a quote")
    {
        const std::vector<std::string> bad{"\""};
        CHECK(refusal([&] { by_words.bind_list(1, std::span<const std::string>{bad}); }) ==
              "internal internal.invariant");
    }
}

TEST_CASE("what is not committed has not happened", "[db]")
{
    Things things;
    {
        auto tx = things.database().write();
        tx.prepare("INSERT INTO thing (id) VALUES (1)").run();
        CHECK(Things::ids(tx) == Ids{1});
    }
    CHECK(things.ids().empty());

    SECTION("and the writer is free again")
    {
        things.add(2, "two");
        CHECK(things.ids() == Ids{2});
    }
    SECTION("a transaction is committed once")
    {
        auto tx = things.database().write();
        tx.commit();
        CHECK(refusal([&] { tx.commit(); }) == "internal internal.invariant");
    }
}

TEST_CASE("a reader's snapshot does not see a later commit", "[db]")
{
    Things things;
    things.add(1, "one");
    {
        auto before = things.database().read();
        REQUIRE(Things::ids(before) == Ids{1});
        things.add(2, "two");
        CHECK(Things::ids(before) == Ids{1});

        auto after = things.database().read();
        CHECK(Things::ids(after) == Ids{1, 2});
        CHECK(Things::ids(before) == Ids{1});
    }
    CHECK(things.ids() == Ids{1, 2});
}

TEST_CASE("a broken constraint is a conflict, a wrong statement our own fault", "[db]")
{
    Things things;
    things.add(1, "one");
    auto tx = things.database().write();
    CHECK(refusal([&] { tx.prepare("INSERT INTO thing (words) VALUES ('one')").run(); }) ==
          "conflict catalog.constraint");
    CHECK(refusal([&] { tx.prepare("INSERT INTO part (thing) VALUES (9)").run(); }) == "conflict catalog.constraint");
    CHECK(refusal([&] { tx.prepare("INSERT INTO thing (number) VALUES ('abc')").run(); }) ==
          "conflict catalog.constraint");
    CHECK(refusal([&] { tx.prepare("SELECT nothing FROM nowhere"); }) == "internal catalog.failed");
    CHECK(refusal([&] { tx.prepare("SELECT 1").bind(2, 1); }) == "internal internal.invariant");
}

TEST_CASE("a full disk is told with the file that has no room", "[db]")
{
    Things things;
    auto tx = things.database().write();
    tx.execute_script("PRAGMA max_page_count = 1");
    auto insert = tx.prepare("INSERT INTO thing (id, words) VALUES (1, ?1)");
    insert.bind(1, std::string(1 << 20, 'x'));
    try {
        insert.run();
        FAIL("there was room");
    } catch (const Error& error) {
        CHECK(error.code() == "internal.disk_full");
        CHECK(std::ranges::any_of(error.fields(), [](const auto& field) {
            return field.first == "path" && field.second.ends_with("things.db");
        }));
    }
}

TEST_CASE("a reader cannot write", "[db]")
{
    Things things;
    auto tx = things.database().read();
    CHECK(refusal([&] { tx.prepare("DELETE FROM thing").run(); }).starts_with("internal "));
}

TEST_CASE("the statement list holds what ran, once, in the common dialect", "[db]")
{
    CoreHome core;
    auto tx = core.database().read();
    const std::string sql = "SELECT id FROM unit WHERE id IN {ids ?1} AND 'statement list' <> ''";
    for (int i = 0; i < 3; ++i) {
        auto select = tx.prepare(sql);
        select.bind_list(1, std::span<const std::int64_t>{});
        select.step();
    }
    CHECK(refusal([&] { tx.prepare("SELECT nothing FROM unit"); }).starts_with("internal "));
    Things things;
    CHECK(things.ids().empty());
    const auto list = db::statement_list();
    CHECK(std::ranges::count(list, sql) == 1);
    // Neither what the engine refused nor what a test's own database was asked.
    CHECK(std::ranges::none_of(list, [](const std::string& one) { return one.find("thing") != std::string::npos; }));
    CHECK(
        std::ranges::none_of(list, [](const std::string& one) { return one.find("json_each") != std::string::npos; }));
    CHECK(std::ranges::none_of(list, [](const std::string& one) { return one.starts_with("PRAGMA"); }));
}

TEST_CASE("a catalogue is checked by its engine and its foreign keys", "[db]")
{
    Things things;
    things.add(1, "one");
    CHECK(things.database().check().empty());
    things.database().checkpoint();
    CHECK(things.ids() == Ids{1});
}

TEST_CASE("a file that is no catalogue is corrupt", "[db]")
{
    const TempDir folder;
    spill(folder.path() / "catalog.db", std::string(10'000, 'x'));
    CHECK(refusal([&] {
              db::Database database{folder.path() / "catalog.db", db::Database::Mode::writable};
              db::migrate(database);
          }) == "corrupt catalog.damaged");
    CHECK(refusal([&] {
              db::Database database{folder.path() / "catalog.db", db::Database::Mode::read_only};
              auto tx = database.read();
              tx.prepare("SELECT 1 FROM unit").step();
          }) == "corrupt catalog.damaged");
}

TEST_CASE("migrating twice is harmless", "[db][migrate]")
{
    CoreHome core;
    CHECK_NOTHROW(db::migrate(core.database()));
    auto tx = core.database().read();
    CHECK(catalog::list_units(tx).size() == 1);
    auto select = tx.prepare("SELECT count(*), max(number) FROM schema_migration");
    REQUIRE(select.step());
    CHECK(select.integer(0) == select.integer(1));
}

TEST_CASE("another build's schema is refused politely", "[db][migrate]")
{
    CoreHome core;
    const auto [change, expected] = GENERATE(table<const char*, const char*>({
        {"INSERT INTO schema_migration (number, name, checksum) VALUES (9000, '9000_future.sql', 'x')",
         "conflict catalog.newer"},
        {"UPDATE schema_migration SET checksum = 'other' WHERE number = 2", "conflict catalog.older"},
        {"DELETE FROM schema_migration WHERE number = 1", "conflict catalog.older"},
    }));
    {
        auto tx = core.database().write();
        tx.prepare(change).run();
        tx.commit();
    }
    CHECK(refusal([&] { db::migrate(core.database()); }) == expected);

    SECTION("also by a process that only reads")
    {
        CHECK(refusal([&] {
                  const db::Database reader{core.home().catalog(), db::Database::Mode::read_only};
              }) == expected);
    }
}

TEST_CASE("an audit leaf is never changed or removed", "[db][guards]")
{
    CoreHome core;
    {
        auto tx = core.database().write();
        audit::record_event(tx, morning(), auth::operator_actor(), {"unit.created", "X", {}});
        tx.commit();
    }
    auto tx = core.database().write();
    CHECK(refusal([&] { tx.prepare("UPDATE audit_leaf SET leaf = 'x'").run(); }) == "conflict catalog.constraint");
    CHECK(refusal([&] { tx.prepare("DELETE FROM audit_leaf").run(); }) == "conflict catalog.constraint");
}

TEST_CASE("a job's outcome is set once", "[db][guards]")
{
    CoreHome core;
    auto tx = core.database().write();
    const auto job = jobs::start_or_resume(tx, morning(), auth::operator_actor(), "ingest", "{}");
    jobs::finish(tx, morning(), job.lease(), {.outcome = jobs::Outcome::partial});
    CHECK(refusal([&] { tx.prepare("UPDATE job SET outcome = 'done'").run(); }) == "conflict catalog.constraint");
    CHECK(refusal([&] { tx.prepare("UPDATE job SET outcome = NULL, finished_at = NULL, state = 'queued'").run(); }) ==
          "conflict catalog.constraint");
}
