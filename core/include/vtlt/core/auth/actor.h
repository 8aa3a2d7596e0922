// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/role.h>
#include <vtlt/core/auth/unit_tree.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vtlt::auth {

/// A role as somebody holds it today.
struct Grant
{
    Role role = Role::officer;
    std::optional<UnitId> unit = std::nullopt; ///< absent: the whole installation
    bool with_sub_units = true;
    std::optional<Date> records_from = std::nullopt; ///< records of this period only, by day of issue, both within
    std::optional<Date> records_to = std::nullopt;
    std::optional<RecordSetId> set = std::nullopt; ///< documents of this saved set only
    /// lệnh bằng văn bản: the uid of the written order that it is. By it records are read, and nothing of what the role
    /// may do is allowed; empty: the role itself is held.
    std::string order = {};
    bool by_order() const { return !order.empty(); }
};

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
    Secrecy clearance = Secrecy::open;               ///< of a person
    std::optional<UnitId> unit;                      ///< of a person: where he works
    std::vector<Grant> grants;                       ///< of a person; without one nothing is allowed
    std::vector<ReaderListId> lists = {};            ///< of a person: the need-to-know lists he stands on, ascending
    std::shared_ptr<const UnitTree> units = nullptr; ///< what the grants reach; absent: only the units they name
    Scopes scopes = Scopes::all();                   ///< of a person: fewer behind an API token
};

/// The person who owns this process.
Actor operator_actor();
/// Nobody has signed in: named in the history of refused sign-ins, allowed nothing.
Actor nobody();

} // namespace vtlt::auth
