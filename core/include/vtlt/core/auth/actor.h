// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/role.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <optional>
#include <string>

namespace vtlt::auth {

/// Who acts. The operator of the machine may use every command, is nobody's substitute in decisions, and is audited as
/// such.
struct Actor
{
    enum class Type
    {
        operator_,
        person
    };
    Type type = Type::operator_;
    std::string name; ///< "operator:<number of the system user>" or the person's uid: what a leaf holds
    Secrecy clearance = Secrecy::open;       ///< of a person
    std::optional<UnitId> unit;              ///< of a person
    std::optional<Role> role = std::nullopt; ///< of a person; without one nothing is allowed
    Scopes scopes = Scopes::all();           ///< of a person: fewer behind an API token
};

/// The person who owns this process.
Actor operator_actor();
/// Nobody has signed in: named in the history of refused sign-ins, allowed nothing.
Actor nobody();

} // namespace vtlt::auth
