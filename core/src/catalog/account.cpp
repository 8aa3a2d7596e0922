// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/account.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/db/database.h>

#include "catalog/account_columns.h"

namespace vtlt::catalog {

Account read_account(const db::Statement& row, int first)
{
    const auto role = auth::role_from_name(row.text(first + 6));
    // A role of no build: of all rights nothing is known, so there are none.
    ensure(role.has_value(), "an account's role is known");
    Account account{.id = row.id<AccountId>(first),
                    .uid = row.text(first + 1),
                    .name = row.text(first + 2),
                    .full_name = row.text(first + 3),
                    .unit = row.optional_id<UnitId>(first + 4),
                    .unit_code = row.text(first + 5),
                    .role = *role,
                    .clearance = static_cast<Secrecy>(row.integer(first + 7)),
                    .disabled = row.integer(first + 8) != 0,
                    .has_password = row.integer(first + 9) != 0,
                    .last = {.at = {}, .address = row.text(first + 11), .failures = row.integer(first + 12)},
                    .revision = row.integer(first + 13)};
    if (!row.is_null(first + 10)) {
        account.last.at = row.instant(first + 10);
    }
    return account;
}

std::string account_key(std::string_view name)
{
    return text::fold(name);
}

std::optional<Account> find_account(db::ReadTx& tx, std::string_view name_or_uid)
{
    auto select = tx.prepare(R"sql(
        SELECT account.id, account.uid, account.name, account.full_name, account.unit_id, unit.code, account.role,
               account.clearance, account.disabled, account.password_hash IS NOT NULL, account.signed_in_at,
               account.signed_in_from, account.failures, account.revision
          FROM account
          LEFT JOIN unit ON unit.id = account.unit_id
         WHERE account.name_key = ?1 OR account.uid = ?2
    )sql");
    // What reads like an identity is one: no name can (services::add_account), so the two never meet.
    select.bind(1, is_uid(name_or_uid) ? std::string{} : account_key(name_or_uid)).bind(2, name_or_uid);
    return select.step() ? std::optional{read_account(select, 0)} : std::nullopt;
}

Account get_account(db::ReadTx& tx, std::string_view name_or_uid)
{
    if (auto account = find_account(tx, name_or_uid)) {
        return *std::move(account);
    }
    throw Error{Kind::not_found, "account.not_found", {{"account", std::string{name_or_uid}}}};
}

std::vector<Account> list_accounts(db::ReadTx& tx, std::string_view after, std::size_t limit)
{
    auto select = tx.prepare(R"sql(
        SELECT account.id, account.uid, account.name, account.full_name, account.unit_id, unit.code, account.role,
               account.clearance, account.disabled, account.password_hash IS NOT NULL, account.signed_in_at,
               account.signed_in_from, account.failures, account.revision
          FROM account
          LEFT JOIN unit ON unit.id = account.unit_id
         WHERE account.name_key > ?1
         ORDER BY account.name_key
         LIMIT ?2
    )sql");
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Account> accounts;
    while (select.step()) {
        accounts.push_back(read_account(select, 0));
    }
    return accounts;
}

std::int64_t count_administrators(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT count(*) FROM account WHERE role = 'admin' AND disabled = 0");
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

AccountId insert_account(db::WriteTx& tx, const Account& account)
{
    if (const auto existing = find_account(tx, account.name)) {
        throw Error{Kind::conflict, "account.exists", {{"account", existing->name}}};
    }
    auto insert = tx.prepare(R"sql(
        INSERT INTO account (uid, name, name_key, full_name, unit_id, role, clearance, disabled)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        RETURNING id
    )sql");
    insert.bind(1, account.uid)
        .bind(2, account.name)
        .bind(3, account_key(account.name))
        .bind(4, account.full_name)
        .bind(5, account.unit)
        .bind(6, auth::role_name(account.role))
        .bind(7, static_cast<int>(account.clearance))
        .bind(8, account.disabled ? 1 : 0);
    ensure(insert.step(), "RETURNING gives the key");
    return insert.id<AccountId>(0);
}

void update_account(db::WriteTx& tx, const Account& account)
{
    auto update = tx.prepare(R"sql(
        UPDATE account
           SET full_name = ?2, unit_id = ?3, role = ?4, clearance = ?5, disabled = ?6, revision = revision + 1
         WHERE id = ?1 AND revision = ?7
    )sql");
    update.bind(1, account.id)
        .bind(2, account.full_name)
        .bind(3, account.unit)
        .bind(4, auth::role_name(account.role))
        .bind(5, static_cast<int>(account.clearance))
        .bind(6, account.disabled ? 1 : 0)
        .bind(7, account.revision);
    if (update.run() == 0) {
        throw Error{Kind::conflict, "account.changed_meanwhile", {{"account", account.name}}};
    }
}

std::string password_hash(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare("SELECT password_hash FROM account WHERE id = ?1");
    return select.bind(1, account).step() ? select.text(0) : std::string{};
}

void set_password_hash(db::WriteTx& tx, AccountId account, std::string_view hash)
{
    tx.prepare("UPDATE account SET password_hash = ?2 WHERE id = ?1").bind(1, account).bind(2, hash).run();
}

void note_sign_in(db::WriteTx& tx, AccountId account, Instant at, std::string_view address)
{
    tx.prepare("UPDATE account SET signed_in_at = ?2, signed_in_from = ?3, failures = 0 WHERE id = ?1")
        .bind(1, account)
        .bind(2, at)
        .bind(3, address)
        .run();
}

void note_sign_in_failure(db::WriteTx& tx, AccountId account)
{
    tx.prepare("UPDATE account SET failures = failures + 1 WHERE id = ?1").bind(1, account).run();
}

auth::Actor actor_of(const Account& account)
{
    return {.type = auth::Actor::Type::person,
            .name = account.uid,
            .clearance = account.clearance,
            .unit = account.unit,
            .role = account.disabled ? std::nullopt : std::optional{account.role}};
}

} // namespace vtlt::catalog
