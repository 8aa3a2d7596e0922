// SPDX-License-Identifier: GPL-3.0-or-later
#include "people_fixture.h"

#include <vtlt/core/base/json.h>

namespace vtlt::testing {

catalog::Account PeopleArchive::add(const std::string& name, auth::Role role, Secrecy clearance,
                                    const std::string& password)
{
    return services::add_account(archive(), time, kOperator,
                                 {.name = name,
                                  .full_name = {},
                                  .unit = {},
                                  .roles = {role},
                                  .clearance = clearance,
                                  .password = password.empty() ? std::nullopt : std::optional{password}});
}

catalog::Account PeopleArchive::account(const std::string& name)
{
    auto tx = database().read();
    return catalog::get_account(tx, name);
}

auth::Actor PeopleArchive::actor(const std::string& name)
{
    auto tx = database().read();
    return services::actor_of(archive(), tx, catalog::get_account(tx, name), time.today());
}

std::vector<auth::Role> PeopleArchive::roles(const std::string& name)
{
    std::vector<auth::Role> roles;
    for (const auto& grant : actor(name).grants) {
        roles.push_back(grant.role);
    }
    return roles;
}

services::OpenedSession PeopleArchive::sign_in(const std::string& name, const std::string& password)
{
    return std::get<services::OpenedSession>(services::SignInDesk{archive(), time}.sign_in(name, password, "10.0.0.7"));
}

std::vector<std::string> PeopleArchive::events_after(std::int64_t seen)
{
    auto tx = database().read();
    auto select = tx.prepare("SELECT leaf FROM audit_leaf WHERE seq > ?1 ORDER BY seq");
    select.bind(1, seen);
    std::vector<std::string> events;
    while (select.step()) {
        const auto leaf = parse_json(select.text(0));
        events.push_back(leaf.at("action").get<std::string>() + " " + leaf.at("object").get<std::string>());
    }
    return events;
}

std::string PeopleArchive::every_byte()
{
    std::string all;
    for (const auto& file : files_below(directory())) {
        all += slurp(directory() / file);
    }
    return all;
}

} // namespace vtlt::testing
