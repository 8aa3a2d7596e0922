// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/services/archive.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// phân quyền: who holds which role where. Permission, transaction, event. `who` is a name or uid, units are codes.
/// A change of rights takes effect at once, ends the person's sessions, and is shown as a warning until a second person
/// has confirmed it (TT 05/2025, phụ lục VI, F3c).
namespace vtlt::services {

struct NewGrant
{
    std::string who;
    auth::Role role = auth::Role::officer;
    std::string unit;                                   ///< empty: where the person works
    bool only_unit = false;                             ///< without its sub-units
    std::optional<Date> from_on = std::nullopt;         ///< absent: today
    std::optional<Date> to_on = std::nullopt;           ///< the last day; absent: until it is ended
    std::optional<Date> records_from_on = std::nullopt; ///< records issued within these days only
    std::optional<Date> records_to_on = std::nullopt;
    std::string record_set = {};     ///< uid of a saved set: its documents only, within unit and period
    std::string delegated_from = {}; ///< ủy quyền: uid of another person's grant: its role, unit, period and set
    std::string reason = {};
};

/// Throws forbidden `auth.forbidden` (who gives more than he administers), not_found `account.not_found`,
/// `unit.not_found`, `grant.not_found`, `record_set.not_found`, conflict `unit.closed`, `account.disabled`,
/// `grant.exists`, `grant.delegated` (what is delegated cannot be delegated again, nor a written order), invalid
/// `grant.bad_period`, `grant.needs_end` (a delegation, and a member of an inspection, have a last day),
/// `text.not_utf8`.
catalog::RoleGrant grant_role(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewGrant& wanted);

/// lệnh bằng văn bản: by it somebody who administers reads the records of a unit, for some days.
struct NewOrder
{
    std::string who;
    std::string number;     ///< of the paper
    std::optional<Date> on; ///< its day
    std::string signer;     ///< who signed it
    std::string unit = {};  ///< as in NewGrant, also the next
    bool only_unit = false;
    std::optional<Date> from_on = std::nullopt;
    std::optional<Date> to_on = std::nullopt; ///< the last day, which it must have
    std::optional<Date> records_from_on = std::nullopt;
    std::optional<Date> records_to_on = std::nullopt;
    std::string reason = {};
};

/// Not in force until confirm_grant: nobody reads anything by it before. Then its holder reads what it reaches up to
/// his clearance, and every reading is an event (services/access_book.h). Throws conflict `order.not_admin` (he has no
/// role of an administrator: others get a role), invalid `order.incomplete`, `order.bad_day`, `order.too_long` (more
/// than setting `order.longest_days`), and as grant_role.
catalog::RoleGrant propose_order(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                 const NewOrder& wanted);

/// With what was delegated from it. Its holder may give it back himself. Throws not_found `grant.not_found`, conflict
/// `grant.ended_already`, `account.last_admin`, forbidden `auth.forbidden`.
void end_grant(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view grant);

/// By a person who neither gave nor got it; never by an operator alone, for whoever has the machine could propose as
/// one and confirm as the other. A written order is in force from now on. Throws not_found `grant.not_found`, conflict
/// `grant.ended_already`, `grant.confirmed_already`, `order.over` (its days have passed), forbidden `auth.forbidden`,
/// `grant.needs_another_person`.
catalog::RoleGrant confirm_grant(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                 std::string_view grant);

/// A grant as a list shows it.
struct ListedGrant
{
    catalog::RoleGrant grant;
    Uid account; ///< whose
    std::string account_name;
    std::string account_full_name;
    std::string granted_by_name;       ///< full name; empty for an operator
    bool is_active = false;            ///< holds today
    std::string record_set_title = {}; ///< of the saved set it is confined to, for who may know of that one
};

/// Of a person, oneself or by user.read: what he holds, or with `past` whatever he held. Throws not_found
/// `account.not_found`.
std::vector<ListedGrant> list_grants(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                     std::string_view who, bool past = false);
/// Of everybody whom the actor may confirm for, those not confirmed yet, oldest first; at most `limit`.
std::vector<ListedGrant> list_unconfirmed(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                          std::size_t limit = 200);

/// What each of these people holds, of accounts that services/people.h gave the asker: one read for a whole list.
std::map<AccountId, std::vector<catalog::RoleGrant>> grants_of(Archive& archive,
                                                               std::span<const catalog::Account> accounts);

/// Why somebody can, or cannot, read a document.
struct Explanation
{
    catalog::Account account;
    Uid document;
    Secrecy secrecy = Secrecy::open; ///< of the document
    std::string unit;                ///< whose it is
    std::optional<Date> issued_on;
    bool is_listed = false; ///< known to the people of a need-to-know list alone
    bool is_allowed = false;
    auth::Reasons reasons;
    std::vector<catalog::RoleGrant> grants; ///< those that hold today, in the order of the reasons
    std::vector<catalog::RoleGrant>
        waiting; ///< written orders of these days that nobody has confirmed: by none he reads
};
/// By who may read that person's rights, of documents that he may read himself or whose unit's people he administers.
/// Throws not_found `account.not_found`, and as refuse_document.
Explanation explain_reading(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                            std::string_view document);

} // namespace vtlt::services
