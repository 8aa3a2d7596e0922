// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "people_fixture.h"

#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/registry.h>

namespace vtlt::testing {

/// CQ → CUC; two clerks of CUC, of whom one may read Mật, an officer and an auditor.
struct RegistryArchive : PeopleArchive
{
    RegistryArchive()
    {
        services::create_unit(archive(), time, kOperator, {.code = "CUC", .title = "CUC"});
        join("vanthu", auth::Role::clerk);
        join("vanthumat", auth::Role::clerk, Secrecy::mat);
        join("canbo", auth::Role::officer);
        join("giamsat", auth::Role::auditor);
    }

    void join(const std::string& name, auth::Role role, Secrecy clearance = Secrecy::open)
    {
        services::add_account(
            archive(), time, kOperator,
            {.name = name, .full_name = {}, .unit = "CUC", .roles = {role}, .clearance = clearance, .password = {}});
    }

    services::Registered enter(const std::string& who, const services::NewEntry& entry)
    {
        return services::register_document(archive(), time, actor(who), entry);
    }
};

} // namespace vtlt::testing
