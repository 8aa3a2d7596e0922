// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "people_fixture.h"

#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/rights.h>

#include <string>
#include <utility>
#include <vector>

namespace vtlt::testing {

/// CQ → CUC → CUC.1, CUC.2 and VU; an administrator and a security officer, all without passwords.
struct PeopledAgency : PeopleArchive
{
    PeopledAgency();

    UnitId unit(const std::string& code, const std::string& parent);
    UnitId id_of(const std::string& code);
    catalog::Account join(const std::string& name, const std::string& unit, std::vector<auth::Role> roles,
                          Secrecy clearance = Secrecy::open, bool only_unit = false);
    /// May read a document of the unit, issued on `day`.
    bool reads(const std::string& who, const std::string& unit, Secrecy secrecy = Secrecy::open,
               std::optional<Date> day = std::nullopt);
    bool may(const std::string& who, auth::Action action, const std::string& unit);
};

} // namespace vtlt::testing
