// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/history.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/reclassification.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <thread>

using namespace vtlt;
using namespace vtlt::testing;

namespace {

auth::Actor person(auth::Role role, Secrecy clearance)
{
    return {.type = auth::Actor::Type::person,
            .name = make_uid(),
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = role}}};
}

/// Two documents in an open dossier.
class Office : public TestArchive
{
public:
    Office()
    {
        dossier = [&] {
            auto tx = database().write();
            const auto root = catalog::root_unit(tx);
            const auto id = catalog::insert_dossier(tx, {.id = {},
                                                         .uid = make_uid(),
                                                         .unit = root.id,
                                                         .unit_code = {},
                                                         .year = 2022,
                                                         .code = "01.KH",
                                                         .title = "Kế hoạch",
                                                         .secrecy = Secrecy::open,
                                                         .opened_on = {},
                                                         .closed_on = {}});
            tx.commit();
            return id;
        }();
        first = take_in("a.txt", "KẾ HOẠCH\nMột\n");
        second = take_in("b.txt", "KẾ HOẠCH\nHai\n");
        const auto documents = files_below(home().objects());
        REQUIRE(documents.size() == 4);
    }

    Uid take_in(const std::string& name, const std::string& text)
    {
        services::IntakeRequest request;
        request.paths.push_back({.path = source(name, text), .dossier = "01.KH"});
        request.workers = 1;
        Uid uid;
        services::IntakeHooks hooks;
        hooks.on_item = [&](const services::IntakeItem& item) { uid = item.id; };
        services::run_intake(archive(), clock(), auth::operator_actor(), request, hooks);
        return uid;
    }

    catalog::DocumentView view(const Uid& uid)
    {
        auto tx = database().read();
        return catalog::get_view(tx, uid);
    }

    catalog::Document raise(const Uid& uid, Secrecy to, const std::string& reason = "công văn 12/BM")
    {
        return services::raise_secrecy(archive(), clock(), clerk, uid, to, reason, [&] { ++asked_for_index; });
    }

    /// As its rows, bytes and history say.
    void require_sound()
    {
        auto tx = database().read();
        CHECK(catalog::check_counts(tx).empty());
        CHECK(jobs::check_jobs(tx).empty());
        CHECK(services::check_documents_against_history(database()).empty());
        CHECK(audit::verify_audit(home(), database()).ok);
        CHECK(store::check_fixity(home(), database(), {}).damages.empty());
        CHECK(files_below(home().staging()).empty());
    }

    DossierId dossier;
    Uid first;
    Uid second;
    auth::Actor clerk = person(auth::Role::clerk, Secrecy::mat);
    auth::Actor guard = person(auth::Role::security_officer, Secrecy::tuyet_mat);
    int asked_for_index = 0;
};

} // namespace

TEST_CASE("a raised document is of the higher band with all that it has", "[reclassification]")
{
    Office office;
    const auto before = office.view(office.first);
    const auto after = office.raise(office.first, Secrecy::mat);
    CHECK(after.secrecy == Secrecy::mat);
    CHECK(after.revision == before.document.revision + 1);
    CHECK(office.asked_for_index == 1);
    const auto now = office.view(office.first);
    CHECK(now.document.secrecy == Secrecy::mat);
    CHECK(now.files.front().band == Secrecy::mat);
    CHECK(now.files.front().object_hash == before.files.front().object_hash);
    CHECK_FALSE(std::filesystem::exists(office.home().object(Secrecy::open, before.files.front().object_hash)));
    CHECK_FALSE(std::filesystem::exists(office.home().object(Secrecy::open, before.files.front().text_hash)));
    CHECK(std::filesystem::exists(office.home().object(Secrecy::mat, before.files.front().text_hash)));
    // Its dossier is of that grade now; the other document tells its name no more.
    CHECK(now.dossier_code == "01.KH");
    CHECK(office.view(office.second).dossier_code.empty());
    office.require_sound();
    auto tx = office.database().read();
    auto reach = auth::whole_reach();
    CHECK(outbox::list_leaving(tx, reach).empty());
    reach.bands = {Secrecy::open};
    CHECK(outbox::list_leaving(tx, reach) == std::vector{now.document.id});
    reach.bands = {Secrecy::open, Secrecy::mat};
    CHECK(outbox::list_leaving(tx, reach).empty());
}

TEST_CASE("a graded document is of secret use, and who lowers it has not opened it", "[reclassification]")
{
    Office office;
    services::DocumentChanges changes;
    changes.mode = "open";
    const auto revision = office.view(office.first).document.revision;
    services::update_document(office.archive(), office.clock(), office.clerk, office.first, revision, changes);
    CHECK(office.raise(office.first, Secrecy::mat).mode == UseMode::secret);
    CHECK(office.raise(office.first, Secrecy::toi_mat).mode == UseMode::secret);
    const auto leader = person(auth::Role::leader, Secrecy::toi_mat);
    for (const auto grade : {Secrecy::mat, Secrecy::open}) {
        const auto proposal =
            services::propose_lower_secrecy(office.archive(), office.clock(), leader, office.first, grade, "hết hạn");
        const auto now =
            services::confirm_lower_secrecy(office.archive(), office.clock(), office.guard, proposal.uid, [] {});
        CHECK(now.mode == (grade == Secrecy::open ? UseMode::conditional : UseMode::secret));
        CHECK(office.view(office.first).document.mode == now.mode);
    }
    const auto entries = services::document_history(office.archive(), office.guard, office.first, 0, 10).entries;
    // Down to open, down, up, up: only the first and the last of them changed the mode.
    const std::vector<std::size_t> told{2, 1, 1, 2};
    std::vector<std::size_t> found;
    for (const auto& entry : entries) {
        if (entry.action == "document.reclassified") {
            found.push_back(entry.changes.size());
        }
    }
    CHECK(found == told);
    office.require_sound();
}

TEST_CASE("bytes that another document has too stay where that one is", "[reclassification]")
{
    Office office;
    {
        auto tx = office.database().write();
        const auto id = catalog::get_view(tx, office.second).files.front();
        const auto held = catalog::list_objects(tx, catalog::get_view(tx, office.first).document.id).front();
        tx.prepare("UPDATE file SET object_id = ?2, content_hash = ?3, size = ?4 WHERE id = ?1")
            .bind(1, id.id)
            .bind(2, held.id)
            .bind(3, held.hash)
            .bind(4, static_cast<std::int64_t>(held.size))
            .run();
        tx.commit();
    }
    const auto hash = office.view(office.first).files.front().object_hash;
    office.raise(office.first, Secrecy::mat);
    CHECK(std::filesystem::exists(office.home().object(Secrecy::open, hash)));
    CHECK(std::filesystem::exists(office.home().object(Secrecy::mat, hash)));
    CHECK(office.view(office.second).files.front().band == Secrecy::open);
}

TEST_CASE("raising asks for a reason, a higher grade and the right", "[reclassification]")
{
    Office office;
    const auto raise = [&](const Uid& uid, Secrecy to, const std::string& reason = "x") {
        return refusal([&] { office.raise(uid, to, reason); });
    };
    CHECK(raise(office.first, Secrecy::mat, " ") == "invalid reclassification.no_reason");
    CHECK(raise(office.first, Secrecy::mat, std::string(501, 'x')) == "invalid document.too_long");
    CHECK(raise(make_uid(), Secrecy::mat) == "not_found document.not_found");
    CHECK(raise(office.first, Secrecy::open) == "nothing");
    CHECK(office.view(office.first).document.revision == 2);
    // Above his own clearance: who has kept a secret by mistake puts it out of his own sight.
    CHECK(raise(office.first, Secrecy::tuyet_mat) == "nothing");
    CHECK(raise(office.first, Secrecy::tuyet_mat) == "not_found document.not_found");
    CHECK(raise(office.second, Secrecy::mat) == "nothing");
    CHECK(raise(office.second, Secrecy::open) == "invalid reclassification.not_higher");
    office.clerk.grants = {{.role = auth::Role::auditor}};
    CHECK(raise(office.second, Secrecy::toi_mat) == "forbidden auth.forbidden");
    office.require_sound();
}

TEST_CASE("a lower grade needs a second person", "[reclassification]")
{
    Office office;
    office.raise(office.first, Secrecy::mat);
    const auto propose = [&](const auth::Actor& actor, Secrecy to) {
        return services::propose_lower_secrecy(office.archive(), office.clock(), actor, office.first, to, "hết hạn");
    };
    const auto confirm = [&](const auth::Actor& actor, const Uid& uid) {
        return refusal([&] {
            services::confirm_lower_secrecy(office.archive(), office.clock(), actor, uid,
                                            [&] { ++office.asked_for_index; });
        });
    };
    CHECK(refusal([&] { propose(office.clerk, Secrecy::mat); }) == "invalid reclassification.not_lower");
    const auto leader = person(auth::Role::leader, Secrecy::mat);
    const auto proposal = propose(leader, Secrecy::open);
    CHECK(refusal([&] { propose(office.clerk, Secrecy::open); }) == "conflict reclassification.open_already");
    CHECK(confirm(leader, proposal.uid) == "forbidden reclassification.needs_another_person");
    CHECK(confirm(auth::operator_actor(), proposal.uid) == "forbidden reclassification.needs_another_person");
    CHECK(confirm(office.clerk, proposal.uid) == "forbidden auth.forbidden");
    CHECK(confirm(person(auth::Role::leader, Secrecy::open), proposal.uid) == "not_found reclassification.not_found");
    CHECK(office.view(office.first).document.secrecy == Secrecy::mat);

    SECTION("who confirms lowers it")
    {
        CHECK(confirm(office.guard, proposal.uid) == "nothing");
        CHECK(office.view(office.first).document.secrecy == Secrecy::open);
        CHECK(office.view(office.first).files.front().band == Secrecy::open);
        CHECK(confirm(office.guard, proposal.uid) == "conflict reclassification.decided");
    }
    SECTION("who refuses says why")
    {
        const auto refuse = [&](const auth::Actor& actor, const std::string& reason) {
            return refusal(
                [&] { services::refuse_lower_secrecy(office.archive(), office.clock(), actor, proposal.uid, reason); });
        };
        CHECK(refuse(office.clerk, "x") == "forbidden auth.forbidden");
        CHECK(refuse(office.guard, "") == "invalid reclassification.no_reason");
        CHECK(refuse(office.guard, "chưa hết hạn") == "nothing");
        CHECK(confirm(office.guard, proposal.uid) == "conflict reclassification.decided");
        CHECK(services::list_reclassifications(office.archive(), office.guard, {}, 10).empty());
    }
    SECTION("the proposer takes it back")
    {
        services::refuse_lower_secrecy(office.archive(), office.clock(), leader, proposal.uid, "");
        CHECK(confirm(office.guard, proposal.uid) == "conflict reclassification.decided");
    }
    SECTION("a higher grade overtakes it")
    {
        office.raise(office.first, Secrecy::toi_mat);
        CHECK(confirm(office.guard, proposal.uid) == "conflict reclassification.decided");
        CHECK(office.view(office.first).document.secrecy == Secrecy::toi_mat);
    }
    SECTION("both sides see it, and who may do what")
    {
        const auto seen = services::list_reclassifications(office.archive(), office.guard, {}, 10);
        REQUIRE(seen.size() == 1);
        CHECK(seen.front().may_confirm);
        CHECK_FALSE(seen.front().may_withdraw);
        const auto own = services::reclassification_of(office.archive(), leader, office.first);
        REQUIRE(own);
        CHECK_FALSE(own->may_confirm);
        CHECK(own->may_withdraw);
        CHECK(services::list_reclassifications(office.archive(), person(auth::Role::clerk, Secrecy::open), {}, 10)
                  .empty());
    }
    office.require_sound();
}

TEST_CASE("a dossier comes down with the last document that had raised it, never below its own grade",
          "[reclassification]")
{
    Office office;
    const auto lower = [&](const Uid& uid, Secrecy to) {
        const auto proposal =
            services::propose_lower_secrecy(office.archive(), office.clock(), office.clerk, uid, to, "hết hạn");
        services::confirm_lower_secrecy(office.archive(), office.clock(), office.guard, proposal.uid, [] {});
    };
    const auto grade = [&] {
        auto tx = office.database().read();
        return catalog::list_dossiers(tx, auth::whole_reach(), {}, 1).front().secrecy;
    };
    office.raise(office.first, Secrecy::mat);
    office.raise(office.second, Secrecy::mat);
    lower(office.first, Secrecy::open);
    CHECK(grade() == Secrecy::mat);
    CHECK(office.view(office.first).dossier_code.empty());
    SECTION("the last one")
    {
        lower(office.second, Secrecy::open);
        CHECK(grade() == Secrecy::open);
        CHECK(office.view(office.first).dossier_code == "01.KH");
    }
    SECTION("its own")
    {
        {
            auto tx = office.database().write();
            tx.prepare("UPDATE dossier SET own_secrecy = 1").run();
            tx.commit();
        }
        lower(office.second, Secrecy::open);
        CHECK(grade() == Secrecy::mat);
    }
    office.require_sound();
}

TEST_CASE("what was written while it was secret stays so after it came down", "[reclassification]")
{
    Office office;
    const auto rename = [&](const std::string& title) {
        services::update_document(office.archive(), office.clock(), auth::operator_actor(), office.first,
                                  office.view(office.first).document.revision, {.title = title});
    };
    rename("Kế hoạch thường");
    office.raise(office.first, Secrecy::mat);
    rename("Chiến dịch Bão Táp");
    rename("Kế hoạch chung");
    const auto proposal = services::propose_lower_secrecy(office.archive(), office.clock(), office.clerk, office.first,
                                                          Secrecy::open, "đã xong Bão Táp");
    services::confirm_lower_secrecy(office.archive(), office.clock(), office.guard, proposal.uid, [] {});
    rename("Kế hoạch cuối");

    const auto told = [&](const auth::Actor& actor) {
        std::string all;
        std::size_t entries = 0;
        for (std::uint64_t start = 0;;) {
            const auto page = services::document_history(office.archive(), actor, office.first, start, 2);
            for (const auto& entry : page.entries) {
                ++entries;
                for (const auto& change : entry.changes) {
                    all += change.before + "|" + change.after + "|";
                }
                all += entry.reason + "|";
            }
            if (!page.next_start) {
                break;
            }
            start = *page.next_start;
        }
        CHECK(entries == 9);
        return all;
    };
    const auto low = told(person(auth::Role::clerk, Secrecy::open));
    CHECK(low.find("Bão Táp") == std::string::npos);
    CHECK(low.find("Kế hoạch thường") != std::string::npos);
    CHECK(low.find("Kế hoạch cuối") != std::string::npos);
    CHECK(told(office.clerk).find("Chiến dịch Bão Táp") != std::string::npos);

    std::size_t hidden = 0;
    for (const auto& one :
         services::list_history(office.archive(), person(auth::Role::auditor, Secrecy::open), {}, 100)) {
        if (one.event.object == office.first) {
            CHECK((!one.event.detail || one.event.detail->dump().find("Bão Táp") == std::string::npos));
            hidden += one.is_hidden ? 1 : 0;
        }
    }
    CHECK(hidden == 5); // two edits, raised, proposed, lowered
}

TEST_CASE("what was confirmed is what was proposed", "[reclassification]")
{
    Office office;
    office.raise(office.first, Secrecy::mat);
    const auto proposal = services::propose_lower_secrecy(office.archive(), office.clock(), office.clerk, office.first,
                                                          Secrecy::open, "hết hạn");
    services::DocumentChanges changes;
    changes.title = "Một tên khác";
    services::update_document(office.archive(), office.clock(), office.clerk, office.first,
                              office.view(office.first).document.revision, changes);
    CHECK(refusal([&] {
              services::confirm_lower_secrecy(office.archive(), office.clock(), office.guard, proposal.uid, [] {});
          }) == "conflict reclassification.changed_since");
    CHECK(office.view(office.first).document.secrecy == Secrecy::mat);
}

TEST_CASE("a document goes up while its text is being read, and its text goes with it", "[reclassification]")
{
    Office office;
    constexpr int files = 12;
    services::IntakeRequest request;
    for (int i = 0; i < files; ++i) {
        office.source("n" + std::to_string(i) + ".txt", "THÔNG BÁO\nSố " + std::to_string(i % 7) + "\n");
    }
    request.paths.push_back({.path = office.sources(), .dossier = "01.KH", .keep_duplicate = true});
    request.workers = 1;
    services::IntakeHooks hooks;
    const auto pending = [&] {
        auto tx = office.database().read();
        auto select = tx.prepare("SELECT document.uid FROM file JOIN document ON document.id = file.document_id"
                                 " WHERE file.text_state = 0 ORDER BY document.id");
        std::vector<Uid> uids;
        while (select.step()) {
            uids.push_back(select.text(0));
        }
        return uids;
    };
    std::vector<Uid> raised;
    const bool is_killed = GENERATE(false, true);
    std::atomic<bool> stop = false;
    hooks.stop = &stop;
    hooks.on_progress = [&](const services::IntakeProgress&) {
        if (!raised.empty()) {
            return;
        }
        raised = pending(); // some read and not yet written, some still to be read
        for (const auto& uid : raised) {
            CHECK(office.raise(uid, Secrecy::mat).secrecy == Secrecy::mat);
        }
        stop = is_killed && !raised.empty();
    };
    services::run_intake(office.archive(), office.clock(), auth::operator_actor(), request, hooks);
    if (is_killed) {
        CHECK_FALSE(pending().empty());
        hooks = {};
        services::run_intake(office.archive(), office.clock(), auth::operator_actor(), request, hooks);
    }
    CHECK(raised.size() > 3);
    CHECK(pending().empty());
    for (const auto& uid : raised) {
        const auto file = office.view(uid).files.front();
        CHECK(file.band == Secrecy::mat);
        CHECK(file.text_state == catalog::TextState::present);
        CHECK(std::filesystem::exists(office.home().object(Secrecy::mat, file.text_hash)));
    }
    office.require_sound();
}

TEST_CASE("a document whose bytes are lost goes up all the same", "[reclassification]")
{
    Office office;
    const auto file = office.view(office.first).files.front();
    REQUIRE(std::filesystem::remove(office.home().object(Secrecy::open, file.object_hash)));
    CHECK(office.raise(office.first, Secrecy::mat).secrecy == Secrecy::mat);
    CHECK(std::filesystem::exists(office.home().object(Secrecy::mat, file.text_hash)));
    const auto damages = store::check_fixity(office.home(), office.database(), {}).damages;
    REQUIRE(damages.size() == 1);
    CHECK(damages.front().kind == store::DamageKind::missing);
}

TEST_CASE("who audits is told no more of a secret document than its reader", "[reclassification]")
{
    Office office;
    office.raise(office.first, Secrecy::tuyet_mat);
    services::propose_lower_secrecy(office.archive(), office.clock(), office.guard, office.first, Secrecy::mat,
                                    "chiến dịch đã kết thúc");
    const auto auditor = person(auth::Role::auditor, Secrecy::open);
    std::size_t seen = 0;
    for (const auto& one : services::list_history(office.archive(), auditor, {}, 100)) {
        if (one.event.action.starts_with("reclassification.") || one.event.action.ends_with(".reclassified")) {
            CHECK(one.is_hidden);
            CHECK_FALSE(one.event.detail);
            ++seen;
        }
    }
    CHECK(seen == 3);
}

TEST_CASE("jobs and packages go up with what they tell of", "[reclassification]")
{
    Office office;
    const auto reader = person(auth::Role::archivist, Secrecy::open);
    const auto maker = person(auth::Role::clerk, Secrecy::open);
    const auto package = [&] {
        auto tx = office.database().write();
        auto job = jobs::enqueue(tx, office.clock(), maker, "export", R"({"query":"kế hoạch"})");
        const std::array documents{catalog::get_view(tx, office.first).document.id,
                                   catalog::get_view(tx, office.second).document.id};
        jobs::put_documents(tx, job.id, documents);
        tx.commit();
        return job.uid;
    }();
    const auto intake = [&] {
        auto tx = office.database().write();
        tx.prepare("UPDATE job SET secrecy = 0 WHERE kind = 'ingest'").run();
        tx.commit();
        for (const auto& job : services::list_jobs(office.archive(), auth::operator_actor(), {.kind = "ingest"}, 10)) {
            const auto items =
                services::list_job_items(office.archive(), auth::operator_actor(), job.uid, -1, 10, false);
            if (items.front().document_uid == office.first) {
                return job.uid;
            }
        }
        return Uid{};
    }();
    const auto sees = [&](const auth::Actor& actor, const Uid& uid) {
        return refusal([&] { services::get_job(office.archive(), actor, uid); }) == "nothing";
    };
    CHECK(sees(maker, package));
    CHECK(sees(reader, package));
    CHECK(sees(reader, intake));
    const auto listed = services::list_jobs(office.archive(), reader, {}, 10).size();
    office.raise(office.first, Secrecy::mat);
    CHECK_FALSE(sees(maker, package));
    CHECK_FALSE(sees(reader, package));
    CHECK_FALSE(sees(reader, intake));
    CHECK(services::list_jobs(office.archive(), reader, {}, 10).size() == listed - 2);
    CHECK(sees(auth::operator_actor(), package));
    // One whose documents were raised while they were being chosen is of their grade from its beginning.
    auto tx = office.database().write();
    auto late = jobs::enqueue(tx, office.clock(), maker, "export", "{}");
    jobs::put_documents(tx, late.id, std::array{catalog::get_view(tx, office.first).document.id});
    CHECK(jobs::get_job(tx, late.uid).secrecy == Secrecy::mat);
}

TEST_CASE("two who raise one document at once are both answered truly", "[reclassification]")
{
    Office office;
    office.clerk.clearance = Secrecy::tuyet_mat;
    std::array<std::string, 4> outcomes;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            threads.emplace_back([&, i] {
                outcomes.at(i) = refusal([&] {
                    services::raise_secrecy(office.archive(), office.clock(), office.clerk, office.first,
                                            i % 2 == 0 ? Secrecy::mat : Secrecy::tuyet_mat, "x", [] {});
                });
            });
        }
    }
    for (const auto& outcome : outcomes) {
        CHECK((outcome == "nothing" || outcome == "invalid reclassification.not_higher" ||
               outcome == "busy reclassification.busy"));
    }
    CHECK(office.view(office.first).document.secrecy == Secrecy::tuyet_mat);
    office.require_sound();
}
