// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/role_grant.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

const std::string kSelectGrant = R"sql(
    SELECT role_grant.id, role_grant.uid, role_grant.account_id, role_grant.unit_id, unit.code, role_grant.role,
           role_grant.with_sub_units, role_grant.from_on, role_grant.to_on, role_grant.records_from_on,
           role_grant.records_to_on, role_grant.delegated_from_id, role_grant.reason, role_grant.granted_at,
           role_grant.granted_by, role_grant.confirmed_at, role_grant.confirmed_by, role_grant.ended_at,
           role_grant.ended_by, role_grant.order_number, role_grant.order_on, role_grant.order_signer,
           role_grant.position_id, position.uid, position.to_on, role_grant.record_set_id, record_set.uid
      FROM role_grant
      JOIN unit ON unit.id = role_grant.unit_id
      LEFT JOIN position ON position.id = role_grant.position_id
      LEFT JOIN record_set ON record_set.id = role_grant.record_set_id
)sql";
const std::string kSelectByUid = kSelectGrant + " WHERE role_grant.uid = ?1";
const std::string kSelectOfAccounts = kSelectGrant + " WHERE role_grant.account_id IN {ids ?1} AND role_grant.ended_at "
                                                     "IS NULL ORDER BY role_grant.account_id, role_grant.id";
const std::string kSelectAllOfAccount = kSelectGrant + " WHERE role_grant.account_id = ?1 ORDER BY role_grant.id DESC";
const std::string kSelectUnconfirmed = kSelectGrant + R"sql(
      JOIN account ON account.id = role_grant.account_id
     WHERE role_grant.confirmed_at IS NULL AND role_grant.ended_at IS NULL AND account.disabled = 0
       AND (role_grant.to_on IS NULL OR role_grant.to_on >= ?1) AND )sql";
/// A grant is of its unit and of its holder's clearance.
constexpr ReachSql::Columns kGrantReach{"account.clearance", "role_grant.unit_id", "NULL"};
const std::string kSelectActive = kSelectGrant + R"sql(
      LEFT JOIN role_grant AS owner ON owner.id = role_grant.delegated_from_id
      LEFT JOIN account AS delegator ON delegator.id = owner.account_id
      LEFT JOIN position AS owned ON owned.id = owner.position_id
     WHERE role_grant.account_id = ?1 AND role_grant.ended_at IS NULL AND role_grant.from_on <= ?2
       AND (role_grant.to_on IS NULL OR role_grant.to_on >= ?2) AND (position.to_on IS NULL OR position.to_on >= ?2)
       AND (role_grant.order_number IS NULL OR role_grant.confirmed_at IS NOT NULL)
       AND (owner.id IS NULL
            OR (owner.ended_at IS NULL AND owner.from_on <= ?2 AND (owner.to_on IS NULL OR owner.to_on >= ?2)
                AND (owned.to_on IS NULL OR owned.to_on >= ?2) AND delegator.disabled = 0))
     ORDER BY role_grant.id
)sql";
const std::string kSelectInUnit =
    kSelectGrant + " WHERE role_grant.unit_id = ?1 AND role_grant.ended_at IS NULL ORDER BY role_grant.id";
const std::string kSelectOfPosition =
    kSelectGrant + " WHERE role_grant.position_id = ?1 AND role_grant.ended_at IS NULL ORDER BY role_grant.id";

auth::Role known_role(const std::string& name)
{
    const auto role = auth::role_from_name(name);
    ensure(role.has_value(), "a granted role is known");
    return *role;
}

std::optional<Instant> optional_instant(const db::Statement& row, int column)
{
    return row.is_null(column) ? std::nullopt : std::optional{row.instant(column)};
}

std::optional<WrittenOrder> read_order(const db::Statement& row, int first)
{
    return row.is_null(first)
               ? std::nullopt
               : std::optional{WrittenOrder{
                     .number = row.text(first), .on = *row.optional_date(first + 1), .signer = row.text(first + 2)}};
}

RoleGrant read_grant(const db::Statement& row)
{
    return {.id = row.id<GrantId>(0),
            .uid = row.text(1),
            .account = row.id<AccountId>(2),
            .unit = row.id<UnitId>(3),
            .unit_code = row.text(4),
            .role = known_role(row.text(5)),
            .with_sub_units = row.integer(6) != 0,
            .from_on = *row.optional_date(7),
            .to_on = row.optional_date(8),
            .records_from_on = row.optional_date(9),
            .records_to_on = row.optional_date(10),
            .record_set = row.optional_id<RecordSetId>(25),
            .record_set_uid = row.text(26),
            .delegated_from = row.optional_id<GrantId>(11),
            .order = read_order(row, 19),
            .position = row.optional_id<PositionId>(22),
            .position_uid = row.text(23),
            .position_to_on = row.optional_date(24),
            .reason = row.text(12),
            .granted_at = row.instant(13),
            .granted_by = row.text(14),
            .confirmed_at = optional_instant(row, 15),
            .confirmed_by = row.text(16),
            .ended_at = optional_instant(row, 17),
            .ended_by = row.text(18)};
}

std::vector<RoleGrant> read_grants(db::Statement& rows)
{
    std::vector<RoleGrant> grants;
    while (rows.step()) {
        grants.push_back(read_grant(rows));
    }
    return grants;
}

} // namespace

bool holds_on(const RoleGrant& grant, Date today)
{
    const auto is_over = [&](std::optional<Date> last) { return last && *last < today; };
    return !grant.ended_at && grant.from_on <= today && !is_over(grant.to_on) && !is_over(grant.position_to_on) &&
           (!grant.order || grant.confirmed_at);
}

auth::Grant right_of(const RoleGrant& grant, UnitId root)
{
    const bool everywhere = grant.with_sub_units && grant.unit == root;
    return {.role = grant.role,
            .unit = everywhere ? std::nullopt : std::optional{grant.unit},
            .with_sub_units = grant.with_sub_units,
            .records_from = grant.records_from_on,
            .records_to = grant.records_to_on,
            .set = grant.record_set,
            .order = grant.order ? grant.uid : Uid{}};
}

RoleGrant get_grant(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectByUid);
    if (!select.bind(1, uid).step()) {
        throw Error{Kind::not_found, "grant.not_found", {{"grant", std::string{uid}}}};
    }
    return read_grant(select);
}

std::vector<RoleGrant> list_grants(db::ReadTx& tx, std::span<const std::int64_t> accounts)
{
    auto select = tx.prepare(kSelectOfAccounts);
    select.bind_list(1, accounts);
    return read_grants(select);
}

std::vector<RoleGrant> list_past_and_present_grants(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare(kSelectAllOfAccount);
    select.bind(1, account);
    return read_grants(select);
}

std::vector<RoleGrant> list_unconfirmed_grants(db::ReadTx& tx, const auth::Reach& reach, Date today, std::size_t limit)
{
    const ReachSql where{reach, kGrantReach, 2};
    auto select = tx.prepare(kSelectUnconfirmed + where.text() + " ORDER BY role_grant.id LIMIT ?" +
                             std::to_string(where.next()));
    where.bind_to(select.bind(1, today)).bind(where.next(), static_cast<std::int64_t>(limit));
    return read_grants(select);
}

std::vector<RoleGrant> list_grants_in(db::ReadTx& tx, UnitId unit)
{
    auto select = tx.prepare(kSelectInUnit);
    select.bind(1, unit);
    return read_grants(select);
}

std::vector<RoleGrant> list_grants_of(db::ReadTx& tx, PositionId position)
{
    auto select = tx.prepare(kSelectOfPosition);
    select.bind(1, position);
    return read_grants(select);
}

std::vector<RoleGrant> list_active_grants(db::ReadTx& tx, AccountId account, Date today)
{
    auto select = tx.prepare(kSelectActive);
    select.bind(1, account).bind(2, today);
    return read_grants(select);
}

std::vector<auth::Grant> active_grants(db::ReadTx& tx, AccountId account, Date today)
{
    std::vector<auth::Grant> grants;
    const auto root = root_unit(tx).id;
    for (const auto& held : list_active_grants(tx, account, today)) {
        grants.push_back(right_of(held, root));
    }
    return grants;
}

std::int64_t count_holders(db::ReadTx& tx, auth::Role role, Date today)
{
    auto select = tx.prepare(R"sql(
        SELECT count(DISTINCT role_grant.account_id)
          FROM role_grant
          JOIN account ON account.id = role_grant.account_id
          LEFT JOIN position ON position.id = role_grant.position_id
         WHERE role_grant.role = ?1 AND role_grant.unit_id = (SELECT min(unit.id) FROM unit)
           AND role_grant.with_sub_units = 1 AND role_grant.ended_at IS NULL AND role_grant.delegated_from_id IS NULL
           AND role_grant.from_on <= ?2 AND (role_grant.to_on IS NULL OR role_grant.to_on >= ?2)
           AND (position.to_on IS NULL OR position.to_on >= ?2) AND role_grant.order_number IS NULL
           AND role_grant.records_from_on IS NULL AND role_grant.records_to_on IS NULL
           AND role_grant.record_set_id IS NULL AND account.disabled = 0
    )sql");
    select.bind(1, auth::role_name(role)).bind(2, today);
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

GrantId insert_grant(db::WriteTx& tx, const RoleGrant& grant)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO role_grant (uid, account_id, unit_id, role, with_sub_units, from_on, to_on, records_from_on,
                                records_to_on, delegated_from_id, reason, granted_at, granted_by, position_id,
                                order_number, order_on, order_signer, record_set_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
        RETURNING id
    )sql");
    insert.bind(1, grant.uid)
        .bind(2, grant.account)
        .bind(3, grant.unit)
        .bind(4, auth::role_name(grant.role))
        .bind(5, grant.with_sub_units ? 1 : 0)
        .bind(6, grant.from_on)
        .bind(7, grant.to_on)
        .bind(8, grant.records_from_on)
        .bind(9, grant.records_to_on)
        .bind(10, grant.delegated_from)
        .bind_text_or_null(11, grant.reason)
        .bind(12, grant.granted_at)
        .bind(13, grant.granted_by)
        .bind(14, grant.position)
        .bind_text_or_null(15, grant.order ? grant.order->number : std::string{})
        .bind(16, grant.order ? std::optional{grant.order->on} : std::nullopt)
        .bind_text_or_null(17, grant.order ? grant.order->signer : std::string{})
        .bind(18, grant.record_set);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<GrantId>(0);
    insert.step();
    return id;
}

bool confirm_grant(db::WriteTx& tx, GrantId grant, Instant at, std::string_view by)
{
    return tx.prepare("UPDATE role_grant SET confirmed_at = ?2, confirmed_by = ?3"
                      " WHERE id = ?1 AND confirmed_at IS NULL AND ended_at IS NULL")
               .bind(1, grant)
               .bind(2, at)
               .bind(3, by)
               .run() > 0;
}

std::vector<Uid> end_grant(db::WriteTx& tx, GrantId grant, Instant at, std::string_view by)
{
    auto update = tx.prepare("UPDATE role_grant SET ended_at = ?2, ended_by = ?3"
                             " WHERE (id = ?1 OR delegated_from_id = ?1) AND ended_at IS NULL RETURNING uid");
    update.bind(1, grant).bind(2, at).bind(3, by);
    std::vector<Uid> ended;
    while (update.step()) {
        ended.push_back(update.text(0));
    }
    return ended;
}

} // namespace vtlt::catalog
