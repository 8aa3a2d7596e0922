// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/setting.h"

#include <charconv>

namespace vtlt::services {

std::int64_t setting(db::ReadTx& tx, std::string_view name, std::int64_t otherwise)
{
    auto select = tx.prepare("SELECT value FROM setting WHERE name = ?1");
    select.bind(1, name);
    if (!select.step()) {
        return otherwise;
    }
    const auto text = select.text(0);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

} // namespace vtlt::services
