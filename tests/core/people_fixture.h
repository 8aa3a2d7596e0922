// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core_fixture.h"

#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/people.h>
#include <vtlt/core/services/sign_in.h>

#include <string>
#include <vector>

namespace vtlt::testing {

inline const std::string kPassword = "ngựa xanh đi chợ";

/// An archive with people in it and a clock that can be put.
class PeopleArchive : public TestArchive
{
public:
    FixedClock time = morning();

    void pass(std::chrono::milliseconds duration) { time.set(time.now() + duration); }

    catalog::Account add(const std::string& name, auth::Role role = auth::Role::officer,
                         Secrecy clearance = Secrecy::open, const std::string& password = kPassword);
    /// The account as it is now.
    catalog::Account account(const std::string& name);
    auth::Actor actor(const std::string& name);
    /// What he holds today.
    std::vector<auth::Role> roles(const std::string& name);
    services::OpenedSession sign_in(const std::string& name, const std::string& password = kPassword);

    /// "action object" of every event after the first `seen`.
    std::vector<std::string> events_after(std::int64_t seen);
    std::int64_t events() { return count("audit_leaf"); }
    /// Everything the home holds, catalogue with its log and all: for what must be nowhere.
    std::string every_byte();
};

inline const auth::Actor kOperator = auth::operator_actor();

} // namespace vtlt::testing
