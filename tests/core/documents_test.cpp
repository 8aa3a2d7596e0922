// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/overview.h>

#include <catch2/catch.hpp>

#include <thread>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using services::DocumentChanges;

namespace {

auth::Actor person(Secrecy clearance = Secrecy::open)
{
    return {.type = auth::Actor::Type::person,
            .name = make_uid(),
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = auth::Role::clerk}}};
}

class Desk : public TestArchive
{
public:
    Desk()
    {
        source("a.txt", "Số: 3163/BC-BQP\nHà Nội, ngày 20 tháng 9 năm 2022\n\nBÁO CÁO\nKết quả kiểm kê\n");
        services::IntakeRequest request;
        request.paths.push_back({.path = sources(), .dossier = {}});
        request.workers = 1;
        services::IntakeHooks hooks;
        hooks.on_item = [this](const services::IntakeItem& item) { uid = item.id; };
        services::run_intake(archive(), clock(), auth::operator_actor(), request, hooks);
    }

    catalog::Document now()
    {
        auto tx = database().read();
        return catalog::get_view(tx, uid).document;
    }
    catalog::Document edit(const DocumentChanges& changes, std::int64_t seen)
    {
        return services::update_document(archive(), clock(), me, uid, seen, changes);
    }
    catalog::Document edit(const DocumentChanges& changes) { return edit(changes, now().revision); }
    std::vector<services::HistoryFault> faults() { return services::check_documents_against_history(database()); }
    void sql(const std::string& statement)
    {
        auto tx = database().write();
        tx.prepare(statement).run();
        tx.commit();
    }

    Uid uid;
    auth::Actor me = person();
};

DocumentChanges titled(const std::string& title)
{
    DocumentChanges changes;
    changes.title = title;
    return changes;
}

} // namespace

TEST_CASE("an edit changes what it names, and is told to history and index", "[documents]")
{
    Desk desk;
    const auto before = desk.now();
    auto outbox = [&] {
        auto tx = desk.database().read();
        return outbox::last_seq(tx);
    };
    const auto seq = outbox();
    DocumentChanges changes;
    changes.title = "  Báo cáo\n kết quả ";
    changes.signer = "Nguyễn Văn A";
    changes.kind = "";
    changes.issued_on = 2022y / 9 / 19;
    const auto after = desk.edit(changes);
    CHECK(after.title == "Báo cáo kết quả");
    CHECK(after.signer == "Nguyễn Văn A");
    CHECK(after.kind.empty());
    CHECK(after.issued_on == Date{2022y / 9 / 19});
    CHECK(after.number == before.number);
    CHECK(after.revision == before.revision + 1);
    CHECK(desk.now().title == after.title);
    CHECK(outbox() == seq + 1);
    CHECK(desk.faults().empty());
    CHECK(audit::verify_audit(desk.home(), desk.database()).ok);

    SECTION("one that changes nothing is none")
    {
        CHECK(desk.edit(changes).revision == after.revision);
        CHECK(outbox() == seq + 1);
    }
    SECTION("a value changed behind the program's back is found after it, too")
    {
        const std::string statement =
            GENERATE("UPDATE document SET title = 'khác'", "UPDATE document SET signer = NULL",
                     "UPDATE document SET kind = 'QĐ'", "UPDATE document SET issued_on = 20220920");
        desk.sql(statement);
        CHECK(desk.faults().size() == 1);
    }
}

TEST_CASE("who saw an older revision is told what others made of it", "[documents]")
{
    Desk desk;
    const auto seen = desk.now().revision;
    desk.edit(titled("của người kia"));
    auto mine = titled("của tôi");
    mine.number = desk.now().number;
    mine.signer = "Trần B";
    try {
        desk.edit(mine, seen);
        FAIL("changed meanwhile");
    } catch (const Error& error) {
        CHECK(error.code() == "document.changed_meanwhile");
        CHECK(error.fields() == Fields{{"document", desk.uid},
                                       {"revision", std::to_string(seen + 1)},
                                       {"signer", ""},
                                       {"title", "của người kia"}});
    }
    CHECK(desk.now().title == "của người kia");
}

TEST_CASE("a value is given back what it was, as a new revision that says so", "[documents]")
{
    Desk desk;
    const auto first = desk.now();
    auto wrong = titled("sai");
    wrong.issued_on = std::optional<Date>{};
    wrong.reason = "  nhập\n lại ";
    const auto edited = desk.edit(wrong).revision;
    desk.edit(titled("sai nữa"));
    const auto restore = [&](std::string_view field, std::int64_t revision, std::int64_t seen,
                             const auth::Actor& actor) {
        return refusal([&] {
            services::restore_value(desk.archive(), desk.clock(), actor, desk.uid, seen, field, revision, "nhầm");
        });
    };
    const auto seen = desk.now().revision;
    CHECK(restore("title", edited, seen - 1, desk.me) == "conflict document.changed_meanwhile");
    CHECK(restore("signer", edited, seen, desk.me) == "not_found document.no_such_change");
    CHECK(restore("secrecy", edited, seen, desk.me) == "not_found document.no_such_change");
    CHECK(restore("title", 99, seen, desk.me) == "not_found document.no_such_change");
    auto reader = desk.me;
    reader.grants = {{.role = auth::Role::auditor}};
    CHECK(restore("title", edited, seen, reader) == "forbidden auth.forbidden");
    CHECK(desk.now().revision == seen);

    CHECK(restore("title", edited, seen, desk.me) == "nothing");
    CHECK(restore("issued_on", edited, seen + 1, desk.me) == "nothing");
    CHECK(desk.now().title == first.title);
    CHECK(desk.now().issued_on == first.issued_on);
    CHECK(desk.now().revision == seen + 2);
    const auto entries = services::document_history(desk.archive(), desk.me, desk.uid, 0, 10).entries;
    REQUIRE(entries.size() == 6);
    CHECK(entries[0].reason == "nhầm");
    CHECK(entries[0].revision == seen + 2);
    CHECK(entries[3].reason == "nhập lại");
    CHECK(desk.faults().empty());
    CHECK(desk.count("audit_leaf") == desk.count("audit_detail"));
    auto long_reason = titled("khác");
    long_reason.reason = std::string(501, 'x');
    CHECK(refusal([&] { desk.edit(long_reason); }) == "invalid document.bad_values");
}

TEST_CASE("a mode of use is edited, told and given back as any value", "[documents]")
{
    Desk desk;
    CHECK(desk.now().mode == UseMode::conditional); // nobody has opened it to everybody
    DocumentChanges changes;
    changes.mode = "open";
    const auto opened = desk.edit(changes);
    CHECK(opened.mode == UseMode::open);
    CHECK(desk.now().mode == UseMode::open);
    const auto entries = services::document_history(desk.archive(), desk.me, desk.uid, 0, 1).entries;
    REQUIRE(entries.front().changes.size() == 1);
    CHECK(entries.front().changes.front().field == "mode");
    CHECK(entries.front().changes.front().before == "conditional");
    CHECK(entries.front().changes.front().after == "open");
    services::restore_value(desk.archive(), desk.clock(), desk.me, desk.uid, opened.revision, "mode", opened.revision,
                            "nhầm");
    CHECK(desk.now().mode == UseMode::conditional);
    CHECK(desk.faults().empty());
    desk.sql("UPDATE document SET use_mode = 1");
    CHECK(desk.faults().size() == 1);
}

TEST_CASE("a mode of use stands beside a grade, never instead of one", "[documents]")
{
    Desk desk;
    const auto problem = [&](const std::string& mode) {
        DocumentChanges changes;
        changes.mode = mode;
        try {
            desk.edit(changes);
        } catch (const Error& error) {
            CHECK(error.code() == "document.bad_values");
            return error.problems().at(0).pointer + " " + error.problems().at(0).code;
        }
        return std::string{"nothing"};
    };
    CHECK(problem("mat") == "/mode document.unknown_mode");
    CHECK(problem("") == "/mode document.unknown_mode");
    CHECK(problem("secret") == "/mode document.mode_against_grade");
    CHECK(problem("conditional") == "nothing");
    desk.sql("UPDATE document SET secrecy = 1, use_mode = 3");
    desk.me.clearance = Secrecy::mat;
    CHECK(problem("open") == "/mode document.mode_against_grade");
    CHECK(problem("secret") == "nothing");
    CHECK(desk.now().mode == UseMode::secret);
    const auto against = GENERATE("UPDATE document SET use_mode = 2", "UPDATE document SET secrecy = 0");
    CHECK_THROWS(desk.sql(against));
}

TEST_CASE("two at once: one writes, one is told", "[documents]")
{
    Desk desk;
    const auto seen = desk.now().revision;
    std::atomic<int> written = 0;
    std::atomic<int> told = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&, i] {
            const auto answer = refusal([&] { desk.edit(titled("tiêu đề " + std::to_string(i)), seen); });
            (answer == "nothing" ? written : told) += 1;
        });
    }
    threads.clear();
    CHECK(written == 1);
    CHECK(told == 1);
    CHECK(desk.now().revision == seen + 1);
    CHECK(desk.faults().empty());
}

TEST_CASE("all mistakes of an edit are told at once", "[documents]")
{
    Desk desk;
    DocumentChanges changes;
    changes.title = " \n ";
    changes.kind = "XYZ";
    changes.issuer = std::string(501, 'x');
    changes.signer = "\xFF";
    changes.issued_on = 2022y / 9 / 21;
    try {
        desk.edit(changes);
        FAIL("mistakes");
    } catch (const Error& error) {
        CHECK(error.code() == "document.bad_values");
        std::vector<std::string> found;
        for (const auto& problem : error.problems()) {
            found.push_back(problem.pointer + " " + problem.code);
        }
        CHECK(found == std::vector<std::string>{"/kind document.unknown_kind", "/issuer document.too_long",
                                                "/signer text.not_utf8", "/title title.blank",
                                                "/issued_on document.bad_date"});
    }
}

TEST_CASE("a hidden document is as if there were none", "[documents]")
{
    Desk desk;
    desk.sql("UPDATE document SET secrecy = 1, use_mode = 3");
    const auto seen = desk.now().revision;
    CHECK(refusal([&] { desk.edit(titled("x"), seen); }) == "not_found document.not_found");
    CHECK(refusal([&] { services::document_history(desk.archive(), desk.me, desk.uid, 0, 10); }) ==
          "not_found document.not_found");
}

TEST_CASE("where the unit tells, a hidden document is refused and nothing of it is told", "[documents]")
{
    Desk desk;
    desk.sql("UPDATE document SET secrecy = 1, use_mode = 3");
    const auto revision = desk.now().revision;
    const auto units = [&] {
        auto tx = desk.database().read();
        return desk.archive().units(tx, desk.clock().today());
    };
    const auto asked = [&](const auth::Actor& actor) {
        return refusal([&] { services::document_history(desk.archive(), actor, desk.uid, 0, 10); });
    };
    const auto root = [&] {
        auto tx = desk.database().read();
        return catalog::root_unit(tx);
    }();
    desk.me.units = units();
    CHECK(asked(desk.me) == "not_found document.not_found");
    services::set_unit_policy(desk.archive(), desk.clock(), auth::operator_actor(), root.code, true);
    desk.me.units = units();
    CHECK(asked(desk.me) == "forbidden document.hidden_told");
    CHECK(refusal([&] { desk.edit(titled("x"), revision); }) == "forbidden document.hidden_told");
    CHECK_THROWS_MATCHES(services::document_history(desk.archive(), desk.me, desk.uid, 0, 10), Error,
                         Catch::Predicate<Error>([](const Error& error) { return error.fields().empty(); }));
    // Nobody else is told: what nobody has is missing, and so it is for who has no reading role there.
    CHECK(refusal([&] { services::document_history(desk.archive(), desk.me, make_uid(), 0, 10); }) ==
          "not_found document.not_found");
    auto administrator = desk.me;
    administrator.grants = {{.role = auth::Role::admin}};
    CHECK(asked(administrator) == "not_found document.not_found");
    auto elsewhere = desk.me;
    elsewhere.grants = {{.role = auth::Role::clerk, .unit = UnitId{99}}};
    CHECK(asked(elsewhere) == "not_found document.not_found");
    auto of_another_time = desk.me;
    of_another_time.grants = {{.role = auth::Role::clerk, .records_to = 2001y / 1 / 1}};
    CHECK(asked(of_another_time) == "not_found document.not_found");
}

TEST_CASE("a document's history tells who, when and what, and numbers only to auditors", "[documents]")
{
    Desk desk;
    desk.sql("INSERT INTO account (uid, name, name_key, full_name, clearance) VALUES ('" + desk.me.name +
             "', 'a', 'a', 'Lê Thị C', 0)");
    desk.edit(titled("một"));
    desk.edit(titled("hai"));
    const auto page = services::document_history(desk.archive(), desk.me, desk.uid, 0, 2);
    REQUIRE(page.entries.size() == 2);
    CHECK(page.entries[0].action == "document.edited");
    CHECK(page.entries[0].actor_name == "Lê Thị C");
    CHECK(page.entries[0].at == desk.clock().now());
    REQUIRE(page.entries[0].changes.size() == 1);
    CHECK(page.entries[0].changes[0].field == "title");
    CHECK(page.entries[0].changes[0].before == "một");
    CHECK(page.entries[0].changes[0].after == "hai");
    CHECK_FALSE(page.entries[0].seq);
    REQUIRE(page.next_start == 2);
    const auto rest = services::document_history(desk.archive(), auth::operator_actor(), desk.uid, 2, 10);
    REQUIRE(rest.entries.size() == 2);
    CHECK(rest.entries[0].action == "document.text_read");
    CHECK(rest.entries[1].action == "document.registered");
    CHECK(rest.entries[1].seq);
    CHECK_FALSE(rest.next_start);
}

TEST_CASE("what a person entered before the text was read stays", "[documents]")
{
    CoreHome core;
    auto document = core.add_document({.title = "tệp.txt"});
    document.title = "Tiêu đề đã sửa";
    document.kind = "QĐ";
    document.revision = 2;
    auto tx = core.database().write();
    catalog::update_description(tx, document);
    const auto told = catalog::describe(
        tx, document.id,
        {.kind = "BC", .number = "1", .symbol = {}, .issuer = {}, .issued_on = {}, .title = "BÁO CÁO"});
    CHECK(told.title == "Tiêu đề đã sửa");
    CHECK(told.kind == "QĐ");
    CHECK(told.number == "1");
}

TEST_CASE("a document's relations are those its reader may see", "[documents]")
{
    Desk desk;
    const auto related = [&](const auth::Actor& actor) {
        std::vector<std::pair<services::Relation, std::string>> found;
        for (const auto& [relation, view] : services::document_relations(desk.archive(), actor, desk.uid)) {
            found.emplace_back(relation, view.document.title);
        }
        return found;
    };
    CHECK(related(desk.me).empty());

    const auto text = slurp(desk.sources() / "a.txt");
    const auto take_in = [&](const std::string& name, const std::string& content, Secrecy secrecy) {
        std::filesystem::remove_all(desk.sources());
        desk.source(name, content);
        services::IntakeRequest request;
        request.paths.push_back({.path = desk.sources(), .dossier = {}, .keep_duplicate = true});
        request.secrecy = secrecy;
        request.workers = 1;
        services::run_intake(desk.archive(), desk.clock(), auth::operator_actor(), request, {});
    };
    take_in("b.txt", text, Secrecy::open);
    take_in("c.txt", "Số: 3163/BC-BQP\nHà Nội, ngày 20 tháng 9 năm 2022\nBÁO CÁO\nBản quét\n", Secrecy::open);
    take_in("d.txt", "Số: 3163/BC-BQP\nHà Nội, ngày 1 tháng 9 năm 2021\nBÁO CÁO\nCủa năm khác\n", Secrecy::open);
    take_in("e.txt", text + "mật\n", Secrecy::mat);
    using services::Relation;
    const auto seen = related(desk.me);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].first == Relation::same_content);
    CHECK(seen[1].first == Relation::same_number);
    CHECK(related(person(Secrecy::mat)).size() == 3);
    CHECK_THROWS(services::document_relations(desk.archive(), desk.me, make_uid()));
}

TEST_CASE("the first page counts what its reader may see", "[overview]")
{
    Desk desk;
    const auto read = [&](const auth::Actor& actor) { return services::overview(desk.archive(), desk.clock(), actor); };
    auto seen = read(desk.me);
    REQUIRE(seen.documents.size() == 1);
    CHECK(seen.documents[0] == std::pair{Secrecy::open, std::uint64_t{1}});
    CHECK(seen.jobs_unfinished == 0);
    CHECK_FALSE(seen.integrity);
    CHECK(read(auth::operator_actor()).documents.size() == 4);
    {
        auto tx = desk.database().write();
        const auto job = jobs::start_or_resume(tx, desk.clock(), auth::operator_actor(), "verify", "{}");
        jobs::finish(tx, desk.clock(), job.lease(),
                     {.outcome = jobs::Outcome::failed, .result = {{"ok", false}, {"problems_total", 3}}});
        jobs::enqueue(tx, desk.clock(), desk.me, "export", "{}");
        tx.commit();
    }
    seen = read(desk.me);
    REQUIRE(seen.integrity);
    CHECK_FALSE(seen.integrity->ok);
    CHECK(seen.integrity->problems == 3);
    CHECK(seen.jobs_unfinished == 1);
    CHECK(seen.jobs_failed == 0);
    CHECK(read(auth::operator_actor()).jobs_failed == 1);
    {
        auto tx = desk.database().read();
        CHECK(catalog::check_counts(tx).empty());
    }
    desk.sql("UPDATE record_count SET records = 7 WHERE record = 'document' AND secrecy = 0");
    auto tx = desk.database().read();
    CHECK(catalog::check_counts(tx) == std::vector<std::string>{"document open CQ counted=7 found=1"});
}
