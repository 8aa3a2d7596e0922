// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/sessions.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::string_literals;
using auth::Role;

namespace {

std::string added(PeopleArchive& test, const services::NewAccount& wanted, const auth::Actor& actor = kOperator)
{
    return refusal([&] { services::add_account(test.archive(), test.time, actor, wanted); });
}

/// Without a password: costs no time.
services::NewAccount named(const std::string& name, Role role = Role::officer, Secrecy clearance = Secrecy::open)
{
    return {.name = name, .full_name = {}, .unit = {}, .roles = {role}, .clearance = clearance, .password = {}};
}

} // namespace

TEST_CASE("a person is added with unit, role and clearance, and with one event each", "[people]")
{
    PeopleArchive test;
    services::create_unit(test.archive(), test.time, kOperator, {.code = "TCCB", .title = "Phòng Tổ chức"});
    const auto before = test.events();
    const auto made = services::add_account(test.archive(), test.time, kOperator,
                                            {.name = "lan.nt",
                                             .full_name = "Nguyễn  Thị Lan",
                                             .unit = "TCCB",
                                             .roles = {Role::clerk},
                                             .clearance = Secrecy::mat,
                                             .password = kPassword});
    const auto found = test.account("LAN.NT");
    CHECK(found.uid == made.uid);
    CHECK(found.name == "lan.nt");
    CHECK(found.full_name == "Nguyễn Thị Lan");
    CHECK(found.unit_code == "TCCB");
    CHECK(test.roles("lan.nt") == std::vector{Role::clerk});
    CHECK(found.clearance == Secrecy::mat);
    CHECK(found.has_password);
    CHECK_FALSE(found.disabled);
    CHECK_FALSE(found.last.at);
    CHECK(test.account(made.uid).name == "lan.nt");
    const auto grant = services::list_grants(test.archive(), test.time, kOperator, "lan.nt").front().grant.uid;
    CHECK(test.events_after(before) ==
          std::vector<std::string>{"user.added " + made.uid, "role.granted " + grant, "user.password_set " + made.uid});
    const auto actor = test.actor("lan.nt");
    CHECK(actor.name == made.uid);
    CHECK(auth::is_allowed(actor, auth::Action::document_register, {.unit = found.unit}));
    CHECK_FALSE(auth::is_allowed(actor, auth::Action::document_register, {}));
    CHECK(actor.clearance == Secrecy::mat);
    CHECK(actor.unit == found.unit);
    CHECK(test.every_byte().find(kPassword) == std::string::npos);
}

TEST_CASE("names that people take for one are one", "[people]")
{
    PeopleArchive test;
    test.add("Hoà.Đỗ", Role::officer, Secrecy::open, "");
    const auto name = GENERATE("Hoà.Đỗ"s, "hoà.đỗ"s, "HÒA.ĐỖ"s, "hoa.do"s, "Hoa\u0300.\u0110o\u0302\u0303"s,
                               "ho\u00e0.\u0111\u1ed7"s);
    CAPTURE(name);
    CHECK(added(test, named(name)) == "conflict account.exists");
    CHECK(test.account(name).name == "Hoà.Đỗ");
}

TEST_CASE("a name is Vietnamese letters, digits and few signs", "[people]")
{
    PeopleArchive test;
    const auto bad =
        GENERATE(""s, " "s, "lan nt"s, "-lan"s, ".lan"s, "lan:nt"s, "lan/nt"s, "lan\n"s, "\u043bаn"s /* Cyrillic */,
                 "lan\u202e"s, "l\u4e2dn"s, "😀"s, std::string(101, 'a'), "0123456789ABCDEFGHJK"s);
    CAPTURE(bad);
    CHECK(added(test, named(bad)) == "invalid account.bad_name");
    CHECK(added(test, named("\xff")) == "invalid text.not_utf8");
    CHECK(test.count("account") == 0);
}

TEST_CASE("an invisible character makes no second person of the same look", "[people]")
{
    PeopleArchive test;
    test.add("quantri", Role::admin, Secrecy::open, "");
    const auto name = GENERATE("quan\u200btri"s, "quan\u200dtri"s, "quan\u00adtri"s, "quan\u2060tri"s, "\ufeffquantri"s,
                               "quantr\u0131"s, "\uff51uantri"s);
    CAPTURE(name);
    CHECK(added(test, named(name)) != "nothing");
    CHECK(test.count("account") == 1);
}

TEST_CASE("a refused password, unit or name leaves nothing behind", "[people]")
{
    PeopleArchive test;
    const auto before = test.events();
    auto wanted = named("lan");
    wanted.password = "ngắn";
    CHECK(added(test, wanted) == "invalid password.too_short");
    wanted.password = "lan1234567";
    CHECK(added(test, wanted) == "invalid password.common");
    wanted.password.reset();
    wanted.unit = "X";
    CHECK(added(test, wanted) == "not_found unit.not_found");
    CHECK(test.count("account") == 0);
    CHECK(test.events() == before);
}

TEST_CASE("only an administrator adds people, and the first one comes from the operator", "[people]")
{
    PeopleArchive test;
    const auth::Actor nobody_yet{.type = auth::Actor::Type::person, .name = make_uid(), .unit = {}};
    CHECK(added(test, named("quantri", Role::admin), nobody_yet) == "forbidden auth.forbidden");
    test.add("quantri", Role::admin, Secrecy::mat, "");
    CHECK(added(test, named("lan"), test.actor("quantri")) == "nothing");
    const auto role = GENERATE(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::security_officer,
                               Role::auditor, Role::inspector, Role::machine);
    test.add("khac", role, Secrecy::tuyet_mat, "");
    CHECK(added(test, named("hai"), test.actor("khac")) == "forbidden auth.forbidden");
}

TEST_CASE("nobody gives a clearance above his own, and nobody touches who has one", "[people]")
{
    PeopleArchive test;
    test.add("quantri", Role::admin, Secrecy::mat, "");
    test.add("tren", Role::admin, Secrecy::toi_mat);
    const auto admin = test.actor("quantri");
    auto& archive = test.archive();
    CHECK(added(test, named("lan", Role::officer, Secrecy::toi_mat), admin) == "forbidden auth.forbidden");
    CHECK(refusal([&] {
              services::change_account(archive, test.time, admin, "quantri", {.clearance = Secrecy::tuyet_mat});
          }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::change_account(archive, test.time, admin, "tren", {.clearance = Secrecy::open}); }) ==
          "forbidden auth.forbidden");
    CHECK(refusal([&] { services::set_password(archive, test.time, admin, "tren", kPassword); }) ==
          "forbidden auth.forbidden");
    CHECK(refusal([&] { services::disable_account(archive, test.time, admin, "tren"); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] {
              services::issue_api_token(archive, test.time, admin,
                                        {.who = "tren", .title = "T", .scopes = {}, .expires_on = {}});
          }) == "forbidden auth.forbidden");
}

TEST_CASE("the last administrator stays", "[people]")
{
    PeopleArchive test;
    test.add("quantri", Role::admin, Secrecy::open, "");
    auto& archive = test.archive();
    const auto disable = [&](const std::string& who) {
        return refusal([&] { services::disable_account(archive, test.time, kOperator, who); });
    };
    CHECK(disable("quantri") == "conflict account.last_admin");
    CHECK(refusal([&] {
              services::change_account(archive, test.time, kOperator, "quantri", {.roles = {Role::clerk}});
          }) == "conflict account.last_admin");
    test.add("hai", Role::admin, Secrecy::open, "");
    CHECK(disable("quantri") == "nothing");
    CHECK(disable("quantri") == "nothing");
    CHECK(disable("hai") == "conflict account.last_admin");
    services::enable_account(archive, test.time, kOperator, "quantri");
    CHECK(disable("hai") == "nothing");
    CHECK(disable("absent") == "not_found account.not_found");
}

TEST_CASE("a change writes what changed, and one seen too early is refused", "[people]")
{
    PeopleArchive test;
    const auto lan = test.add("lan", Role::officer, Secrecy::open, "");
    const auto before = test.events();
    auto& archive = test.archive();
    const auto changed = services::change_account(archive, test.time, kOperator, "lan",
                                                  {.full_name = "Nguyễn Thị Lan", .seen = lan.revision});
    CHECK(changed.full_name == "Nguyễn Thị Lan");
    CHECK(changed.revision == test.account("lan").revision);
    services::change_account(archive, test.time, kOperator, "lan", {.full_name = "Nguyễn Thị Lan"});
    CHECK(test.events() == before + 1);
    CHECK(refusal([&] {
              services::change_account(archive, test.time, kOperator, "lan",
                                       {.roles = {Role::clerk}, .seen = lan.revision});
          }) == "conflict account.changed_meanwhile");
    CHECK(test.roles("lan") == std::vector{Role::officer});
}

TEST_CASE("people are listed by name in pages, for those who may know them", "[people]")
{
    PeopleArchive test;
    for (const auto* name : {"Đào", "an", "Bình"}) {
        test.add(name, Role::officer, Secrecy::open, "");
    }
    auto& archive = test.archive();
    const auto first = services::list_accounts(archive, kOperator, {}, 2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].name == "an");
    CHECK(first[1].name == "Bình");
    const auto rest = services::list_accounts(archive, kOperator, first[1].name, 2);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].name == "Đào");
    CHECK(refusal([&] { services::list_accounts(archive, test.actor("an")); }) == "forbidden auth.forbidden");
    CHECK(services::get_account(archive, test.actor("an"), "AN").name == "an");
    // Of others nobody learns even whether they exist.
    CHECK(refusal([&] { services::get_account(archive, test.actor("an"), "Bình"); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::get_account(archive, test.actor("an"), "absent"); }) == "forbidden auth.forbidden");
}
