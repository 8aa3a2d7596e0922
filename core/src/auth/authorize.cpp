// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/authorize.h>

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <unistd.h>

namespace vtlt::auth {

namespace {

/// Who may do an action at all; secrecy is asked besides. One row for each action, in the order of the enum.
struct ActionRow
{
    Action action;
    std::string_view name;
    bool person; ///< a signed-in person, not only the operator of the machine
};

constexpr std::array kActions{
    ActionRow{Action::document_read, "document.read", true},
    ActionRow{Action::document_register, "document.register", true},
    ActionRow{Action::document_export, "document.export", true},
    ActionRow{Action::dossier_read, "dossier.read", true},
    ActionRow{Action::dossier_create, "dossier.create", true},
    ActionRow{Action::unit_read, "unit.read", true},
    ActionRow{Action::unit_create, "unit.create", false},
    ActionRow{Action::job_read, "job.read", false},
    ActionRow{Action::integrity_verify, "integrity.verify", false},
    ActionRow{Action::index_rebuild, "index.rebuild", false},
    ActionRow{Action::archive_administer, "archive.administer", false},
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
    return row->person && target.secrecy <= actor.clearance;
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

} // namespace vtlt::auth
