// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/auth/totp.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/services/api_tokens.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/sessions.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <sys/stat.h>
#include <thread>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;

namespace {

constexpr auto kHome = "10.0.0.7";

/// The bytes of base32, as a phone reads them.
std::string secret_bytes(const std::string& text)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char letter : text) {
        bits = bits << 5U | static_cast<unsigned>(letters.find(letter));
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFFU);
        }
    }
    return bytes;
}

/// Lân, who has a second factor and the phone for it.
struct FactorArchive : PeopleArchive
{
    FactorArchive()
    {
        add("quantri", Role::admin, Secrecy::tuyet_mat);
        lan = add("lan", Role::officer, Secrecy::mat);
        own = sign_in("lan");
        secret = secret_bytes(services::start_second_factor(archive(), time, own.actor, own.session.uid).text);
        recovery = desk.turn_on_second_factor(own.actor, own.session.uid, kPassword, code(), kHome);
        next_code();
    }

    std::string code(std::int64_t steps = 0) { return auth::totp_code(secret, auth::totp_step(time.now()) + steps); }
    /// The phone shows another one.
    void next_code() { pass(30s); }

    std::string half() { return std::get<services::CodeAsked>(desk.sign_in("lan", kPassword, kHome)).secret; }
    std::string with_code(const std::string& half, const std::string& code)
    {
        return refusal([&] { desk.sign_in_with_code(half, code, kHome); });
    }
    services::SecondFactorState state() { return services::second_factor_of(archive(), time, actor("lan"), "lan"); }
    std::vector<services::HistoryFault> faults() { return services::check_people_against_history(database()); }

    catalog::Account lan;
    services::OpenedSession own;
    services::SignInDesk desk{archive(), time};
    std::string secret;
    std::vector<std::string> recovery;
};

constexpr auto kRefused = "invalid sign_in.code_refused";

} // namespace

TEST_CASE("codes are those of RFC 6238", "[second_factor]")
{
    // Appendix B, SHA-1: the last six of its eight digits.
    const auto [seconds, code] = GENERATE(table<std::int64_t, std::string>({{59, "287082"},
                                                                            {1111111109, "081804"},
                                                                            {1111111111, "050471"},
                                                                            {1234567890, "005924"},
                                                                            {2000000000, "279037"},
                                                                            {20000000000, "353130"}}));
    const std::string secret = "12345678901234567890";
    const Instant at{std::chrono::seconds{seconds}};
    CHECK(auth::totp_code(secret, auth::totp_step(at)) == code);
    CHECK(auth::find_totp_step(secret, code, at, 0) == auth::totp_step(at));
    CHECK(auth::find_totp_step(secret, code, at + 30s, 0) == auth::totp_step(at));
    CHECK(auth::find_totp_step(secret, code, at - 30s, 0) == auth::totp_step(at));
    CHECK_FALSE(auth::find_totp_step(secret, code, at + 61s, 0));
    CHECK_FALSE(auth::find_totp_step(secret, code, at - 60s, 0));
    CHECK_FALSE(auth::find_totp_step(secret, code, at, auth::totp_step(at)));
    CHECK_FALSE(auth::find_totp_step(secret, code.substr(1), at, 0));
    CHECK_FALSE(auth::find_totp_step(secret, "", at, 0));
}

TEST_CASE("what the phone is given is the secret in base32 and an address", "[second_factor]")
{
    CHECK(auth::totp_secret_text("12345678901234567890") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    CHECK(auth::totp_uri("Cơ quan", "lân@x", "12345678901234567890") ==
          "otpauth://totp/C%C6%A1%20quan:l%C3%A2n%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
          "&issuer=C%C6%A1%20quan&algorithm=SHA1&digits=6&period=30");
    CHECK(auth::make_totp_secret().size() == 20);
    CHECK(auth::make_totp_secret() != auth::make_totp_secret());
}

TEST_CASE("a recovery code is read as people write it", "[second_factor]")
{
    const auto code = auth::make_recovery_code();
    CHECK(code.size() == 19);
    auto sloppy = code;
    std::ranges::transform(sloppy, sloppy.begin(), [](char c) {
        return c == '0' ? 'o' : c == '1' ? 'l' : c == '-' ? ' ' : static_cast<char>(std::tolower(c));
    });
    CHECK(auth::recovery_code_digest(sloppy) == auth::recovery_code_digest(code));
    CHECK(auth::recovery_code_digest(code) != auth::recovery_code_digest(auth::make_recovery_code()));
    CHECK(auth::typed_totp_code(" 123 456 ") == "123456");
    CHECK_FALSE(auth::typed_totp_code("12345"));
    CHECK_FALSE(auth::typed_totp_code("12345a"));
    CHECK_FALSE(auth::typed_totp_code(code));
}

TEST_CASE("until a code was seen the password is enough", "[second_factor]")
{
    PeopleArchive test;
    test.add("lan");
    const auto own = test.sign_in("lan");
    services::SignInDesk desk{test.archive(), test.time};
    const auto turn_on = [&](const std::string& password, const std::string& code) {
        return refusal([&] { desk.turn_on_second_factor(own.actor, own.session.uid, password, code, kHome); });
    };
    CHECK(turn_on(kPassword, "123456") == "conflict second_factor.not_started");
    const auto first = services::start_second_factor(test.archive(), test.time, own.actor, own.session.uid);
    CHECK(services::started_second_factor(test.archive(), test.time, own.actor, own.session.uid)->uri == first.uri);
    const auto second = services::start_second_factor(test.archive(), test.time, own.actor, own.session.uid);
    CHECK(second.text != first.text);
    const auto code_of = [&](const services::SecondFactorSecret& one) {
        return auth::totp_code(secret_bytes(one.text), auth::totp_step(test.time.now()));
    };
    CHECK(std::holds_alternative<services::OpenedSession>(desk.sign_in("lan", kPassword, kHome)));
    CHECK(turn_on(kPassword, code_of(first)) == "invalid second_factor.wrong_code");
    CHECK(turn_on("sai mật khẩu", code_of(second)) == "invalid password.wrong");
    SECTION("who is signed in as her elsewhere sees nothing of it and cannot confirm it")
    {
        const auto thief = test.sign_in("lan");
        CHECK_FALSE(services::started_second_factor(test.archive(), test.time, thief.actor, thief.session.uid));
        CHECK(refusal([&] {
                  desk.turn_on_second_factor(thief.actor, thief.session.uid, kPassword, code_of(second), kHome);
              }) == "conflict second_factor.not_started");
        CHECK(turn_on(kPassword, code_of(second)) == "nothing");
        CHECK(services::check_second_factors(test.archive()).empty());
    }
    SECTION("what somebody else starts meanwhile is not confirmed unseen")
    {
        const auto thief = test.sign_in("lan");
        services::start_second_factor(test.archive(), test.time, thief.actor, thief.session.uid);
        CHECK_FALSE(services::started_second_factor(test.archive(), test.time, own.actor, own.session.uid));
        CHECK(turn_on(kPassword, code_of(second)) == "conflict second_factor.not_started");
    }
    SECTION("a secret that lay about is none")
    {
        test.pass(15min);
        CHECK_FALSE(services::started_second_factor(test.archive(), test.time, own.actor, own.session.uid));
        CHECK(turn_on(kPassword, code_of(second)) == "conflict second_factor.not_started");
    }
    SECTION("one of it puts it in force, once")
    {
        const auto before = test.events();
        const auto other = test.sign_in("lan");
        CHECK(turn_on(kPassword, code_of(second)) == "nothing");
        CHECK(turn_on(kPassword, code_of(second)) == "conflict second_factor.on_already");
        CHECK(refusal([&] { services::start_second_factor(test.archive(), test.time, own.actor, own.session.uid); }) ==
              "conflict second_factor.on_already");
        CHECK(std::holds_alternative<services::CodeAsked>(desk.sign_in("lan", kPassword, kHome)));
        // Who had come with the password alone is out.
        CHECK(services::find_session(test.archive(), test.time, own.secret));
        CHECK_FALSE(services::find_session(test.archive(), test.time, other.secret));
        const auto events = test.events_after(before + 1); // without the other session's beginning
        REQUIRE(events.size() == 3);
        CHECK(events[0] == "second_factor.turned_on " + own.account.uid);
        CHECK(events[1].starts_with("session.ended "));
        CHECK(events[2] == "session.ended " + other.session.uid);
    }
}

TEST_CASE("password and code let in; the password alone opens nothing", "[second_factor]")
{
    FactorArchive test;
    const auto sessions = test.count("session");
    const auto half = test.half();
    CHECK(test.count("session") == sessions);
    CHECK(test.desk.is_code_asked(half));
    CHECK_FALSE(services::find_session(test.archive(), test.time, half));
    CHECK(test.with_code(half, "000000") == kRefused);
    CHECK(test.with_code(half, "") == kRefused);
    CHECK(test.with_code(half.substr(1), test.code()) == "not_found sign_in.too_late");
    CHECK(test.with_code("", test.code()) == "not_found sign_in.too_late");
    const auto before = test.events();
    const auto opened = test.desk.sign_in_with_code(half, test.code(), kHome);
    CHECK(opened.actor.name == test.lan.uid);
    CHECK_FALSE(opened.recovery_codes_left);
    CHECK(services::find_session(test.archive(), test.time, opened.secret));
    CHECK(test.events_after(before) == std::vector<std::string>{"session.opened " + opened.session.uid});
    CHECK(opened.session.previous.failures == 2);
    // And this half is used up.
    CHECK_FALSE(test.desk.is_code_asked(half));
    test.next_code();
    CHECK(test.with_code(half, test.code()) == "not_found sign_in.too_late");
}

TEST_CASE("a code is taken once, and none that is older than it", "[second_factor]")
{
    FactorArchive test;
    const auto earlier = test.code(-1);
    const auto now = test.code();
    CHECK(test.with_code(test.half(), now) == "nothing");
    CHECK(test.with_code(test.half(), now) == kRefused);
    CHECK(test.with_code(test.half(), earlier) == kRefused);
    SECTION("nor after a restart")
    {
        services::SignInDesk again{test.archive(), test.time};
        const auto half = std::get<services::CodeAsked>(again.sign_in("lan", kPassword, kHome)).secret;
        CHECK(refusal([&] { again.sign_in_with_code(half, now, kHome); }) == kRefused);
    }
    SECTION("nor when the clock is put back")
    {
        test.time.set(test.time.now() - 30s);
        CHECK(test.with_code(test.half(), test.code()) == kRefused);
        CHECK(test.with_code(test.half(), now) == kRefused);
        CHECK(test.with_code(test.half(), test.recovery.front()) == "nothing");
    }
    SECTION("the next one is another")
    {
        CHECK(test.with_code(test.half(), test.code(1)) == "nothing");
        test.next_code();
        CHECK(test.with_code(test.half(), test.code()) == kRefused);
        test.next_code();
        CHECK(test.with_code(test.half(), test.code()) == "nothing");
    }
}

TEST_CASE("of many who come with one code exactly one is let in", "[second_factor]")
{
    FactorArchive test;
    const bool with_recovery = GENERATE(false, true);
    const auto code = with_recovery ? test.recovery[3] : test.code();
    std::vector<std::string> halves;
    for (int i = 0; i < 4; ++i) {
        halves.push_back(test.half());
    }
    std::atomic<int> in = 0;
    std::atomic<int> out = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto& half : halves) {
            threads.emplace_back([&] { ++(test.with_code(half, code) == "nothing" ? in : out); });
        }
    }
    CHECK(in == 1);
    CHECK(out == 3);
    CHECK(test.faults().empty());
}

TEST_CASE("wrong codes delay like wrong passwords, and the right password forgets none", "[second_factor]")
{
    FactorArchive test;
    for (int i = 0; i < 5; ++i) {
        CHECK(test.with_code(test.half(), "000000") == kRefused);
    }
    CHECK(refusal([&] { test.half(); }) == "busy sign_in.wait");
    test.pass(1s);
    const auto half = test.half();
    // To have known the password costs nobody a wait of its own.
    CHECK(test.with_code(half, "000000") == kRefused);
    CHECK(test.with_code(half, test.code()) == "busy sign_in.wait");
    test.pass(2s);
    CHECK(test.with_code(half, test.code()) == "nothing");
    test.next_code();
    CHECK(test.with_code(test.half(), "000000") == kRefused);
}

TEST_CASE("who has the password cannot go on guessing the code, and locks nobody out", "[second_factor]")
{
    FactorArchive test;
    for (int i = 0; i < 17; ++i) {
        CHECK(test.with_code(test.half(), "000000") == kRefused);
        test.pass(61min);
    }
    CHECK(test.with_code(test.half(), "000000") == kRefused);
    test.pass(59min);
    SECTION("not even the right one is looked at, also after a restart")
    {
        CHECK(test.with_code(test.half(), test.code()) == "busy sign_in.wait");
        services::SignInDesk again{test.archive(), test.time};
        const auto half = std::get<services::CodeAsked>(again.sign_in("lan", kPassword, kHome)).secret;
        CHECK(refusal([&] { again.sign_in_with_code(half, test.code(), kHome); }) == "busy sign_in.wait");
        test.pass(1min);
        CHECK(test.with_code(test.half(), test.code()) == "nothing");
        test.next_code();
        CHECK(test.with_code(test.half(), "000000") == kRefused);
        CHECK(test.with_code(test.half(), test.code()) == "nothing"); // the wrong ones of before are forgotten
    }
    SECTION("a recovery code lets in all the same")
    {
        CHECK(test.with_code(test.half(), test.recovery.front()) == "nothing");
    }
    SECTION("after a day nothing is remembered")
    {
        test.pass(24h);
        CHECK(test.with_code(test.half(), "000000") == kRefused);
        CHECK(test.with_code(test.half(), test.code()) == "nothing");
    }
}

TEST_CASE("half of a sign-in ends by time, with the password and with the account", "[second_factor]")
{
    FactorArchive test;
    const auto half = test.half();
    SECTION("time")
    {
        test.pass(5min);
        CHECK_FALSE(test.desk.is_code_asked(half));
        CHECK(test.with_code(half, test.code()) == "not_found sign_in.too_late");
    }
    SECTION("a clock that was put back")
    {
        test.pass(-6min);
        CHECK(test.with_code(half, test.recovery.front()) == "not_found sign_in.too_late");
    }
    SECTION("another password")
    {
        services::set_password(test.archive(), test.time, kOperator, "lan", "trâu vàng qua cầu");
        CHECK(test.with_code(half, test.code()) == kRefused);
    }
    SECTION("disabled")
    {
        services::disable_account(test.archive(), test.time, kOperator, "lan");
        CHECK(test.with_code(half, test.code()) == kRefused);
    }
}

TEST_CASE("a recovery code stands for a code, once, and the rest is counted", "[second_factor]")
{
    FactorArchive test;
    REQUIRE(test.recovery.size() == services::kRecoveryCodes);
    CHECK(test.state().recovery_codes == 10);
    const auto opened = test.desk.sign_in_with_code(test.half(), test.recovery[0], kHome);
    CHECK(opened.recovery_codes_left == 9);
    CHECK(test.with_code(test.half(), test.recovery[0]) == kRefused);
    CHECK(test.with_code(test.half(), auth::make_recovery_code()) == kRefused);
    CHECK(test.desk.sign_in_with_code(test.half(), test.recovery[9], kHome).recovery_codes_left == 8);
    const auto renewed = test.desk.renew_recovery_codes(test.own.actor, kPassword, test.recovery[5], kHome);
    CHECK(test.state().recovery_codes == 10);
    CHECK(test.with_code(test.half(), test.recovery[1]) == kRefused);
    CHECK(test.with_code(test.half(), renewed[1]) == "nothing");
    CHECK(test.faults().empty());
}

TEST_CASE("of secret and recovery codes the home holds nothing readable", "[second_factor]")
{
    FactorArchive test;
    test.desk.sign_in_with_code(test.half(), test.recovery[0], kHome);
    const auto all = test.every_byte();
    CHECK(all.find(test.secret) == std::string::npos);
    CHECK(all.find(auth::totp_secret_text(test.secret)) == std::string::npos);
    for (const auto& code : test.recovery) {
        CHECK(all.find(code) == std::string::npos);
        CHECK(all.find(auth::recovery_code_digest(code)) != std::string::npos);
    }
}

TEST_CASE("one's own is turned off with password and code", "[second_factor]")
{
    FactorArchive test;
    const auto off = [&](const std::string& password, const std::string& code) {
        return refusal([&] { test.desk.turn_off_second_factor(test.own.actor, password, code, kHome); });
    };
    CHECK(off("sai mật khẩu", test.code()) == "invalid password.wrong");
    CHECK(off(kPassword, "000000") == "invalid second_factor.wrong_code");
    CHECK(test.state().is_on());
    CHECK(off(kPassword, test.code()) == "nothing");
    CHECK_FALSE(test.state().is_on());
    CHECK(test.count("recovery_code") == 0);
    CHECK(off(kPassword, test.code(1)) == "conflict second_factor.off_already");
    CHECK(std::holds_alternative<services::OpenedSession>(test.desk.sign_in("lan", kPassword, kHome)));
    CHECK(test.faults().empty());
}

TEST_CASE("who administers a person may take it from him, and nobody from himself", "[second_factor]")
{
    FactorArchive test;
    test.add("hai", Role::archivist, Secrecy::tuyet_mat);
    const auto remove = [&](const auth::Actor& actor, const std::string& who) {
        return refusal([&] { services::remove_second_factor(test.archive(), test.time, actor, who); });
    };
    CHECK(remove(test.actor("hai"), "lan") == "forbidden auth.forbidden");
    CHECK(remove(test.actor("quantri"), "quantri") == "forbidden second_factor.own");
    CHECK(remove(test.actor("quantri"), "hai") == "conflict second_factor.off_already");
    const auto before = test.events();
    CHECK(remove(test.actor("quantri"), "lan") == "nothing");
    CHECK(test.events_after(before) ==
          std::vector<std::string>{"second_factor.removed " + test.lan.uid, "session.ended " + test.own.session.uid});
    CHECK_FALSE(services::find_session(test.archive(), test.time, test.own.secret));
    CHECK(std::holds_alternative<services::OpenedSession>(test.desk.sign_in("lan", kPassword, kHome)));
    CHECK(test.faults().empty());
}

TEST_CASE("who must have one and has none can do nothing but set it up", "[second_factor]")
{
    FactorArchive test;
    const auto hai = test.add("hai", Role::archivist);
    const auto opened = test.sign_in("hai");
    const auto found = [&] { return services::find_session(test.archive(), test.time, opened.secret); };
    const auto demand = [&](bool everybody, std::vector<Role> roles) {
        services::demand_second_factor(test.archive(), test.time, kOperator,
                                       {.of_everybody = everybody, .roles = std::move(roles)});
    };
    CHECK_FALSE(found()->lacks_second_factor);
    demand(false, {Role::officer});
    CHECK_FALSE(found()->lacks_second_factor);
    const bool of_everybody = GENERATE(true, false);
    demand(of_everybody, of_everybody ? std::vector<Role>{} : std::vector{Role::archivist, Role::admin});
    REQUIRE(found()->lacks_second_factor);
    const auto actor = found()->actor;
    CHECK_FALSE(auth::is_allowed_somewhere(actor, auth::Action::document_read));
    CHECK(auth::is_allowed_somewhere(actor, auth::Action::account_use));
    // Nor by a token that he gives himself.
    CHECK(refusal([&] {
              services::issue_api_token(test.archive(), test.time, actor,
                                        {.who = "hai", .title = "T", .scopes = {}, .expires_on = {}});
          }) == "forbidden auth.forbidden");
    const auto secret =
        secret_bytes(services::start_second_factor(test.archive(), test.time, actor, opened.session.uid).text);
    test.desk.turn_on_second_factor(actor, opened.session.uid, kPassword,
                                    auth::totp_code(secret, auth::totp_step(test.time.now())), kHome);
    CHECK_FALSE(found()->lacks_second_factor);
    CHECK(auth::is_allowed_somewhere(found()->actor, auth::Action::document_read));
    CHECK(test.faults().empty());
}

TEST_CASE("only who administers the archive decides who must have one", "[second_factor]")
{
    FactorArchive test;
    const auto demand = [&](const auth::Actor& actor) {
        return refusal([&] {
            services::demand_second_factor(test.archive(), test.time, actor, {.of_everybody = true, .roles = {}});
        });
    };
    CHECK(demand(test.actor("lan")) == "forbidden auth.forbidden");
    const auto before = test.events();
    CHECK(demand(test.actor("quantri")) == "nothing");
    CHECK(demand(kOperator) == "nothing");
    CHECK(test.events_after(before) == std::vector<std::string>{"second_factor.demanded second_factor"});
    CHECK(services::second_factor_demand(test.archive(), kOperator).of_everybody);
    CHECK(test.faults().empty());
}

TEST_CASE("a hand in the catalogue is told", "[second_factor]")
{
    FactorArchive test;
    REQUIRE(test.faults().empty());
    test.desk.sign_in_with_code(test.half(), test.recovery[0], kHome);
    REQUIRE(test.faults().empty());
    const auto statement =
        GENERATE("DELETE FROM second_factor", "UPDATE second_factor SET confirmed_at = NULL",
                 "UPDATE second_factor SET secret = (SELECT digest FROM recovery_code LIMIT 1)",
                 "UPDATE recovery_code SET used_at = NULL", "DELETE FROM recovery_code WHERE used_at IS NULL",
                 "UPDATE setting SET value = 'everybody' WHERE name = 'second_factor.demand'");
    CAPTURE(statement);
    {
        auto tx = test.database().write();
        tx.prepare(statement).run();
        tx.commit();
    }
    CHECK_FALSE(test.faults().empty());
}

TEST_CASE("a key that is lost, open to others or another is told, and recovery codes still work", "[second_factor]")
{
    FactorArchive test;
    const auto key = test.home().keys() / "second_factor.key";
    REQUIRE(services::check_second_factors(test.archive()).empty());
    struct stat status = {};
    REQUIRE(::stat(key.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0400);
    std::string kind = "changed";
    SECTION("lost")
    {
        std::filesystem::remove(key);
        kind = "missing";
    }
    SECTION("open to others")
    {
        ::chmod(key.c_str(), 0444);
    }
    SECTION("damaged")
    {
        std::filesystem::remove(key);
        write_file_atomically(key, "vtlt-seal-1+AAAA\n", 0400);
    }
    SECTION("another")
    {
        std::filesystem::remove(key);
        services::make_second_factor_key(test.home());
    }
    const auto faults = services::check_second_factors(test.archive());
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().kind == kind);
    CHECK(faults.front().path == "keys/second_factor.key");
    CHECK(test.with_code(test.half(), test.code()) == "corrupt second_factor.key");
    CHECK(test.with_code(test.half(), test.recovery[0]) == "nothing");
}

TEST_CASE("a lost key is not replaced as long as something was closed with it", "[second_factor]")
{
    FactorArchive test;
    const auto key = test.home().keys() / "second_factor.key";
    std::filesystem::remove(key);
    services::complete_second_factor_key(test.home(), test.database());
    CHECK_FALSE(std::filesystem::exists(key));
    services::remove_second_factor(test.archive(), test.time, kOperator, "lan");
    services::complete_second_factor_key(test.home(), test.database());
    CHECK(std::filesystem::exists(key));
}

TEST_CASE("the secret of one person opens nothing in another's row", "[second_factor]")
{
    FactorArchive test;
    const auto hai = test.add("hai");
    {
        auto tx = test.database().write();
        tx.prepare("INSERT INTO second_factor (account_id, secret, started_at, confirmed_at)"
                   " SELECT ?1, secret, started_at, confirmed_at FROM second_factor")
            .bind(1, hai.id)
            .run();
        tx.commit();
    }
    const auto half = std::get<services::CodeAsked>(test.desk.sign_in("hai", kPassword, kHome)).secret;
    CHECK(test.with_code(half, test.code()) == "corrupt second_factor.key");
    CHECK(services::check_second_factors(test.archive()).size() == 1);
}
