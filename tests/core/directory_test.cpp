// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/auth/directory.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/sign_in.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using auth::Role;
using catalog::Door;

namespace {

constexpr auto kHome = "10.0.0.7";
const std::string kDn = "uid={name},ou=people,dc=vtlt,dc=vn";
const std::string kDomain = "{name}@vtlt.vn";

void name_directory(PeopleArchive& test, const Json& ldap)
{
    auto json = parse_json(slurp(test.home().config()));
    json["ldap"] = ldap;
    spill(test.home().config(), json.dump());
    test.reopen();
}

/// A directory that nobody serves: connecting to it fails at once.
void name_silent_directory(PeopleArchive& test)
{
    name_directory(test, {{"url", "ldapi://%2Fnonexistent%2Fldapi"}, {"bind", kDn}});
}

std::string try_to_sign_in(services::SignInDesk& desk, const std::string& name, const std::string& password)
{
    return refusal([&] { desk.sign_in(name, password, kHome); });
}

std::string checked(const auth::DirectoryServer& server)
{
    return refusal([&] { auth::check_directory_server(server); });
}

} // namespace

TEST_CASE("a name is a value in a DN, whatever signs are in it", "[directory]")
{
    const auto in_dn = [](const std::string& value) { return "uid=" + value + ",ou=people,dc=vtlt,dc=vn"; };
    CHECK(auth::directory_name(kDn, "lan.nt") == in_dn("lan.nt"));
    CHECK(auth::directory_name(kDn, "Lân Nguyễn") == in_dn("Lân Nguyễn"));
    CHECK(auth::directory_name(kDn, "*)(uid=*") == in_dn("*)(uid\\=*"));
    CHECK(auth::directory_name(kDn, "lan,ou=admins") == in_dn("lan\\,ou\\=admins"));
    CHECK(auth::directory_name(kDn, R"("a"+b;c<d>e\f)") == in_dn(R"(\"a\"\+b\;c\<d\>e\\f)"));
    CHECK(auth::directory_name(kDn, " # ") == in_dn("\\ #\\ "));
    CHECK(auth::directory_name(kDn, "#a") == in_dn("\\#a"));
    CHECK(auth::directory_name(kDn, " ") == in_dn("\\ "));
}

TEST_CASE("what is nobody's name in a directory is not asked for", "[directory]")
{
    using namespace std::string_literals;
    for (const auto& name : {""s, "lan\0nt"s, "\0"s, "\xff"s}) {
        CHECK_FALSE(auth::directory_name(kDn, name));
        CHECK_FALSE(auth::directory_name(kDomain, name));
    }
    CHECK(auth::directory_name(kDomain, "lan.nt") == "lan.nt@vtlt.vn");
    CHECK(auth::directory_name("VTLT\\{name}", "lan") == "VTLT\\lan");
    for (const auto* name : {"lan@khac.vn", "KHAC\\lan", "a/b", "\"a\""}) {
        CHECK_FALSE(auth::directory_name(kDomain, name));
    }
}

TEST_CASE("no password travels readable to another machine", "[directory]")
{
    const auto at = [](const std::string& url, bool start_tls = false) {
        return checked({.url = url, .bind = kDn, .ca_file = {}, .start_tls = start_tls});
    };
    for (const auto* url : {"ldaps://dc1.vtlt.vn", "ldaps://dc1.vtlt.vn:10636", "ldapi://%2Frun%2Fldapi",
                            "ldap://127.0.0.1:1389", "ldap://localhost", "ldap://[::1]:389"}) {
        CHECK(at(url) == "nothing");
    }
    CHECK(at("ldap://dc1.vtlt.vn", true) == "nothing");
    for (const auto* url : {"ldap://dc1.vtlt.vn", "ldap://10.0.0.1:389", "ldap://localhost.vtlt.vn"}) {
        CHECK(at(url) == "invalid config.ldap_plain");
    }
    for (const auto* url : {"", "http://dc1", "dc1.vtlt.vn", "ldap://", "ldaps://", "ldaps://a ldaps://b",
                            "ldaps://a/dc=vn", "ldaps://a/??sub?(uid=*)", "cldap://a"}) {
        CHECK(at(url) == "invalid config.ldap_url");
    }
    CHECK(at("ldaps://dc1.vtlt.vn", true) == "invalid config.ldap_url");
    for (const auto* bind : {"", "uid=lan,dc=vn", "uid={name},cn={name},dc=vn", "{name", "\xff{name}"}) {
        CHECK(checked({.url = "ldaps://dc1", .bind = bind, .ca_file = {}}) == "invalid config.ldap_bind");
    }
}

TEST_CASE("config.json names the directory", "[directory]")
{
    PeopleArchive test;
    CHECK_FALSE(test.archive().config().ldap);
    name_directory(test,
                   {{"url", "ldap://dc1.vtlt.vn"}, {"bind", kDomain}, {"ca_file", "ca.pem"}, {"start_tls", true}});
    const auto server = test.archive().config().ldap;
    REQUIRE(server);
    CHECK(server->url == "ldap://dc1.vtlt.vn");
    CHECK(server->bind == kDomain);
    CHECK(server->ca_file == test.home().root() / "ca.pem");
    CHECK(server->start_tls);
    // Who serves says so at the start and not when the first person signs in.
    CHECK(refusal([&] { const services::SignInDesk desk{test.archive(), test.time}; }) == "internal internal.errno");
    CHECK(refusal([&] {
              name_directory(test, {{"url", "ldap://dc1.vtlt.vn"}, {"bind", kDomain}});
          }) == "invalid config.ldap_plain");
}

TEST_CASE("who signs in by the directory has no password here", "[directory]")
{
    PeopleArchive test;
    CHECK(refusal([&] {
              services::add_account(test.archive(), test.time, kOperator, {.name = "lan", .door = Door::ldap});
          }) == "conflict directory.none");
    name_silent_directory(test);
    const auto lan = services::add_account(test.archive(), test.time, kOperator,
                                           {.name = "lan", .password = kPassword, .door = Door::ldap});
    CHECK(test.account("lan").door == Door::ldap);
    CHECK_FALSE(test.account("lan").has_password);
    CHECK(refusal([&] { services::set_password(test.archive(), test.time, kOperator, "lan", kPassword); }) ==
          "conflict password.in_directory");
    services::SignInDesk desk{test.archive(), test.time};
    CHECK(refusal([&] { desk.change_password(test.actor("lan"), "", "trâu vàng qua cầu", kHome); }) ==
          "conflict password.in_directory");
    // A second factor goes with it.
    CHECK_FALSE(services::start_second_factor(test.archive(), test.time, test.actor("lan"), make_uid()).text.empty());

    SECTION("and going through the other door ends his sessions")
    {
        test.add("minh");
        const auto session = test.sign_in("minh");
        const auto before = test.events();
        services::change_account(test.archive(), test.time, kOperator, "minh", {.door = Door::ldap});
        CHECK(test.events_after(before) ==
              std::vector<std::string>{"user.changed " + session.account.uid, "session.ended " + session.session.uid});
        CHECK_FALSE(test.account("minh").has_password);
        services::change_account(test.archive(), test.time, kOperator, "minh", {.door = Door::password});
        CHECK_FALSE(test.account("minh").has_password);
        services::set_password(test.archive(), test.time, kOperator, "minh", kPassword);
        CHECK(test.sign_in("minh").account.uid == session.account.uid);
    }
    CHECK(services::check_people_against_history(test.database()).empty());
}

TEST_CASE("a door that somebody opened beside the program is told", "[directory]")
{
    PeopleArchive test;
    const auto lan = test.add("lan", Role::officer, Secrecy::open, "");
    auto tx = test.database().write();
    tx.prepare("UPDATE account SET door = 'ldap' WHERE id = ?1").bind(1, lan.id).run();
    tx.commit();
    const auto faults = services::check_people_against_history(test.database());
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().found == "another door");
}

TEST_CASE("a silent directory tells nobody who there is, and locks out nobody whose password is here", "[directory]")
{
    PeopleArchive test;
    name_silent_directory(test);
    const auto here = test.add("here");
    const auto lan = services::add_account(test.archive(), test.time, kOperator, {.name = "lan", .door = Door::ldap});
    services::SignInDesk desk{test.archive(), test.time};
    const auto before = test.events();
    for (const auto* name : {"lan", "absent", "here"}) {
        CHECK(try_to_sign_in(desk, name, "sai mật khẩu") == "busy sign_in.directory_silent");
    }
    CHECK(test.events_after(before) == std::vector<std::string>{"sign_in.failed " + lan.uid, "sign_in.failed sign_in",
                                                                "sign_in.failed " + here.uid});
    CHECK(try_to_sign_in(desk, "here", kPassword) == "nothing");
    // Each is a refused try of its name, or the delays would tell what the answers do not.
    for (const auto* name : {"lan", "absent", "here"}) {
        for (int i = std::string_view{name} == "here" ? 0 : 1; i < 5; ++i) {
            CHECK(try_to_sign_in(desk, name, "sai mật khẩu") == "busy sign_in.directory_silent");
        }
        CHECK(try_to_sign_in(desk, name, "sai mật khẩu") == "busy sign_in.wait");
    }
    CHECK(test.count("session") == 1);
}

TEST_CASE("an empty password is never sent, nor what no directory would take", "[directory]")
{
    // That it is not sent, tests/system/doors.py sees at the directory; here, that it never opens.
    auth::Directory directory{{.url = "ldapi://%2Fnonexistent%2Fldapi", .bind = kDn, .ca_file = {}}};
    using namespace std::string_literals;
    for (const auto& password : {""s, "\0abc"s, std::string(1025, 'a'), "\xff"s}) {
        CHECK(directory.ask("lan", password) == auth::Directory::Answer::silent);
    }
    CHECK(directory.ask(std::nullopt, kPassword) == auth::Directory::Answer::silent);
}
