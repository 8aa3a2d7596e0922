// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/auth/authorize.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace vtlt;
using namespace vtlt::testing;
using auth::Action;
using auth::Actor;

namespace {

std::vector<Action> all_actions()
{
    std::vector<Action> all;
    for (int i = 0; i <= static_cast<int>(Action::archive_administer); ++i) {
        all.push_back(static_cast<Action>(i));
    }
    return all;
}

Actor person(Secrecy clearance)
{
    return {.type = Actor::Type::person, .name = make_uid(), .clearance = clearance, .unit = {}};
}

} // namespace

TEST_CASE("the operator of the machine may do everything and is named by his system user", "[auth]")
{
    const auto actor = auth::operator_actor();
    CHECK(actor.type == Actor::Type::operator_);
    CHECK(actor.name.starts_with("operator:"));
    for (const auto action : all_actions()) {
        for (const auto band : kBands) {
            CHECK(auth::is_allowed(actor, action, {.secrecy = band, .unit = {}}));
        }
    }
}

TEST_CASE("a person may never do more above his clearance than below it", "[auth]")
{
    for (const auto action : all_actions()) {
        for (const auto clearance : kBands) {
            const bool at_all = auth::is_allowed(person(clearance), action, {});
            for (const auto band : kBands) {
                const bool allowed = auth::is_allowed(person(clearance), action, {.secrecy = band, .unit = {}});
                CHECK(allowed == (at_all && band <= clearance));
            }
        }
    }
}

TEST_CASE("running the archive is not a person's business", "[auth]")
{
    const auto action = GENERATE(Action::unit_create, Action::job_read, Action::integrity_verify, Action::index_rebuild,
                                 Action::archive_administer);
    CHECK_FALSE(auth::is_allowed(person(Secrecy::tuyet_mat), action, {}));
}

TEST_CASE("what may be read as a set is what may be read one by one", "[auth]")
{
    const auto actor = GENERATE(auth::operator_actor(), person(Secrecy::open), person(Secrecy::mat),
                                person(Secrecy::toi_mat), person(Secrecy::tuyet_mat));
    const auto bands = auth::readable_bands(actor);
    for (const auto band : kBands) {
        const bool in_set = std::ranges::find(bands, band) != bands.end();
        CHECK(in_set == auth::is_allowed(actor, Action::document_read, {.secrecy = band, .unit = {}}));
    }
}

TEST_CASE("a refusal names the action", "[auth]")
{
    CHECK_NOTHROW(auth::authorize(person(Secrecy::mat), Action::document_read, {.secrecy = Secrecy::mat, .unit = {}}));
    CHECK(refusal([] {
              auth::authorize(person(Secrecy::mat), Action::document_read, {.secrecy = Secrecy::toi_mat, .unit = {}});
          }) == "forbidden auth.forbidden");
    try {
        auth::authorize(person(Secrecy::open), Action::index_rebuild, {});
    } catch (const Error& error) {
        CHECK(error.fields() == Fields{{"action", "index.rebuild"}});
    }
}

TEST_CASE("every action has a name of its own, and what is no action is denied", "[auth]")
{
    std::set<std::string_view> names;
    for (const auto action : all_actions()) {
        CHECK_FALSE(auth::action_name(action).empty());
        names.insert(auth::action_name(action));
    }
    CHECK(names.size() == all_actions().size());
    const auto beyond = static_cast<Action>(all_actions().size());
    CHECK(auth::action_name(beyond).empty());
    CHECK_FALSE(auth::is_allowed(auth::operator_actor(), beyond, {}));
}

TEST_CASE("the words of secrecy and of causes are read back", "[auth]")
{
    for (const auto band : kBands) {
        CHECK(secrecy_from_name(secrecy_name(band)) == band);
    }
    CHECK_FALSE(secrecy_from_name("Mật"));
    for (std::size_t i = 0; i < kCauses.size(); ++i) {
        CHECK(static_cast<std::size_t>(kCauses[i].cause) == i);
        CHECK(cause_from_name(kCauses[i].name) == kCauses[i].cause);
    }
    CHECK_FALSE(cause_from_name("unlucky"));
}
