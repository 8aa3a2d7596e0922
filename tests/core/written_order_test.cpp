// SPDX-License-Identifier: GPL-3.0-or-later
#include "agency_fixture.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/services/access_book.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/intake.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Action;
using auth::Role;

namespace {

struct OrderedAgency : PeopledAgency
{
    /// quantri proposes for `qtcuc`, who administers CUC.
    OrderedAgency() { join("qtcuc", "CUC", {Role::admin}); }

    services::NewOrder paper() const
    {
        return {.who = "qtcuc",
                .number = "12/QĐ-CUC",
                .on = 2022y / 9 / 19,
                .signer = "Trần Văn Hùng",
                .to_on = 2022y / 9 / 30,
                .reason = "Khôi phục hồ sơ bị lỗi"};
    }
    std::string propose(const services::NewOrder& wanted, const std::string& by = "quantri")
    {
        return refusal([&] { order = services::propose_order(archive(), time, actor(by), wanted).uid; });
    }
    std::string confirm(const auth::Actor& by)
    {
        return refusal([&] { services::confirm_grant(archive(), time, by, order); });
    }

    Uid order;
};

} // namespace

TEST_CASE("an administrator reads by an order once another person has confirmed it, and until its last day", "[orders]")
{
    OrderedAgency agency;
    CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
    REQUIRE(agency.propose(agency.paper()) == "nothing");
    CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
    CHECK(agency.confirm(agency.actor("quantri")) == "forbidden grant.needs_another_person");
    CHECK(agency.confirm(agency.actor("qtcuc")) == "forbidden grant.needs_another_person");
    CHECK(agency.confirm(kOperator) == "forbidden grant.needs_another_person");
    CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    CHECK(agency.reads("qtcuc", "CUC.1"));
    CHECK(agency.reads("qtcuc", "CUC"));
    CHECK_FALSE(agency.reads("qtcuc", "VU"));
    CHECK(services::check_people_against_history(agency.database()).empty());

    SECTION("then no more")
    {
        agency.pass(24h * 10); // 30/9
        CHECK(agency.reads("qtcuc", "CUC.1"));
        agency.pass(24h);
        CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
    }
    SECTION("or until it is ended")
    {
        services::end_grant(agency.archive(), agency.time, agency.actor("quantri"), agency.order);
        CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
        CHECK(services::check_people_against_history(agency.database()).empty());
    }
}

TEST_CASE("an order is no role: it opens records to be read and gives nothing that administers", "[orders]")
{
    OrderedAgency agency;
    agency.join("canbo", "VU", {Role::officer});
    // In another unit than the one that he administers.
    auto elsewhere = agency.paper();
    elsewhere.unit = "VU";
    REQUIRE(agency.propose(elsewhere) == "nothing");
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    CHECK(agency.reads("qtcuc", "VU"));
    for (const auto action :
         {Action::document_export, Action::document_edit, Action::document_register, Action::secrecy_raise,
          Action::user_read, Action::user_administer, Action::right_confirm, Action::unit_create, Action::audit_read}) {
        INFO(auth::action_name(action));
        CHECK_FALSE(agency.may("qtcuc", action, "VU"));
    }
    CHECK(agency.may("qtcuc", Action::dossier_read, "VU"));
    CHECK(refusal([&] {
              services::grant_role(agency.archive(), agency.time, agency.actor("qtcuc"),
                                   {.who = "canbo", .role = Role::clerk, .unit = "VU"});
          }) == "not_found account.not_found");
    CHECK(refusal([&] {
              services::grant_role(agency.archive(), agency.time, agency.actor("quantri"),
                                   {.who = "canbo", .to_on = 2022y / 9 / 25, .delegated_from = agency.order});
          }) == "conflict grant.delegated");
}

TEST_CASE("an order over the whole installation makes no last administrator", "[orders]")
{
    OrderedAgency agency;
    auto paper = agency.paper();
    paper.unit = "CQ";
    REQUIRE(agency.propose(paper) == "nothing");
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    CHECK(agency.reads("qtcuc", "VU"));
    CHECK(refusal([&] { services::disable_account(agency.archive(), agency.time, kOperator, "quantri"); }) ==
          "conflict account.last_admin");
}

TEST_CASE("who has lost every role but an order can still sign out", "[orders]")
{
    OrderedAgency agency;
    REQUIRE(agency.propose(agency.paper()) == "nothing");
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    for (const auto& one : services::list_grants(agency.archive(), agency.time, kOperator, "qtcuc")) {
        if (!one.grant.order) {
            services::end_grant(agency.archive(), agency.time, kOperator, one.grant.uid);
        }
    }
    CHECK(auth::is_allowed(agency.actor("qtcuc"), Action::account_use, {}));
    CHECK(agency.reads("qtcuc", "CUC"));
}

TEST_CASE("an order names its paper, its days and its reason, and is for who administers", "[orders]")
{
    OrderedAgency agency;
    agency.join("canbo", "CUC", {Role::officer});
    const auto with = [&](auto change) {
        auto paper = agency.paper();
        change(paper);
        return agency.propose(paper);
    };
    CHECK(with([](auto& paper) { paper.number = " "; }) == "invalid order.incomplete");
    CHECK(with([](auto& paper) { paper.signer.clear(); }) == "invalid order.incomplete");
    CHECK(with([](auto& paper) { paper.reason.clear(); }) == "invalid order.incomplete");
    CHECK(with([](auto& paper) { paper.on.reset(); }) == "invalid order.incomplete");
    CHECK(with([](auto& paper) { paper.to_on.reset(); }) == "invalid order.incomplete");
    CHECK(with([](auto& paper) { paper.on = 2022y / 9 / 21; }) == "invalid order.bad_day");
    CHECK(with([](auto& paper) { paper.to_on = 2022y / 9 / 19; }) == "invalid grant.bad_period");
    CHECK(with([](auto& paper) { paper.to_on = 2022y / 10 / 20; }) == "invalid order.too_long");
    CHECK(with([](auto& paper) { paper.who = "canbo"; }) == "conflict order.not_admin");
    CHECK(with([](auto& paper) { paper.to_on = 2022y / 10 / 19; }) == "nothing"); // thirty days
    CHECK(with([](auto& paper) { paper.to_on = 2022y / 10 / 19; }) == "conflict grant.exists");
    agency.pass(24h * 40);
    CHECK(agency.confirm(agency.actor("baomat")) == "conflict order.over");
}

TEST_CASE("an order for records of a period reaches those alone", "[orders]")
{
    OrderedAgency agency;
    auto paper = agency.paper();
    paper.records_from_on = 2019y / 1 / 1;
    paper.records_to_on = 2020y / 12 / 31;
    REQUIRE(agency.propose(paper) == "nothing");
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    CHECK(agency.reads("qtcuc", "CUC.1", Secrecy::open, 2020y / 5 / 5));
    CHECK_FALSE(agency.reads("qtcuc", "CUC.1", Secrecy::open, 2021y / 5 / 5));
    CHECK_FALSE(agency.reads("qtcuc", "CUC.1"));
}

TEST_CASE("an order stays where it is when its holder is moved", "[orders]")
{
    OrderedAgency agency;
    REQUIRE(agency.propose(agency.paper()) == "nothing");
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    services::change_account(agency.archive(), agency.time, kOperator, "qtcuc", {.unit = "VU"});
    CHECK(agency.reads("qtcuc", "CUC.1"));
    CHECK_FALSE(agency.reads("qtcuc", "VU"));
    CHECK(agency.may("qtcuc", Action::user_administer, "VU"));
    CHECK_FALSE(agency.may("qtcuc", Action::user_administer, "CUC"));
}

TEST_CASE("every reading by an order is in the history with it, also of an open document", "[orders]")
{
    OrderedAgency agency;
    services::IntakeRequest request;
    request.paths.push_back({.path = agency.source("a.txt", "BÁO CÁO\nKiểm kê"), .dossier = {}});
    request.workers = 1;
    Uid uid;
    services::IntakeHooks hooks;
    hooks.on_item = [&](const services::IntakeItem& item) { uid = item.id; };
    services::run_intake(agency.archive(), agency.time, kOperator, request, hooks);
    const auto document = [&] {
        auto tx = agency.database().read();
        return catalog::get_view(tx, uid).document;
    }();
    auto paper = agency.paper();
    paper.unit = "CQ";
    REQUIRE(agency.propose(paper) == "nothing");
    const auto waiting = services::explain_reading(agency.archive(), agency.time, kOperator, "qtcuc", uid);
    CHECK_FALSE(waiting.is_allowed);
    REQUIRE(waiting.waiting.size() == 1);
    CHECK(waiting.waiting.front().uid == agency.order);
    REQUIRE(agency.confirm(agency.actor("baomat")) == "nothing");
    CHECK(services::explain_reading(agency.archive(), agency.time, kOperator, "qtcuc", uid).is_allowed);

    services::AccessBook book{agency.archive(), agency.time};
    const auto before = agency.events();
    book.note(agency.actor("qtcuc"), document, services::Access::viewed);
    CHECK(agency.events_after(before) == std::vector{"access.viewed " + uid});
    auto tx = agency.database().read();
    auto detail = tx.prepare("SELECT detail FROM audit_detail ORDER BY seq DESC LIMIT 1");
    REQUIRE(detail.step());
    CHECK(detail.text(0).find(agency.order) != std::string::npos);

    // Who reads it by a role of his reads it by that one.
    agency.join("luutru", "CQ", {Role::archivist, Role::admin});
    CHECK(auth::order_of_reading(agency.actor("luutru"), catalog::target_of(document)).empty());
    const auto then = agency.events();
    book.note(agency.actor("luutru"), document, services::Access::viewed);
    CHECK(agency.events() == then);
}
