// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/outbox/index_outbox.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <thread>
#include <xapian.h>

using namespace vtlt;
using namespace vtlt::testing;

namespace {

namespace fs = std::filesystem;

fs::path serving(IndexedArchive& archive, Secrecy band)
{
    std::ifstream stub{archive.home().index(band) / "current"};
    std::string word;
    std::string name;
    stub >> word >> name;
    return archive.home().index(band) / name;
}

/// Everything an index says: every term with its documents, frequencies and positions, values and data.
std::map<std::string, std::string> content(IndexedArchive& archive, Secrecy band)
{
    std::map<std::string, std::string> out;
    if (!fs::exists(archive.home().index(band) / "current")) {
        return out;
    }
    const Xapian::Database index{serving(archive, band).native()};
    for (auto name = index.allterms_begin(); name != index.allterms_end(); ++name) {
        auto& line = out[*name];
        for (auto at = index.postlist_begin(*name); at != index.postlist_end(*name); ++at) {
            line += std::to_string(*at) + ":" + std::to_string(at.get_wdf()) + "@";
            for (auto place = at.positionlist_begin(); place != at.positionlist_end(); ++place) {
                line += std::to_string(*place) + ",";
            }
        }
    }
    for (auto at = index.postlist_begin(""); at != index.postlist_end(""); ++at) {
        const auto document = index.get_document(*at);
        auto& line = out["document " + std::to_string(*at)];
        line = document.get_data() + "|" + std::to_string(index.get_doclength(*at));
        for (auto value = document.values_begin(); value != document.values_end(); ++value) {
            line += "|" + std::to_string(value.get_valueno()) + "=" + *value;
        }
    }
    return out;
}

std::vector<std::map<std::string, std::string>> all_content(IndexedArchive& archive)
{
    std::vector<std::map<std::string, std::string>> out;
    for (const auto band : kBands) {
        out.push_back(content(archive, band));
    }
    return out;
}

Paper random_paper(std::mt19937& random)
{
    static const std::vector<std::string> words{"hoà",   "bình",        "kế",     "hoạch", "cải", "cách",
                                                "đường", "3163/BC-BQP", "33.900", "văn",   "thư"};
    const auto text = [&](std::size_t size) {
        std::string out;
        for (std::size_t i = 0; i < size; ++i) {
            out += words[random() % words.size()] + (random() % 5 == 0 ? ". " : " ");
        }
        return out;
    };
    Paper paper{.title = text(3)};
    for (std::size_t page = 0; page < random() % 4; ++page) {
        paper.pages.push_back(text(random() % 40));
    }
    paper.number = random() % 2 == 0 ? std::to_string(random() % 50) : "";
    paper.symbol = paper.number.empty() ? "" : "BC-BQP";
    paper.secrecy = kBands[random() % 3];
    return paper;
}

std::int64_t pending(IndexedArchive& archive)
{
    auto tx = archive.database().read();
    return outbox::count_pending(tx);
}

std::vector<std::string> found_problems(IndexedArchive& archive)
{
    std::vector<std::string> out;
    for (const auto& problem : indexer::check_index(archive.home(), archive.database())) {
        out.push_back(problem.found);
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

TEST_CASE("an index merged from parts equals one that grew, and goes on growing", "[index]")
{
    // More than two parts; each of the two additions is small enough to be added to what is there.
    IndexedArchive archive;
    const auto add = [&](int count) {
        std::vector<Paper> papers;
        for (int i = 0; i < count; ++i) {
            papers.push_back(
                {.title = "Báo cáo số " + std::to_string(i), .pages = {"hồ sơ lưu trữ quý " + std::to_string(i % 7)}});
        }
        archive.add_all(papers);
        archive.catch_up();
    };
    add(520);
    add(510);
    const auto grown = all_content(archive);
    const auto before = serving(archive, Secrecy::open);

    indexer::IndexWorker worker{archive.home(), archive.database()};
    CHECK(worker.rebuild() == 1030);
    CHECK(serving(archive, Secrecy::open) != before);
    CHECK(all_content(archive) == grown);
    CHECK(found_problems(archive).empty());
    CHECK(archive.search("\"hồ sơ lưu trữ\"").total == 1030);
    add(3);
    CHECK(archive.search("\"hồ sơ lưu trữ\"").total == 1033);
    CHECK(found_problems(archive).empty());
    for (const auto& entry : fs::directory_iterator{archive.home().index(Secrecy::open)}) {
        CHECK(entry.path().extension() != ".parts");
    }

    SECTION("a first intake goes this way by itself")
    {
        fs::remove_all(archive.home().index());
        CHECK(archive.catch_up() == 1033);
        CHECK(archive.search("hồ sơ").total == 1033);
    }
}

TEST_CASE("an index that followed every change equals one built from the catalogue", "[index][property]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    IndexedArchive archive;
    std::vector<DocumentId> ids;
    for (int round = 0; round < 8; ++round) {
        std::vector<Paper> papers;
        for (int i = 0; i < 12; ++i) {
            papers.push_back(random_paper(random));
        }
        for (const auto id : archive.add_all(papers)) {
            ids.push_back(id);
        }
        for (int i = 0; i < 6; ++i) {
            const auto at = random() % ids.size();
            switch (random() % 3) {
            case 0:
                archive.retitle(ids[at], random_paper(random).title);
                break;
            case 1:
                archive.reclassify(ids[at], kBands[random() % 4]);
                break;
            default:
                archive.remove(ids[at]);
                ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        archive.catch_up();
        CHECK(pending(archive) == 0);
    }
    const auto followed = all_content(archive);
    const auto hits = archive.titles("hòa bình", 200);
    CHECK(found_problems(archive).empty());

    indexer::IndexWorker worker{archive.home(), archive.database()};
    CHECK(worker.rebuild() == ids.size());
    CHECK(all_content(archive) == followed);
    CHECK(archive.titles("hòa bình", 200) == hits);
    CHECK(found_problems(archive).empty());
}

TEST_CASE("applying the outbox twice changes nothing", "[index]")
{
    IndexedArchive archive;
    std::mt19937 random{7};
    std::vector<Paper> papers;
    for (int i = 0; i < 20; ++i) {
        papers.push_back(random_paper(random));
    }
    const auto ids = archive.add_all(papers);
    archive.remove(ids[3]);
    archive.catch_up();
    const auto before = all_content(archive);
    {
        auto tx = archive.database().write();
        for (const auto id : ids) {
            for (const auto band : kBands) {
                outbox::request_reindex(tx, id, band);
            }
        }
        tx.commit();
    }
    archive.catch_up();
    CHECK(all_content(archive) == before);
    CHECK(pending(archive) == 0);
}

TEST_CASE("a crash between the index's commit and the closing of its rows repeats harmlessly", "[index]")
{
    IndexedArchive archive;
    const auto id = archive.add({.title = "kế hoạch", .pages = {"nội dung"}});
    archive.catch_up();
    archive.retitle(id, "kế hoạch mới");
    struct Row
    {
        std::int64_t seq, document, band;
    };
    std::vector<Row> rows;
    {
        auto tx = archive.database().read();
        for (const auto& request : outbox::list_requests(tx, 0, 100)) {
            rows.push_back({request.seq, request.document.value, static_cast<std::int64_t>(request.band)});
        }
    }
    archive.catch_up();
    const auto before = all_content(archive);
    {
        // What the catalogue holds when the process died after the index was durable.
        auto tx = archive.database().write();
        tx.prepare("DELETE FROM index_outbox").run();
        tx.prepare("UPDATE index_outbox_closed SET seq = 0").run();
        for (const auto& row : rows) {
            tx.prepare("INSERT INTO index_outbox (seq, document_id, band) VALUES (?1, ?2, ?3)")
                .bind(1, row.seq)
                .bind(2, row.document)
                .bind(3, row.band)
                .run();
        }
        tx.commit();
    }
    CHECK(archive.catch_up() == 0);
    CHECK(pending(archive) == 0);
    CHECK(all_content(archive) == before);
}

TEST_CASE("bands without documents have no folder", "[index]")
{
    IndexedArchive archive;
    archive.catch_up();
    CHECK_FALSE(fs::exists(archive.home().index(Secrecy::open)));
    archive.add({.title = "mật", .secrecy = Secrecy::mat});
    archive.catch_up();
    CHECK_FALSE(fs::exists(archive.home().index(Secrecy::open)));
    CHECK(fs::exists(archive.home().index(Secrecy::mat) / "current"));
    CHECK(indexer::index_stats(archive.home()).size() == 1);
}

TEST_CASE("a missing or damaged index comes back by itself", "[index]")
{
    IndexedArchive archive;
    for (int i = 0; i < 25; ++i) {
        archive.add({.title = "kế hoạch " + std::to_string(i), .pages = {"nội dung " + std::to_string(i)}});
    }
    archive.catch_up();
    const auto before = all_content(archive);
    const auto folder = serving(archive, Secrecy::open);

    SECTION("the whole folder is gone")
    {
        fs::remove_all(archive.home().index());
        CHECK(found_problems(archive) == std::vector<std::string>{"no_index"});
    }
    SECTION("the generation is gone")
    {
        fs::remove_all(folder);
    }
    SECTION("the stub is cut")
    {
        std::ofstream{archive.home().index(Secrecy::open) / "current"} << "auto";
    }
    SECTION("the version file is empty")
    {
        std::ofstream{folder / "iamglass"};
    }
    SECTION("the version file is of something else")
    {
        std::ofstream{folder / "iamglass"} << std::string(200, 'x');
    }
    SECTION("the index is of an older copy of the archive")
    {
        const auto copy = folder.parent_path() / "copy";
        fs::copy(folder, copy, fs::copy_options::recursive);
        archive.add({.title = "mới"});
        archive.catch_up();
        fs::remove_all(folder);
        fs::rename(copy, folder);
        archive.add({.title = "mới hơn"});
        indexer::IndexWorker restarted{archive.home(), archive.database()};
        restarted.catch_up();
        CHECK(found_problems(archive).empty());
        CHECK(archive.search("mới").total == 2);
        return;
    }
    indexer::IndexWorker restarted{archive.home(), archive.database()};
    restarted.catch_up();
    CHECK(all_content(archive) == before);
    CHECK(found_problems(archive).empty());
    CHECK(archive.search("kế hoạch").total == 25);
}

TEST_CASE("an index ahead of the catalogue belongs to another history and is built anew", "[index]")
{
    IndexedArchive archive;
    archive.add({.title = "kế hoạch"});
    archive.catch_up();
    {
        auto tx = archive.database().write(); // the catalogue of an older backup
        tx.prepare("DELETE FROM index_outbox").run();
        tx.prepare("UPDATE index_outbox_closed SET seq = 0").run();
        tx.commit();
    }
    const auto before = serving(archive, Secrecy::open);
    archive.catch_up();
    CHECK(serving(archive, Secrecy::open) != before);
    CHECK(archive.search("kế hoạch").total == 1);
}

TEST_CASE("a rebuild is a new generation, the old one goes, readers follow", "[index]")
{
    IndexedArchive archive;
    archive.add({.title = "kế hoạch"});
    archive.catch_up();
    CHECK(archive.search("kế hoạch").total == 1);
    fs::create_directories(archive.home().index(Secrecy::open) / "g7"); // left over by an interrupted rebuild

    std::vector<std::uint64_t> steps;
    indexer::IndexWorker worker{archive.home(), archive.database()};
    CHECK(worker.rebuild([&](const indexer::IndexProgress& progress) { steps.push_back(progress.done); }) == 1);
    CHECK(serving(archive, Secrecy::open).filename() == "g8");
    CHECK_FALSE(fs::exists(archive.home().index(Secrecy::open) / "g7"));
    CHECK_FALSE(fs::exists(archive.home().index(Secrecy::open) / "g1"));
    CHECK(steps.back() == 1);
    CHECK(archive.search("kế hoạch").total == 1);

    const auto stats = indexer::index_stats(archive.home());
    REQUIRE(stats.size() == 1);
    CHECK(stats[0].generation == "g8");
    CHECK(stats[0].documents == 1);
    CHECK(stats[0].applied_seq == 1);
    CHECK(stats[0].bytes > 0);
}

TEST_CASE("compacting takes the words of a raised document out of the files of the lower band", "[index]")
{
    IndexedArchive archive;
    std::vector<Paper> papers;
    for (int i = 0; i < 60; ++i) {
        papers.push_back({.title = "kế hoạch " + std::to_string(i), .pages = {"nội dung thường"}});
    }
    papers.push_back({.title = "phương án", .pages = {"chiến dịch xyzqwkimbac"}});
    const auto raised = archive.add_all(papers).back();
    archive.catch_up();
    const auto holds_word = [&] {
        const auto folder = serving(archive, Secrecy::open);
        return std::ranges::any_of(fs::directory_iterator{folder}, [](const fs::directory_entry& file) {
            return read_file(file.path(), std::size_t{1} << 26).find("xyzqwkimbac") != std::string::npos;
        });
    };
    indexer::IndexWorker worker{archive.home(), archive.database()};
    REQUIRE(holds_word());
    CHECK(worker.compact() == 0); // nothing left a band

    archive.reclassify(raised, Secrecy::mat);
    worker.catch_up();
    CHECK(holds_word()); // what this test is about: else it shows nothing
    CHECK(indexer::index_stats(archive.home()).front().has_remains);
    CHECK(worker.compact(59) == 0); // not so large a one
    CHECK(worker.compact(60) == 1);
    CHECK_FALSE(holds_word());
    CHECK_FALSE(indexer::index_stats(archive.home()).front().has_remains);
    CHECK(worker.compact() == 0);
    CHECK(indexer::check_index(archive.home(), archive.database()).empty());
    CHECK(archive.search("kế hoạch").total == 60);
    CHECK(archive.search("xyzqwkimbac").total == 1);

    // And it goes on following.
    archive.add({.title = "kế hoạch mới"});
    archive.catch_up();
    CHECK(archive.search("kế hoạch").total == 61);
}

TEST_CASE("the check names what the index lacks and what it should not have", "[index]")
{
    IndexedArchive archive;
    std::vector<DocumentId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(
            archive.add({.title = "văn bản " + std::to_string(i), .pages = {"nội dung " + std::to_string(i)}}));
    }
    archive.catch_up();
    CHECK(found_problems(archive).empty());

    SECTION("a document that was never indexed, one that is gone, one that is stale")
    {
        auto tx = archive.database().write();
        tx.prepare("UPDATE document SET revision = revision + 1 WHERE id = ?1").bind(1, ids[0]).run();
        tx.prepare("DELETE FROM file WHERE document_id = ?1").bind(1, ids[1]).run();
        tx.prepare("DELETE FROM document WHERE id = ?1").bind(1, ids[1]).run();
        tx.prepare("UPDATE document SET secrecy = 1, use_mode = 3 WHERE id = ?1").bind(1, ids[2]).run();
        tx.commit();
        CHECK(found_problems(archive) == std::vector<std::string>{"indexed", "indexed", "no_index", "revision 1"});
    }
    SECTION("changes that are on their way are no problem")
    {
        archive.retitle(ids[0], "khác");
        archive.remove(ids[1]);
        archive.add({.title = "mới"});
        CHECK(found_problems(archive).empty());
    }
    SECTION("a text object that is gone or damaged holds nothing up and is told")
    {
        std::ofstream{archive.text_object(ids[3])} << "not a text object at all, but long enough to be read as one";
        fs::remove(archive.text_object(ids[4]));
        archive.retitle(ids[3], "hỏng");
        archive.retitle(ids[4], "mất");
        archive.catch_up();
        CHECK(found_problems(archive) == std::vector<std::string>{"text_unreadable", "text_unreadable"});
        CHECK(archive.search("hỏng").total == 1);
        CHECK(archive.search("mất").hits.at(0).snippet.empty());
    }
    SECTION("damaged bytes")
    {
        const auto path = serving(archive, Secrecy::open) / "postlist.glass";
        std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
        for (std::size_t i = 0; i < fs::file_size(path) / 2; ++i) {
            file.seekp(static_cast<std::streamoff>(i * 2));
            file.put(static_cast<char>(i * 37));
        }
        file.close();
        const auto problems = indexer::check_index(archive.home(), archive.database());
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].id.empty());
        CHECK(problems[0].band == Secrecy::open);
    }
}

TEST_CASE("a reader goes on while the index is written", "[index]")
{
    IndexedArchive archive;
    archive.add({.title = "kế hoạch"});
    archive.catch_up();
    std::jthread writer{[&](const std::stop_token& stop) {
        indexer::IndexWorker worker{archive.home(), archive.database()};
        for (int i = 0; i < 12 && !stop.stop_requested(); ++i) {
            archive.add({.title = "kế hoạch", .pages = {"nội dung"}});
            worker.catch_up();
            if (i % 4 == 3) {
                worker.rebuild();
            }
        }
    }};
    std::uint64_t last = 1;
    while (last < 13) {
        const auto total = archive.search("kế hoạch").total;
        REQUIRE(total >= last);
        last = total;
    }
    CHECK(last == 13);
}

TEST_CASE("a long document keeps its words, its pages and its place", "[index]")
{
    std::vector<std::string> pages;
    for (int i = 0; i < 300; ++i) {
        pages.push_back("Trang thứ " + std::to_string(i) + " của một văn bản dài có từ riêng tu" + std::to_string(i));
    }
    IndexedArchive archive;
    archive.add({.title = "dài", .pages = pages});
    archive.catch_up();
    const auto hit = archive.search("tu271").hits.at(0);
    CHECK(hit.page == 272);
    CHECK(hit.snippet.find("tu271") != std::string::npos);
}
