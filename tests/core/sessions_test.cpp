// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/base/json.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/sessions.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;

namespace {

/// Two people, one of them signed in.
struct SignedInArchive : PeopleArchive
{
    SignedInArchive()
    {
        add("quantri", Role::admin, Secrecy::toi_mat, "");
        lan = add("lan", Role::officer, Secrecy::mat);
        opened = sign_in("lan");
    }

    bool is_in() { return services::find_session(archive(), time, opened.secret).has_value(); }

    catalog::Account lan;
    services::OpenedSession opened;
};

} // namespace

TEST_CASE("a session ends at once with what it stood on", "[sessions]")
{
    SignedInArchive test;
    auto& archive = test.archive();
    const auto before = test.events();
    REQUIRE(test.is_in());
    std::string first;
    std::size_t more = 0;
    SECTION("signing out")
    {
        services::end_session(archive, test.time, test.opened.actor, test.opened.session.uid);
    }
    SECTION("another password")
    {
        services::set_password(archive, test.time, kOperator, "lan", "trâu vàng qua cầu");
        first = "user.password_set " + test.lan.uid;
    }
    SECTION("disabling")
    {
        services::disable_account(archive, test.time, kOperator, "lan");
        first = "user.disabled " + test.lan.uid;
    }
    SECTION("another role")
    {
        services::change_account(archive, test.time, kOperator, "lan", {.roles = {Role::clerk}});
        more = 2; // role.ended, role.granted
    }
    SECTION("another clearance")
    {
        services::change_account(archive, test.time, kOperator, "lan", {.clearance = Secrecy::open});
        first = "user.changed " + test.lan.uid;
    }
    SECTION("another unit")
    {
        services::create_unit(archive, test.time, kOperator, {.code = "TCCB", .title = "Phòng Tổ chức"});
        services::change_account(archive, test.time, kOperator, "lan", {.unit = "TCCB"});
        more = 4; // unit.created, user.changed, role.ended, role.granted
    }
    SECTION("a further role")
    {
        services::grant_role(archive, test.time, kOperator, {.who = "lan", .role = Role::clerk});
        more = 1;
    }
    SECTION("a role that ends")
    {
        const auto held = services::list_grants(archive, test.time, kOperator, "lan").front().grant.uid;
        services::end_grant(archive, test.time, kOperator, held);
        first = "role.ended " + held;
    }
    CHECK_FALSE(test.is_in());
    CHECK(test.count("session") == 0);
    const auto events = test.events_after(before);
    CHECK(events.back() == "session.ended " + test.opened.session.uid);
    CHECK(events.size() == 1 + more + (first.empty() ? 0 : 1));
    CHECK((first.empty() || events.front() == first));
}

TEST_CASE("a session survives what it does not stand on", "[sessions]")
{
    SignedInArchive test;
    services::change_account(test.archive(), test.time, kOperator, "lan", {.full_name = "Nguyễn Thị Lan"});
    services::enable_account(test.archive(), test.time, kOperator, "lan");
    services::disable_account(test.archive(), test.time, kOperator,
                              test.add("hai", Role::officer, Secrecy::open, "").uid);
    CHECK(test.is_in());
}

TEST_CASE("who is enabled again has to sign in again", "[sessions]")
{
    SignedInArchive test;
    services::disable_account(test.archive(), test.time, kOperator, "lan");
    services::enable_account(test.archive(), test.time, kOperator, "lan");
    CHECK_FALSE(test.is_in());
    CHECK_NOTHROW(test.sign_in("lan"));
}

TEST_CASE("a session ends after half an hour without a request", "[sessions]")
{
    SignedInArchive test;
    test.pass(30min - 1ms);
    CHECK(test.is_in());
    test.pass(1ms);
    CHECK_FALSE(test.is_in());
    CHECK(services::sweep_sessions(test.archive(), test.time) == 1);
    CHECK(test.count("session") == 0);
    CHECK(services::sweep_sessions(test.archive(), test.time) == 0);
}

TEST_CASE("a session that is used lasts twelve hours and no longer", "[sessions]")
{
    SignedInArchive test;
    services::SessionActivity activity{test.archive(), test.time};
    const auto before = test.events();
    for (int i = 0; i < 36; ++i) {
        const auto found = services::find_session(test.archive(), test.time, test.opened.secret);
        REQUIRE(found);
        activity.note(found->session);
        activity.flush();
        test.pass(20min);
    }
    CHECK_FALSE(test.is_in());
    CHECK(test.events() == before);
    CHECK(services::sweep_sessions(test.archive(), test.time) == 1);
}

TEST_CASE("a clock that was put back prolongs no session", "[sessions]")
{
    SignedInArchive test;
    test.pass(-1h);
    CHECK_FALSE(test.is_in());
}

TEST_CASE("being seen is written at most once a minute", "[sessions]")
{
    SignedInArchive test;
    services::SessionActivity activity{test.archive(), test.time};
    const auto see = [&] {
        activity.note(services::find_session(test.archive(), test.time, test.opened.secret)->session);
    };
    test.pass(59s);
    see();
    CHECK(activity.flush() == 0);
    test.pass(1s);
    see();
    see();
    CHECK(activity.flush() == 1);
    CHECK(activity.flush() == 0);
    see();
    CHECK(activity.flush() == 0);
    const auto found = services::find_session(test.archive(), test.time, test.opened.secret);
    CHECK(found->session.last_seen_at == test.time.now());

    SECTION("and a session that ended meanwhile does not come back")
    {
        test.pass(2min);
        see();
        services::end_session(test.archive(), test.time, test.opened.actor, test.opened.session.uid);
        CHECK(activity.flush() == 0);
        CHECK_FALSE(test.is_in());
    }
}

TEST_CASE("the limits of a session are in config.json", "[sessions]")
{
    SignedInArchive test;
    const auto path = test.home().config();
    auto config = parse_json(slurp(path));
    test.close();
    config["session_idle_minutes"] = 5;
    config["session_longest_minutes"] = 8;
    spill(path, config.dump());
    test.reopen();
    test.pass(5min - 1ms);
    CHECK(test.is_in());
    test.pass(1ms);
    CHECK_FALSE(test.is_in());
    test.close();
    config["session_idle_minutes"] = 0;
    spill(path, config.dump());
    CHECK(refusal([&] { test.reopen(); }) == "invalid config.session_minutes");
}

TEST_CASE("one sees and ends one's own sessions, not those of others", "[sessions]")
{
    SignedInArchive test;
    test.add("hai");
    const auto other = test.sign_in("hai");
    test.pass(1s);
    const auto second = test.sign_in("lan");
    auto& archive = test.archive();
    const auto own = services::list_own_sessions(archive, test.time, second.actor);
    REQUIRE(own.size() == 2);
    CHECK(own[0].uid == second.session.uid);
    CHECK(own[1].uid == test.opened.session.uid);
    CHECK(refusal([&] { services::end_session(archive, test.time, other.actor, second.session.uid); }) ==
          "not_found session.not_found");
    CHECK(test.is_in());
    services::end_session(archive, test.time, second.actor, test.opened.session.uid);
    CHECK_FALSE(test.is_in());
    CHECK(services::find_session(archive, test.time, second.secret));
    CHECK_NOTHROW(services::end_session(archive, test.time, second.actor, test.opened.session.uid));
    services::end_session(archive, test.time, test.actor("quantri"), other.session.uid);
    CHECK_FALSE(services::find_session(archive, test.time, other.secret));
    test.pass(31min);
    CHECK(services::list_own_sessions(archive, test.time, second.actor).empty());
}
