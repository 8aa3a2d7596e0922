// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/catalog/register_book.h>

#include <string_view>

namespace vtlt::services {

/// Throws as catalog::get_register_book: what the actor may not read is missing.
catalog::RegisterBook visible_book(db::ReadTx& tx, const auth::Actor& actor, std::string_view name,
                                   const catalog::BookFilter& filter);

} // namespace vtlt::services
