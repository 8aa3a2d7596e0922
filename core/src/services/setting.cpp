// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/setting.h"

#include <charconv>

namespace vtlt::services {

std::int64_t setting(db::ReadTx& tx, std::string_view name, std::int64_t otherwise)
{
    const auto text = text_setting(tx, name).value_or(std::string{});
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::optional<std::string> text_setting(db::ReadTx& tx, std::string_view name)
{
    auto select = tx.prepare("SELECT value FROM setting WHERE name = ?1");
    return select.bind(1, name).step() ? std::optional{select.text(0)} : std::nullopt;
}

void put_setting(db::WriteTx& tx, std::string_view name, std::string_view value)
{
    tx.prepare(R"sql(
        INSERT INTO setting (name, value) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
    )sql")
        .bind(1, name)
        .bind(2, value)
        .run();
}

} // namespace vtlt::services
