// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/reader_list.h>

namespace vtlt::services {

/// Hidden is answered as missing: throws not_found `reader_list.not_found`.
catalog::ReaderList visible_list(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid);

} // namespace vtlt::services
