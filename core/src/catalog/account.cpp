// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/account.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include "catalog/account_columns.h"

#include <algorithm>
#include <array>

namespace vtlt::catalog {

namespace {

const std::string kSelectAccount =
    "SELECT " + std::string{kAccountColumns} + " FROM account" + std::string{kUnitOfAccount};
const std::string kSelectByName = kSelectAccount + "WHERE account.name_key = ?1 OR account.uid = ?2";
const std::string kSelectByIds = kSelectAccount + "WHERE account.id IN {ids ?1} ORDER BY account.id";
const std::string kSelectInUnit = kSelectAccount + "WHERE account.unit_id = ?1 ORDER BY account.id";
/// A person has no day.
constexpr ReachSql::Columns kAccountReach{"account.clearance", "account.unit_id", "NULL"};
/// By Door.
constexpr std::array<std::string_view, 2> kDoorNames{"password", "ldap"};

} // namespace

std::string_view door_name(Door door)
{
    return kDoorNames.at(static_cast<std::size_t>(door));
}

std::optional<Door> door_from_name(std::string_view name)
{
    const auto found = std::ranges::find(kDoorNames, name);
    return found != kDoorNames.end() ? std::optional{static_cast<Door>(found - kDoorNames.begin())} : std::nullopt;
}

Account read_account(const db::Statement& row, int first)
{
    Account account{.id = row.id<AccountId>(first),
                    .uid = row.text(first + 1),
                    .name = row.text(first + 2),
                    .full_name = row.text(first + 3),
                    .unit = row.optional_id<UnitId>(first + 4),
                    .unit_code = row.text(first + 5),
                    .clearance = static_cast<Secrecy>(row.integer(first + 6)),
                    .disabled = row.integer(first + 7) != 0,
                    .door = door_from_name(row.text(first + 13)).value_or(Door::password),
                    .has_password = row.integer(first + 8) != 0,
                    .last = {.at = {}, .address = row.text(first + 10), .failures = row.integer(first + 11)},
                    .revision = row.integer(first + 12)};
    if (!row.is_null(first + 9)) {
        account.last.at = row.instant(first + 9);
    }
    return account;
}

namespace {

std::vector<Account> read_accounts(db::Statement& rows)
{
    std::vector<Account> accounts;
    while (rows.step()) {
        accounts.push_back(read_account(rows, 0));
    }
    return accounts;
}

} // namespace

std::string account_key(std::string_view name)
{
    return text::fold(name);
}

std::optional<Account> find_account(db::ReadTx& tx, std::string_view name_or_uid)
{
    auto select = tx.prepare(kSelectByName);
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

std::vector<Account> list_accounts(db::ReadTx& tx, const auth::Reach& reach, std::string_view after, std::size_t limit)
{
    const ReachSql where{reach, kAccountReach, 2};
    auto select = tx.prepare(kSelectAccount + "WHERE account.name_key > ?1 AND " + where.text() +
                             " ORDER BY account.name_key LIMIT ?" + std::to_string(where.next()));
    where.bind_to(select.bind(1, after)).bind(where.next(), static_cast<std::int64_t>(limit));
    return read_accounts(select);
}

std::vector<Account> list_accounts(db::ReadTx& tx, std::span<const std::int64_t> ids)
{
    auto select = tx.prepare(kSelectByIds);
    select.bind_list(1, ids);
    return read_accounts(select);
}

std::vector<Account> list_accounts_in(db::ReadTx& tx, UnitId unit)
{
    auto select = tx.prepare(kSelectInUnit);
    select.bind(1, unit);
    return read_accounts(select);
}

Account get_account(db::ReadTx& tx, AccountId id)
{
    const std::vector<std::int64_t> ids{id.value};
    auto accounts = list_accounts(tx, ids);
    ensure(!accounts.empty(), "who is referred to is there");
    return std::move(accounts.front());
}

std::map<Uid, std::string> list_full_names(db::ReadTx& tx, std::span<const std::string> uids)
{
    auto select = tx.prepare("SELECT uid, full_name FROM account WHERE uid IN {ids ?1}");
    select.bind_list(1, uids);
    std::map<Uid, std::string> names;
    while (select.step()) {
        names.emplace(select.text(0), select.text(1));
    }
    return names;
}

AccountId insert_account(db::WriteTx& tx, const Account& account)
{
    if (const auto existing = find_account(tx, account.name)) {
        throw Error{Kind::conflict, "account.exists", {{"account", existing->name}}};
    }
    auto insert = tx.prepare(R"sql(
        INSERT INTO account (uid, name, name_key, full_name, unit_id, clearance, disabled, door)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        RETURNING id
    )sql");
    insert.bind(1, account.uid)
        .bind(2, account.name)
        .bind(3, account_key(account.name))
        .bind(4, account.full_name)
        .bind(5, account.unit)
        .bind(6, static_cast<int>(account.clearance))
        .bind(7, account.disabled ? 1 : 0)
        .bind(8, door_name(account.door));
    ensure(insert.step(), "RETURNING gives the key");
    return insert.id<AccountId>(0);
}

void update_account(db::WriteTx& tx, const Account& account)
{
    auto update = tx.prepare(R"sql(
        UPDATE account
           SET full_name = ?2, unit_id = ?3, clearance = ?4, disabled = ?5, revision = revision + 1, door = ?7,
               password_hash = CASE WHEN ?7 = 'password' THEN password_hash END
         WHERE id = ?1 AND revision = ?6
    )sql");
    update.bind(1, account.id)
        .bind(2, account.full_name)
        .bind(3, account.unit)
        .bind(4, static_cast<int>(account.clearance))
        .bind(5, account.disabled ? 1 : 0)
        .bind(6, account.revision)
        .bind(7, door_name(account.door));
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

} // namespace vtlt::catalog
