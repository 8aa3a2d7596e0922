// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/actors.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reader_list.h>
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
    actor.lists = catalog::lists_of(tx, account.id, today);
    actor.units = archive.units(tx, today);
    return actor;
}

auth::Actor actor_now(Archive& archive, const Clock& clock, const auth::Actor& then)
{
    if (then.type != auth::Actor::Type::person) {
        return then;
    }
    auto tx = archive.database().read();
    const auto account = catalog::find_account(tx, then.name);
    if (!account || account->disabled) {
        throw Error{Kind::forbidden, "auth.forbidden", {{"action", "job"}}};
    }
    auto now = actor_of(archive, tx, *account, clock.today());
    now.scopes = then.scopes;
    return now;
}

} // namespace vtlt::services
