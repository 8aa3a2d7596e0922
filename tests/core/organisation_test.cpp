// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/organisation.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using namespace std::string_literals;

namespace {

const auth::Actor kOperator = auth::operator_actor();

catalog::Unit make_unit(TestArchive& test, const std::string& code, const std::string& parent = {})
{
    return services::create_unit(test.archive(), test.clock(), kOperator,
                                 {.code = code, .title = "Phòng  Tổ chức\n", .parent = parent});
}

catalog::Dossier make_dossier(TestArchive& test, const services::NewDossier& wanted,
                              const auth::Actor& actor = kOperator)
{
    return services::create_dossier(test.archive(), test.clock(), actor, wanted);
}

services::NewDossier named(const std::string& code)
{
    services::NewDossier wanted;
    wanted.code = code;
    wanted.title = "Hồ sơ";
    return wanted;
}

auth::Actor person(Secrecy clearance)
{
    return {.type = auth::Actor::Type::person,
            .name = "P",
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = auth::Role::officer}}};
}

} // namespace

TEST_CASE("a unit is made below its parent, with its event", "[organisation]")
{
    TestArchive test;
    const auto unit = make_unit(test, "TCCB");
    const auto below = make_unit(test, "TCCB.1", "TCCB");
    CHECK(unit.title == "Phòng Tổ chức");
    CHECK(below.parent == unit.id);
    CHECK(test.count("audit_leaf") == 3);
    {
        auto tx = test.database().read();
        CHECK(catalog::get_unit(tx, "TCCB").parent == catalog::root_unit(tx).id);
    }
    CHECK(refusal([&] { make_unit(test, "TCCB"); }) == "conflict unit.exists");
    CHECK(refusal([&] { make_unit(test, "X", "absent"); }) == "not_found unit.not_found");
    CHECK(refusal([&] {
              services::create_unit(test.archive(), test.clock(), person(Secrecy::tuyet_mat),
                                    {.code = "Y", .title = "Y"});
          }) == "forbidden auth.forbidden");
    CHECK(test.count("audit_leaf") == 3);
}

TEST_CASE("a unit's policy is changed by who may change the unit, with its event", "[organisation]")
{
    TestArchive test;
    const auto unit = make_unit(test, "TCCB");
    CHECK_FALSE(unit.tells_hidden);
    const auto set = [&](const auth::Actor& actor, const std::string& code, bool tells) {
        return refusal([&] { services::set_unit_policy(test.archive(), test.clock(), actor, code, tells); });
    };
    const auto tells = [&] {
        auto tx = test.database().read();
        return test.archive().units(tx, test.clock().today())->tells_hidden(unit.id);
    };
    CHECK(set(person(Secrecy::tuyet_mat), "TCCB", true) == "forbidden auth.forbidden");
    CHECK(set(kOperator, "khong", true) == "not_found unit.not_found");
    CHECK_FALSE(tells());
    CHECK(set(kOperator, "TCCB", true) == "nothing");
    CHECK(tells());
    CHECK(services::check_people_against_history(test.database()).empty());
    CHECK(test.count("audit_leaf") == 3);
    CHECK(set(kOperator, "TCCB", true) == "nothing");
    CHECK(test.count("audit_leaf") == 3); // it was so already
    CHECK(set(kOperator, "TCCB", false) == "nothing");
    CHECK_FALSE(tells());
    CHECK(test.count("audit_leaf") == 4);
    CHECK(refusal([&] { services::set_unit_policy(test.archive(), test.clock(), kOperator, "TCCB", std::nullopt); }) ==
          "invalid unit.no_policy");

    // Changed behind the program's back.
    {
        auto tx = test.database().write();
        tx.prepare("UPDATE unit SET tells_hidden = 1").run();
        tx.commit();
    }
    CHECK(services::check_people_against_history(test.database()).size() == 2);
}

TEST_CASE("a code is printable and has no slash", "[organisation]")
{
    TestArchive test;
    const auto code = GENERATE(""s, "A/B"s, "A\\B"s, "A\nB"s, " A"s, "A "s, "A  B"s, "\x1b[1m"s,
                               "\xe2\x80\xae"
                               "A"s,
                               std::string(101, 'a'), "."s, ".."s);
    CAPTURE(code);
    CHECK(refusal([&] { make_unit(test, code); }) == "invalid unit.bad_code");
    CHECK(refusal([&] { make_dossier(test, named(code)); }) == "invalid dossier.bad_code");
    CHECK(test.count("dossier") == 0);
    CHECK(test.count("unit") == 1);
}

TEST_CASE("a refused code is told why", "[organisation]")
{
    TestArchive test;
    const auto [code, why] = GENERATE(table<std::string, std::string>({{"", "code.empty"},
                                                                       {"A/B", "code.slash"},
                                                                       {"..", "code.dots"},
                                                                       {"x ", "code.blank_at_end"},
                                                                       {" x", "code.blank_at_end"},
                                                                       {"x  y", "code.not_printable"},
                                                                       {std::string(101, 'a'), "code.too_long"}}));
    try {
        make_unit(test, code);
        FAIL("accepted");
    } catch (const Error& error) {
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems().front().code == why);
    }
}

TEST_CASE("codes that people read as one are not told apart by case", "[organisation]")
{
    TestArchive test;
    make_unit(test, "Đ1");
    CHECK(refusal([&] { make_unit(test, "đ1"); }) == "conflict unit.exists_in_other_case");
    CHECK(refusal([&] { make_unit(test, "cq"); }) == "conflict unit.exists_in_other_case");
    CHECK_NOTHROW(make_unit(test, "D1"));
    auto wanted = named("01.TCCB");
    wanted.year = 2020;
    make_dossier(test, wanted);
    wanted.code = "01.tccb";
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "conflict dossier.exists_in_other_case");
    wanted.year = 2021;
    CHECK_NOTHROW(make_dossier(test, wanted));
}

TEST_CASE("a title says something, in UTF-8", "[organisation]")
{
    TestArchive test;
    const auto create = [&](const std::string& title) {
        services::create_unit(test.archive(), test.clock(), kOperator, {.code = "X", .title = title});
    };
    CHECK(refusal([&] { create(""); }) == "invalid title.blank");
    CHECK(refusal([&] { create(" \t\xc2\xa0"); }) == "invalid title.blank");
    CHECK(refusal([&] { create("B\xe1\xbb"); }) == "invalid text.not_utf8");
    CHECK(refusal([&] { make_unit(test, "B\xff"); }) == "invalid text.not_utf8");
    CHECK(refusal([&] { make_unit(test, "B", "\xff"); }) == "invalid text.not_utf8");
    auto wanted = named("01");
    wanted.title = "\n";
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "invalid title.blank");
    wanted = named("01");
    wanted.unit = "\xff";
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "invalid text.not_utf8");
}

TEST_CASE("a dossier's year is one that a file plan can have", "[organisation]")
{
    TestArchive test;
    auto wanted = named("01");
    for (const int year : {0, -1, 1899, 2201, 99999}) {
        wanted.year = year;
        CHECK(refusal([&] { make_dossier(test, wanted); }) == "invalid dossier.bad_year");
    }
    for (const int year : {1900, 2200}) {
        wanted.year = year;
        CHECK_NOTHROW(make_dossier(test, wanted));
    }
    wanted.year.reset();
    wanted.opened_on = 1850y / 1 / 1;
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "invalid dossier.bad_year");
}

TEST_CASE("a code may have Vietnamese letters, which are stored composed", "[organisation]")
{
    TestArchive test;
    const auto decomposed = "Đa\xcc\x9b\xcc\x81n"s;
    CHECK_NOTHROW(make_dossier(test, named(std::string(100, 'a'))));
    make_dossier(test, named("Kê"s));
    CHECK(refusal([&] { make_dossier(test, named("Ke\xcc\x82"s)); }) == "conflict dossier.exists");
    CHECK_NOTHROW(make_dossier(test, named(decomposed)));
}

TEST_CASE("a dossier's year is given, or of its opening, or this one", "[organisation]")
{
    TestArchive test;
    auto wanted = named("01");
    CHECK(make_dossier(test, wanted).year == 2022);
    wanted.opened_on = 2019y / 5 / 1;
    CHECK(make_dossier(test, wanted).year == 2019);
    wanted.year = 2015;
    const auto dossier = make_dossier(test, wanted);
    CHECK(dossier.year == 2015);
    CHECK(dossier.opened_on == 2019y / 5 / 1);
    CHECK(dossier.unit_code == "CQ");
    CHECK(test.count("audit_leaf") == 4);
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "conflict dossier.exists");
    CHECK(test.count("audit_leaf") == 4);
    wanted.unit = "absent";
    CHECK(refusal([&] { make_dossier(test, wanted); }) == "not_found unit.not_found");
}

TEST_CASE("a person opens dossiers up to his clearance", "[organisation]")
{
    TestArchive test;
    auto wanted = named("01");
    wanted.secrecy = Secrecy::toi_mat;
    CHECK(refusal([&] { make_dossier(test, wanted, person(Secrecy::mat)); }) == "forbidden auth.forbidden");
    CHECK_NOTHROW(make_dossier(test, wanted, person(Secrecy::toi_mat)));
}

TEST_CASE("nothing above the installation's highest grade is opened", "[organisation]")
{
    const TempDir folder;
    services::init_archive(folder.path() / "a", morning(), kOperator, {.highest = Secrecy::mat});
    services::Archive archive{folder.path() / "a", services::Archive::Mode::write, std::chrono::milliseconds{0}};
    auto wanted = named("01");
    wanted.secrecy = Secrecy::toi_mat;
    CHECK(refusal([&] { services::create_dossier(archive, morning(), kOperator, wanted); }) ==
          "invalid ingest.above_highest_grade");
}
