// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// When and from where somebody signed in, and what was refused in between.
struct SignInNote
{
    std::optional<Instant> at; ///< absent: never
    std::string address;
    std::int64_t failures = 0; ///< refused sign-ins since
};

/// Who knows somebody's password: this archive, or the directory named in config.json.
enum class Door
{
    password,
    ldap
};
std::string_view door_name(Door door);
std::optional<Door> door_from_name(std::string_view name);

/// tài khoản = account: a person, or a machine, who may act here.
struct Account
{
    AccountId id;
    Uid uid;
    std::string name; ///< what is typed to sign in, as it was first written
    std::string full_name;
    std::optional<UnitId> unit; ///< where he works
    std::string unit_code;      ///< filled when read
    Secrecy clearance = Secrecy::open;
    bool disabled = false;
    Door door = Door::password;
    bool has_password = false; ///< here; never behind the other door
    SignInNote last;
    std::int64_t revision = 1;
};

/// Names that differ only in capitals, tone marks or accents are one name: nobody can pass for "quantri" as "Quảntrị",
/// and who has no Vietnamese keyboard at hand can sign in.
std::string account_key(std::string_view name);

/// By name in any of its spellings, or by uid.
std::optional<Account> find_account(db::ReadTx& tx, std::string_view name_or_uid);
/// Throws not_found `account.not_found`.
Account get_account(db::ReadTx& tx, std::string_view name_or_uid);
/// Of a row that refers to him.
Account get_account(db::ReadTx& tx, AccountId id);
/// Those that there are, by key.
std::vector<Account> list_accounts(db::ReadTx& tx, std::span<const std::int64_t> ids);
/// Who works there, also disabled ones.
std::vector<Account> list_accounts_in(db::ReadTx& tx, UnitId unit);
/// Of the units and clearances that `reach` reaches, by name, at most `limit` after the name key `after`.
std::vector<Account> list_accounts(db::ReadTx& tx, const auth::Reach& reach, std::string_view after, std::size_t limit);
/// Full names by uid, of those that there are: one read for a whole list.
std::map<Uid, std::string> list_full_names(db::ReadTx& tx, std::span<const std::string> uids);
/// Throws conflict `account.exists` with the existing name.
AccountId insert_account(db::WriteTx& tx, const Account& account);
/// Writes full name, unit, clearance, disabled and door, and forgets the password of who signs in by the directory.
/// Throws conflict `account.changed_meanwhile` unless the row still has `account.revision`.
void update_account(db::WriteTx& tx, const Account& account);

/// Empty when none was set. Apart from Account, so that it is read only where it is needed.
std::string password_hash(db::ReadTx& tx, AccountId account);
void set_password_hash(db::WriteTx& tx, AccountId account, std::string_view hash);

/// Signed in: the failures count anew.
void note_sign_in(db::WriteTx& tx, AccountId account, Instant at, std::string_view address);
void note_sign_in_failure(db::WriteTx& tx, AccountId account);

} // namespace vtlt::catalog
