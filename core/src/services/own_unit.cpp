// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/own_unit.h"

namespace vtlt::services {

catalog::Unit unit_or_own(db::ReadTx& tx, const auth::Actor& actor, const std::string& code)
{
    if (!code.empty()) {
        return catalog::get_unit(tx, code);
    }
    return actor.unit ? catalog::get_unit(tx, *actor.unit) : catalog::root_unit(tx);
}

} // namespace vtlt::services
