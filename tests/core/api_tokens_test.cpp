// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/history_check.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using namespace std::chrono_literals;
using auth::Action;
using auth::Role;

namespace {

struct TokenArchive : PeopleArchive
{
    TokenArchive()
    {
        add("quantri", Role::admin, Secrecy::tuyet_mat, "");
        add("lan", Role::clerk, Secrecy::mat, "");
        add("hai", Role::clerk, Secrecy::mat, "");
    }

    services::IssuedApiToken issue(const std::string& words = "read", std::optional<Date> expires_on = {},
                                   const auth::Actor& actor = kOperator, const std::string& who = "lan")
    {
        return services::issue_api_token(
            archive(), time, actor,
            {.who = who, .title = "Máy quét", .scopes = auth::scopes_from_words(words), .expires_on = expires_on});
    }

    std::optional<auth::Actor> who(const std::string& secret)
    {
        return services::find_actor_by_token(archive(), time, secret);
    }
};

} // namespace

TEST_CASE("a token acts as its person, within its scopes", "[token]")
{
    TokenArchive test;
    const auto before = test.events();
    const auto issued = test.issue("read export");
    CHECK(test.events_after(before) == std::vector<std::string>{"token.issued " + issued.token.uid});
    const auto actor = test.who(issued.secret);
    REQUIRE(actor);
    CHECK(actor->name == test.account("lan").uid);
    CHECK(auth::is_allowed(*actor, Action::document_read, {.secrecy = Secrecy::mat, .unit = {}}));
    CHECK_FALSE(auth::is_allowed(*actor, Action::document_read, {.secrecy = Secrecy::toi_mat, .unit = {}}));
    CHECK(auth::is_allowed(*actor, Action::document_export, {}));
    CHECK_FALSE(auth::is_allowed(*actor, Action::document_register, {}));
    // The scope is there, the right is not.
    const auto strong = test.who(test.issue("admin verify write").secret);
    REQUIRE(strong);
    CHECK_FALSE(auth::is_allowed(*strong, Action::user_administer, {}));
    CHECK_FALSE(auth::is_allowed(*strong, Action::integrity_verify, {}));
    CHECK(auth::is_allowed(*strong, Action::document_register, {}));
    CHECK_FALSE(auth::is_allowed(*strong, Action::document_read, {}));
}

TEST_CASE("a token without scopes reads", "[token]")
{
    TokenArchive test;
    CHECK(auth::scope_words(test.issue("").token.scopes) == "read");
}

TEST_CASE("of a token only the digest is kept, and nothing else opens anything", "[token]")
{
    TokenArchive test;
    const auto issued = test.issue();
    CHECK(test.every_byte().find(issued.secret) == std::string::npos);
    CHECK(test.every_byte().find(issued.secret.substr(5)) == std::string::npos);
    for (const auto& other : {std::string{}, issued.token.uid, issued.secret.substr(5), issued.secret + "0",
                              issued.secret.substr(0, 68), "vtlt_" + std::string(64, '0')}) {
        CHECK_FALSE(test.who(other));
    }
}

TEST_CASE("a token works to the end of its last day in Vietnam", "[token]")
{
    TokenArchive test;
    const auto issued = test.issue("read", 2022y / 9 / 21);
    CHECK(test.who(issued.secret));
    test.time.set(*parse_instant("2022-09-21T23:59:59+07:00"));
    CHECK(test.who(issued.secret));
    test.pass(1s);
    CHECK_FALSE(test.who(issued.secret));
    CHECK(refusal([&] { test.issue("read", 2022y / 9 / 21); }) == "invalid token.expired_already");
}

TEST_CASE("a revoked token, and one of a disabled person, is nobody's for ever", "[token]")
{
    TokenArchive test;
    const auto issued = test.issue();
    const auto other = test.issue();
    auto& archive = test.archive();
    services::revoke_api_token(archive, test.time, kOperator, issued.token.uid);
    CHECK_FALSE(test.who(issued.secret));
    CHECK(test.who(other.secret));
    CHECK(refusal([&] { services::revoke_api_token(archive, test.time, kOperator, issued.token.uid); }) ==
          "conflict token.revoked_already");
    const auto before = test.events();
    services::disable_account(archive, test.time, kOperator, "lan");
    CHECK_FALSE(test.who(other.secret));
    CHECK(test.events_after(before) ==
          std::vector<std::string>{"user.disabled " + test.account("lan").uid, "token.revoked " + other.token.uid});
    CHECK(refusal([&] { test.issue(); }) == "conflict account.disabled");
    services::enable_account(archive, test.time, kOperator, "lan");
    CHECK_FALSE(test.who(other.secret));
    CHECK(services::list_api_tokens(archive, kOperator, "lan").size() == 2);
}

TEST_CASE("rights that are taken away are taken from the token too", "[token]")
{
    TokenArchive test;
    const auto issued = test.issue("read write");
    services::change_account(test.archive(), test.time, kOperator, "lan",
                             {.roles = {Role::inspector}, .clearance = Secrecy::open});
    const auto actor = test.who(issued.secret);
    REQUIRE(actor);
    CHECK_FALSE(auth::is_allowed(*actor, Action::document_register, {}));
    CHECK_FALSE(auth::is_allowed(*actor, Action::document_read, {.secrecy = Secrecy::mat, .unit = {}}));
}

TEST_CASE("one has tokens of one's own, but a token begets no token", "[token]")
{
    TokenArchive test;
    const auto lan = test.actor("lan");
    const auto issued = test.issue("read write export verify admin", {}, lan);
    CHECK(services::list_api_tokens(test.archive(), lan, "lan").size() == 1);
    const auto by_token = test.who(issued.secret);
    REQUIRE(by_token);
    CHECK(refusal([&] { test.issue("read", {}, *by_token); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::list_api_tokens(test.archive(), *by_token, "lan"); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::revoke_api_token(test.archive(), test.time, *by_token, issued.token.uid); }) ==
          "forbidden auth.forbidden");
    // Of an administrator a token with that scope is for administering others, not for getting around its own end.
    const auto of_admin = test.who(test.issue("admin", {}, test.actor("quantri"), "quantri").secret);
    REQUIRE(of_admin);
    CHECK(refusal([&] { test.issue("admin", {}, *of_admin, "quantri"); }) == "forbidden auth.forbidden");
    CHECK_NOTHROW(test.issue("read", {}, *of_admin, "lan"));
}

TEST_CASE("tokens of others are not there", "[token]")
{
    TokenArchive test;
    const auto issued = test.issue();
    const auto hai = test.actor("hai");
    auto& archive = test.archive();
    CHECK(refusal([&] { test.issue("read", {}, hai); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::list_api_tokens(archive, hai, "lan"); }) == "forbidden auth.forbidden");
    CHECK(refusal([&] { services::revoke_api_token(archive, test.time, hai, issued.token.uid); }) ==
          "not_found token.not_found");
    CHECK(refusal([&] { services::revoke_api_token(archive, test.time, hai, make_uid()); }) ==
          "not_found token.not_found");
    CHECK(test.who(issued.secret));
    CHECK_NOTHROW(services::revoke_api_token(archive, test.time, test.actor("quantri"), issued.token.uid));
}

TEST_CASE("the history of people verifies", "[token]")
{
    TokenArchive test;
    test.issue();
    services::disable_account(test.archive(), test.time, kOperator, "lan");
    services::change_account(test.archive(), test.time, kOperator, "hai", {.roles = {Role::leader}});
    services::set_password(test.archive(), test.time, kOperator, "hai", kPassword);
    test.issue("read export", 2022y / 9 / 30, kOperator, "hai");
    test.sign_in("hai");
    CHECK(services::check_people_against_history(test.database()).empty());
    test.close();
    test.reopen();
    const auto verdict = audit::verify_audit(test.home(), test.database());
    CHECK(verdict.ok);
    CHECK(verdict.why.empty());
}

TEST_CASE("rights that somebody gave himself beside the program are told", "[token]")
{
    TokenArchive test;
    services::set_password(test.archive(), test.time, kOperator, "lan", kPassword);
    test.issue();
    test.sign_in("lan");
    const auto [sql, found] = GENERATE(table<std::string, std::string>({
        {"UPDATE role_grant SET role = 'admin' WHERE account_id = (SELECT id FROM account WHERE name = 'lan')",
         "another role"},
        {"UPDATE account SET clearance = 3 WHERE name = 'lan'", "another clearance"},
        {"UPDATE account SET disabled = 1 WHERE name = 'lan'", "another disabled"},
        {"UPDATE account SET password_hash = '$argon2id$of another' WHERE name = 'lan'", "another password"},
        {"UPDATE account SET password_hash = NULL WHERE name = 'lan'", "another password"},
        {"UPDATE api_token SET scopes = 'read admin'", "another scopes"},
        {"UPDATE api_token SET account_id = (SELECT id FROM account WHERE name = 'quantri')", "another account"},
        {"UPDATE api_token SET revoked_at = 1", "another revoked"},
        {"UPDATE session SET account_id = (SELECT id FROM account WHERE name = 'quantri')", "another account"},
        {"UPDATE session SET uid = '0123456789ABCDEFGHJK'", "another account"},
    }));
    CAPTURE(sql);
    CHECK(services::check_people_against_history(test.database()).empty());
    {
        auto tx = test.database().write();
        tx.prepare(sql).run();
        tx.commit();
    }
    const auto faults = services::check_people_against_history(test.database());
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().found == found);
}
