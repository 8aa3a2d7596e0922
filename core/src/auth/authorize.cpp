// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/authorize.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <unistd.h>

namespace vtlt::auth {

namespace {

/// A set of roles.
using Roles = std::uint32_t;

constexpr Roles roles(std::same_as<Role> auto... role)
{
    return ((Roles{1} << static_cast<unsigned>(role)) | ...);
}

constexpr Roles kAnybody = (Roles{1} << kRoleNames.size()) - 1;
constexpr Roles kAnyPerson = kAnybody & ~roles(Role::machine);

/// Who may do an action at all; secrecy is asked besides. One row for each action, in the order of the enum. The first
/// administrator can do the whole main job for now (decisions.md, "People").
struct ActionRow
{
    Action action;
    std::string_view name;
    Scope scope; ///< that an API token needs for it
    Roles roles;
};

constexpr std::array kActions{
    ActionRow{Action::document_read, "document.read", Scope::read, kAnybody},
    ActionRow{Action::document_register, "document.register", Scope::write,
              roles(Role::clerk, Role::archivist, Role::admin, Role::machine)},
    ActionRow{Action::document_export, "document.export", Scope::export_,
              roles(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::inspector, Role::auditor,
                    Role::admin, Role::machine)},
    ActionRow{Action::document_edit, "document.edit", Scope::write,
              roles(Role::clerk, Role::officer, Role::archivist, Role::admin, Role::machine)},
    ActionRow{Action::dossier_read, "dossier.read", Scope::read, kAnybody},
    ActionRow{Action::dossier_create, "dossier.create", Scope::write,
              roles(Role::clerk, Role::officer, Role::archivist, Role::admin, Role::machine)},
    ActionRow{Action::unit_read, "unit.read", Scope::read, kAnybody},
    ActionRow{Action::unit_create, "unit.create", Scope::admin, roles(Role::admin)},
    ActionRow{Action::upload_create, "upload.create", Scope::write,
              roles(Role::clerk, Role::archivist, Role::admin, Role::machine)},
    ActionRow{Action::job_create, "job.create", Scope::read, kAnybody},
    ActionRow{Action::job_read_own, "job.read_own", Scope::read, kAnybody},
    ActionRow{Action::job_cancel, "job.cancel", Scope::write, kAnybody},
    ActionRow{Action::job_retry, "job.retry", Scope::write, kAnybody},
    ActionRow{Action::audit_read, "audit.read", Scope::verify, roles(Role::auditor, Role::admin)},
    ActionRow{Action::job_read, "job.read", Scope::read, roles(Role::archivist, Role::auditor, Role::admin)},
    ActionRow{Action::integrity_verify, "integrity.verify", Scope::verify,
              roles(Role::archivist, Role::auditor, Role::admin)},
    ActionRow{Action::index_rebuild, "index.rebuild", Scope::admin, roles(Role::archivist, Role::admin)},
    ActionRow{Action::archive_administer, "archive.administer", Scope::admin, roles(Role::admin)},
    ActionRow{Action::user_read, "user.read", Scope::admin, roles(Role::security_officer, Role::auditor, Role::admin)},
    ActionRow{Action::user_administer, "user.administer", Scope::admin, roles(Role::admin)},
    ActionRow{Action::account_use, "account.use", Scope::account, kAnyPerson},
};

const ActionRow* find_row(Action action)
{
    const auto row = std::ranges::find(kActions, action, &ActionRow::action);
    return row != kActions.end() ? &*row : nullptr;
}

} // namespace

bool is_allowed(const Actor& actor, Action action, const Target& target)
{
    const auto* row = find_row(action);
    if (row == nullptr) {
        return false;
    }
    if (actor.type == Actor::Type::operator_) {
        return true;
    }
    return actor.role && (row->roles & roles(*actor.role)) != 0 && actor.scopes.contains(row->scope) &&
           target.secrecy <= actor.clearance;
}

void authorize(const Actor& actor, Action action, const Target& target)
{
    if (!is_allowed(actor, action, target)) {
        throw Error{Kind::forbidden, "auth.forbidden", {{"action", std::string{action_name(action)}}}};
    }
}

std::vector<Secrecy> readable_bands(const Actor& actor)
{
    std::vector<Secrecy> bands;
    std::ranges::copy_if(kBands, std::back_inserter(bands),
                         [&](Secrecy band) { return is_allowed(actor, Action::document_read, {.secrecy = band}); });
    return bands;
}

std::string_view action_name(Action action)
{
    const auto* row = find_row(action);
    return row != nullptr ? row->name : std::string_view{};
}

Actor operator_actor()
{
    return {.type = Actor::Type::operator_,
            .name = "operator:" + std::to_string(::getuid()),
            .clearance = Secrecy::tuyet_mat};
}

Actor nobody()
{
    return {.type = Actor::Type::person, .name = "nobody", .scopes = Scopes{}};
}

} // namespace vtlt::auth
