// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/services/archive.h>

#include <vector>

namespace vtlt::services {

/// A grant about to be made.
struct WantedGrant
{
    auth::Role role = auth::Role::officer;
    UnitId unit;
    bool with_sub_units = true;
    std::optional<Date> from_on = std::nullopt; ///< absent: today
    std::optional<Date> to_on = std::nullopt;
    std::optional<Date> records_from_on = std::nullopt;
    std::optional<Date> records_to_on = std::nullopt;
    std::optional<RecordSetId> record_set = std::nullopt;
    std::optional<GrantId> delegated_from = std::nullopt;
    std::optional<catalog::WrittenOrder> order = std::nullopt; ///< with `role` admin
    std::optional<PositionId> position = std::nullopt;         ///< ends with it
    std::string reason = {};
};

/// Throws invalid `grant.bad_period`, `grant.needs_end`.
void check_period(const Clock& clock, const WantedGrant& wanted);
/// A reason on one line. Throws invalid `document.too_long`, `text.not_utf8`.
std::string grant_reason(std::string_view typed);
/// Throws conflict `grant.exists` where he holds just that.
void require_new(db::ReadTx& tx, const Clock& clock, const catalog::Account& account, const WantedGrant& wanted);

/// Makes it in the caller's transaction: its event, `role.granted` or `order.proposed`. Nobody gives what is beyond his
/// own: throws forbidden `auth.forbidden` unless the actor administers every unit that the grant would reach.
audit::Event add_grant(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                       const catalog::Account& account, const WantedGrant& wanted);
/// Ends it with those delegated from it: their events.
std::vector<audit::Event> end_grants(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                     const catalog::Account& account, const catalog::RoleGrant& grant);

/// The roles in the unit where he works become `instead`, or, when that is empty, go with him to another unit; those of
/// a position stay with it. Their events.
std::vector<audit::Event> change_post(Archive& archive, db::WriteTx& tx, const Clock& clock, const auth::Actor& actor,
                                      const catalog::Account& before, const catalog::Account& after,
                                      const std::vector<auth::Role>& instead);

/// Who touches an account, its password, clearance or tokens, could act as that person: throws forbidden
/// `auth.forbidden` unless the actor administers everything that the person's roles reach.
void authorize_holder(Archive& archive, db::ReadTx& tx, const Clock& clock, const auth::Actor& actor,
                      const catalog::Account& account);

/// Throws conflict `unit.closed`.
void require_open(const catalog::Unit& unit, Date today);

/// Who takes the last administrator away leaves nobody who could put one back but the operator of the machine.
class AdminGuard
{
public:
    AdminGuard(db::ReadTx& tx, const Clock& clock, std::string account);
    /// Throws conflict `account.last_admin` when there was one and is none any more.
    void require_one(db::ReadTx& tx) const;

private:
    Date today_;
    bool had_one_;
    std::string account_;
};

} // namespace vtlt::services
