// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/services/access_book.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/services/history.h>
#include <vtlt/core/services/intake.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;
using services::Access;

namespace {

/// One open and one secret document, and people who may read them.
struct ReadingRoom : PeopleArchive
{
    ReadingRoom()
    {
        open = take_in("a.txt", Secrecy::open);
        secret = take_in("b.txt", Secrecy::mat);
        add("lan", Role::archivist, Secrecy::mat);
        add("kiemtoan", Role::auditor, Secrecy::mat);
        add("kiemtoanthuong", Role::auditor);
    }

    catalog::Document take_in(const std::string& name, Secrecy secrecy)
    {
        services::IntakeRequest request;
        request.paths.push_back({.path = source(name, "BÁO CÁO\n" + name), .dossier = {}});
        request.secrecy = secrecy;
        request.workers = 1;
        Uid uid;
        services::IntakeHooks hooks;
        hooks.on_item = [&](const services::IntakeItem& item) { uid = item.id; };
        services::run_intake(archive(), time, auth::operator_actor(), request, hooks);
        auto tx = database().read();
        return catalog::get_view(tx, uid).document;
    }

    catalog::Document open;
    catalog::Document secret;
    services::AccessBook book{archive(), time};
};

} // namespace

TEST_CASE("who opens a secret document, and who takes any, is in the history before he has it", "[access]")
{
    ReadingRoom room;
    const auto lan = room.actor("lan");
    const auto before = room.events();
    room.book.note(lan, room.open, Access::viewed);
    CHECK(room.events() == before);
    room.book.note(lan, room.secret, Access::viewed);
    room.book.note(lan, room.open, Access::downloaded);
    CHECK(room.events_after(before) ==
          std::vector<std::string>{"access.viewed " + room.secret.uid, "access.downloaded " + room.open.uid});

    SECTION("one reading is one event and one access, and the next is another")
    {
        room.book.note(lan, room.secret, Access::viewed);
        CHECK(room.events() == before + 2);
        CHECK(room.book.count(room.secret, Secrecy::mat).accesses == 1);
        room.book.note(room.actor("kiemtoan"), room.secret, Access::viewed);
        room.pass(1min);
        room.book.note(lan, room.secret, Access::viewed);
        CHECK(room.events() == before + 4);
        CHECK(room.book.count(room.secret, Secrecy::mat).accesses == 3);
    }
    SECTION("nor does a clock that was put back hide one")
    {
        room.time.set(room.time.now() - 1h);
        room.book.note(lan, room.secret, Access::viewed);
        CHECK(room.events() == before + 3);
    }
    CHECK(audit::verify_audit(room.home(), room.database()).ok);
}

TEST_CASE("accesses are counted, waiting or written", "[access]")
{
    ReadingRoom room;
    const auto lan = room.actor("lan");
    CHECK(room.book.count(room.open, Secrecy::open).accesses == 0);
    room.book.note(lan, room.open, Access::viewed);
    room.book.note(lan, room.open, Access::downloaded);
    CHECK(room.book.count(room.open, Secrecy::open).accesses == 2);
    CHECK(room.book.flush() == 1);
    CHECK(room.book.flush() == 0);
    CHECK(room.book.count(room.open, Secrecy::open).accesses == 2);
    room.pass(2min);
    room.book.note(lan, room.open, Access::viewed);
    CHECK(room.book.count(room.open, Secrecy::open).accesses == 3);
    CHECK(room.book.count(room.open, Secrecy::open).last_at == room.time.now());
    room.book.flush();
    services::AccessBook other{room.archive(), room.time};
    CHECK(other.count(room.open, Secrecy::open).accesses == 3);
}

TEST_CASE("what was opened while it was open is opened anew once it is secret", "[access]")
{
    ReadingRoom room;
    const auto lan = room.actor("lan");
    room.book.note(lan, room.open, Access::viewed);
    auto raised = room.open;
    raised.secrecy = Secrecy::mat;
    const auto before = room.events();
    room.book.note(lan, raised, Access::viewed);
    CHECK(room.events_after(before) == std::vector<std::string>{"access.viewed " + room.open.uid});
    // And how often it was opened while it was secret is for who may know of that time.
    for (const bool is_written : {false, true}) {
        CHECK(room.book.count(room.open, Secrecy::open).accesses == 1);
        CHECK(room.book.count(room.open, Secrecy::mat).accesses == 2);
        if (!is_written) {
            room.book.flush();
        }
    }
}

TEST_CASE("one person's refusals crowd out nobody's", "[access]")
{
    ReadingRoom room;
    const auto low = room.actor("kiemtoanthuong");
    for (int i = 0; i < 200; ++i) {
        room.book.note_refusal(low, "document.edit", make_uid());
    }
    room.book.note_refusal(room.actor("lan"), "user.read", {});
    CHECK(room.book.flush() == 51);
}

TEST_CASE("a refusal is told, once a minute, and by whom", "[access]")
{
    ReadingRoom room;
    const auto low = room.actor("kiemtoanthuong");
    const auto before = room.events();
    room.book.note_refusal(low, "document.read", room.secret.uid);
    room.book.note_refusal(low, "document.read", room.secret.uid);
    room.book.note_refusal(low, "user.administer", {});
    room.book.note_refusal(auth::nobody(), "document.read", {});
    CHECK(room.events() == before); // later: nobody shall tell a refusal by the time it takes
    CHECK(room.book.flush() == 2);
    const auto events = room.events_after(before);
    REQUIRE(events.size() == 2);
    CHECK(std::ranges::find(events, "access.refused " + room.secret.uid) != events.end());
    CHECK(std::ranges::find(events, "access.refused access") != events.end());

    const auto told = [&](const std::string& name) {
        std::vector<services::HistoryEvent> found;
        for (auto& one : services::list_history(room.archive(), room.actor(name), {.action = "access."}, 10)) {
            found.push_back(std::move(one));
        }
        return found;
    };
    const auto high = told("kiemtoan");
    REQUIRE(high.size() == 2);
    for (const auto& one : high) {
        CHECK_FALSE(one.is_hidden);
        CHECK(one.actor_name == "kiemtoanthuong");
    }
    // Who audits and may not read it is not told its name.
    for (const auto& one : told("kiemtoanthuong")) {
        CHECK(one.is_hidden == (one.event.object == room.secret.uid));
        CHECK(one.object_name.empty());
    }
}

TEST_CASE("who read a document is for who audits, not for its history", "[access]")
{
    ReadingRoom room;
    const auto lan = room.actor("lan");
    room.book.note(lan, room.secret, Access::viewed);
    room.book.note(lan, room.secret, Access::downloaded);
    for (const auto& entry : services::document_history(room.archive(), lan, room.secret.uid, 0, 100).entries) {
        CHECK_FALSE(entry.action.starts_with("access."));
    }
    CHECK(services::list_history(room.archive(), room.actor("kiemtoan"),
                                 {.action = "access.", .object = room.secret.uid}, 10)
              .size() == 2);
}

TEST_CASE("the report sums what its reader may know", "[access]")
{
    ReadingRoom room;
    const auto lan = room.actor("lan");
    const auto today = room.time.today();
    room.sign_in("lan");
    room.book.note(lan, room.open, Access::viewed);
    room.book.note(lan, room.secret, Access::viewed);
    room.book.note(lan, room.secret, Access::downloaded);
    room.book.flush();
    const auto report = [&](const std::string& name) {
        return services::access_report(room.archive(), room.actor(name), today, today);
    };
    const auto high = report("kiemtoan");
    REQUIRE(high.days.size() == 1);
    CHECK(high.days[0].day == today);
    CHECK(high.days[0].sign_ins == 1);
    CHECK(high.days[0].viewed == 2);
    CHECK(high.days[0].downloaded == 1);
    REQUIRE(high.most_read.size() == 2);
    CHECK(high.most_read[0].view.document.uid == room.secret.uid);
    CHECK(high.most_read[0].count.accesses == 2);

    const auto low = report("kiemtoanthuong");
    REQUIRE(low.days.size() == 1);
    CHECK(low.days[0].viewed == 1);
    CHECK(low.days[0].downloaded == 0);
    REQUIRE(low.most_read.size() == 1);
    CHECK(low.most_read[0].view.document.uid == room.open.uid);

    CHECK(refusal([&] { report("lan"); }) == "forbidden auth.forbidden");
    const auto tomorrow = Date{std::chrono::sys_days{today} + std::chrono::days{1}};
    CHECK(refusal([&] { services::access_report(room.archive(), room.actor("kiemtoan"), tomorrow, today); }) ==
          "invalid report.period");
    CHECK(services::access_report(room.archive(), room.actor("kiemtoan"), tomorrow, tomorrow).days.empty());
}
