// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/auth/authorize.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <set>

using namespace vtlt;
using namespace vtlt::testing;
using auth::Action;
using auth::Actor;

namespace {

std::vector<Action> all_actions()
{
    std::vector<Action> all;
    for (int i = 0; i <= static_cast<int>(Action::account_use); ++i) {
        all.push_back(static_cast<Action>(i));
    }
    return all;
}

Actor person(Secrecy clearance, auth::Role role = auth::Role::officer)
{
    return {.type = Actor::Type::person,
            .name = make_uid(),
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = role}}};
}

/// Asked about oneself, or of what everybody may know.
bool is_of_no_record(Action action)
{
    constexpr std::array kActions{Action::job_create, Action::job_read_own,    Action::job_cancel,
                                  Action::job_retry,  Action::record_set_read, Action::record_set_remove,
                                  Action::unit_read,  Action::account_use};
    return std::ranges::find(kActions, action) != kActions.end();
}

std::vector<auth::Role> all_roles()
{
    std::vector<auth::Role> all;
    for (std::size_t i = 0; i < auth::kRoleNames.size(); ++i) {
        all.push_back(static_cast<auth::Role>(i));
    }
    return all;
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
        for (const auto role : all_roles()) {
            for (const auto clearance : kBands) {
                const auto actor = person(clearance, role);
                const bool at_all = auth::is_allowed(actor, action, {});
                for (const auto band : kBands) {
                    const bool allowed = auth::is_allowed(actor, action, {.secrecy = band, .unit = {}});
                    CHECK(allowed == (at_all && (band <= clearance || is_of_no_record(action))));
                }
            }
        }
    }
}

TEST_CASE("who has no role can use his own account, and nobody can do nothing", "[auth]")
{
    auto actor = person(Secrecy::tuyet_mat);
    actor.grants.clear();
    for (const auto action : all_actions()) {
        CHECK(auth::is_allowed(actor, action, {}) == (action == Action::account_use));
        CHECK(auth::is_allowed_somewhere(actor, action) == (action == Action::account_use));
        CHECK_FALSE(auth::is_allowed(auth::nobody(), action, {}));
        CHECK_FALSE(auth::is_allowed_somewhere(auth::nobody(), action));
    }
}

TEST_CASE("the administrator runs the archive and reads no record, and nobody else runs it", "[auth]")
{
    for (const auto role : all_roles()) {
        const bool is_admin = role == auth::Role::admin;
        for (const auto action : {Action::unit_create, Action::archive_administer, Action::user_administer}) {
            CHECK(auth::is_allowed(person(Secrecy::open, role), action, {}) == is_admin);
        }
        for (const auto action : {Action::document_read, Action::dossier_read}) {
            CHECK(auth::is_allowed(person(Secrecy::open, role), action, {}) == !is_admin);
        }
    }
    for (const auto action : {Action::document_export, Action::document_edit, Action::document_register}) {
        CHECK_FALSE(auth::is_allowed(person(Secrecy::tuyet_mat, auth::Role::admin), action, {}));
    }
    CHECK(auth::is_allowed(person(Secrecy::open, auth::Role::clerk), Action::document_register, {}));
    CHECK_FALSE(auth::is_allowed(person(Secrecy::open, auth::Role::inspector), Action::document_register, {}));
}

TEST_CASE("a scope only takes away", "[auth]")
{
    for (const auto role : all_roles()) {
        const auto full = person(Secrecy::mat, role);
        for (std::size_t i = 0; i < auth::kScopeNames.size(); ++i) {
            auto limited = full;
            limited.scopes = {};
            limited.scopes.add(static_cast<auth::Scope>(i));
            for (const auto action : all_actions()) {
                CHECK((!auth::is_allowed(limited, action, {}) || auth::is_allowed(full, action, {})));
            }
        }
    }
    auto reading = person(Secrecy::mat, auth::Role::archivist);
    reading.scopes = auth::scopes_from_words("read");
    CHECK(auth::is_allowed(reading, Action::document_read, {}));
    CHECK_FALSE(auth::is_allowed(reading, Action::document_export, {}));
    CHECK_FALSE(auth::is_allowed(reading, Action::user_administer, {}));
    CHECK_FALSE(auth::is_allowed(reading, Action::account_use, {}));
}

TEST_CASE("the words of roles and scopes are read back; no token has the scope of one's own account", "[auth]")
{
    for (const auto role : all_roles()) {
        CHECK(auth::role_from_name(auth::role_name(role)) == role);
    }
    CHECK_FALSE(auth::role_from_name("Admin"));
    CHECK(auth::scope_words(auth::Scopes::of_tokens()) == "read write export verify admin");
    CHECK(auth::scopes_from_words("read write export verify admin") == auth::Scopes::of_tokens());
    CHECK(auth::scopes_from_words("account everything ").is_empty());
    CHECK(auth::scope_words(auth::scopes_from_words("export  read")) == "read export");
}

TEST_CASE("running the archive is not a person's business", "[auth]")
{
    const auto action = GENERATE(Action::unit_create, Action::job_read, Action::integrity_verify, Action::index_rebuild,
                                 Action::archive_administer);
    CHECK_FALSE(auth::is_allowed(person(Secrecy::tuyet_mat), action, {}));
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
