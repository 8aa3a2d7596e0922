// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// People: permission, transaction, event. Where a function takes `who` it takes a name or uid. Nobody gives a
/// clearance above his own, and nobody touches an account above his own clearance or of a unit that is not his to
/// administer (forbidden `auth.forbidden`). What else a person may do is services/rights.h.
namespace vtlt::services {

struct NewAccount
{
    std::string name;
    std::string full_name;                              ///< empty: the name
    std::string unit;                                   ///< where he works: code; empty: the root unit
    std::vector<auth::Role> roles{auth::Role::officer}; ///< granted in that unit
    bool only_unit = false;                             ///< without its sub-units
    Secrecy clearance = Secrecy::open;
    std::optional<std::string> password; ///< absent: cannot sign in until one is set
    catalog::Door door = catalog::Door::password;
};

/// Throws conflict `account.exists`, `directory.none` (signs in by a directory, and config.json names none), not_found
/// `unit.not_found`, invalid `account.bad_name`, `text.not_utf8` and what auth::check_password throws. The first
/// administrator can only come from the operator of the machine: nobody else may add anybody yet.
catalog::Account add_account(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewAccount& wanted);

std::vector<catalog::Account> list_accounts(Archive& archive, const auth::Actor& actor, std::string_view after = {},
                                            std::size_t limit = 200);
/// Oneself, or by user.read. Throws not_found `account.not_found`.
catalog::Account get_account(Archive& archive, const auth::Actor& actor, std::string_view who);

/// By an administrator; one's own goes through SignInDesk::change_password. Ends every session of that person. Throws
/// conflict `password.in_directory` for who signs in by the directory.
void set_password(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                  std::string_view password);
/// Ends every session and revokes every API token. Does nothing to a disabled one. Throws conflict
/// `account.last_admin`.
void disable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who);
void enable_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who);

/// What is absent stays.
struct AccountChange
{
    std::optional<std::string> full_name = std::nullopt;
    std::optional<std::string> unit = std::nullopt; ///< code; his roles in the old one go with him
    std::vector<auth::Role> roles = {};             ///< instead of those he has in the unit where he works
    std::optional<Secrecy> clearance = std::nullopt;
    std::optional<catalog::Door> door = std::nullopt; ///< a password that was set here is forgotten
    std::optional<std::int64_t> seen = std::nullopt;  ///< revision that the asker saw
};

/// Ends every session of that person when role, clearance, unit or door change. Throws conflict `account.last_admin`,
/// `account.changed_meanwhile`, `directory.none`, `position.is_main` (who has a main position moves with that one:
/// services/positions.h).
catalog::Account change_account(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                                const AccountChange& change);

} // namespace vtlt::services
