// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/repeat_key.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>

#include "services/setting.h"

namespace vtlt::services {

namespace {

constexpr std::size_t kLongestKey = 200;
constexpr std::int64_t kKeepHours = 24;

Instant oldest_kept(db::ReadTx& tx, const Clock& clock)
{
    return clock.now() - std::chrono::hours{setting(tx, "repeat_key.keep_hours", kKeepHours)};
}

} // namespace

std::optional<Uid> find_repeated(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view key,
                                 std::string_view request)
{
    if (key.empty() || key.size() > kLongestKey) {
        throw Error{Kind::invalid, "idempotency.bad_key", {{"limit", std::to_string(kLongestKey)}}};
    }
    auto select = tx.prepare("SELECT request_hash, object FROM repeat_key"
                             " WHERE actor = ?1 AND repeat_key = ?2 AND created_at >= ?3");
    select.bind(1, actor.name).bind(2, sha256_hex(key)).bind(3, oldest_kept(tx, clock));
    if (!select.step()) {
        return std::nullopt;
    }
    if (select.text(0) != sha256_hex(request)) {
        throw Error{Kind::conflict, "idempotency.key_reused"};
    }
    return select.text(1);
}

void remember_repeat_key(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view key,
                         std::string_view request, std::string_view object)
{
    tx.prepare("DELETE FROM repeat_key WHERE created_at < ?1").bind(1, oldest_kept(tx, clock)).run();
    // The key is the client's own text, which need not be ours to keep: its hash tells it as well.
    tx.prepare(
          "INSERT INTO repeat_key (actor, repeat_key, request_hash, object, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, actor.name)
        .bind(2, sha256_hex(key))
        .bind(3, sha256_hex(request))
        .bind(4, object)
        .bind(5, clock.now())
        .run();
}

} // namespace vtlt::services
