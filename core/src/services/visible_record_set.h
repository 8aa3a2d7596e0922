// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/record_set.h>

namespace vtlt::services {

/// He made it, holds a right by it, or may read the people of its unit.
bool is_known(const auth::Actor& actor, const catalog::RecordSet& set);
/// Hidden is answered as missing: throws not_found `record_set.not_found`.
catalog::RecordSet visible_record_set(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid);

/// What the history holds of the documents in a set: the hash of their uids, ascending, one in a line.
std::string documents_digest(db::ReadTx& tx, RecordSetId set);

} // namespace vtlt::services
