// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/catalog/account.h>

#include <vector>

namespace vtlt::services {

/// Who is of a unit whose people the asker may not know is missing: throws not_found `account.not_found`.
catalog::Account visible_account(db::ReadTx& tx, const auth::Actor& actor, std::string_view who);
/// Oneself, by name or uid, where one's own account may be used; anybody else where `action` is permitted for that
/// clearance. Who may not know of others learns of no name whether it exists. Throws not_found `account.not_found`.
catalog::Account account_for(db::ReadTx& tx, const auth::Actor& actor, std::string_view who, auth::Action action);

/// The same by user.read, to whom something can be given. Throws also conflict `account.disabled`.
catalog::Account enabled_account(db::ReadTx& tx, const auth::Actor& actor, std::string_view who);

/// What somebody has open ends in the transaction of the change that ends it. Each answers one event a session.
/// `why`: sign_out password disabled rights second_factor certificate.
std::vector<audit::Event> end_all_sessions(db::WriteTx& tx, const catalog::Account& account, const char* why);
std::vector<audit::Event> end_other_sessions(db::WriteTx& tx, const catalog::Account& account, const Uid& own,
                                             const char* why);
/// Those that were opened with this certificate; `digest` in hex.
std::vector<audit::Event> end_certificate_sessions(db::WriteTx& tx, const catalog::Account& account,
                                                   std::string_view digest);
std::vector<audit::Event> revoke_all_tokens(db::WriteTx& tx, const catalog::Account& account, Instant at);

/// Disables an enabled account: its event, those of the sessions and of the tokens.
std::vector<audit::Event> shut_out(db::WriteTx& tx, catalog::Account account, Instant at);

/// Sets the password and ends the sessions: the events of both.
std::vector<audit::Event> put_password(db::WriteTx& tx, const catalog::Account& account, std::string_view hash);

} // namespace vtlt::services
