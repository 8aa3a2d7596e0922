// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/authorize.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <map>
#include <tuple>
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
/// Who administers reads no record: he who can give himself every right must not be he who uses them.
constexpr Roles kReaders = kAnybody & ~roles(Role::admin);

/// What an action is asked of.
enum class Of
{
    record, ///< a record, person or unit: its unit, period and secrecy are asked besides
    self,   ///< oneself, or what everybody may know: a role in any unit will do
    whole   ///< the whole installation: a role in one unit is not enough, not even at the door
};

/// Who may do an action at all. One row for each action.
struct ActionRow
{
    Action action;
    std::string_view name;
    Scope scope; ///< that an API token needs for it
    Roles roles;
    Of of = Of::record;
};

constexpr std::array kActions{
    ActionRow{Action::document_read, "document.read", Scope::read, kReaders},
    ActionRow{Action::document_register, "document.register", Scope::write,
              roles(Role::clerk, Role::archivist, Role::machine)},
    ActionRow{Action::document_export, "document.export", Scope::export_,
              roles(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::inspector, Role::auditor,
                    Role::machine)},
    ActionRow{Action::document_edit, "document.edit", Scope::write,
              roles(Role::clerk, Role::officer, Role::archivist, Role::machine)},
    ActionRow{Action::register_read, "register.read", Scope::read, kReaders},
    ActionRow{Action::register_open, "register.open", Scope::write,
              roles(Role::clerk, Role::archivist, Role::security_officer)},
    ActionRow{Action::register_void, "register.void", Scope::write, roles(Role::clerk, Role::security_officer)},
    ActionRow{Action::secrecy_raise, "secrecy.raise", Scope::write,
              roles(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::security_officer)},
    ActionRow{Action::secrecy_lower, "secrecy.lower", Scope::write,
              roles(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::security_officer)},
    ActionRow{Action::secrecy_confirm, "secrecy.confirm", Scope::write, roles(Role::leader, Role::security_officer)},
    ActionRow{Action::readers_read, "readers.read", Scope::read,
              roles(Role::clerk, Role::officer, Role::leader, Role::archivist, Role::security_officer, Role::auditor)},
    ActionRow{Action::readers_keep, "readers.keep", Scope::write, roles(Role::leader, Role::security_officer)},
    ActionRow{Action::readers_confirm, "readers.confirm", Scope::write, roles(Role::leader, Role::security_officer)},
    ActionRow{Action::dossier_read, "dossier.read", Scope::read, kReaders},
    ActionRow{Action::dossier_create, "dossier.create", Scope::write,
              roles(Role::clerk, Role::officer, Role::archivist, Role::machine)},
    ActionRow{Action::record_set_read, "record_set.read", Scope::read, kAnybody, Of::self},
    ActionRow{Action::record_set_create, "record_set.create", Scope::write, kReaders},
    ActionRow{Action::record_set_remove, "record_set.remove", Scope::write, kAnybody, Of::self},
    ActionRow{Action::unit_read, "unit.read", Scope::read, kAnybody, Of::self},
    ActionRow{Action::unit_create, "unit.create", Scope::admin, roles(Role::admin)},
    ActionRow{Action::upload_create, "upload.create", Scope::write, roles(Role::clerk, Role::archivist, Role::machine)},
    ActionRow{Action::job_create, "job.create", Scope::read, kAnybody, Of::self},
    ActionRow{Action::job_read_own, "job.read_own", Scope::read, kAnybody, Of::self},
    ActionRow{Action::job_cancel, "job.cancel", Scope::write, kAnybody, Of::self},
    ActionRow{Action::job_retry, "job.retry", Scope::write, kAnybody, Of::self},
    ActionRow{Action::audit_read, "audit.read", Scope::verify, roles(Role::auditor, Role::admin), Of::whole},
    ActionRow{Action::job_read, "job.read", Scope::read, roles(Role::archivist, Role::auditor, Role::admin), Of::whole},
    ActionRow{Action::integrity_verify, "integrity.verify", Scope::verify,
              roles(Role::archivist, Role::auditor, Role::admin), Of::whole},
    ActionRow{Action::index_rebuild, "index.rebuild", Scope::admin, roles(Role::archivist, Role::admin), Of::whole},
    ActionRow{Action::archive_administer, "archive.administer", Scope::admin, roles(Role::admin), Of::whole},
    ActionRow{Action::user_read, "user.read", Scope::admin, roles(Role::security_officer, Role::auditor, Role::admin)},
    ActionRow{Action::user_administer, "user.administer", Scope::admin, roles(Role::admin)},
    ActionRow{Action::right_confirm, "right.confirm", Scope::admin, roles(Role::security_officer, Role::admin)},
    ActionRow{Action::account_use, "account.use", Scope::account, kAnyPerson, Of::self},
};

const ActionRow* find_row(Action action)
{
    const auto row = std::ranges::find(kActions, action, &ActionRow::action);
    return row != kActions.end() ? &*row : nullptr;
}

/// What a written order opens: it is made to look something up, not to do anything.
constexpr std::array kByOrder{Action::document_read, Action::dossier_read};

bool gives(const Grant& grant, const ActionRow& row)
{
    return grant.by_order() ? std::ranges::find(kByOrder, row.action) != kByOrder.end()
                            : (row.roles & roles(grant.role)) != 0;
}

bool has_role_for(const Actor& actor, const ActionRow& row)
{
    // Who has no role yet, or none any more, can still sign out and change his password.
    return (row.action == Action::account_use && std::ranges::all_of(actor.grants, &Grant::by_order)) ||
           std::ranges::any_of(actor.grants, [&](const Grant& grant) { return gives(grant, row); });
}

bool is_within(std::optional<Date> day, std::optional<Date> from, std::optional<Date> to)
{
    return (!from && !to) || (day && (!from || *day >= *from) && (!to || *day <= *to));
}

/// Of a grant or a part of a reach that names a saved set, or none.
bool is_in_set(const Target& target, std::optional<RecordSetId> set)
{
    return !set || std::ranges::binary_search(target.sets, *set);
}

bool reaches_unit(const Actor& actor, const Grant& grant, std::optional<UnitId> unit)
{
    if (!grant.unit) {
        return true;
    }
    if (!unit) {
        return false;
    }
    return actor.units ? actor.units->covers(*grant.unit, grant.with_sub_units, *unit) : *grant.unit == *unit;
}

std::vector<UnitId> units_of(const Actor& actor, const Grant& grant)
{
    return actor.units ? actor.units->covered_by(*grant.unit, grant.with_sub_units) : std::vector{*grant.unit};
}

bool reaches(const Actor& actor, const Grant& grant, const Target& target)
{
    return reaches_unit(actor, grant, target.unit) &&
           is_within(target.issued_on, grant.records_from, grant.records_to) && is_in_set(target, grant.set);
}

bool is_on_list(const Actor& actor, const std::optional<ReaderListId>& list)
{
    return !list || std::ranges::binary_search(actor.lists, *list);
}

/// One of the grants gives it in the target's unit, period and set; its grade is not asked.
bool is_granted(const Actor& actor, const ActionRow& row, const Target& target)
{
    return std::ranges::any_of(actor.grants,
                               [&](const Grant& grant) { return gives(grant, row) && reaches(actor, grant, target); });
}

/// nullptr where the person, or his token, may not do it to anything.
const ActionRow* row_for(const Actor& actor, Action action)
{
    const auto* row = find_row(action);
    return row != nullptr && actor.scopes.contains(row->scope) ? row : nullptr;
}

[[noreturn]] void refuse(Action action)
{
    throw Error{Kind::forbidden, "auth.forbidden", {{"action", std::string{action_name(action)}}}};
}

} // namespace

bool is_allowed(const Actor& actor, Action action, const Target& target)
{
    if (actor.type == Actor::Type::operator_) {
        return find_row(action) != nullptr;
    }
    const auto* row = row_for(actor, action);
    if (row != nullptr && row->of == Of::self) {
        return has_role_for(actor, *row);
    }
    return row != nullptr && target.secrecy <= actor.clearance && is_on_list(actor, target.list) &&
           is_granted(actor, *row, target);
}

bool is_allowed_somewhere(const Actor& actor, Action action)
{
    if (actor.type == Actor::Type::operator_) {
        return find_row(action) != nullptr;
    }
    const auto* row = row_for(actor, action);
    return row != nullptr && (row->of == Of::whole ? is_allowed(actor, action, {}) : has_role_for(actor, *row));
}

void authorize(const Actor& actor, Action action, const Target& target)
{
    if (!is_allowed(actor, action, target)) {
        refuse(action);
    }
}

void authorize_somewhere(const Actor& actor, Action action)
{
    if (!is_allowed_somewhere(actor, action)) {
        refuse(action);
    }
}

std::string order_of_reading(const Actor& actor, const Target& target)
{
    if (actor.type == Actor::Type::operator_ || !is_allowed(actor, Action::document_read, target)) {
        return {};
    }
    auto without = actor;
    std::erase_if(without.grants, &Grant::by_order);
    if (is_allowed(without, Action::document_read, target)) {
        return {};
    }
    const auto order = std::ranges::find_if(
        actor.grants, [&](const Grant& grant) { return grant.by_order() && reaches(actor, grant, target); });
    return order != actor.grants.end() ? order->order : std::string{};
}

bool Reasons::is_allowed() const
{
    return scope && clearance && list && std::ranges::any_of(grants, &OfGrant::holds);
}

Reasons explain(const Actor& person, Action action, const Target& target)
{
    Reasons reasons{.scope = row_for(person, action) != nullptr,
                    .clearance = target.secrecy <= person.clearance,
                    .list = is_on_list(person, target.list)};
    const auto* row = find_row(action);
    for (const auto& grant : person.grants) {
        reasons.grants.push_back({.role = row != nullptr && gives(grant, *row),
                                  .unit = reaches_unit(person, grant, target.unit),
                                  .period = is_within(target.issued_on, grant.records_from, grant.records_to),
                                  .set = is_in_set(target, grant.set)});
    }
    return reasons;
}

bool Reach::is_everywhere() const
{
    return std::ranges::any_of(parts,
                               [](const Part& part) { return part.every_unit && !part.from && !part.to && !part.set; });
}

bool Reach::contains(const Target& target) const
{
    return std::ranges::binary_search(bands, target.secrecy) &&
           (every_list || !target.list || std::ranges::binary_search(lists, *target.list)) &&
           std::ranges::any_of(parts, [&](const Part& part) {
               return (part.every_unit || (target.unit && std::ranges::binary_search(part.units, *target.unit))) &&
                      is_within(target.issued_on, part.from, part.to) && is_in_set(target, part.set);
           });
}

Reach whole_reach()
{
    return {.bands = {kBands.begin(), kBands.end()},
            .parts = {Reach::Part{.units = {}, .every_unit = true}},
            .every_list = true};
}

namespace {

/// What the actor's grants reach for the action, whatever the grade. Several grants for one period and set are one
/// part: the index asks each part once.
std::vector<Reach::Part> parts_of(const Actor& actor, const ActionRow& row)
{
    std::map<std::tuple<std::optional<Date>, std::optional<Date>, std::optional<RecordSetId>>, Reach::Part> parts;
    for (const auto& grant : actor.grants) {
        if (!gives(grant, row)) {
            continue;
        }
        auto& part = parts[{grant.records_from, grant.records_to, grant.set}];
        part.from = grant.records_from;
        part.to = grant.records_to;
        part.set = grant.set;
        part.every_unit = part.every_unit || !grant.unit;
        if (grant.unit) {
            std::ranges::copy(units_of(actor, grant), std::back_inserter(part.units));
        }
    }
    std::vector<Reach::Part> reached;
    for (auto& [bounds, part] : parts) {
        std::ranges::sort(part.units);
        part.units.erase(std::ranges::unique(part.units).begin(), part.units.end());
        if (part.every_unit) {
            part.units.clear();
        }
        if (part.every_unit || !part.units.empty()) {
            reached.push_back(std::move(part));
        }
    }
    return reached;
}

/// Only what belongs to `units`.
void keep_units(Reach::Part& part, const std::vector<UnitId>& units)
{
    if (part.every_unit) {
        part.units = units;
        part.every_unit = false;
        return;
    }
    std::erase_if(part.units, [&](UnitId unit) { return !std::ranges::binary_search(units, unit); });
}

} // namespace

Reach reach_of(const Actor& actor, Action action)
{
    if (actor.type == Actor::Type::operator_) {
        return find_row(action) != nullptr ? whole_reach() : Reach{};
    }
    const auto* row = row_for(actor, action);
    Reach reach;
    if (row == nullptr) {
        return reach;
    }
    std::ranges::copy_if(kBands, std::back_inserter(reach.bands),
                         [&](Secrecy band) { return band <= actor.clearance; });
    reach.lists = actor.lists;
    reach.parts = parts_of(actor, *row);
    if (reach.is_everywhere()) {
        reach.parts = whole_reach().parts;
    }
    return reach;
}

bool is_told(const Actor& actor, Action action, const Target& target)
{
    const auto* row = actor.type == Actor::Type::person ? row_for(actor, action) : nullptr;
    return row != nullptr && row->of == Of::record && target.secrecy > actor.clearance &&
           is_on_list(actor, target.list) && target.unit && actor.units && actor.units->tells_hidden(*target.unit) &&
           is_granted(actor, *row, target);
}

Reach told_reach(const Actor& actor, Action action)
{
    const auto* row = actor.type == Actor::Type::person ? row_for(actor, action) : nullptr;
    Reach reach;
    // Where no unit tells, nobody pays for the question.
    if (row == nullptr || row->of != Of::record || !actor.units || actor.units->telling().empty()) {
        return reach;
    }
    std::ranges::copy_if(kBands, std::back_inserter(reach.bands), [&](Secrecy band) { return band > actor.clearance; });
    reach.lists = actor.lists;
    reach.parts = parts_of(actor, *row);
    for (auto& part : reach.parts) {
        keep_units(part, actor.units->telling());
    }
    std::erase_if(reach.parts, [](const Reach::Part& part) { return part.units.empty(); });
    return reach;
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
    return {.type = Actor::Type::person, .name = "nobody", .unit = {}, .grants = {}, .scopes = Scopes{}};
}

} // namespace vtlt::auth
