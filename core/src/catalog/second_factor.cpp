// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/second_factor.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

std::optional<SecondFactor> find_second_factor(db::ReadTx& tx, AccountId account)
{
    auto select =
        tx.prepare("SELECT secret, started_at, confirmed_at, last_step, wrong_codes, wrong_at FROM second_factor"
                   " WHERE account_id = ?1");
    if (!select.bind(1, account).step()) {
        return std::nullopt;
    }
    return SecondFactor{.sealed = select.bytes(0),
                        .started_at = select.instant(1),
                        .confirmed_at = select.is_null(2) ? std::nullopt : std::optional{select.instant(2)},
                        .last_step = select.integer(3),
                        .wrong_codes = static_cast<int>(select.integer(4)),
                        .wrong_at = select.is_null(5) ? Instant{} : select.instant(5)};
}

bool start_second_factor(db::WriteTx& tx, AccountId account, std::string_view sealed, Instant at)
{
    return tx.prepare(R"sql(
        INSERT INTO second_factor (account_id, secret, started_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, started_at = excluded.started_at
         WHERE second_factor.confirmed_at IS NULL
    )sql")
               .bind(1, account)
               .bind_bytes(2, sealed)
               .bind(3, at)
               .run() > 0;
}

bool confirm_second_factor(db::WriteTx& tx, AccountId account, std::string_view started, std::string_view sealed,
                           Instant at, std::int64_t step)
{
    return tx.prepare(R"sql(
        UPDATE second_factor
           SET confirmed_at = ?3, last_step = ?4, secret = ?5
         WHERE account_id = ?1 AND secret = ?2 AND confirmed_at IS NULL
    )sql")
               .bind(1, account)
               .bind_bytes(2, started)
               .bind(3, at)
               .bind(4, step)
               .bind_bytes(5, sealed)
               .run() > 0;
}

bool take_step(db::WriteTx& tx, AccountId account, std::int64_t step)
{
    return tx.prepare(R"sql(
        UPDATE second_factor
           SET last_step = ?2, wrong_codes = 0
         WHERE account_id = ?1 AND confirmed_at IS NOT NULL AND last_step < ?2
    )sql")
               .bind(1, account)
               .bind(2, step)
               .run() > 0;
}

void note_wrong_code(db::WriteTx& tx, AccountId account, Instant at, Instant forgotten_before)
{
    tx.prepare(R"sql(
        UPDATE second_factor
           SET wrong_codes = CASE WHEN wrong_at > ?3 THEN wrong_codes + 1 ELSE 1 END, wrong_at = ?2
         WHERE account_id = ?1 AND confirmed_at IS NOT NULL
    )sql")
        .bind(1, account)
        .bind(2, at)
        .bind(3, forgotten_before)
        .run();
}

bool delete_second_factor(db::WriteTx& tx, AccountId account)
{
    tx.prepare("DELETE FROM recovery_code WHERE account_id = ?1").bind(1, account).run();
    auto removed = tx.prepare("DELETE FROM second_factor WHERE account_id = ?1 RETURNING confirmed_at");
    return removed.bind(1, account).step() && !removed.is_null(0);
}

void put_recovery_codes(db::WriteTx& tx, AccountId account, std::span<const std::string> digests)
{
    tx.prepare("DELETE FROM recovery_code WHERE account_id = ?1").bind(1, account).run();
    auto insert = tx.prepare("INSERT INTO recovery_code (account_id, digest) VALUES (?1, ?2)");
    for (const auto& digest : digests) {
        insert.bind(1, account).bind_bytes(2, digest).run();
    }
}

bool take_recovery_code(db::WriteTx& tx, AccountId account, std::string_view digest, Instant at)
{
    return tx.prepare("UPDATE recovery_code SET used_at = ?3 WHERE account_id = ?1 AND digest = ?2 AND used_at IS NULL")
               .bind(1, account)
               .bind_bytes(2, digest)
               .bind(3, at)
               .run() > 0;
}

std::int64_t count_recovery_codes(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare("SELECT count(*) FROM recovery_code WHERE account_id = ?1 AND used_at IS NULL");
    ensure(select.bind(1, account).step(), "a count is one row");
    return select.integer(0);
}

} // namespace vtlt::catalog
