// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

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

/// lệnh bằng văn bản: the paper by which somebody who administers may read.
struct WrittenOrder
{
    std::string number;
    Date on;
    std::string signer;
    bool operator==(const WrittenOrder&) const = default;
};

/// phân quyền = a role granted in a unit; or a written order, which is no role: its row bears `admin` for who gets it.
struct RoleGrant
{
    GrantId id;
    Uid uid;
    AccountId account;
    UnitId unit;
    std::string unit_code; ///< filled when read
    auth::Role role = auth::Role::officer;
    bool with_sub_units = true;
    Date from_on;
    std::optional<Date> to_on; ///< the last day on which it holds
    std::optional<Date> records_from_on;
    std::optional<Date> records_to_on;
    std::optional<RecordSetId> record_set; ///< documents of this saved set only
    Uid record_set_uid;                    ///< filled when read; empty without one
    std::optional<GrantId> delegated_from; ///< ủy quyền: whose grant is exercised
    std::optional<WrittenOrder> order;     ///< holds only once it is confirmed
    std::optional<PositionId> position;    ///< chức vụ: granted with it, ends with it
    Uid position_uid;                      ///< filled when read, as the next
    std::optional<Date> position_to_on;
    std::string reason;
    Instant granted_at{};
    std::string granted_by; ///< as an actor's name
    std::optional<Instant> confirmed_at;
    std::string confirmed_by;
    std::optional<Instant> ended_at;
    std::string ended_by;
};

/// Holds on `today` by what its own row says: not ended, within its days and its position's, an order confirmed. What
/// is delegated depends on whose it is besides: list_active_grants.
bool holds_on(const RoleGrant& grant, Date today);
/// As a right. A grant in the root unit with its sub-units is one in the whole installation.
auth::Grant right_of(const RoleGrant& grant, UnitId root);

/// Throws not_found `grant.not_found`.
RoleGrant get_grant(db::ReadTx& tx, std::string_view uid);
/// Of each account, those that were not ended, oldest first; also such as have not begun or are past their last day.
std::vector<RoleGrant> list_grants(db::ReadTx& tx, std::span<const std::int64_t> accounts);
/// Everything an account ever held, newest first.
std::vector<RoleGrant> list_past_and_present_grants(db::ReadTx& tx, AccountId account);
/// Of those whom `reach` reaches, the ones that hold on `today` or later and wait for a second person, oldest first.
std::vector<RoleGrant> list_unconfirmed_grants(db::ReadTx& tx, const auth::Reach& reach, Date today, std::size_t limit);
/// Of everybody, those in a unit that were not ended.
std::vector<RoleGrant> list_grants_in(db::ReadTx& tx, UnitId unit);
/// Those granted with a position that were not ended.
std::vector<RoleGrant> list_grants_of(db::ReadTx& tx, PositionId position);

/// What an account holds on `today`: delegated ones only as long as whose they are holds its own.
std::vector<RoleGrant> list_active_grants(db::ReadTx& tx, AccountId account, Date today);
/// The same as rights, in the same order.
std::vector<auth::Grant> active_grants(db::ReadTx& tx, AccountId account, Date today);
/// Enabled people who hold the role in the whole installation today.
std::int64_t count_holders(db::ReadTx& tx, auth::Role role, Date today);

GrantId insert_grant(db::WriteTx& tx, const RoleGrant& grant);
/// False when it was confirmed or ended already.
bool confirm_grant(db::WriteTx& tx, GrantId grant, Instant at, std::string_view by);
/// With those delegated from it. The uids of all that ended; empty when it was ended already.
std::vector<Uid> end_grant(db::WriteTx& tx, GrantId grant, Instant at, std::string_view by);

} // namespace vtlt::catalog
