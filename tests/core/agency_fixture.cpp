// SPDX-License-Identifier: GPL-3.0-or-later
#include "agency_fixture.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/unit.h>

namespace vtlt::testing {

PeopledAgency::PeopledAgency()
{
    unit("CUC", "");
    unit("CUC.1", "CUC");
    unit("CUC.2", "CUC");
    unit("VU", "");
    add("quantri", auth::Role::admin, Secrecy::tuyet_mat, "");
    add("baomat", auth::Role::security_officer, Secrecy::tuyet_mat, "");
}

UnitId PeopledAgency::unit(const std::string& code, const std::string& parent)
{
    return services::create_unit(archive(), time, kOperator, {.code = code, .title = code, .parent = parent}).id;
}

UnitId PeopledAgency::id_of(const std::string& code)
{
    auto tx = database().read();
    return catalog::get_unit(tx, code).id;
}

catalog::Account PeopledAgency::join(const std::string& name, const std::string& unit, std::vector<auth::Role> roles,
                                     Secrecy clearance, bool only_unit)
{
    return services::add_account(archive(), time, kOperator,
                                 {.name = name,
                                  .full_name = {},
                                  .unit = unit,
                                  .roles = std::move(roles),
                                  .only_unit = only_unit,
                                  .clearance = clearance,
                                  .password = {}});
}

bool PeopledAgency::reads(const std::string& who, const std::string& unit, Secrecy secrecy, std::optional<Date> day)
{
    return auth::is_allowed(actor(who), auth::Action::document_read,
                            {.secrecy = secrecy, .unit = id_of(unit), .issued_on = day});
}

bool PeopledAgency::may(const std::string& who, auth::Action action, const std::string& unit)
{
    return auth::is_allowed(actor(who), action, {.unit = id_of(unit)});
}

} // namespace vtlt::testing
