// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/audit/proofs.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <catch2/catch.hpp>

#include <algorithm>

namespace fs = std::filesystem;
using namespace vtlt;
using test::ExportArchive;

namespace {

fs::path unzip(const fs::path& package, const fs::path& into)
{
    const auto ran = test::run({"unzip", "-q", package.native(), "-d", into.native()});
    INFO(ran.output);
    REQUIRE(ran.status == 0);
    return into / package.stem();
}

/// By the program that lies in the package itself.
test::Ran judge(const fs::path& bag, const std::vector<std::string>& flags = {})
{
    std::vector<std::string> words{"python3", "data/verify_package.py"};
    words.insert(words.end(), flags.begin(), flags.end());
    return test::run(words, bag);
}

std::vector<Json> rows_of(const fs::path& bag)
{
    const auto json = parse_json(read_file(bag / "data/audit.json"));
    return {json["proofs"].begin(), json["proofs"].end()};
}

const Json& row_about(const std::vector<Json>& rows, const Uid& uid)
{
    const auto row = std::ranges::find_if(rows, [&](const Json& one) { return one["leaf"]["object"] == uid; });
    REQUIRE(row != rows.end());
    return *row;
}

Uid uid_of(ExportArchive& archive, DocumentId document)
{
    auto tx = archive.database().read();
    return catalog::list_views(tx, std::vector{document}).front().document.uid;
}

/// The event alone, as `services` writes it: what was done to the grade, and what by then it is.
void reclassify(ExportArchive& archive, DocumentId id, Secrecy to)
{
    auto tx = archive.database().write();
    const auto document = catalog::list_views(tx, std::vector{id}).front().document;
    catalog::set_secrecy(tx, document, to);
    audit::record_event(
        tx, archive.clock(), auth::operator_actor(),
        {"document.reclassified",
         document.uid,
         {{"changes", {{"secrecy", {{"old", secrecy_name(document.secrecy)}, {"new", secrecy_name(to)}}}}}}});
    tx.commit();
}

void add_events(ExportArchive& archive, int count)
{
    std::vector<audit::Event> events;
    for (int i = 0; i < count; ++i) {
        events.push_back({"document.text_read", make_uid(), {{"place", i}}});
    }
    auto tx = archive.database().write();
    audit::record_events(tx, archive.clock(), auth::operator_actor(), events);
    tx.commit();
}

std::string refusal(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.code();
    }
    return "nothing";
}

} // namespace

TEST_CASE("a package proves that each of its documents was registered with its file", "[export][audit]")
{
    ExportArchive archive;
    auto documents = archive.add_awkward_dozen();
    std::ranges::reverse(documents); // the register's order is not the history's
    const auto request = archive.request("gói.zip");
    archive.write(documents, request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    const auto fingerprint = audit::read_audit_key(archive.home()).fingerprint();

    const auto whole = judge(bag, {"--key", fingerprint});
    INFO(whole.output);
    CHECK(whole.status == 0);
    CHECK(whole.output.starts_with("OK: 12 documents registered, 11 with the file as it was registered; history of 12 "
                                   "events, signed 2026-09-20T03:04:00.000Z\n"));
    const auto json = parse_json(read_file(bag / "data/audit.json"));
    CHECK(json["format_version"] == 1);
    CHECK(json["checkpoint"]["note"] == read_file(archive.home().audit() / "checkpoint"));
    CHECK(json["key"]["line"].get<std::string>() + "\n" == read_file(archive.home().audit() / "key"));
    CHECK(json["proofs"].size() == 12);
    CHECK(judge(bag, {"--key", std::string(64, '0')}).status == 7);
    // It left nothing behind: the bag is still the bag.
    CHECK(test::verify(bag).valid);

    SECTION("another file, with every manifest made anew, is named")
    {
        const auto uid = uid_of(archive, documents.back());
        const auto metadata = parse_json(read_file(bag / "data/metadata" / (uid + ".json")));
        test::flip_byte(bag / "data" / metadata["files"][0]["path"].get<std::string>(), 3);
        const auto ran = judge(bag);
        CHECK(ran.status == 7);
        CHECK(ran.output.starts_with("document " + uid + ": its file is not the one that was registered\n"));
    }
    SECTION("and so is metadata that names another hash")
    {
        const auto uid = uid_of(archive, documents.back());
        const auto path = bag / "data/metadata" / (uid + ".json");
        auto text = read_file(path);
        const auto at = text.find("\"sha256\": \"") + 11;
        text[at] = text[at] == '0' ? '1' : '0';
        test::write_text(path, text);
        CHECK(judge(bag).output.starts_with("document " + uid + ": "));
    }
    SECTION("a document that was slipped in has no proof")
    {
        const auto uid = uid_of(archive, documents.front());
        fs::copy_file(bag / "data/metadata" / (uid + ".json"), bag / "data/metadata/00000000000000000000.json");
        const auto ran = judge(bag);
        CHECK(ran.status == 7);
        CHECK(ran.output.starts_with("document 00000000000000000000: no proof that it was registered\n"));
    }
    SECTION("one that was taken out leaves its proof behind")
    {
        fs::remove(bag / "data/metadata" / (uid_of(archive, documents.front()) + ".json"));
        const auto ran = judge(bag);
        CHECK(ran.status == 7);
        CHECK(ran.output.starts_with("event 12: not of a document of this package\n"));
    }
    SECTION("a history that somebody signed for himself is another key's")
    {
        ExportArchive other;
        const auto others = other.add_awkward_dozen();
        const auto forged = other.request("gói.zip");
        other.write(others, forged);
        const TempDir place;
        const auto ran = judge(unzip(forged.out, place.path()), {"--key", fingerprint});
        CHECK(ran.status == 7);
        CHECK(ran.output.starts_with("key: its fingerprint is "));
    }
}

TEST_CASE("who may not read the history is told a hash and nothing else of it", "[export][audit]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    auto request = archive.request("gói.zip");
    request.with_proofs = false;
    archive.write(documents, request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    const auto hash = sha256_hex(read_file(archive.home().audit() / "checkpoint"));
    CHECK(read_file(bag / "data/audit.json") ==
          "{\"checkpoint\":{\"sha256\":\"" + hash + "\"},\"format_version\":1}\n");
    CHECK(test::verify(bag).valid);
    const auto ran = judge(bag);
    CHECK(ran.status == 7);
    CHECK(ran.output.starts_with("data/audit.json: no proofs"));
}

TEST_CASE("what a document was called under a higher grade is in no package", "[export][audit]")
{
    ExportArchive archive;
    const auto add = [&](const std::string& title, Secrecy grade) {
        catalog::Document document;
        document.title = title;
        document.secrecy = grade;
        return archive.add(document, {{"a.txt", title}});
    };
    const auto lowered = add("tên mật cũ", Secrecy::mat);
    const auto raised = add("tên từ đầu", Secrecy::open);
    const auto there_and_back = add("tên lúc đầu", Secrecy::open);
    reclassify(archive, lowered, Secrecy::open);
    reclassify(archive, raised, Secrecy::mat);
    reclassify(archive, there_and_back, Secrecy::toi_mat);
    reclassify(archive, there_and_back, Secrecy::open);
    const auto request = archive.request("gói.zip");
    archive.write({lowered, raised, there_and_back}, request);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    const auto rows = rows_of(bag);
    REQUIRE(rows.size() == 3);
    for (const auto document : {lowered, there_and_back}) {
        const auto& row = row_about(rows, uid_of(archive, document));
        CHECK(row["detail"].is_null());
        CHECK(row["detail_salt"].is_null());
    }
    CHECK(row_about(rows, uid_of(archive, raised))["detail"]["title"] == "tên từ đầu");
    const auto ran = judge(bag);
    INFO(ran.output);
    CHECK(ran.status == 0);
    CHECK(ran.output.starts_with("OK: 3 documents registered, 1 with the file as it was registered;"));
}

TEST_CASE("documents far apart in a long history are proven, each as if it were alone", "[export][audit]")
{
    ExportArchive archive;
    std::vector<DocumentId> documents;
    for (int round = 0; round < 40; ++round) {
        catalog::Document document;
        document.title = "Văn bản " + std::to_string(round);
        documents.push_back(archive.add(document));
        add_events(archive, round == 20 ? 66'000 : 300);
    }
    const auto request = archive.request("gói.zip");
    const auto result = archive.write(documents, request);
    CHECK(result.bytes <= export_::estimate_package(archive.database(), documents).bytes);
    const TempDir unpacked;
    const auto bag = unzip(request.out, unpacked.path());
    CHECK(judge(bag).status == 0);
    for (const auto& row : rows_of(bag)) {
        const auto proof =
            audit::prove_inclusion(archive.home(), row["leaf"]["seq"].get<std::uint64_t>(), std::nullopt);
        std::vector<std::string> path;
        for (const auto& step : proof.path) {
            path.push_back(to_hex(step));
        }
        CHECK(row["path"].get<std::vector<std::string>>() == path);
    }
}

TEST_CASE("nothing is packed over a history that is not the one that was signed", "[export][audit]")
{
    ExportArchive archive;
    auto documents = archive.add_awkward_dozen();
    audit::write_checkpoint(archive.home(), archive.database(), archive.clock());
    const auto write = [&] {
        export_::write_package(archive.database(), archive.home(), archive.clock(), documents,
                               archive.request("gói.zip"));
    };
    const auto tamper = [&](const std::string& script) {
        auto tx = archive.database().write();
        tx.execute_script("DROP TRIGGER IF EXISTS audit_leaf_no_update;" + script);
        tx.commit();
    };
    SECTION("another leaf")
    {
        tamper("UPDATE audit_leaf SET leaf = replace(leaf, '2026', '2025') WHERE seq = 3");
        CHECK(refusal(write) == "audit.rewritten");
    }
    SECTION("a registration that is gone")
    {
        tamper("DELETE FROM audit_detail WHERE seq = 3");
        CHECK(refusal(write) == "audit.rewritten");
    }
    SECTION("one that nobody has signed yet")
    {
        documents.push_back(archive.add({.title = "Sau mốc"}));
        CHECK(refusal(write) == "audit.no_such_event");
    }
    SECTION("no checkpoint at all")
    {
        fs::remove(archive.home().audit() / "checkpoint");
        CHECK(refusal(write) == "audit.no_checkpoint");
    }
    CHECK(test::list_tree(archive.out()).empty());
}
