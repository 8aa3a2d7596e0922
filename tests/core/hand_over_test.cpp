// SPDX-License-Identifier: GPL-3.0-or-later
#include "agency_fixture.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/hand_over.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/jobs.h>
#include <vtlt/core/services/positions.h>
#include <vtlt/core/services/reclassification.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;
using catalog::Fate;

namespace {

struct LeavingAgency : PeopledAgency
{
    LeavingAgency()
    {
        join("lan", "CUC.1", {Role::clerk, Role::leader}, Secrecy::mat);
        join("minh", "CUC.1", {Role::officer}, Secrecy::mat);
    }

    std::string leave(const services::Leaving& leaving, const auth::Actor& by)
    {
        return refusal([&] { made = services::leave_account(archive(), time, by, leaving); });
    }
    std::string leave(const services::Leaving& leaving) { return leave(leaving, actor("quantri")); }
    /// What of the minutes is of that kind.
    std::vector<catalog::HandOverItem> items(const std::string& what)
    {
        std::vector<catalog::HandOverItem> of;
        std::ranges::copy_if(made.items, std::back_inserter(of), [&](const auto& item) { return item.what == what; });
        return of;
    }

    catalog::HandOver made;
};

} // namespace

TEST_CASE("who leaves loses roles, positions, sessions and account, and it is written down", "[hand_over]")
{
    LeavingAgency agency;
    services::set_password(agency.archive(), agency.time, kOperator, "lan", kPassword);
    agency.sign_in("lan");
    const auto position = services::add_position(agency.archive(), agency.time, kOperator,
                                                 {.who = "lan", .title = "Trưởng phòng", .is_main = true});
    const auto own = services::list_grants(agency.archive(), agency.time, kOperator, "lan").front().grant.uid;
    services::grant_role(agency.archive(), agency.time, kOperator,
                         {.who = "minh", .to_on = 2022y / 12 / 31, .delegated_from = own});
    REQUIRE(agency.count("session") == 1);
    REQUIRE(agency.leave({.who = "lan", .to = "minh", .on = 2022y / 9 / 20, .reason = "Nghỉ hưu"}) == "nothing");

    CHECK(agency.account("lan").disabled);
    CHECK(agency.count("session") == 0);
    CHECK(agency.roles("lan").empty());
    CHECK(agency.roles("minh") == std::vector{Role::officer}); // what was delegated from him ended with it
    CHECK(agency.items("role").size() == 2);
    CHECK(agency.items("delegation").size() == 1);
    CHECK(agency.items("position") ==
          std::vector{catalog::HandOverItem{.what = "position", .object = position.uid, .fate = Fate::ended}});
    const auto kept = services::list_hand_overs(agency.archive(), agency.actor("quantri"), "lan");
    REQUIRE(kept.size() == 1);
    CHECK(kept.front().hand_over.items == agency.made.items);
    CHECK(kept.front().hand_over.reason == "Nghỉ hưu");
    CHECK(kept.front().to.name == "minh");
    CHECK(services::list_positions(agency.archive(), agency.time, kOperator, "lan").front().position.to_on ==
          Date{2022y / 9 / 20});
    CHECK(agency.leave({.who = "lan", .to = "minh"}) == "conflict hand_over.left_already");
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("packages are passed on, proposals are withdrawn, half-sent files expire", "[hand_over]")
{
    LeavingAgency agency;
    const auto lan = agency.actor("lan");
    const auto minh = agency.actor("minh");
    Uid package;
    Uid document;
    {
        auto tx = agency.database().write();
        auto job = jobs::enqueue(tx, agency.time, lan, "export", R"({"secrecy":"open"})");
        package = job.uid;
        tx.prepare("UPDATE job SET state = 'finished', outcome = 'done', finished_at = 1 WHERE uid = ?1")
            .bind(1, package)
            .run();
        document = make_uid();
        catalog::insert_document(tx,
                                 {.id = {},
                                  .uid = document,
                                  .unit = agency.id_of("CUC.1"),
                                  .dossier = {},
                                  .title = "Kế hoạch",
                                  .secrecy = Secrecy::mat},
                                 "test");
        tx.prepare("INSERT INTO upload (uid, actor, name, size, secrecy, state, created_at, updated_at, expires_at)"
                   " VALUES ('U', ?1, 'a.pdf', 10, 0, 'receiving', 1, 1, 9000000000000)")
            .bind(1, lan.name)
            .run();
        tx.commit();
    }
    const auto proposal = services::propose_lower_secrecy(agency.archive(), agency.time, lan, document, Secrecy::open,
                                                          "Hết thời hạn bảo vệ");
    REQUIRE(agency.leave({.who = "lan", .to = "minh"}) == "nothing");
    CHECK(services::get_job(agency.archive(), agency.actor("minh"), package).actor.name == minh.name);
    CHECK(agency.items("package") ==
          std::vector{catalog::HandOverItem{.what = "package", .object = package, .fate = Fate::passed_on}});
    CHECK(agency.items("proposal") ==
          std::vector{catalog::HandOverItem{.what = "proposal", .object = proposal.uid, .fate = Fate::ended}});
    CHECK(agency.items("upload").size() == 1);
    auto tx = agency.database().read();
    CHECK(catalog::get_reclassification(tx, proposal.uid).decision == catalog::Decision::withdrawn);
    auto upload = tx.prepare("SELECT expires_at FROM upload WHERE uid = 'U'");
    REQUIRE(upload.step());
    CHECK(upload.instant(0) == agency.time.now());
}

TEST_CASE("what nobody else could finish is finished first", "[hand_over]")
{
    LeavingAgency agency;
    {
        auto tx = agency.database().write();
        jobs::enqueue(tx, agency.time, agency.actor("lan"), "export", R"({"secrecy":"open"})");
        tx.commit();
    }
    CHECK(agency.leave({.who = "lan", .to = "minh"}) == "conflict hand_over.jobs_unfinished");
    CHECK_FALSE(agency.account("lan").disabled);
    CHECK(agency.roles("lan") == std::vector{Role::clerk, Role::leader});
    CHECK(agency.count("hand_over") == 0);
}

TEST_CASE("who takes over is somebody else who is there, the day is not to come, and somebody administers",
          "[hand_over]")
{
    LeavingAgency agency;
    services::disable_account(agency.archive(), agency.time, kOperator, "minh");
    CHECK(agency.leave({.who = "lan", .to = "minh"}) == "conflict account.disabled");
    CHECK(agency.leave({.who = "lan", .to = "lan"}) == "conflict hand_over.to_himself");
    CHECK(agency.leave({.who = "lan", .to = "khongco"}) == "not_found account.not_found");
    CHECK(agency.leave({.who = "lan", .to = "baomat", .on = 2022y / 9 / 21}) == "invalid hand_over.future");
    CHECK(agency.leave({.who = "quantri", .to = "baomat"}, kOperator) == "conflict account.last_admin");
    CHECK_FALSE(agency.account("quantri").disabled);
    // One who was disabled before can still hand over.
    CHECK(agency.leave({.who = "minh", .to = "baomat"}) == "nothing");
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("others' people leave for nobody", "[hand_over]")
{
    LeavingAgency agency;
    agency.join("qtvu", "VU", {Role::admin}, Secrecy::mat);
    agency.join("lon", "VU", {}, Secrecy::mat);
    services::grant_role(agency.archive(), agency.time, kOperator, {.who = "lon", .role = Role::clerk, .unit = "CUC"});
    CHECK(agency.leave({.who = "lan", .to = "lon"}, agency.actor("qtvu")) == "not_found account.not_found");
    // Who holds roles beyond that unit is not only its administrator's.
    CHECK(agency.leave({.who = "lon", .to = "qtvu"}, agency.actor("qtvu")) == "forbidden auth.forbidden");
    CHECK(agency.leave({.who = "lan", .to = "minh"}, agency.actor("minh")) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::list_hand_overs(agency.archive(), agency.actor("minh"), "lan"); }) ==
          "forbidden auth.forbidden");
}
