// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/core/services/rights.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Action;
using auth::Role;

namespace {

/// CQ → CUC, VU; three documents of CUC, one of them Mật, and one of VU; people without passwords.
struct Agency : PeopleArchive
{
    Agency()
    {
        for (const auto* code : {"CUC", "VU"}) {
            services::create_unit(archive(), time, kOperator, {.code = code, .title = code});
        }
        first = document("CUC", "Kiểm tra kho một");
        second = document("CUC", "Kiểm tra kho hai");
        graded = document("CUC", "Kiểm tra kho ba", Secrecy::mat);
        foreign = document("VU", "Kiểm tra kho bốn");
        join("quantri", "CQ", {Role::admin}, Secrecy::tuyet_mat);
        join("canbo", "CUC", {Role::officer}, Secrecy::mat);
        join("thap", "CUC", {Role::officer});
        join("doan", "VU", {});
    }

    catalog::Document document(const std::string& unit, const std::string& title, Secrecy secrecy = Secrecy::open)
    {
        auto tx = database().write();
        catalog::Document made{.id = {},
                               .uid = make_uid(),
                               .unit = catalog::get_unit(tx, unit).id,
                               .dossier = {},
                               .issued_on = 2021y / 6 / 5,
                               .title = title,
                               .secrecy = secrecy};
        made.id = catalog::insert_document(tx, made, "test");
        tx.commit();
        return made;
    }

    void join(const std::string& name, const std::string& unit, std::vector<Role> roles,
              Secrecy clearance = Secrecy::open)
    {
        services::add_account(archive(), time, kOperator,
                              {.name = name,
                               .full_name = {},
                               .unit = unit,
                               .roles = std::move(roles),
                               .clearance = clearance,
                               .password = {}});
    }

    /// By `who`, of these documents.
    services::ShownRecordSet save(const std::string& who, const std::vector<catalog::Document>& documents)
    {
        std::vector<Uid> uids;
        for (const auto& one : documents) {
            uids.push_back(one.uid);
        }
        return services::make_record_set(archive(), time, actor(who), {.title = "Tập kho", .wanted = uids});
    }

    std::string grant(const Uid& set, const std::string& by = "quantri")
    {
        return refusal([&] {
            last = services::grant_role(archive(), time, actor(by),
                                        {.who = "doan",
                                         .role = Role::inspector,
                                         .unit = "CUC",
                                         .to_on = 2022y / 12 / 31,
                                         .record_set = set})
                       .uid;
        });
    }

    bool reads(const std::string& who, const catalog::Document& document)
    {
        auto tx = database().read();
        const auto view = catalog::get_view(tx, document.uid);
        return auth::is_allowed(actor(who), Action::document_read, catalog::target_of(view.document));
    }

    std::string sees(const std::string& who, const Uid& set)
    {
        return refusal([&] { services::get_record_set(archive(), actor(who), set); });
    }

    std::string removes(const std::string& who, const Uid& set)
    {
        return refusal([&] { services::remove_record_set(archive(), time, actor(who), set); });
    }

    std::int64_t pending()
    {
        auto tx = database().read();
        return outbox::count_pending(tx);
    }

    catalog::Document first, second, graded, foreign;
    Uid last;
};

} // namespace

TEST_CASE("a set holds what its maker could read when it was made", "[record_set]")
{
    Agency agency;
    const auto thap = agency.actor("thap");
    const auto make = [&](const services::NewRecordSet& wanted) {
        return refusal([&] { services::make_record_set(agency.archive(), agency.time, thap, wanted); });
    };
    // What the index found and he may not read is left out in silence; what he names himself is missing.
    const auto found =
        services::make_record_set(agency.archive(), agency.time, thap,
                                  {.title = "Tập kho",
                                   .query = "kiểm tra kho",
                                   .found = {agency.first.id, agency.second.id, agency.graded.id, agency.foreign.id}});
    CHECK(found.set.documents == 2);
    CHECK(found.set.unit_code == "CUC");
    CHECK(found.set.secrecy == Secrecy::open);
    CHECK(make({.title = "x", .wanted = {agency.first.uid, agency.graded.uid}}) == "not_found document.not_found");
    CHECK(make({.title = "x", .wanted = {make_uid()}}) == "not_found document.not_found");
    CHECK(make({.title = "x", .query = "kho", .found = {agency.graded.id}}) == "not_found record_set.no_documents");
    CHECK(make({.title = "x"}) == "invalid record_set.query_or_documents");
    CHECK(make({.title = "x", .query = "kho", .wanted = {agency.first.uid}}) ==
          "invalid record_set.query_or_documents");
    CHECK(make({.title = " ", .wanted = {agency.first.uid}}) == "invalid title.blank");
    CHECK(make({.title = std::string(201, 'x'), .wanted = {agency.first.uid}}) == "invalid document.too_long");
    CHECK(make({.title = "x", .unit = "VU", .wanted = {agency.first.uid}}) == "forbidden auth.forbidden");
    CHECK(refusal([&] { agency.save("quantri", {agency.first}); }) == "forbidden auth.forbidden");

    // Of the grade of its documents.
    CHECK(agency.save("canbo", {agency.first, agency.graded}).set.secrecy == Secrecy::mat);
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("who may know of a set sees in it what he may read, and everybody else no set", "[record_set]")
{
    Agency agency;
    const auto set = agency.save("canbo", {agency.first, agency.second, agency.graded}).set.uid;
    CHECK(agency.sees("canbo", set) == "nothing");
    CHECK(agency.sees("quantri", set) == "nothing");
    CHECK(agency.sees("thap", set) == "not_found record_set.not_found");
    CHECK(services::list_record_sets(agency.archive(), agency.actor("thap"), {}, 10).empty());
    CHECK(refusal([&] { services::show_record_set(agency.archive(), agency.actor("thap"), set, {}, 10); }) ==
          "not_found record_set.not_found");
    CHECK(agency.removes("thap", set) == "not_found record_set.not_found");
    CHECK(agency.sees("doan", set) == "forbidden auth.forbidden"); // without any role: at the door
    REQUIRE(agency.grant(set) == "nothing");
    const auto shown = services::show_record_set(agency.archive(), agency.actor("doan"), set, {}, 10);
    CHECK(shown.shown.set.documents == 2); // not the one above his clearance, which is counted for nobody below it
    CHECK(shown.views.size() == 2);
    CHECK(shown.shown.set.query.empty());
    CHECK_FALSE(shown.shown.may_remove);
    CHECK(services::list_record_sets(agency.archive(), agency.actor("doan"), {}, 10).size() == 1);
    // Who administers knows of it and reads nothing.
    CHECK(services::get_record_set(agency.archive(), agency.actor("quantri"), set).set.documents == 0);
    CHECK(services::record_set_documents(agency.archive(), agency.actor("doan"), set, Action::document_export) ==
          std::vector{agency.second.id, agency.first.id});
}

TEST_CASE("a set may be as large as what a query finds", "[record_set]")
{
    Agency agency;
    std::vector<DocumentId> found;
    {
        auto tx = agency.database().write();
        for (int i = 0; i < 12'000; ++i) {
            found.push_back(catalog::insert_document(
                tx, {.id = {}, .uid = make_uid(), .unit = agency.first.unit, .dossier = {}, .title = "Kiểm tra kho"},
                "test"));
        }
        tx.commit();
    }
    const auto made = services::make_record_set(agency.archive(), agency.time, agency.actor("thap"),
                                                {.title = "Tập lớn", .query = "kho", .found = found});
    CHECK(made.set.documents == 12'000);
    CHECK(agency.count("record_set_document") == 12'000);
    REQUIRE(agency.grant(made.set.uid) == "nothing");
    CHECK(agency.pending() == 12'000);
}

TEST_CASE("a set and the list of sets are paged", "[record_set]")
{
    Agency agency;
    const auto actor = agency.actor("canbo");
    const auto set = agency.save("canbo", {agency.first, agency.second, agency.graded}).set.uid;
    const auto newer = agency.save("canbo", {agency.first}).set.uid;
    auto page = services::show_record_set(agency.archive(), actor, set, {}, 2);
    CHECK(page.views.front().document.uid == agency.graded.uid);
    REQUIRE(page.next_cursor == agency.second.uid);
    page = services::show_record_set(agency.archive(), actor, set, page.next_cursor, 2);
    REQUIRE(page.views.size() == 1);
    CHECK(page.views.front().document.uid == agency.first.uid);
    CHECK(page.next_cursor.empty());
    CHECK(refusal([&] { services::show_record_set(agency.archive(), actor, set, agency.foreign.uid, 2); }) ==
          "invalid search.cursor");
    CHECK(refusal([&] { services::show_record_set(agency.archive(), actor, set, make_uid(), 2); }) ==
          "invalid search.cursor");

    auto list = services::list_record_sets(agency.archive(), actor, {}, 1);
    REQUIRE(list.size() == 1);
    CHECK(list.front().set.uid == newer);
    list = services::list_record_sets(agency.archive(), actor, newer, 1);
    REQUIRE(list.size() == 1);
    CHECK(list.front().set.uid == set);
}

TEST_CASE("a right by a set reaches its documents within unit and period, while it holds", "[record_set][rights]")
{
    Agency agency;
    const auto set = agency.save("canbo", {agency.first, agency.graded}).set.uid;
    CHECK(agency.grant(make_uid()) == "not_found record_set.not_found");
    CHECK(agency.pending() == 0);
    REQUIRE(agency.grant(set) == "nothing");
    CHECK(agency.grant(set) == "conflict grant.exists");
    CHECK(agency.pending() == 2); // its documents say so in the index
    CHECK(agency.reads("doan", agency.first));
    CHECK_FALSE(agency.reads("doan", agency.second)); // not of the set
    CHECK_FALSE(agency.reads("doan", agency.graded)); // above his clearance
    CHECK_FALSE(agency.reads("doan", agency.foreign));
    // A dossier, a person, a unit are in no set.
    CHECK_FALSE(auth::is_allowed(agency.actor("doan"), Action::dossier_read, {.unit = agency.first.unit}));

    const auto why = services::explain_reading(agency.archive(), agency.time, kOperator, "doan", agency.second.uid);
    CHECK_FALSE(why.is_allowed);
    CHECK(why.reasons.grants.at(0).unit);
    CHECK(why.reasons.grants.at(0).period);
    CHECK_FALSE(why.reasons.grants.at(0).set);
    CHECK(services::check_people_against_history(agency.database()).empty());

    SECTION("another grant by it needs nothing of the index")
    {
        CHECK(refusal([&] {
                  services::grant_role(agency.archive(), agency.time, agency.actor("quantri"),
                                       {.who = "thap",
                                        .role = Role::inspector,
                                        .unit = "CUC",
                                        .to_on = 2022y / 12 / 31,
                                        .record_set = set});
              }) == "nothing");
        CHECK(agency.pending() == 2);
    }
    SECTION("ended")
    {
        services::end_grant(agency.archive(), agency.time, agency.actor("quantri"), agency.last);
        CHECK_FALSE(agency.reads("doan", agency.first));
        CHECK(agency.sees("doan", set) == "forbidden auth.forbidden"); // it was his only role
    }
    SECTION("past its last day")
    {
        agency.pass(24h * 120);
        CHECK_FALSE(agency.reads("doan", agency.first));
        CHECK(agency.sees("doan", set) == "forbidden auth.forbidden"); // it was his only role
    }
    SECTION("moved with its holder, it stays confined")
    {
        agency.join("dongchi", "CUC", {});
        REQUIRE(refusal([&] {
                    services::grant_role(
                        agency.archive(), agency.time, agency.actor("quantri"),
                        {.who = "dongchi", .role = Role::inspector, .to_on = 2022y / 12 / 31, .record_set = set});
                }) == "nothing");
        services::change_account(agency.archive(), agency.time, kOperator, "dongchi", {.unit = "CQ"});
        CHECK(agency.reads("dongchi", agency.first));
        CHECK_FALSE(agency.reads("dongchi", agency.second));
        services::close_units(agency.archive(), agency.time, kOperator,
                              {.units = {"CUC"}, .successors = {"VU"}, .move_people = true});
        CHECK(agency.reads("doan", agency.first));
        CHECK_FALSE(agency.reads("doan", agency.second));
        CHECK_FALSE(agency.reads("doan", agency.foreign));
        CHECK(services::check_people_against_history(agency.database()).empty());
    }
}

TEST_CASE("nobody gives by a set that he may not know of, and a right by a set gives nothing on",
          "[record_set][rights]")
{
    Agency agency;
    agency.join("qtvu", "VU", {Role::admin}, Secrecy::tuyet_mat);
    const auto set = agency.save("canbo", {agency.first}).set.uid;
    CHECK(refusal([&] {
              services::grant_role(agency.archive(), agency.time, agency.actor("qtvu"),
                                   {.who = "doan", .role = Role::officer, .unit = "VU", .record_set = set});
          }) == "not_found record_set.not_found");
    // An administrator "of a set" administers nobody.
    REQUIRE(refusal([&] {
                services::grant_role(agency.archive(), agency.time, agency.actor("quantri"),
                                     {.who = "canbo", .role = Role::admin, .unit = "CUC", .record_set = set});
            }) == "nothing");
    CHECK(refusal([&] {
              services::grant_role(agency.archive(), agency.time, agency.actor("canbo"),
                                   {.who = "thap", .role = Role::clerk, .unit = "CUC"});
          }) == "not_found account.not_found");
}

TEST_CASE("a set is removed by its maker or an administrator, when no right by it holds", "[record_set]")
{
    Agency agency;
    const auto set = agency.save("canbo", {agency.first}).set.uid;
    REQUIRE(agency.grant(set) == "nothing");
    CHECK(agency.removes("canbo", set) == "conflict record_set.in_use");
    CHECK(agency.removes("doan", set) == "forbidden auth.forbidden");
    services::end_grant(agency.archive(), agency.time, agency.actor("quantri"), agency.last);
    const auto before = agency.events();
    CHECK(agency.removes(GENERATE(std::string{"canbo"}, std::string{"quantri"}), set) == "nothing");
    CHECK(agency.events_after(before) == std::vector<std::string>{"record_set.removed " + set});
    CHECK(agency.count("record_set_document") == 0);
    CHECK(agency.sees("canbo", set) == "not_found record_set.not_found");
    CHECK(agency.removes("canbo", set) == "not_found record_set.not_found");
    CHECK(agency.grant(set) == "not_found record_set.not_found");
    CHECK(services::check_people_against_history(agency.database()).empty());
}

TEST_CASE("a document put into a set behind the program's back is found", "[record_set]")
{
    Agency agency;
    const auto set = agency.save("canbo", {agency.first}).set;
    auto tx = agency.database().write();
    tx.prepare("INSERT INTO record_set_document (record_set_id, document_id) VALUES (?1, ?2)")
        .bind(1, set.id)
        .bind(2, agency.second.id)
        .run();
    tx.commit();
    const auto faults = services::check_people_against_history(agency.database());
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().object == set.uid);
}
