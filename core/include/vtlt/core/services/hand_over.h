// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/hand_over.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who leaves hands over what he was in charge of (NĐ 30/2020, Điều 31). Permission, transaction, event.
namespace vtlt::services {

struct Leaving
{
    std::string who;                       ///< name or uid, as the next
    std::string to;                        ///< who takes over
    std::optional<Date> on = std::nullopt; ///< the last day, absent: today; never to come
    std::string reason = {};
};

/// In one transaction: his positions and roles end, and what was delegated from them; his account is disabled, his
/// sessions and tokens end; each thing that he was in charge of is passed on or ended as the table in
/// core/src/services/hand_over.cpp says; a record of it all is kept. Event `account.left`. Throws invalid
/// `hand_over.future`, conflict `hand_over.left_already`, `hand_over.to_himself`, `account.disabled` (who takes over),
/// `hand_over.jobs_unfinished`, `hand_over.uploads_unfinished`, `account.last_admin`, and as disable_account.
catalog::HandOver leave_account(Archive& archive, const Clock& clock, const auth::Actor& actor, const Leaving& leaving);

/// The record as people read it.
struct ListedHandOver
{
    catalog::HandOver hand_over;
    catalog::Account account;
    catalog::Account to;
    std::string made_by_name; ///< full name; empty for an operator
};
/// Of a person, the newest first: by user.read. Throws not_found `account.not_found`.
std::vector<ListedHandOver> list_hand_overs(Archive& archive, const auth::Actor& actor, std::string_view who);

} // namespace vtlt::services
