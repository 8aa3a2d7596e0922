// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/auth/secret.h>
#include <vtlt/core/services/sessions.h>
#include <vtlt/core/services/sign_in.h>

#include <catch2/catch.hpp>

#include <thread>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;

namespace {

constexpr auto kHome = "10.0.0.7";

/// Of who has no second factor.
services::OpenedSession opened_by(std::variant<services::OpenedSession, services::CodeAsked> answer)
{
    return std::get<services::OpenedSession>(std::move(answer));
}

/// "kind code" of what a try is answered, with the seconds of a delay.
std::string answer(services::SignInDesk& desk, const std::string& name, const std::string& password,
                   const std::string& address = kHome)
{
    try {
        desk.sign_in(name, password, address);
        return "in";
    } catch (const Error& error) {
        auto text = std::string{kind_name(error.kind())} + " " + error.code();
        for (const auto& [key, value] : error.fields()) {
            text.append(" ").append(key).append("=").append(value);
        }
        return text;
    }
}

} // namespace

TEST_CASE("who knows name and password is let in, however the name was typed", "[sign_in]")
{
    PeopleArchive test;
    const auto lan = test.add("Lân", Role::clerk, Secrecy::mat);
    const auto before = test.events();
    services::SignInDesk desk{test.archive(), test.time};
    const auto opened = opened_by(desk.sign_in("LAN", kPassword, kHome));
    CHECK(opened.account.uid == lan.uid);
    CHECK(opened.actor.name == lan.uid);
    CHECK(auth::is_allowed(opened.actor, auth::Action::document_register, {}));
    CHECK(opened.actor.scopes == auth::Scopes::all());
    CHECK(opened.csrf_token == auth::csrf_token(opened.secret));
    CHECK(test.events_after(before) == std::vector<std::string>{"session.opened " + opened.session.uid});
    const auto found = services::find_session(test.archive(), test.time, opened.secret);
    REQUIRE(found);
    CHECK(found->session.uid == opened.session.uid);
    CHECK(found->session.address == kHome);
    CHECK(found->account.name == "Lân");
    CHECK(found->actor.clearance == Secrecy::mat);
}

TEST_CASE("each sign-in makes a secret of its own, of which only the digest is kept", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    const auto first = test.sign_in("lan");
    const auto second = test.sign_in("lan");
    CHECK(first.secret != second.secret);
    CHECK(services::find_session(test.archive(), test.time, first.secret));
    const auto all = test.every_byte();
    CHECK(all.find(first.secret) == std::string::npos);
    CHECK(all.find(first.csrf_token) == std::string::npos);
    CHECK(all.find(auth::secret_digest(first.secret)) != std::string::npos);
    // What somebody else put into the browser is nobody's.
    for (const auto& planted : {std::string{}, std::string{"abc"}, auth::secret_digest(first.secret),
                                first.secret.substr(1), first.secret + "A", auth::make_session_secret()}) {
        CHECK_FALSE(services::find_session(test.archive(), test.time, planted));
    }
}

TEST_CASE("whatever is wrong is answered alike, and is one event", "[sign_in]")
{
    PeopleArchive test;
    const auto lan = test.add("lan");
    test.add("khoa");
    test.add("moi", Role::officer, Secrecy::open, "");
    services::disable_account(test.archive(), test.time, kOperator, "khoa");
    const auto before = test.events();
    services::SignInDesk desk{test.archive(), test.time};
    CHECK(answer(desk, "lan", "sai mật khẩu") == "invalid sign_in.refused");
    CHECK(answer(desk, "khoa", kPassword) == "invalid sign_in.refused");
    CHECK(answer(desk, "moi", "") == "invalid sign_in.refused");
    CHECK(answer(desk, "absent", kPassword) == "invalid sign_in.refused");
    CHECK(answer(desk, "", kPassword) == "invalid sign_in.refused");
    CHECK(answer(desk, "\xff", kPassword) == "invalid sign_in.refused");
    CHECK(answer(desk, lan.uid, kPassword) == "invalid sign_in.refused");
    CHECK(test.events_after(before) ==
          std::vector<std::string>{"sign_in.failed " + lan.uid, "sign_in.failed " + test.account("khoa").uid,
                                   "sign_in.failed " + test.account("moi").uid, "sign_in.failed sign_in",
                                   "sign_in.failed sign_in", "sign_in.failed sign_in", "sign_in.failed sign_in"});
    CHECK(test.count("session") == 0);
}

TEST_CASE("what was typed into the wrong field is kept nowhere", "[sign_in]")
{
    PeopleArchive test;
    services::SignInDesk desk{test.archive(), test.time};
    const std::string slip = "mật khẩu của tôi đây";
    CHECK(answer(desk, slip, slip) == "invalid sign_in.refused");
    CHECK(test.every_byte().find(slip) == std::string::npos);
    CHECK(test.count("sign_in_failure") == 1);
}

TEST_CASE("the wait doubles from one second to a minute, and a quarter of an hour forgets", "[sign_in]")
{
    const auto now = morning().now();
    const auto [failures, seconds] = GENERATE(table<int, int>(
        {{0, 0}, {4, 0}, {5, 1}, {6, 2}, {7, 4}, {8, 8}, {9, 16}, {10, 32}, {11, 60}, {12, 60}, {100000, 60}}));
    CAPTURE(failures);
    const auto wait = [&, failures = failures](Instant last, Instant at) {
        return services::wait_after(services::kDelayOfName, failures, last, at).count();
    };
    CHECK(wait(now, now) == seconds);
    CHECK(wait(now, now + 500ms) == seconds);
    CHECK(wait(now, now + 1s * seconds) == 0);
    CHECK(wait(now, now + 15min) == 0);
    // A clock that was put back prolongs nothing.
    CHECK(wait(now + 24h, now) == seconds);
}

TEST_CASE("after five refusals the next try waits, whether somebody has that name or not", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    const std::string name = GENERATE("lan", "absent");
    CAPTURE(name);
    {
        services::SignInDesk desk{test.archive(), test.time};
        for (int i = 0; i < 5; ++i) {
            CHECK(answer(desk, name, "sai mật khẩu") == "invalid sign_in.refused");
        }
        CHECK(answer(desk, name, kPassword) == "busy sign_in.wait seconds=1");
        CHECK(answer(desk, name, "sai") == "busy sign_in.wait seconds=1");
        test.pass(1s);
        CHECK(answer(desk, name, "sai mật khẩu") == "invalid sign_in.refused");
        CHECK(answer(desk, name, kPassword, "10.0.0.8") == "busy sign_in.wait seconds=2");
        test.pass(500ms);
        CHECK(answer(desk, name, kPassword) == "busy sign_in.wait seconds=2");
        // Other names go on.
        CHECK(answer(desk, "ai.do", "sai") == "invalid sign_in.refused");
    }
    // A restart forgets nothing.
    services::SignInDesk next{test.archive(), test.time};
    CHECK(answer(next, name, kPassword) == "busy sign_in.wait seconds=2");
    test.pass(1500ms);
    CHECK(answer(next, name, kPassword) == (name == "lan" ? "in" : "invalid sign_in.refused"));
}

TEST_CASE("who got in starts anew, and so does who waited a quarter of an hour", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    services::SignInDesk desk{test.archive(), test.time};
    const auto fail_four_times = [&] {
        for (int i = 0; i < 4; ++i) {
            CHECK(answer(desk, "lan", "sai") == "invalid sign_in.refused");
        }
    };
    fail_four_times();
    SECTION("in")
    {
        CHECK(answer(desk, "lan", kPassword) == "in");
        CHECK(test.count("sign_in_failure") == 0);
    }
    SECTION("time")
    {
        test.pass(15min);
    }
    fail_four_times();
    CHECK(answer(desk, "lan", kPassword) == "in");
}

TEST_CASE("an address that tries many names has to wait too", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    services::SignInDesk desk{test.archive(), test.time};
    for (int i = 0; i < services::kDelayOfAddress.free_tries; ++i) {
        CHECK(answer(desk, "n" + std::to_string(i), "sai") == "invalid sign_in.refused");
    }
    CHECK(answer(desk, "lan", kPassword) == "busy sign_in.wait seconds=1");
    CHECK(answer(desk, "lan", kPassword, "10.0.0.8") == "in");
    test.pass(1s);
    CHECK(answer(desk, "lan", kPassword) == "in");
}

TEST_CASE("a hundred tries at once are not a hundred free ones", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    services::SignInDesk desk{test.archive(), test.time};
    std::atomic<int> refused = 0;
    std::atomic<int> waiting = 0;
    {
        std::vector<std::jthread> guessers;
        for (int i = 0; i < 16; ++i) {
            guessers.emplace_back([&] {
                const auto said = answer(desk, "lan", "sai mật khẩu");
                refused += said == "invalid sign_in.refused" ? 1 : 0;
                waiting += said.starts_with("busy sign_in.wait") ? 1 : 0;
            });
        }
    }
    CHECK(refused == 5);
    CHECK(waiting == 11);
}

TEST_CASE("the last sign-in and what was refused since are told once, by the next session", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    services::SignInDesk desk{test.archive(), test.time};
    const auto first_at = test.time.now();
    CHECK_FALSE(opened_by(desk.sign_in("lan", kPassword, "10.0.0.1")).session.previous.at);
    test.pass(1h);
    CHECK(answer(desk, "lan", "sai") == "invalid sign_in.refused");
    CHECK(answer(desk, "lan", "sai") == "invalid sign_in.refused");
    CHECK(test.account("lan").last.failures == 2);
    const auto opened = opened_by(desk.sign_in("lan", kPassword, "10.0.0.2"));
    const auto found = services::find_session(test.archive(), test.time, opened.secret);
    REQUIRE(found);
    CHECK(found->session.previous.at == first_at);
    CHECK(found->session.previous.address == "10.0.0.1");
    CHECK(found->session.previous.failures == 2);
    CHECK(found->account.last.at == test.time.now());
    CHECK(found->account.last.failures == 0);
}

TEST_CASE("one's own password is changed with the old one, and guessing that waits like a sign-in", "[sign_in]")
{
    PeopleArchive test;
    test.add("lan");
    const std::string next = "trâu vàng qua cầu";
    services::SignInDesk desk{test.archive(), test.time};
    const auto opened = opened_by(desk.sign_in("lan", kPassword, kHome));
    const auto change = [&](const std::string& old_password, const std::string& password) {
        return refusal([&] { desk.change_password(opened.actor, old_password, password, kHome); });
    };
    CHECK(change("sai", next) == "invalid password.wrong");
    CHECK(change(kPassword, "ngắn") == "invalid password.too_short");
    CHECK(services::find_session(test.archive(), test.time, opened.secret));
    CHECK(change(kPassword, next) == "nothing");
    CHECK_FALSE(services::find_session(test.archive(), test.time, opened.secret));
    CHECK(answer(desk, "lan", kPassword) == "invalid sign_in.refused");
    CHECK(answer(desk, "lan", next) == "in");
    for (int i = 0; i < 5; ++i) {
        CHECK(change("sai", kPassword) == "invalid password.wrong");
    }
    CHECK(change(next, kPassword) == "busy sign_in.wait");
    CHECK(answer(desk, "lan", next) == "busy sign_in.wait seconds=1");
}

TEST_CASE("a password of an older cost is renewed at the next sign-in", "[sign_in]")
{
    PeopleArchive test;
    const auto lan = test.add("lan");
    const std::string cheap =
        "$argon2id$v=19$m=8192,t=1,p=1$+NNYHhe4npFSkU+BM5uahQ$FhWhFqpbFuoZaHz9iqElxhlRuPgAFgPylbk9QtHIdhA";
    {
        auto tx = test.database().write();
        catalog::set_password_hash(tx, lan.id, cheap);
        tx.commit();
    }
    const auto before = test.events();
    const auto opened = test.sign_in("lan");
    CHECK(services::find_session(test.archive(), test.time, opened.secret));
    auto tx = test.database().read();
    CHECK(catalog::password_hash(tx, lan.id).starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
    CHECK(test.events() == before + 2);
}
