// SPDX-License-Identifier: GPL-3.0-or-later
#include "agency_fixture.h"

#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/rights.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Action;
using auth::Role;

namespace {

struct Agency : PeopledAgency
{
    std::string grant(const services::NewGrant& wanted, const std::string& by = "quantri")
    {
        return refusal([&] { last = services::grant_role(archive(), time, actor(by), wanted).uid; });
    }

    Uid last;
};

} // namespace

TEST_CASE("a role reaches its unit, what is below it where it says so, and nothing beside", "[rights]")
{
    Agency agency;
    agency.join("truong", "CUC", {Role::leader});
    agency.join("vanthu", "CUC", {Role::clerk}, Secrecy::open, true);
    agency.join("canbo", "CUC.1", {Role::officer});
    CHECK(agency.reads("truong", "CUC"));
    CHECK(agency.reads("truong", "CUC.2"));
    CHECK_FALSE(agency.reads("truong", "VU"));
    CHECK_FALSE(agency.reads("truong", "CQ"));
    CHECK(agency.reads("vanthu", "CUC"));
    CHECK_FALSE(agency.reads("vanthu", "CUC.1"));
    CHECK(agency.reads("canbo", "CUC.1"));
    CHECK_FALSE(agency.reads("canbo", "CUC.2"));
    CHECK_FALSE(agency.reads("canbo", "CUC"));
    CHECK_FALSE(agency.reads("quantri", "CQ")); // administers, reads nothing
}

TEST_CASE("a role holds from its first day to its last", "[rights]")
{
    Agency agency;
    agency.join("canbo", "CUC.1", {});
    CHECK(agency.grant({.who = "canbo", .role = Role::officer, .from_on = 2022y / 9 / 22, .to_on = 2022y / 9 / 23}) ==
          "nothing");
    CHECK_FALSE(agency.reads("canbo", "CUC.1"));
    agency.pass(48h);
    CHECK(agency.reads("canbo", "CUC.1"));
    agency.pass(24h);
    CHECK(agency.reads("canbo", "CUC.1"));
    agency.pass(24h);
    CHECK_FALSE(agency.reads("canbo", "CUC.1"));
}

TEST_CASE("an inspector reads the records of a period, for a time", "[rights]")
{
    Agency agency;
    agency.join("doan", "VU", {});
    const services::NewGrant wanted{.who = "doan",
                                    .role = Role::inspector,
                                    .unit = "CUC",
                                    .to_on = 2022y / 10 / 1,
                                    .records_from_on = 2019y / 1 / 1,
                                    .records_to_on = 2021y / 12 / 31,
                                    .reason = "QĐ 15/QĐ-TTr"};
    auto endless = wanted;
    endless.to_on.reset();
    CHECK(agency.grant(endless) == "invalid grant.needs_end");
    auto backwards = wanted;
    backwards.records_to_on = 2018y / 1 / 1;
    CHECK(agency.grant(backwards) == "invalid grant.bad_period");
    REQUIRE(agency.grant(wanted) == "nothing");
    CHECK(agency.grant(wanted) == "conflict grant.exists");
    CHECK(agency.reads("doan", "CUC.1", Secrecy::open, 2020y / 5 / 5));
    CHECK_FALSE(agency.reads("doan", "CUC.1", Secrecy::open, 2022y / 5 / 5));
    CHECK_FALSE(agency.reads("doan", "CUC.1"));
    CHECK_FALSE(agency.reads("doan", "VU", Secrecy::open, 2020y / 5 / 5));
    agency.pass(24h * 12);
    CHECK_FALSE(agency.reads("doan", "CUC.1", Secrecy::open, 2020y / 5 / 5));
}

TEST_CASE("what is delegated ends with whose it is", "[rights]")
{
    Agency agency;
    agency.join("truong", "CUC", {Role::leader});
    agency.join("pho", "CUC.1", {});
    agency.join("canbo", "CUC.1", {});
    const auto own = services::list_grants(agency.archive(), agency.time, kOperator, "truong").front().grant.uid;
    CHECK(agency.grant({.who = "pho", .delegated_from = own}) == "invalid grant.needs_end");
    CHECK(agency.grant({.who = "truong", .to_on = 2022y / 12 / 31, .delegated_from = own}) ==
          "conflict grant.delegated");
    REQUIRE(agency.grant({.who = "pho", .to_on = 2022y / 12 / 31, .delegated_from = own}) == "nothing");
    CHECK(agency.grant({.who = "canbo", .to_on = 2022y / 12 / 31, .delegated_from = agency.last}) ==
          "conflict grant.delegated");
    CHECK(agency.reads("pho", "CUC.2"));
    CHECK(agency.roles("pho") == std::vector{Role::leader});

    SECTION("when he is disabled")
    {
        services::disable_account(agency.archive(), agency.time, kOperator, "truong");
        CHECK_FALSE(agency.reads("pho", "CUC.2"));
        services::enable_account(agency.archive(), agency.time, kOperator, "truong");
        CHECK(agency.reads("pho", "CUC.2"));
    }
    SECTION("when it is taken from him")
    {
        services::end_grant(agency.archive(), agency.time, agency.actor("quantri"), own);
        CHECK_FALSE(agency.reads("pho", "CUC.2"));
        CHECK(services::list_grants(agency.archive(), agency.time, kOperator, "pho").empty());
        CHECK(services::list_grants(agency.archive(), agency.time, kOperator, "pho", true).size() == 1);
    }
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("nobody gives more than he administers", "[rights]")
{
    Agency agency;
    agency.join("qtcuc", "CUC", {Role::admin}, Secrecy::mat);
    agency.join("qtmot", "CUC", {Role::admin}, Secrecy::mat, true);
    agency.join("canbo", "CUC.1", {});
    agency.join("tren", "CUC.1", {}, Secrecy::toi_mat);
    agency.join("ngoai", "VU", {});
    CHECK(agency.grant({.who = "canbo", .role = Role::officer, .unit = "CUC.2"}, "qtcuc") == "nothing");
    CHECK(agency.grant({.who = "canbo", .role = Role::officer, .unit = "VU"}, "qtcuc") == "forbidden auth.forbidden");
    CHECK(agency.grant({.who = "canbo", .role = Role::admin, .unit = "CQ"}, "qtcuc") == "forbidden auth.forbidden");
    CHECK(agency.grant({.who = "tren", .role = Role::officer, .unit = "CUC.1"}, "qtcuc") == "forbidden auth.forbidden");
    CHECK(agency.grant({.who = "ngoai", .role = Role::officer, .unit = "CUC.1"}, "qtcuc") ==
          "not_found account.not_found");
    // Of one unit alone: not its sub-units by giving a role "with sub-units".
    agency.join("trong", "CUC", {});
    CHECK(agency.grant({.who = "trong", .role = Role::clerk}, "qtmot") == "forbidden auth.forbidden");
    CHECK(agency.grant({.who = "trong", .role = Role::clerk, .only_unit = true}, "qtmot") == "nothing");
    CHECK(agency.grant({.who = "canbo", .role = Role::clerk}, "canbo") == "forbidden auth.forbidden");
}

TEST_CASE("nobody takes over who holds more than he administers, nor gives what he holds for a time only", "[rights]")
{
    Agency agency;
    auto& archive = agency.archive();
    agency.join("qtcuc", "CUC", {Role::admin}, Secrecy::tuyet_mat);
    agency.join("lon", "CUC", {});
    agency.join("canbo", "CUC.1", {});
    REQUIRE(agency.grant({.who = "lon", .role = Role::archivist, .unit = "VU"}) == "nothing");
    const auto admin = agency.actor("qtcuc");
    CHECK(refusal([&] { services::set_password(archive, agency.time, admin, "lon", kPassword); }) ==
          "forbidden auth.forbidden");
    CHECK(refusal([&] { services::change_account(archive, agency.time, admin, "lon", {.clearance = Secrecy::mat}); }) ==
          "forbidden auth.forbidden");
    CHECK(refusal([&] { services::disable_account(archive, agency.time, admin, "lon"); }) ==
          "forbidden auth.forbidden");
    CHECK(refusal([&] { services::set_password(archive, agency.time, admin, "canbo", kPassword); }) == "nothing");

    // Delegated, or until a day: he cannot make it his own or let it outlast him.
    const auto own = services::list_grants(archive, agency.time, kOperator, "qtcuc").front().grant.uid;
    REQUIRE(agency.grant({.who = "canbo", .to_on = 2022y / 12 / 31, .delegated_from = own}) == "nothing");
    CHECK(agency.grant({.who = "canbo", .role = Role::admin, .unit = "CUC"}, "canbo") == "forbidden auth.forbidden");
    agency.join("tam", "VU", {});
    REQUIRE(agency.grant({.who = "tam", .role = Role::admin, .unit = "VU", .to_on = 2022y / 12 / 31}) == "nothing");
    CHECK(agency.grant({.who = "tam", .role = Role::clerk}, "tam") == "forbidden auth.forbidden");
    CHECK(agency.grant({.who = "tam", .role = Role::clerk, .to_on = 2022y / 12 / 31}, "tam") == "nothing");
}

TEST_CASE("who is moved takes his roles along with their limits", "[rights]")
{
    Agency agency;
    agency.join("doan", "CUC", {});
    REQUIRE(agency.grant({.who = "doan",
                          .role = Role::inspector,
                          .only_unit = true,
                          .to_on = 2022y / 12 / 31,
                          .records_from_on = 2019y / 1 / 1}) == "nothing");
    services::change_account(agency.archive(), agency.time, kOperator, "doan", {.unit = "VU"});
    const auto held = services::list_grants(agency.archive(), agency.time, kOperator, "doan");
    REQUIRE(held.size() == 1);
    const auto& grant = held.front().grant;
    CHECK(grant.unit_code == "VU");
    CHECK_FALSE(grant.with_sub_units);
    CHECK(grant.to_on == Date{2022y / 12 / 31});
    CHECK(grant.records_from_on == Date{2019y / 1 / 1});
    // What is over is not begun again.
    agency.pass(24h * 200);
    services::change_account(agency.archive(), agency.time, kOperator, "doan", {.unit = "CUC"});
    CHECK(services::list_grants(agency.archive(), agency.time, kOperator, "doan").empty());
}

TEST_CASE("a change of rights waits for a second person, who is neither giver nor taker", "[rights]")
{
    Agency agency;
    agency.add("qthai", Role::admin, Secrecy::tuyet_mat, "");
    agency.join("canbo", "CUC.1", {});
    REQUIRE(agency.grant({.who = "canbo", .role = Role::clerk}) == "nothing");
    const auto grant = agency.last;
    const auto confirm = [&](const auth::Actor& actor) {
        return refusal([&] { services::confirm_grant(agency.archive(), agency.time, actor, grant); });
    };
    const auto waiting = [&] {
        const auto list = services::list_unconfirmed(agency.archive(), agency.time, agency.actor("baomat"));
        return std::ranges::any_of(list, [&](const auto& one) { return one.grant.uid == grant; });
    };
    CHECK(waiting());
    CHECK(confirm(agency.actor("quantri")) == "forbidden grant.needs_another_person");
    CHECK(confirm(kOperator) == "forbidden grant.needs_another_person");
    CHECK(confirm(agency.actor("canbo")) == "forbidden auth.forbidden");
    CHECK(confirm(agency.actor("baomat")) == "nothing");
    CHECK_FALSE(waiting());
    CHECK(confirm(agency.actor("qthai")) == "conflict grant.confirmed_already");
    services::end_grant(agency.archive(), agency.time, agency.actor("canbo"), grant); // given back by himself
    CHECK(confirm(agency.actor("qthai")) == "conflict grant.ended_already");
    CHECK_FALSE(agency.reads("canbo", "CUC.1"));
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("the second person is not one whom the giver has just made", "[rights]")
{
    Agency agency;
    agency.join("canbo", "CUC.1", {});
    services::add_account(agency.archive(), agency.time, agency.actor("quantri"),
                          {.name = "hinhnom", .unit = "CQ", .roles = {Role::security_officer}, .password = {}});
    REQUIRE(agency.grant({.who = "canbo", .role = Role::clerk}) == "nothing");
    const auto grant = agency.last;
    const auto confirm = [&](const std::string& who, const Uid& uid) {
        return refusal([&] { services::confirm_grant(agency.archive(), agency.time, agency.actor(who), uid); });
    };
    CHECK(confirm("hinhnom", grant) == "forbidden grant.needs_another_person");
    const auto own = services::list_grants(agency.archive(), agency.time, kOperator, "hinhnom").front().grant.uid;
    CHECK(confirm("baomat", own) == "nothing");
    // Confirmed by another, he is still who the giver chose.
    CHECK(confirm("hinhnom", grant) == "forbidden grant.needs_another_person");
    CHECK(confirm("baomat", grant) == "nothing");
}

TEST_CASE("what is of the whole installation is not done with a role in one unit, not even at the door", "[rights]")
{
    Agency agency;
    agency.join("giamsat", "CUC", {Role::auditor});
    agency.join("tongthe", "CQ", {Role::auditor});
    for (const auto action : {Action::audit_read, Action::integrity_verify, Action::job_read}) {
        CHECK_FALSE(auth::is_allowed_somewhere(agency.actor("giamsat"), action));
        CHECK(auth::is_allowed_somewhere(agency.actor("tongthe"), action));
    }
}

TEST_CASE("people of units that one does not administer are not there", "[rights]")
{
    Agency agency;
    agency.join("qtcuc", "CUC", {Role::admin});
    agency.join("ngoai", "VU", {});
    const auto admin = agency.actor("qtcuc");
    for (const std::string who : {"ngoai", "khongco"}) {
        CHECK(refusal([&] { services::get_account(agency.archive(), admin, who); }) == "not_found account.not_found");
        CHECK(refusal([&] { services::disable_account(agency.archive(), agency.time, admin, who); }) ==
              "not_found account.not_found");
        CHECK(agency.grant({.who = who, .role = Role::officer, .unit = "CUC"}, "qtcuc") ==
              "not_found account.not_found");
    }
}

TEST_CASE("others' grants are not there for who has nothing to do with them", "[rights]")
{
    Agency agency;
    agency.join("canbo", "CUC.1", {Role::officer});
    agency.join("khac", "CUC.2", {Role::clerk});
    auto& archive = agency.archive();
    const auto grant = services::list_grants(archive, agency.time, kOperator, "canbo").front().grant.uid;
    CHECK(refusal([&] { services::end_grant(archive, agency.time, agency.actor("khac"), grant); }) ==
          "not_found grant.not_found");
    CHECK(refusal([&] { services::end_grant(archive, agency.time, agency.actor("khac"), make_uid()); }) ==
          "not_found grant.not_found");
    CHECK(refusal([&] { services::list_grants(archive, agency.time, agency.actor("khac"), "canbo"); }) ==
          "forbidden auth.forbidden");
    CHECK(services::list_grants(archive, agency.time, agency.actor("khac"), "khac").size() == 1);
    CHECK(refusal([&] { services::list_unconfirmed(archive, agency.time, agency.actor("khac")); }) ==
          "forbidden auth.forbidden");
}

TEST_CASE("a token gives nobody's role back that it was not made to administer", "[rights]")
{
    Agency agency;
    agency.join("canbo", "CUC.1", {Role::officer});
    agency.join("qtcuc", "CUC", {Role::admin});
    const auto end_own = [&](const std::string& who, std::string_view scopes) {
        auto actor = agency.actor(who);
        actor.scopes = auth::scopes_from_words(scopes);
        const auto own = services::list_grants(agency.archive(), agency.time, kOperator, who).front().grant.uid;
        return refusal([&] { services::end_grant(agency.archive(), agency.time, actor, own); });
    };
    CHECK(end_own("canbo", "read write export verify admin") == "forbidden auth.forbidden");
    CHECK(agency.roles("canbo") == std::vector{Role::officer});
    CHECK(end_own("qtcuc", "read write") == "forbidden auth.forbidden");
    CHECK(end_own("qtcuc", "admin") == "nothing");
}

TEST_CASE("rights in a merged unit are its successor's, also over what was registered before", "[rights]")
{
    Agency agency;
    agency.join("cu", "CUC.1", {Role::clerk});
    agency.join("moi", "CUC.2", {Role::clerk});
    agency.join("truong", "CUC", {Role::leader});
    const bool move = GENERATE(false, true);
    const auto closed = services::close_units(agency.archive(), agency.time, kOperator,
                                              {.units = {"CUC.1"}, .successors = {"CUC.2"}, .move_people = move});
    CHECK(closed.people == 1);
    CHECK(closed.grants == 1);
    CHECK(agency.reads("moi", "CUC.1"));
    CHECK(agency.reads("truong", "CUC.1"));
    CHECK(agency.reads("cu", "CUC.1") == move);
    CHECK(agency.reads("cu", "CUC.2") == move);
    CHECK(agency.account("cu").unit_code == (move ? "CUC.2" : "CUC.1"));
    CHECK(refusal([&] { agency.join("them", "CUC.1", {Role::clerk}); }) == "conflict unit.closed");
    CHECK(agency.grant({.who = "moi", .role = Role::officer, .unit = "CUC.1"}) == "conflict unit.closed");
    CHECK(refusal([&] {
              services::create_dossier(agency.archive(), agency.time, kOperator,
                                       {.code = "01", .title = "Hồ sơ", .unit = "CUC.1", .year = 2023});
          }) == "conflict unit.closed");
    CHECK_NOTHROW(services::create_dossier(agency.archive(), agency.time, kOperator,
                                           {.code = "01", .title = "Hồ sơ cũ", .unit = "CUC.1", .year = 2019}));
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("units are split, merged, renamed and closed by rules", "[rights]")
{
    Agency agency;
    auto& archive = agency.archive();
    const auto close = [&](const services::UnitClosing& closing, const auth::Actor& actor = kOperator) {
        return refusal([&] { services::close_units(archive, agency.time, actor, closing); });
    };
    CHECK(close({.units = {"CQ"}}) == "conflict unit.is_root");
    CHECK(close({.units = {"CUC"}, .successors = {"CUC.1"}}) == "conflict unit.successor_below");
    CHECK(close({.units = {"CUC.1"}, .successors = {"CUC.1"}}) == "conflict unit.successor_below");
    CHECK(close({.units = {"CUC.1"}, .successors = {"VU", "CUC.2"}, .move_people = true}) ==
          "invalid unit.one_successor");
    CHECK(close({.units = {"X"}}) == "not_found unit.not_found");
    agency.join("qtcuc", "CUC", {Role::admin});
    CHECK(close({.units = {"CUC.1"}, .successors = {"VU"}}, agency.actor("qtcuc")) == "forbidden auth.forbidden");
    CHECK(close({.units = {"CUC.1"}, .successors = {"CUC.2", "VU"}}) == "nothing"); // split
    CHECK(close({.units = {"CUC.1"}}) == "conflict unit.closed");
    CHECK(close({.units = {"CUC.2"}, .successors = {"CUC.1"}}) == "conflict unit.closed");

    CHECK(services::rename_unit(archive, agency.time, kOperator, "VU", "Vụ Mới", 2022y / 9 / 1).title == "Vụ Mới");
    CHECK(refusal([&] { services::rename_unit(archive, agency.time, kOperator, "VU", "Vụ", 2030y / 1 / 1); }) ==
          "invalid unit.bad_day");
    CHECK(refusal([&] { services::rename_unit(archive, agency.time, kOperator, "VU", "Vụ", 2020y / 1 / 1); }) ==
          "invalid unit.bad_day");
    auto tx = agency.database().read();
    const auto names = catalog::list_unit_names(tx, agency.id_of("VU"));
    REQUIRE(names.size() == 2);
    CHECK(names[0].title == "VU");
    CHECK(names[1].title == "Vụ Mới");
}

TEST_CASE("why somebody can or cannot read a document is told as it is decided", "[rights]")
{
    Agency agency;
    agency.join("truong", "CUC", {Role::leader}, Secrecy::mat);
    agency.join("canbo", "VU", {Role::officer});
    Uid uid;
    {
        auto tx = agency.database().write();
        uid = make_uid();
        catalog::Document document{.id = {},
                                   .uid = uid,
                                   .unit = agency.id_of("CUC.1"),
                                   .dossier = {},
                                   .issued_on = 2022y / 1 / 5,
                                   .title = "Kế hoạch",
                                   .secrecy = Secrecy::mat};
        catalog::insert_document(tx, document, "test");
        tx.commit();
    }
    auto& archive = agency.archive();
    const auto explain = [&](const std::string& who, const auth::Actor& actor) {
        return services::explain_reading(archive, agency.time, actor, who, uid);
    };
    const auto yes = explain("truong", agency.actor("quantri"));
    CHECK(yes.is_allowed);
    CHECK(yes.unit == "CUC.1");
    CHECK(yes.reasons.grants.at(0).holds());
    const auto no = explain("canbo", agency.actor("quantri"));
    CHECK_FALSE(no.is_allowed);
    CHECK_FALSE(no.reasons.clearance);
    CHECK(no.reasons.grants.at(0).role);
    CHECK_FALSE(no.reasons.grants.at(0).unit);
    // Who neither reads it nor administers that unit learns of nothing.
    CHECK(explain("truong", agency.actor("truong")).is_allowed);
    CHECK(refusal([&] { explain("canbo", agency.actor("canbo")); }) == "not_found document.not_found");
    CHECK(refusal([&] { explain("truong", agency.actor("canbo")); }) == "forbidden auth.forbidden");
}
