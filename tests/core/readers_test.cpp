// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/services/readers.h>
#include <vtlt/core/services/reclassification.h>
#include <vtlt/core/services/rights.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;

namespace {

/// Two security officers, a leader, two officers, and a document that all of them may read.
class Office : public PeopleArchive
{
public:
    Office()
    {
        add("an", auth::Role::security_officer, Secrecy::mat);
        add("binh", auth::Role::security_officer, Secrecy::mat);
        add("chi", auth::Role::leader, Secrecy::mat);
        add("dung", auth::Role::officer, Secrecy::mat);
        add("em", auth::Role::officer, Secrecy::mat);
        services::IntakeRequest request;
        request.paths.push_back({.path = source("a.txt", "KẾ HOẠCH\nMột\n"), .dossier = {}});
        request.workers = 1;
        services::IntakeHooks hooks;
        hooks.on_item = [&](const services::IntakeItem& item) { document = item.id; };
        services::run_intake(archive(), time, kOperator, request, hooks);
        list = services::make_reader_list(archive(), time, actor("an"), {.title = "Tổ soạn thảo"}).uid;
    }

    bool reads(const std::string& name)
    {
        return services::explain_reading(archive(), time, kOperator, name, document).is_allowed;
    }
    catalog::ReaderEntry put(const std::string& who, std::optional<Date> from = {}, std::optional<Date> to = {})
    {
        return services::add_reader(archive(), time, actor("an"),
                                    {.list = list, .who = who, .from_on = from, .to_on = to, .reason = "QĐ 12"});
    }
    void restrict()
    {
        services::put_on_list(archive(), time, actor("em"), document, list, "quy chế", [&] { ++asked_for_index; });
    }
    void require_sound()
    {
        auto tx = database().read();
        CHECK(catalog::check_counts(tx).empty());
        CHECK(services::check_documents_against_history(database()).empty());
    }

    Uid document;
    Uid list;
    int asked_for_index = 0;
};

} // namespace

TEST_CASE("a listed document is known to the people of its list alone", "[readers]")
{
    Office office;
    office.put("dung");
    CHECK(office.reads("em"));
    office.restrict();
    CHECK(office.asked_for_index == 1);
    CHECK(office.reads("dung"));
    CHECK_FALSE(office.reads("em")); // also he who put it there
    CHECK_FALSE(office.reads("chi"));
    CHECK_FALSE(office.reads("an")); // and he who keeps the list
    const auto why = services::explain_reading(office.archive(), office.time, kOperator, "em", office.document);
    CHECK(why.is_listed);
    CHECK_FALSE(why.reasons.list);
    CHECK(why.reasons.clearance);
    office.require_sound();
    auto tx = office.database().read();
    auto without = auth::whole_reach();
    without.every_list = false;
    CHECK(catalog::read_counts(tx, catalog::Record::document, without).front() == 0);
    CHECK(catalog::read_counts(tx, catalog::Record::document, auth::whole_reach()).front() == 1);
    CHECK(outbox::list_leaving(tx, without).size() == 1);
}

TEST_CASE("an entry holds within its days and until it is ended", "[readers]")
{
    Office office;
    office.restrict();
    const auto today = office.time.today();
    const auto day = [&](int days) { return Date{std::chrono::sys_days{today} + std::chrono::days{days}}; };
    office.put("dung", day(1), day(2));
    CHECK_FALSE(office.reads("dung"));
    office.pass(24h);
    CHECK(office.reads("dung"));
    office.pass(48h);
    CHECK_FALSE(office.reads("dung"));
    const auto entry = office.put("dung");
    CHECK(office.reads("dung"));
    const auto opened = office.sign_in("dung");
    CHECK(services::end_reader(office.archive(), office.time, office.actor("binh"), entry.uid) == office.list);
    CHECK_FALSE(office.reads("dung"));
    CHECK(office.count("session") == 0);
    CHECK_THROWS_WITH(services::end_reader(office.archive(), office.time, office.actor("binh"), entry.uid),
                      Catch::Contains("reader.ended_already"));
}

TEST_CASE("nobody puts himself on a list, and another person confirms", "[readers]")
{
    Office office;
    CHECK_THROWS_WITH(office.put("an"), Catch::Contains("readers.needs_another_person"));
    auto by_token = office.actor("an");
    by_token.scopes = auth::Scopes::of_tokens();
    CHECK_THROWS_WITH(services::add_reader(office.archive(), office.time, by_token, {.list = office.list, .who = "an"}),
                      Catch::Contains("readers.needs_another_person"));
    const auto entry = office.put("binh");
    const auto confirm = [&](const auth::Actor& who) {
        services::confirm_reader(office.archive(), office.time, who, entry.uid);
    };
    CHECK_THROWS_WITH(confirm(office.actor("an")), Catch::Contains("readers.needs_another_person"));
    CHECK_THROWS_WITH(confirm(office.actor("binh")), Catch::Contains("readers.needs_another_person"));
    CHECK_THROWS_WITH(confirm(kOperator), Catch::Contains("readers.needs_another_person"));
    CHECK_THROWS_WITH(confirm(office.actor("dung")), Catch::Contains("auth.forbidden"));
    const auto listed = services::list_readers(office.archive(), office.time, office.actor("chi"), office.list).front();
    CHECK(listed.may_confirm);
    confirm(office.actor("chi"));
    CHECK_THROWS_WITH(confirm(office.actor("chi")), Catch::Contains("reader.confirmed_already"));
    CHECK_THROWS_WITH(office.put("binh"), Catch::Contains("reader.exists"));
    CHECK_THROWS_WITH(office.put("nobody"), Catch::Contains("account.not_found"));
    // A leader, who reads nobody's rights, puts his own people on it.
    CHECK(services::add_reader(office.archive(), office.time, office.actor("chi"), {.list = office.list, .who = "dung"})
              .account_name == "dung");
}

TEST_CASE("leaving a list, or going to another, needs two persons", "[readers]")
{
    Office office;
    office.put("dung");
    office.put("binh");
    office.restrict();
    const auto other = services::make_reader_list(office.archive(), office.time, kOperator, {.title = "Tổ khác"}).uid;
    const auto dung = office.actor("dung");
    CHECK_THROWS_WITH(services::put_on_list(office.archive(), office.time, dung, office.document, other, "x", [] {}),
                      Catch::Contains("readers.on_another_list"));
    const bool moves = GENERATE(false, true);
    const auto proposal = services::propose_other_readers(office.archive(), office.time, dung, office.document,
                                                          moves ? other : Uid{}, "đã xong");
    CHECK_FALSE(office.reads("em"));
    const auto confirm = [&](const std::string& who) {
        return services::confirm_lower_secrecy(office.archive(), office.time, office.actor(who), proposal.uid, [] {});
    };
    CHECK_THROWS_WITH(confirm("dung"), Catch::Contains("auth.forbidden"));
    CHECK_THROWS_WITH(confirm("chi"), Catch::Contains("reclassification.not_found")); // not on the list
    const auto now = confirm("binh");
    CHECK(now.reader_list.has_value() == moves);
    CHECK(office.reads("em") == !moves);
    CHECK(office.reads("dung") == !moves);
    office.require_sound();
}

TEST_CASE("the name of a list is of no higher grade than what is on it", "[readers]")
{
    Office office;
    const auto secret = services::make_reader_list(office.archive(), office.time, office.actor("an"),
                                                   {.title = "Phương án A", .secrecy = Secrecy::mat})
                            .uid;
    const auto em = office.actor("em");
    const auto put = [&] {
        services::put_on_list(office.archive(), office.time, em, office.document, secret, "x", [] {});
    };
    CHECK_THROWS_WITH(put(), Catch::Contains("readers.list_above_document"));
    services::raise_secrecy(office.archive(), office.time, em, office.document, Secrecy::mat, "x", [] {});
    put();
    services::add_reader(office.archive(), office.time, office.actor("an"), {.list = secret, .who = "em"});
    CHECK_THROWS_WITH(services::propose_lower_secrecy(office.archive(), office.time, office.actor("em"),
                                                      office.document, Secrecy::open, "x"),
                      Catch::Contains("readers.list_above_document"));
    // Whoever is not cleared for its name meets no list.
    office.add("giang", auth::Role::officer, Secrecy::open);
    CHECK_THROWS_WITH(services::get_reader_list(office.archive(), office.actor("giang"), secret),
                      Catch::Contains("reader_list.not_found"));
    CHECK(services::list_reader_lists(office.archive(), office.actor("giang")).size() == 1);
}

TEST_CASE("an entry written behind the program's back is found", "[readers]")
{
    Office office;
    const auto entry = office.put("dung");
    CHECK(services::check_people_against_history(office.database()).empty());
    const auto* change = GENERATE(as<const char*>{}, "UPDATE reader_entry SET to_on = 20991231 WHERE uid = ?1",
                                  "UPDATE reader_entry SET account_id = 1 WHERE uid = ?1",
                                  "UPDATE reader_entry SET confirmed_at = 1, confirmed_by = 'x' WHERE uid = ?1");
    {
        auto tx = office.database().write();
        tx.prepare(change).bind(1, entry.uid).run();
        tx.commit();
    }
    CHECK(services::check_people_against_history(office.database()).size() == 1);
}

TEST_CASE("who keeps a list shows of its documents what he may read himself", "[readers]")
{
    Office office;
    office.put("dung");
    office.restrict();
    const auto on = [&](const std::string& who, std::string_view after = {}) {
        return services::list_documents_on(office.archive(), office.actor(who), office.list, after, 10).size();
    };
    CHECK(on("dung") == 1);
    CHECK(on("an") == 0);
    CHECK(on("dung", office.document) == 0);
    CHECK(on("an", office.document) == 0);
}
