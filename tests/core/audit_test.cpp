// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/audit/tiles.h>
#include <vtlt/core/base/digest.h>

#include <catch2/catch.hpp>

#include <array>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::string_literals;

namespace {

/// The test vectors of the RFC 6962 reference implementation.
const std::array kLeaves{""s, "\0"s, "\x10"s, "\x20\x21"s, "\x30\x31"s, "@ABC"s, "PQRSTUVW"s, "`abcdefghijklmno"s};
constexpr std::array kRoots{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

/// RFC 6962 §2.1 word by word.
Digest tree_hash(std::span<const Digest> leaves)
{
    if (leaves.empty()) {
        return sha256("");
    }
    if (leaves.size() == 1) {
        return leaves.front();
    }
    std::size_t split = 1;
    while (split * 2 < leaves.size()) {
        split *= 2;
    }
    return audit::node_hash(tree_hash(leaves.first(split)), tree_hash(leaves.subspan(split)));
}

void record(CoreHome& core, int count)
{
    std::vector<audit::Event> events;
    for (int i = 0; i < count; ++i) {
        events.push_back({"document.registered", make_uid(), {{"title", "Tờ trình"}, {"place", i}}});
    }
    auto tx = core.database().write();
    audit::record_events(tx, morning(), auth::operator_actor(), events);
    tx.commit();
}

audit::AuditVerdict verify(CoreHome& core)
{
    return audit::verify_audit(core.home(), core.database());
}

audit::Checkpoint checkpoint(CoreHome& core)
{
    auto tx = core.database().read();
    return audit::current_checkpoint(tx);
}

/// As somebody with the file in his hands could: without our triggers.
void tamper(CoreHome& core, const std::string& sql)
{
    auto tx = core.database().write();
    tx.execute_script("DROP TRIGGER IF EXISTS audit_leaf_no_update; DROP TRIGGER IF EXISTS audit_leaf_no_delete;"
                      "PRAGMA defer_foreign_keys = ON;" +
                      sql);
    tx.commit();
}

/// Replaces a leaf and its hash: only the tree can tell.
void forge_leaf(CoreHome& core, int seq, const std::function<void(SortedJson&)>& change)
{
    auto tx = core.database().write();
    tx.execute_script("DROP TRIGGER IF EXISTS audit_leaf_no_update");
    auto select = tx.prepare("SELECT leaf FROM audit_leaf WHERE seq = ?1");
    select.bind(1, seq);
    REQUIRE(select.step());
    auto json = SortedJson::parse(select.text(0));
    select.step();
    change(json);
    const auto leaf = json.dump();
    const auto hash = audit::leaf_hash(leaf);
    tx.prepare("UPDATE audit_leaf SET leaf = ?2, leaf_hash = ?3 WHERE seq = ?1")
        .bind(1, seq)
        .bind(2, leaf)
        .bind_bytes(3, {reinterpret_cast<const char*>(hash.data()), hash.size()})
        .run();
    tx.commit();
}

} // namespace

TEST_CASE("the tree is the one of RFC 6962", "[audit]")
{
    audit::TreeEdge edge;
    CHECK(to_hex(edge.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < kLeaves.size(); ++i) {
        edge.append(audit::leaf_hash(kLeaves[i]));
        CHECK(edge.size() == i + 1);
        CHECK(to_hex(edge.root()) == kRoots[i]);
    }
}

TEST_CASE("the edge alone is enough to go on, at every size", "[audit]")
{
    std::vector<Digest> leaves;
    audit::TreeEdge edge;
    for (int i = 0; i < 100; ++i) {
        leaves.push_back(audit::leaf_hash(std::to_string(i)));
        edge.append(leaves.back());
        edge = audit::TreeEdge{edge.size(), edge.bytes()};
        REQUIRE(edge.root() == tree_hash(leaves));
    }
    CHECK(refusal([&] {
              audit::TreeEdge(edge.size() + 1, edge.bytes());
          }).starts_with(edge.size() % 2 == 0 ? "corrupt" : "nothing"));
    CHECK(refusal([&] { audit::TreeEdge(3, std::string(32, 'x')); }) == "corrupt audit.tree");
    CHECK(refusal([&] { audit::TreeEdge(0, "x"); }) == "corrupt audit.tree");
}

TEST_CASE("events are appended and the history is whole", "[audit]")
{
    CoreHome core;
    CHECK(verify(core).ok);
    CHECK(verify(core).size == 0);
    record(core, 1);
    const auto first = checkpoint(core);
    record(core, 6);
    CHECK(verify(core).why == "checkpoint_missing");
    audit::write_checkpoint(core.home(), core.database(), morning());
    const auto verdict = verify(core);
    CHECK(verdict.ok);
    CHECK(verdict.size == 7);
    CHECK(verdict.checkpoints == 1);
    CHECK_FALSE(verdict.first_bad);
    CHECK(verdict.root == checkpoint(core).root);
    CHECK(checkpoint(core).root != first.root);

    SECTION("a batch of nothing is nothing")
    {
        record(core, 0);
        CHECK(verify(core).size == 7);
    }
    SECTION("an event without its commit never was")
    {
        {
            auto tx = core.database().write();
            audit::record_event(tx, morning(), auth::operator_actor(), {"unit.created", "X", {}});
        }
        CHECK(verify(core).size == 7);
    }
}

TEST_CASE("a leaf says who did what to what, when; the detail is only hashed into it", "[audit]")
{
    CoreHome core;
    {
        auto tx = core.database().write();
        audit::record_event(tx, morning(),
                            {.type = auth::Actor::Type::person, .name = "ANNA", .clearance = {}, .unit = {}},
                            {"dossier.opened", "DOSSIER", {{"title", "Hồ sơ mật"}}});
        tx.commit();
    }
    auto tx = core.database().read();
    auto select = tx.prepare(
        "SELECT leaf, salt, detail, object FROM audit_leaf JOIN audit_detail ON audit_detail.seq = audit_leaf.seq");
    REQUIRE(select.step());
    const auto leaf = SortedJson::parse(select.text(0));
    const auto detail = select.text(2);
    CHECK(canonical_json(leaf) == select.text(0));
    CHECK(leaf["v"] == 1);
    CHECK(leaf["seq"] == 1);
    CHECK(leaf["at"] == "2022-09-20T03:00:00.000Z");
    CHECK(leaf["actor"] == "ANNA");
    CHECK(leaf["action"] == "dossier.opened");
    CHECK(leaf["object"] == "DOSSIER");
    CHECK(leaf["detail_hash"] == sha256_hex(select.bytes(1) + detail));
    CHECK(leaf.size() == 7);
    CHECK(select.bytes(1).size() == 16);
    CHECK(detail == R"({"title":"Hồ sơ mật"})");
    CHECK(select.text(0).find("mật") == std::string::npos);
}

TEST_CASE("a detail erased with its record leaves the history whole", "[audit]")
{
    CoreHome core;
    record(core, 5);
    audit::write_checkpoint(core.home(), core.database(), morning());
    tamper(core, "DELETE FROM audit_detail WHERE seq = 3");
    CHECK(verify(core).ok);
}

TEST_CASE("tampering is found and named", "[audit]")
{
    CoreHome core;
    record(core, 7);
    audit::write_checkpoint(core.home(), core.database(), morning());
    const auto [sql, first_bad, why] = GENERATE(table<const char*, std::uint64_t, const char*>({
        {"UPDATE audit_leaf SET leaf = replace(leaf, 'registered', 'destroyed!') WHERE seq = 4", 4, "leaf_hash"},
        {"UPDATE audit_leaf SET leaf_hash = zeroblob(32) WHERE seq = 2", 2, "leaf_hash"},
        {"UPDATE audit_detail SET detail = replace(detail, 'trình', 'khai') WHERE seq = 5", 5, "detail_hash"},
        {"UPDATE audit_detail SET salt = zeroblob(16) WHERE seq = 1", 1, "detail_hash"},
        {"UPDATE audit_detail SET object = 'ELSE' WHERE seq = 6", 6, "detail_hash"},
        {"DELETE FROM audit_detail WHERE seq = 3; DELETE FROM audit_leaf WHERE seq = 3", 3, "sequence"},
        {"DELETE FROM audit_detail WHERE seq = 7; DELETE FROM audit_leaf WHERE seq = 7", 6, "root"},
        {"UPDATE audit_tree SET size = 6", 7, "root"},
        {"UPDATE audit_tree SET edge = zeroblob(96)", 7, "root"},
        {"DELETE FROM audit_tree", 7, "root"},
    }));
    tamper(core, sql);
    const auto verdict = verify(core);
    CAPTURE(sql);
    CHECK_FALSE(verdict.ok);
    CHECK(verdict.first_bad == first_bad);
    CHECK(verdict.why == why);
}

TEST_CASE("a leaf forged together with its hash is found by its form or by the tree", "[audit]")
{
    CoreHome core;
    record(core, 5);
    const auto [change, first_bad, why] = GENERATE(table<std::function<void(SortedJson&)>, std::uint64_t, const char*>({
        {[](SortedJson& leaf) { leaf["actor"] = "NOBODY"; }, 5, "root"},
        {[](SortedJson& leaf) { leaf["seq"] = 2; }, 3, "sequence"},
        {[](SortedJson& leaf) { leaf["v"] = 9; }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf["v"] = "một"; }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf["seq"] = "ba"; }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf["extra"] = 1.5; }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf["detail_hash"] = nullptr; }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf = SortedJson::array(); }, 3, "leaf_format"},
        {[](SortedJson& leaf) { leaf.erase("detail_hash"); }, 3, "detail_hash"},
    }));
    forge_leaf(core, 3, change);
    const auto verdict = verify(core);
    CHECK_FALSE(verdict.ok);
    CHECK(verdict.first_bad == first_bad);
    CHECK(verdict.why == why);
}

TEST_CASE("the checkpoint file remembers the tree outside the catalogue", "[audit]")
{
    CoreHome core;
    CHECK_FALSE(audit::read_checkpoint(core.home()));
    record(core, 3);
    audit::write_checkpoint(core.home(), core.database(), morning());
    const auto written = audit::read_checkpoint(core.home());
    REQUIRE(written);
    CHECK(written->head.size == 3);
    CHECK(written->head.root == checkpoint(core).root);
    CHECK(written->at == morning().now());
    const auto path = core.home().audit() / "checkpoint";
    CHECK(slurp(path).starts_with("vtlt/TEST\n3\n"));
    CHECK(slurp(core.home().audit() / "checkpoints/2022-09") == slurp(path) + "\n");
    CHECK(verify(core).checkpoints == 1);
    CHECK(verify(core).fingerprint == audit::read_audit_key(core.home()).fingerprint());

    SECTION("it follows the tree and is older in between")
    {
        record(core, 2);
        CHECK(verify(core).ok);
        audit::write_checkpoint(core.home(), core.database(), morning());
        CHECK(audit::read_checkpoint(core.home())->head.size == 5);
        CHECK(verify(core).ok);
    }
    SECTION("a history that is shorter than it was is named")
    {
        tamper(core, "DELETE FROM audit_detail WHERE seq = 3; DELETE FROM audit_leaf WHERE seq = 3;");
        auto tx = core.database().write();
        audit::TreeEdge edge;
        auto select = tx.prepare("SELECT leaf FROM audit_leaf ORDER BY seq");
        while (select.step()) {
            edge.append(audit::leaf_hash(select.text(0)));
        }
        tx.prepare("UPDATE audit_tree SET size = 2, edge = ?1").bind_bytes(1, edge.bytes()).run();
        tx.commit();
        const auto verdict = verify(core);
        CHECK_FALSE(verdict.ok);
        CHECK(verdict.first_bad == 3);
        CHECK(verdict.why == "checkpoint");
        // And it is not overwritten by the shorter one.
        audit::write_checkpoint(core.home(), core.database(), morning());
        CHECK(audit::read_checkpoint(core.home())->head.size == 3);
    }
    SECTION("another root at its size is named")
    {
        const auto signer = audit::read_audit_signer(core.home());
        const auto note =
            signer.sign("vtlt/TEST\n2\n" + base64_encode(std::string(32, 'x')) + "\ntime 2022-09-20T03:00:00.000Z\n");
        spill(path, note);
        const auto verdict = verify(core);
        CHECK_FALSE(verdict.ok);
        CHECK(verdict.first_bad == 2);
        CHECK(verdict.why == "checkpoint");
    }
    SECTION("one that another key signed is named")
    {
        const auto text = audit::read_audit_key(core.home()).open(slurp(path));
        spill(path, audit::make_signer("vtlt/TEST").sign(text));
        CHECK(verify(core).why == "checkpoint");
        CHECK(refusal([&] { audit::read_checkpoint(core.home()); }) == "corrupt audit.checkpoint");
    }
    SECTION("one that cannot be read is named")
    {
        const auto signer = audit::read_audit_signer(core.home());
        const auto root = base64_encode(std::string(32, 'x'));
        const std::vector<std::string> notes{
            ""s,
            "vtlt/TEST"s,
            "vtlt/TEST\n3\n\n"s,
            signer.sign("vtlt/TEST\n3\n"),
            signer.sign("vtlt/TEST\n03\n" + root + "\ntime 2022-09-20T03:00:00.000Z\n"),
            signer.sign("vtlt/TEST\n3\n" + root + "\n"),
            signer.sign("vtlt/TEST\n3\n" + root + "\ntime 2022-09-20\n"),
            signer.sign("other\n3\n" + root + "\ntime 2022-09-20T03:00:00.000Z\n"),
            signer.sign("vtlt/TEST\n3\nAAAA\ntime 2022-09-20T03:00:00.000Z\n")};
        const auto note = GENERATE_COPY(from_range(notes));
        spill(path, note);
        CHECK(refusal([&] { audit::read_checkpoint(core.home()); }) == "corrupt audit.checkpoint");
        CHECK(verify(core).why == "checkpoint");
    }
}

TEST_CASE("every checkpoint that was ever written is checked", "[audit]")
{
    CoreHome core;
    FixedClock clock{*parse_instant("2022-09-30T16:59:00Z")};
    for (const int count : {3, 300, 5, 40'000, 1}) {
        record(core, count);
        CHECK(audit::write_checkpoint(core.home(), core.database(), clock));
        CHECK_FALSE(audit::write_checkpoint(core.home(), core.database(), clock));
        clock.set(clock.now() + std::chrono::hours{12});
    }
    const auto months = core.home().audit() / "checkpoints";
    CHECK(files_below(months) == std::vector<std::string>{"2022-09", "2022-10"});
    const auto whole = verify(core);
    CHECK(whole.ok);
    CHECK(whole.checkpoints == 5);

    SECTION("what a crash left of one is no fault, and goes")
    {
        const auto notes = slurp(months / "2022-10");
        spill(months / "2022-10", notes + "vtlt/TEST\n5\nAAAA");
        CHECK(verify(core).ok);
        record(core, 1);
        audit::write_checkpoint(core.home(), core.database(), clock);
        CHECK(slurp(months / "2022-10").starts_with(notes + "vtlt/TEST\n40310\n"));
        CHECK(verify(core).ok);
        CHECK(verify(core).checkpoints == 6);
    }
    SECTION("a crash between a checkpoint's two places is no fault")
    {
        const auto newest = core.home().audit() / "checkpoint";
        const auto before = slurp(newest);
        record(core, 400);
        audit::write_checkpoint(core.home(), core.database(), clock);
        spill(newest, before);
        CHECK(verify(core).ok);
        record(core, 400);
        CHECK(audit::write_checkpoint(core.home(), core.database(), clock));
        CHECK(verify(core).ok);
    }
    SECTION("a clock that was set back changes no order")
    {
        clock.set(*parse_instant("2022-08-01T00:00:00Z"));
        record(core, 1);
        CHECK(audit::write_checkpoint(core.home(), core.database(), clock));
        CHECK(files_below(months).size() == 2);
        CHECK(verify(core).ok);
    }
    SECTION("an old one that says something else is named")
    {
        auto notes = slurp(months / "2022-09");
        notes[notes.find('\n') + 3] ^= 1;
        spill(months / "2022-09", notes);
        CHECK(verify(core).why == "checkpoint");
    }
    SECTION("tiles that were lost come back, tiles that were changed are named")
    {
        spill(core.home().audit() / "tile/0/002", slurp(core.home().audit() / "tile/0/001"));
        CHECK(verify(core).first_bad == 513);
        CHECK(verify(core).why == "tile");
        std::filesystem::remove_all(core.home().audit() / "tile");
        CHECK(verify(core).why == "tile");
        record(core, 1);
        CHECK(audit::write_checkpoint(core.home(), core.database(), clock));
        CHECK(verify(core).ok);
    }
    SECTION("an event changed in its bundle is named")
    {
        const auto path = core.home().audit() / "tile/entries/001";
        auto bundle = slurp(path);
        bundle[bundle.size() - 40] ^= 1;
        spill(path, bundle);
        CHECK(verify(core).first_bad == 512);
        CHECK(verify(core).why == "tile");
    }
    SECTION("what nobody wrote is named")
    {
        spill(core.home().audit() / "tile/0/999", "x");
        CHECK(verify(core).why == "stray");
    }
    SECTION("nothing is signed that the tiles do not add up to")
    {
        tamper(core, "UPDATE audit_leaf SET leaf = replace(leaf, 'registered', 'destroyed!') WHERE seq = 40309");
        record(core, 1);
        std::filesystem::remove_all(core.home().audit() / "tile");
        CHECK(refusal([&] { audit::write_checkpoint(core.home(), core.database(), clock); }) ==
              "corrupt audit.rewritten");
    }
    SECTION("without its key nothing is signed, with another one neither")
    {
        record(core, 1);
        const auto key = core.home().keys() / "audit.key";
        const auto text = slurp(key);
        std::filesystem::remove(key);
        CHECK(refusal([&] { audit::write_checkpoint(core.home(), core.database(), clock); }) == "corrupt audit.key");
        spill(key, audit::make_signer("vtlt/TEST").text() + "\n");
        CHECK(refusal([&] { audit::write_checkpoint(core.home(), core.database(), clock); }) == "corrupt audit.key");
        std::filesystem::remove(core.home().audit() / "key");
        CHECK(verify(core).why == "key");
    }
}
