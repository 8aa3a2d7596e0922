// SPDX-License-Identifier: GPL-3.0-or-later
#include "agency_fixture.h"

#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/positions.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;

namespace {

struct StaffedAgency : PeopledAgency
{
    std::string add_position(const services::NewPosition& wanted, const std::string& by = "quantri")
    {
        return refusal([&] { last = services::add_position(archive(), time, actor(by), wanted).uid; });
    }
    std::string end_position(const Uid& uid, std::optional<Date> on = std::nullopt, const std::string& by = "quantri")
    {
        return refusal([&] { services::end_position(archive(), time, actor(by), uid, on); });
    }
    std::vector<services::ListedPosition> positions(const std::string& who)
    {
        return services::list_positions(archive(), time, kOperator, who);
    }

    Uid last;
};

} // namespace

TEST_CASE("a position and its roles begin and end by their days", "[positions]")
{
    StaffedAgency agency;
    agency.join("lan", "CUC.1", {});
    REQUIRE(agency.add_position({.who = "lan",
                                 .title = "Phó trưởng phòng",
                                 .from_on = 2022y / 9 / 22,
                                 .to_on = 2022y / 9 / 23,
                                 .roles = {Role::leader, Role::clerk}}) == "nothing");
    CHECK_FALSE(agency.reads("lan", "CUC.1"));
    CHECK_FALSE(agency.positions("lan").front().is_held);
    agency.pass(48h);
    CHECK(agency.reads("lan", "CUC.1"));
    CHECK(agency.positions("lan").front().is_held);
    CHECK(agency.positions("lan").front().roles == std::vector{Role::clerk, Role::leader});
    agency.pass(24h);
    CHECK(agency.reads("lan", "CUC.1"));
    agency.pass(24h);
    CHECK_FALSE(agency.reads("lan", "CUC.1"));
    CHECK_FALSE(agency.positions("lan").front().is_held);
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("several positions are held at a time, and each takes its own roles along when it ends", "[positions]")
{
    StaffedAgency agency;
    agency.join("lan", "CUC.1", {Role::officer});
    agency.join("minh", "CUC.2", {});
    REQUIRE(agency.add_position({.who = "lan", .title = "Trưởng phòng", .is_main = true, .roles = {Role::leader}}) ==
            "nothing");
    REQUIRE(agency.add_position({.who = "lan",
                                 .title = "Ủy viên Hội đồng",
                                 .unit = "VU",
                                 .to_on = 2022y / 12 / 31,
                                 .roles = {Role::council_member, Role::leader}}) == "nothing");
    const auto council = agency.last;
    CHECK(agency.reads("lan", "VU"));
    const auto lead = [&] {
        for (const auto& one : services::list_grants(agency.archive(), agency.time, kOperator, "lan")) {
            if (one.grant.position_uid == council && one.grant.role == Role::leader) {
                return one.grant.uid;
            }
        }
        return Uid{};
    }();
    REQUIRE(refusal([&] {
                services::grant_role(agency.archive(), agency.time, agency.actor("quantri"),
                                     {.who = "minh", .to_on = 2022y / 12 / 1, .delegated_from = lead});
            }) == "nothing");
    CHECK(agency.reads("minh", "VU"));

    SECTION("at once when its last day has passed")
    {
        agency.pass(24h);
        REQUIRE(agency.end_position(council, 2022y / 9 / 20) == "nothing");
        CHECK_FALSE(agency.reads("lan", "VU"));
        CHECK_FALSE(agency.reads("minh", "VU"));
        CHECK(agency.end_position(council, 2022y / 9 / 20) == "conflict position.ended_already");
    }
    SECTION("by itself after a last day to come")
    {
        REQUIRE(agency.end_position(council, 2022y / 9 / 21) == "nothing");
        CHECK(agency.reads("lan", "VU"));
        agency.pass(24h);
        CHECK(agency.reads("lan", "VU"));
        CHECK(agency.reads("minh", "VU"));
        agency.pass(24h);
        CHECK_FALSE(agency.reads("lan", "VU"));
        CHECK_FALSE(agency.reads("minh", "VU"));
        for (const auto& one : services::list_grants(agency.archive(), agency.time, kOperator, "lan")) {
            CHECK(one.is_active == (one.grant.position_uid != council));
        }
    }
    CHECK(agency.reads("lan", "CUC.1"));
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("where he works is the unit of his main position", "[positions]")
{
    StaffedAgency agency;
    agency.join("lan", "CUC.1", {Role::officer});
    CHECK(agency.add_position(
              {.who = "lan", .title = "Trưởng phòng", .unit = "CUC.2", .is_main = true, .from_on = 2022y / 10 / 1}) ==
          "invalid position.main_later");
    REQUIRE(agency.add_position({.who = "lan", .title = "Trợ lý", .is_main = true, .from_on = 2020y / 1 / 1}) ==
            "nothing");
    const auto first = agency.last;
    CHECK(agency.add_position({.who = "lan", .title = "Trưởng phòng", .unit = "CUC.2", .is_main = true}) ==
          "conflict position.main_exists");
    CHECK(refusal([&] {
              services::change_account(agency.archive(), agency.time, kOperator, "lan", {.unit = "CUC.2"});
          }) == "conflict position.is_main");
    REQUIRE(agency.end_position(first, 2022y / 9 / 19) == "nothing");
    REQUIRE(agency.add_position(
                {.who = "lan", .title = "Trưởng phòng", .unit = "CUC.2", .is_main = true, .roles = {Role::leader}}) ==
            "nothing");
    CHECK(agency.account("lan").unit_code == "CUC.2");
    CHECK(agency.reads("lan", "CUC.2"));
    CHECK_FALSE(agency.reads("lan", "CUC.1")); // his other role went with him
    CHECK(agency.roles("lan") == std::vector{Role::officer, Role::leader});
    // The next main position, in the same unit, may be said beforehand.
    REQUIRE(agency.end_position(agency.last, 2022y / 12 / 31) == "nothing");
    CHECK(agency.add_position({.who = "lan", .title = "Cố vấn", .is_main = true, .from_on = 2023y / 1 / 1}) ==
          "nothing");
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("positions have sensible days, and one that has not begun can be called off", "[positions]")
{
    StaffedAgency agency;
    agency.join("lan", "CUC.1", {});
    CHECK(agency.add_position({.who = "lan", .title = "Trợ lý", .from_on = 2022y / 9 / 20, .to_on = 2022y / 9 / 19}) ==
          "invalid position.bad_period");
    CHECK(agency.add_position({.who = "lan", .title = " "}) == "invalid title.blank");
    REQUIRE(agency.add_position({.who = "lan", .title = "Đã qua", .from_on = 2019y / 1 / 1, .to_on = 2020y / 1 / 1}) ==
            "nothing");
    CHECK(agency.end_position(agency.last) == "conflict position.ended_already");
    REQUIRE(agency.add_position(
                {.who = "lan", .title = "Sắp nhận", .from_on = 2022y / 10 / 1, .roles = {Role::leader}}) == "nothing");
    REQUIRE(agency.end_position(agency.last) == "nothing");
    agency.pass(24h * 20);
    CHECK_FALSE(agency.reads("lan", "CUC.1"));
    CHECK_FALSE(agency.positions("lan").front().is_held);
    CHECK(agency.end_position(agency.last) == "conflict position.ended_already");
    REQUIRE(agency.add_position({.who = "lan", .title = "Trợ lý"}) == "nothing");
    CHECK(agency.end_position(agency.last, 2022y / 1 / 1) == "invalid position.bad_period");
}

TEST_CASE("positions are given by who administers their unit, and missing for who may not know of them", "[positions]")
{
    StaffedAgency agency;
    agency.join("qtcuc", "CUC", {Role::admin});
    agency.join("lan", "CUC.1", {Role::officer});
    agency.join("ngoai", "VU", {Role::officer});
    REQUIRE(agency.add_position({.who = "lan", .title = "Trợ lý", .roles = {Role::clerk}}, "qtcuc") == "nothing");
    const auto own = agency.last;
    CHECK(agency.add_position({.who = "lan", .title = "Trợ lý", .unit = "VU"}, "qtcuc") == "forbidden auth.forbidden");
    CHECK(agency.add_position({.who = "ngoai", .title = "Trợ lý"}, "qtcuc") == "not_found account.not_found");
    CHECK(agency.add_position({.who = "lan", .title = "Trợ lý"}, "lan") == "forbidden auth.forbidden");
    REQUIRE(agency.add_position({.who = "ngoai", .title = "Trợ lý"}) == "nothing");
    CHECK(agency.end_position(agency.last, std::nullopt, "qtcuc") == "not_found position.not_found");
    CHECK(agency.end_position(make_uid(), std::nullopt, "qtcuc") == "not_found position.not_found");
    CHECK(agency.end_position(own, std::nullopt, "lan") == "forbidden auth.forbidden");
    CHECK(services::list_positions(agency.archive(), agency.time, agency.actor("lan"), "lan").size() == 1);
    CHECK(refusal([&] { services::list_positions(agency.archive(), agency.time, agency.actor("lan"), "ngoai"); }) ==
          "forbidden auth.forbidden");
}

TEST_CASE("a change of rights by a position ends the sessions and waits for a second person", "[positions]")
{
    StaffedAgency agency;
    agency.add("lan", Role::officer);
    agency.sign_in("lan");
    REQUIRE(agency.count("session") == 1);
    REQUIRE(agency.add_position({.who = "lan", .title = "Trợ lý", .roles = {Role::clerk}}) == "nothing");
    CHECK(agency.count("session") == 0);
    const auto list = services::list_unconfirmed(agency.archive(), agency.time, agency.actor("baomat"));
    CHECK(std::ranges::any_of(list, [&](const auto& one) { return one.grant.position_uid == agency.last; }));
    agency.pass(24h);
    agency.sign_in("lan");
    REQUIRE(agency.end_position(agency.last, 2022y / 9 / 20) == "nothing");
    CHECK(agency.count("session") == 0);
}

TEST_CASE("who is moved with a merged unit goes on in his position there", "[positions]")
{
    StaffedAgency agency;
    agency.join("lan", "CUC.1", {});
    REQUIRE(agency.add_position({.who = "lan", .title = "Trưởng phòng", .is_main = true, .roles = {Role::leader}}) ==
            "nothing");
    services::close_units(agency.archive(), agency.time, kOperator,
                          {.units = {"CUC.1"}, .successors = {"CUC.2"}, .move_people = true});
    const auto positions = agency.positions("lan");
    REQUIRE(positions.size() == 2);
    CHECK(positions.front().position.unit_code == "CUC.2");
    CHECK(positions.front().is_held);
    CHECK(positions.front().roles == std::vector{Role::leader});
    CHECK_FALSE(positions.back().is_held);
    CHECK(agency.account("lan").unit_code == "CUC.2");
    CHECK(agency.reads("lan", "CUC.1"));
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("the last administrator's position is not ended", "[positions]")
{
    StaffedAgency agency;
    REQUIRE(refusal([&] {
                agency.last = services::add_position(
                                  agency.archive(), agency.time, kOperator,
                                  {.who = "baomat", .title = "Trưởng ban", .unit = "CQ", .roles = {Role::admin}})
                                  .uid;
            }) == "nothing");
    services::disable_account(agency.archive(), agency.time, kOperator, "quantri");
    agency.pass(24h);
    CHECK(refusal([&] {
              services::end_position(agency.archive(), agency.time, kOperator, agency.last, 2022y / 9 / 20);
          }) == "conflict account.last_admin");
}
