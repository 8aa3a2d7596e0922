// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/catalog/reader_list.h>
#include <vtlt/core/catalog/record_set.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/outbox/index_outbox.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <random>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Action;

namespace {

constexpr Date kToday = 2026y / 11 / 22;

/// Units of three levels, one merged into another, documents of each, each grade and several days, and saved sets of
/// some of them.
struct Ministry
{
    IndexedArchive archive;
    std::vector<UnitId> units;
    std::vector<DocumentId> documents;
    std::vector<ReaderListId> lists;
    std::vector<RecordSetId> sets; ///< the last one is named by no grant
    std::shared_ptr<const auth::UnitTree> tree;

    explicit Ministry(std::mt19937& random)
    {
        {
            auto tx = archive.database().read();
            units.push_back(catalog::root_unit(tx).id);
        }
        units.push_back(archive.add_unit("CUC", units[0]));
        units.push_back(archive.add_unit("CUC.1", units[1]));
        units.push_back(archive.add_unit("CUC.2", units[1]));
        units.push_back(archive.add_unit("VU", units[0]));
        units.push_back(archive.add_unit("CU", units[4])); // merged into CUC.2
        {
            auto tx = archive.database().write();
            catalog::close_unit(tx, catalog::get_unit(tx, "CU"), 2025y / 1 / 1, std::array{units[3]});
            tx.commit();
        }
        {
            auto tx = archive.database().write();
            for (const auto* code : {"CUC.2", "VU"}) {
                catalog::set_tells_hidden(tx, catalog::get_unit(tx, code), true);
            }
            tx.commit();
        }
        std::vector<Paper> papers;
        for (int i = 0; i < 120; ++i) {
            Paper paper{.title = i % 3 == 0 ? "kế hoạch" : "báo cáo"};
            paper.pages = {"nội dung văn bản"};
            paper.unit = units[random() % units.size()];
            paper.secrecy = kBands[random() % kBands.size()];
            if (random() % 5 != 0) {
                paper.issued_on = Date{std::chrono::sys_days{2019y / 1 / 1} + std::chrono::days{random() % 1500}};
            }
            papers.push_back(std::move(paper));
        }
        documents = archive.add_all(papers);
        put_some_on_lists(random);
        for (const bool is_granted : {true, true, true, false}) {
            sets.push_back(add_set(random, is_granted));
        }
        auto tx = archive.database().read();
        tree = std::make_shared<auth::UnitTree>(catalog::read_unit_tree(tx, kToday));
    }

    /// A third of what there is, on three need-to-know lists.
    void put_some_on_lists(std::mt19937& random)
    {
        auto tx = archive.database().write();
        for (const auto* title : {"một", "hai", "ba"}) {
            lists.push_back(catalog::insert_reader_list(tx, {.id = {},
                                                             .uid = make_uid(),
                                                             .unit = units[0],
                                                             .unit_code = {},
                                                             .title = title,
                                                             .made_at = {},
                                                             .made_by = "test"}));
        }
        for (const auto& view : catalog::list_views(tx, documents)) {
            if (random() % 3 == 0) {
                catalog::set_reader_list(tx, view.document, lists[random() % lists.size()]);
            }
        }
        tx.commit();
    }

    /// Of about a third of the documents; a grant names it, whoever holds that one.
    RecordSetId add_set(std::mt19937& random, bool is_granted)
    {
        std::vector<DocumentId> some;
        std::ranges::copy_if(documents, std::back_inserter(some), [&](DocumentId) { return random() % 3 == 0; });
        auto tx = archive.database().write();
        const auto set = catalog::insert_record_set(
            tx, {.uid = make_uid(), .title = "tập", .unit = units[0], .documents = some.size(), .made_by = "test"},
            some, auth::whole_reach());
        if (is_granted) {
            const auto holder = catalog::insert_account(
                tx, {.uid = make_uid(), .name = "doan" + std::to_string(set.value), .full_name = "Đoàn"});
            catalog::insert_grant(tx, {.uid = make_uid(),
                                       .account = holder,
                                       .unit = units[0],
                                       .role = auth::Role::inspector,
                                       .from_on = kToday,
                                       .record_set = set,
                                       .granted_by = "test"});
            outbox::request_reindex(tx, set);
        }
        tx.commit();
        return set;
    }
};

auth::Actor some_actor(const Ministry& ministry, std::mt19937& random)
{
    auth::Actor actor{.type = auth::Actor::Type::person,
                      .name = make_uid(),
                      .clearance = kBands[random() % kBands.size()],
                      .unit = {},
                      .grants = {},
                      .units = ministry.tree};
    for (auto n = random() % 4; n > 0; --n) {
        auth::Grant grant{.role = static_cast<auth::Role>(random() % auth::kRoleNames.size())};
        if (random() % 6 != 0) {
            grant.unit = ministry.units[random() % ministry.units.size()];
        }
        grant.with_sub_units = random() % 2 == 0;
        if (random() % 3 == 0) {
            grant.records_from = Date{std::chrono::sys_days{2019y / 1 / 1} + std::chrono::days{random() % 900}};
        }
        if (random() % 3 == 0) {
            grant.records_to = Date{std::chrono::sys_days{2020y / 1 / 1} + std::chrono::days{random() % 900}};
        }
        if (random() % 4 == 0) {
            grant.order = make_uid();
        }
        if (random() % 3 == 0) {
            grant.set = ministry.sets[random() % (ministry.sets.size() - 1)];
        }
        actor.grants.push_back(grant);
    }
    for (const auto list : ministry.lists) {
        if (random() % 3 == 0) {
            actor.lists.push_back(list);
        }
    }
    if (random() % 8 == 0) {
        actor.scopes = auth::scopes_from_words("write export");
    }
    return actor;
}

std::vector<DocumentId> by_code(Ministry& ministry, const auth::Actor& actor, Action action)
{
    auto tx = ministry.archive.database().read();
    std::vector<DocumentId> ids;
    for (const auto& view : catalog::list_views(tx, ministry.documents)) {
        const auto target = catalog::target_of(view.document);
        CHECK(std::ranges::count(target.sets, ministry.sets.back()) == 0);
        const bool allowed = auth::is_allowed(actor, action, target);
        CHECK(auth::reach_of(actor, action).contains(target) == allowed);
        CHECK(auth::explain(actor, action, target).is_allowed() == allowed);
        if (const auto order = auth::order_of_reading(actor, target); !order.empty()) {
            CHECK(auth::is_allowed(actor, Action::document_read, target));
            CHECK_FALSE(auth::is_allowed(actor, Action::document_export, target));
            CHECK_FALSE(auth::is_allowed(actor, Action::document_edit, target));
        }
        if (allowed) {
            ids.push_back(view.document.id);
        }
    }
    return ids;
}

/// What he may know of without seeing it.
std::vector<DocumentId> told_by_code(Ministry& ministry, const auth::Actor& actor, Action action)
{
    auto tx = ministry.archive.database().read();
    std::vector<DocumentId> ids;
    for (const auto& view : catalog::list_views(tx, ministry.documents)) {
        const auto target = catalog::target_of(view.document);
        const bool told = auth::is_told(actor, action, target);
        CHECK(auth::told_reach(actor, action).contains(target) == told);
        CHECK_FALSE((told && auth::is_allowed(actor, action, target)));
        // But for its grade he would see it; and its unit, or the one that has its place, is one that tells.
        auto cleared = actor;
        cleared.clearance = Secrecy::tuyet_mat;
        const bool tells =
            target.unit == ministry.units[3] || target.unit == ministry.units[4] || target.unit == ministry.units[5];
        CHECK(told == (tells && target.secrecy > actor.clearance && auth::is_allowed(cleared, action, target)));
        if (told) {
            ids.push_back(view.document.id);
        }
    }
    return ids;
}

std::vector<DocumentId> by_sql(Ministry& ministry, const auth::Reach& reach)
{
    const catalog::ReachSql where{reach, catalog::kDocumentReach, 1};
    auto tx = ministry.archive.database().read();
    auto select = tx.prepare("SELECT document.id FROM document WHERE " + where.text() + " ORDER BY document.id");
    where.bind_to(select);
    std::vector<DocumentId> ids;
    while (select.step()) {
        ids.push_back(select.id<DocumentId>(0));
    }
    return ids;
}

std::vector<DocumentId> by_index(Ministry& ministry, const std::string& query, const auth::Reach& reach)
{
    indexer::Searcher searcher{ministry.archive.home(), ministry.archive.database()};
    auto ids = searcher.matching_documents(query, reach);
    std::ranges::sort(ids);
    return ids;
}

std::uint64_t sum(const std::array<std::uint64_t, kBands.size()>& counts)
{
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

} // namespace

TEST_CASE("code, SQL and index give the same documents to everybody", "[reach]")
{
    std::mt19937 random{GENERATE(7U, 8U, 9U)};
    Ministry ministry{random};
    {
        auto tx = ministry.archive.database().read();
        CHECK(catalog::check_counts(tx).empty());
    }
    for (int round = 0; round < 120; ++round) {
        const auto actor = some_actor(ministry, random);
        const auto action = random() % 2 == 0 ? Action::document_read : Action::document_export;
        const auto reach = auth::reach_of(actor, action);
        const auto wanted = by_code(ministry, actor, action);
        CHECK(by_sql(ministry, reach) == wanted);
        {
            auto tx = ministry.archive.database().read();
            CHECK(sum(catalog::read_counts(tx, catalog::Record::document, reach)) == wanted.size());
            CHECK(outbox::count_pending(tx, reach) == (round == 0 ? static_cast<std::int64_t>(wanted.size()) : 0));
        }
        ministry.archive.catch_up();
        CHECK(by_index(ministry, "", reach) == wanted);
        const auto found = ministry.archive.search(
            indexer::SearchRequest{.query = "van ban", .limit = 200, .cursor = {}, .reach = reach});
        CHECK(found.total == wanted.size());
        CHECK(found.hits.size() == wanted.size());
        CHECK_FALSE(found.excluded);
    }
}

TEST_CASE("code, SQL and index tell everybody of the same documents", "[reach]")
{
    std::mt19937 random{GENERATE(17U, 18U, 19U)};
    Ministry ministry{random};
    ministry.archive.catch_up();
    std::size_t told_in_all = 0;
    for (int round = 0; round < 120; ++round) {
        const auto actor = some_actor(ministry, random);
        const auto action = random() % 2 == 0 ? Action::document_read : Action::document_export;
        const auto told = auth::told_reach(actor, action);
        const auto wanted = told_by_code(ministry, actor, action);
        told_in_all += wanted.size();
        CHECK(by_sql(ministry, told) == wanted);
        CHECK(by_index(ministry, "", told) == wanted);
        const auto found = ministry.archive.search(indexer::SearchRequest{
            .query = "van ban", .limit = 1, .cursor = {}, .reach = auth::reach_of(actor, action), .told = told});
        CHECK(found.excluded == (told.is_nothing() ? std::nullopt : std::optional<std::uint64_t>{wanted.size()}));
        CHECK(auth::told_reach(auth::operator_actor(), action).is_nothing());
    }
    CHECK(told_in_all > 100);
}

TEST_CASE("hits that were left out are counted by the same question", "[reach]")
{
    IndexedArchive archive;
    const auto own = archive.add_unit("A");
    const auto other = archive.add_unit("B");
    archive.add({.title = "kế hoạch", .unit = own});
    archive.add({.title = "kế hoạch diễn tập", .issued_on = 2021y / 3 / 1, .secrecy = Secrecy::mat, .unit = own});
    archive.add({.title = "kế hoạch", .issued_on = 2022y / 3 / 1, .secrecy = Secrecy::toi_mat, .unit = own});
    archive.add({.title = "kế hoạch", .secrecy = Secrecy::mat, .unit = other});
    archive.add({.title = "báo cáo", .secrecy = Secrecy::mat, .unit = own});
    archive.catch_up();
    const auth::Reach reach{.bands = {Secrecy::open}, .parts = {{.units = {own}}}};
    const auth::Reach told{.bands = {Secrecy::mat, Secrecy::toi_mat, Secrecy::tuyet_mat}, .parts = {{.units = {own}}}};
    const auto excluded = [&](const std::string& query, bool relaxed = false) {
        const auto answer = archive.search(
            indexer::SearchRequest{.query = query, .cursor = {}, .reach = reach, .told = told, .relaxed = relaxed});
        for (const auto& hit : answer.hits) {
            CHECK(hit.view.document.secrecy == Secrecy::open);
        }
        return answer.excluded;
    };
    CHECK(excluded("kế hoạch") == 2);
    CHECK(excluded("kế hoạch diễn tập") == 1);
    CHECK(excluded("kế hoạch diễn tập", true) == 1); // strict ones alone
    CHECK(excluded("ngay:2022") == 1);
    CHECK(excluded("") == 3);
    CHECK(excluded("khongco") == 0);
    indexer::Searcher searcher{archive.home(), archive.database()};
    CHECK(searcher.count_excluded("kế hoạch", told) == 2);
    CHECK_FALSE(searcher.count_excluded("kế hoạch", {}));
    CHECK_FALSE(archive.search(indexer::SearchRequest{.query = "kế hoạch", .cursor = {}, .reach = reach}).excluded);
}

TEST_CASE("a reader of one unit pages, counts and relaxes within it", "[reach]")
{
    IndexedArchive archive;
    const auto own = archive.add_unit("A");
    const auto other = archive.add_unit("B");
    for (int i = 0; i < 7; ++i) {
        archive.add({.title = "kế hoạch", .pages = {"diễn tập"}, .unit = own});
        archive.add({.title = "kế hoạch", .pages = {"diễn tập chữa cháy"}, .unit = other});
    }
    archive.catch_up();
    auth::Reach reach{.bands = {Secrecy::open}, .parts = {{.units = {own}}}};
    indexer::SearchRequest request{.query = "ke hoach", .limit = 3, .cursor = {}, .reach = reach};
    std::size_t shown = 0;
    for (int page = 0; page < 3; ++page) {
        const auto answer = archive.search(request);
        CHECK(answer.total == 7);
        shown += answer.hits.size();
        request.cursor = answer.next_cursor;
    }
    CHECK(shown == 7);
    CHECK(request.cursor.empty());

    // Words that only the other unit has bring nothing of his, relaxed neither.
    request = {.query = "kế hoạch chữa cháy", .limit = 20, .cursor = {}, .reach = reach, .relaxed = true};
    for (const auto& hit : archive.search(request).hits) {
        CHECK(hit.view.document.unit == own);
    }
    request = {.query = "kế hoạch", .cursor = {}, .reach = reach, .count_only = true};
    CHECK(archive.search(request).total == 7);
    // A list begun with other rights cannot be gone on with.
    request = {.query = "ke hoach", .limit = 3, .cursor = {}, .reach = reach};
    const auto first = archive.search(request);
    request.cursor = first.next_cursor;
    request.reach = auth::whole_reach();
    CHECK_THROWS(archive.search(request));
}

TEST_CASE("a document handed to another unit leaves the first one's hits at once", "[reach]")
{
    IndexedArchive archive;
    const auto own = archive.add_unit("A");
    const auto other = archive.add_unit("B");
    const auto id = archive.add({.title = "kế hoạch", .unit = own});
    archive.catch_up();
    {
        auto tx = archive.database().write();
        tx.prepare("UPDATE document SET unit_id = ?2 WHERE id = ?1").bind(1, id).bind(2, other).run();
        tx.commit();
    }
    const auth::Reach reach{.bands = {Secrecy::open}, .parts = {{.units = {own}}}};
    const auto answer = archive.search(indexer::SearchRequest{.query = "ke hoach", .cursor = {}, .reach = reach});
    CHECK(answer.hits.empty());
    CHECK(answer.total == 0);
}

TEST_CASE("what came on a need-to-know list is out of others' hits and counts at once", "[reach]")
{
    IndexedArchive archive;
    const auto unit = archive.add_unit("A");
    const auto id = archive.add({.title = "kế hoạch", .pages = {"diễn tập"}, .unit = unit});
    archive.add({.title = "kế hoạch", .pages = {"diễn tập"}, .unit = unit});
    archive.catch_up();
    const auto list = [&] {
        auto tx = archive.database().write();
        const auto made = catalog::insert_reader_list(tx, {.id = {},
                                                           .uid = make_uid(),
                                                           .unit = unit,
                                                           .unit_code = {},
                                                           .title = "tổ soạn thảo",
                                                           .made_at = {},
                                                           .made_by = "test"});
        const std::array ids{id};
        catalog::set_reader_list(tx, catalog::list_views(tx, ids).front().document, made);
        outbox::request_removal(tx, id, Secrecy::open);
        tx.commit();
        return made;
    }();
    const auto reader_of = [&](std::vector<ReaderListId> lists) {
        return auth::Reach{.bands = {Secrecy::open}, .parts = {{.units = {unit}}}, .lists = std::move(lists)};
    };
    const auto total = [&](const auth::Reach& reach) {
        const auto counted =
            archive.search({.query = "dien tap", .cursor = {}, .reach = reach, .count_only = true}).total;
        const auto answer = archive.search({.query = "dien tap", .cursor = {}, .reach = reach});
        CHECK(answer.total == answer.hits.size());
        CHECK(answer.total == counted);
        return counted;
    };
    // Before the index has followed, and after.
    CHECK(total(reader_of({})) == 1);
    CHECK(total(reader_of({list})) == 2);
    archive.catch_up();
    CHECK(total(reader_of({})) == 1);
    CHECK(total(reader_of({list})) == 2);
    CHECK(total(auth::whole_reach()) == 2);
    // It is still of its band: nothing of it has to be compacted away.
    indexer::IndexWorker worker{archive.home(), archive.database()};
    CHECK(worker.compact(1'000) == 0);
}

TEST_CASE("a right by a saved set reaches its documents once the index has followed, and never more", "[reach]")
{
    IndexedArchive archive;
    const auto unit = archive.add_unit("A");
    const auto inside = archive.add({.title = "kế hoạch", .pages = {"trong tập"}, .unit = unit});
    archive.add({.title = "kế hoạch", .pages = {"ngoài tập"}, .unit = unit});
    archive.catch_up();
    RecordSetId set;
    const auth::Reach reach = [&] {
        auto tx = archive.database().write();
        const std::vector<DocumentId> documents{inside};
        set = catalog::insert_record_set(
            tx, {.uid = make_uid(), .title = "tập", .unit = unit, .documents = 1, .made_by = "test"}, documents,
            auth::whole_reach());
        const auto holder = catalog::insert_account(tx, {.uid = make_uid(), .name = "doan", .full_name = "Đoàn"});
        catalog::insert_grant(tx, {.uid = make_uid(),
                                   .account = holder,
                                   .unit = unit,
                                   .role = auth::Role::inspector,
                                   .from_on = kToday,
                                   .record_set = set,
                                   .granted_by = "test"});
        outbox::request_reindex(tx, set);
        tx.commit();
        return auth::Reach{.bands = {Secrecy::open}, .parts = {{.every_unit = true, .set = set}}};
    }();
    const indexer::SearchRequest request{.query = "ke hoach", .cursor = {}, .reach = reach};
    CHECK(archive.search(request).total == 0);
    {
        auto tx = archive.database().read();
        CHECK(outbox::count_pending(tx, reach) == 1);
    }
    archive.catch_up();
    const auto answer = archive.search(request);
    CHECK(answer.total == 1);
    REQUIRE(answer.hits.size() == 1);
    CHECK(answer.hits.front().view.document.id == inside);
    CHECK(answer.hits.front().view.document.sets == std::vector{set});

    {
        // Dossiers are in no set; beside such a part another one has its own parameters.
        auto tx = archive.database().read();
        const auto root = catalog::root_unit(tx).id;
        CHECK(catalog::list_dossiers(tx, reach, {}, 10).empty());
        CHECK(sum(catalog::read_counts(tx, catalog::Record::dossier, reach)) == 0);
        auto more = reach;
        more.parts.front() = {.units = {unit}, .from = 2019y / 1 / 1, .set = set};
        more.parts.push_back({.units = {root}, .to = 2030y / 1 / 1});
        CHECK(catalog::list_dossiers(tx, more, {}, 10).size() == 1);
    }

    // Once it is ended the index may still tell it: the catalogue has the last word.
    auto tx = archive.database().write();
    tx.prepare("UPDATE role_grant SET ended_at = 1, ended_by = 'test' WHERE record_set_id = ?1").bind(1, set).run();
    tx.commit();
    CHECK(archive.search(request).hits.empty());
}
