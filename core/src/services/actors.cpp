// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/actors.h>

#include <vtlt/core/catalog/role_grant.h>

namespace vtlt::services {

auth::Actor actor_of(Archive& archive, db::ReadTx& tx, const catalog::Account& account, Date today)
{
    auth::Actor actor{.type = auth::Actor::Type::person,
                      .name = account.uid,
                      .clearance = account.clearance,
                      .unit = account.unit,
                      .grants = {}};
    if (account.disabled) {
        actor.scopes = auth::Scopes{};
        return actor;
    }
    actor.grants = catalog::active_grants(tx, account.id, today);
    actor.units = archive.units(tx, today);
    return actor;
}

} // namespace vtlt::services
