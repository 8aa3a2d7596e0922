// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/db/database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::services {

/// A number of table `setting`; `otherwise` where it is missing or no number.
std::int64_t setting(db::ReadTx& tx, std::string_view name, std::int64_t otherwise);
std::optional<std::string> text_setting(db::ReadTx& tx, std::string_view name);
void put_setting(db::WriteTx& tx, std::string_view name, std::string_view value);

} // namespace vtlt::services
