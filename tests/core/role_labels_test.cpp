// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/role_words.h>

#include <catch2/catch.hpp>

#include <set>

using namespace vtlt;
using namespace vtlt::testing;
using auth::Role;

TEST_CASE("every set has a word of its own for each role, in every language, and says where it is used", "[roles]")
{
    REQUIRE(auth::role_labels().front().code == "civil");
    for (const auto& labels : auth::role_labels()) {
        INFO(labels.code);
        CHECK(auth::find_role_labels(labels.code) == &labels);
        CHECK_FALSE(labels.source.empty());
        for (const std::string language : {"vi", "en"}) {
            CHECK_FALSE(labels.titles.at(language).empty());
            const auto& words = labels.words.at(language);
            const std::set<std::string> different{words.begin(), words.end()};
            CHECK(different.size() == auth::kRoleNames.size());
            CHECK_FALSE(different.contains(""));
        }
    }
    CHECK(auth::find_role_labels("army")->text(Role::officer, "vi") == "Trợ lý");
    CHECK(auth::find_role_labels("civil")->text(Role::officer, "vi") == "Chuyên viên");
    CHECK(auth::find_role_labels("navy") == nullptr);
}

TEST_CASE("who administers the installation chooses the words, and it is one event", "[roles]")
{
    PeopleArchive test;
    test.add("quantri", Role::admin);
    test.add("canbo", Role::officer);
    CHECK(services::role_labels(test.archive()).code == "civil");
    const auto choose = [&](const std::string& who, const char* code) {
        return refusal([&] { services::choose_role_labels(test.archive(), test.time, test.actor(who), code); });
    };
    const auto before = test.events();
    CHECK(choose("canbo", "army") == "forbidden auth.forbidden");
    CHECK(choose("quantri", "navy") == "invalid role_labels.unknown");
    CHECK(choose("quantri", "civil") == "nothing"); // it is so already
    CHECK(test.events() == before);
    CHECK(choose("quantri", "army") == "nothing");
    CHECK(services::role_labels(test.archive()).code == "army");
    CHECK(test.events_after(before) == std::vector<std::string>{"role_labels.chosen role_labels"});
    CHECK(services::check_people_against_history(test.database()).empty());

    auto tx = test.database().write();
    tx.prepare("UPDATE setting SET value = 'civil' WHERE name = 'role_labels'").run();
    tx.commit();
    CHECK(services::check_people_against_history(test.database()).size() == 1);
}
