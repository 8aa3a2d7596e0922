// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/account_steps.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include "catalog/digest_bytes.h"

#include <algorithm>
#include <iterator>

namespace vtlt::services {

catalog::Account visible_account(db::ReadTx& tx, const auth::Actor& actor, std::string_view who)
{
    auto account = catalog::get_account(tx, who);
    const auto knows = [&](auth::Action action) { return auth::is_allowed(actor, action, {.unit = account.unit}); };
    if (!knows(auth::Action::user_read) && !knows(auth::Action::user_administer)) {
        throw Error{Kind::not_found, "account.not_found", {{"account", std::string{who}}}};
    }
    return account;
}

catalog::Account account_for(db::ReadTx& tx, const auth::Actor& actor, std::string_view who, auth::Action action)
{
    if (actor.type == auth::Actor::Type::person) {
        auto own = catalog::get_account(tx, actor.name);
        if (who == own.uid || catalog::account_key(who) == catalog::account_key(own.name)) {
            auth::authorize(actor, auth::Action::account_use, {});
            return own;
        }
    }
    auth::authorize_somewhere(actor, action);
    auto account = visible_account(tx, actor, who);
    auth::authorize(actor, action, {.secrecy = account.clearance, .unit = account.unit});
    return account;
}

catalog::Account enabled_account(db::ReadTx& tx, const auth::Actor& actor, std::string_view who)
{
    auto account = account_for(tx, actor, who, auth::Action::user_read);
    if (account.disabled) {
        throw Error{Kind::conflict, "account.disabled", {{"account", account.name}}};
    }
    return account;
}

std::vector<audit::Event> end_all_sessions(db::WriteTx& tx, const catalog::Account& account, const char* why)
{
    return end_other_sessions(tx, account, {}, why);
}

std::vector<audit::Event> end_other_sessions(db::WriteTx& tx, const catalog::Account& account, const Uid& own,
                                             const char* why)
{
    auto ended = tx.prepare("DELETE FROM session WHERE account_id = ?1 AND uid <> ?2 RETURNING uid");
    ended.bind(1, account.id).bind(2, own);
    std::vector<audit::Event> events;
    while (ended.step()) {
        events.push_back({"session.ended", ended.text(0), {{"account", account.uid}, {"why", why}}});
    }
    return events;
}

std::vector<audit::Event> end_certificate_sessions(db::WriteTx& tx, const catalog::Account& account,
                                                   std::string_view digest)
{
    auto ended = tx.prepare("DELETE FROM session WHERE account_id = ?1 AND certificate = ?2 RETURNING uid");
    ended.bind(1, account.id).bind_bytes(2, catalog::digest_bytes(digest));
    std::vector<audit::Event> events;
    while (ended.step()) {
        events.push_back({"session.ended", ended.text(0), {{"account", account.uid}, {"why", "certificate"}}});
    }
    return events;
}

std::vector<audit::Event> revoke_all_tokens(db::WriteTx& tx, const catalog::Account& account, Instant at)
{
    auto revoked = tx.prepare(R"sql(
        UPDATE api_token
           SET revoked_at = ?2
         WHERE account_id = ?1 AND revoked_at IS NULL
        RETURNING uid
    )sql");
    revoked.bind(1, account.id).bind(2, at);
    std::vector<audit::Event> events;
    while (revoked.step()) {
        events.push_back({"token.revoked", revoked.text(0), {{"account", account.uid}}});
    }
    return events;
}

std::vector<audit::Event> shut_out(db::WriteTx& tx, catalog::Account account, Instant at)
{
    account.disabled = true;
    catalog::update_account(tx, account);
    std::vector<audit::Event> events{{"user.disabled", account.uid}};
    std::ranges::move(end_all_sessions(tx, account, "disabled"), std::back_inserter(events));
    std::ranges::move(revoke_all_tokens(tx, account, at), std::back_inserter(events));
    return events;
}

std::vector<audit::Event> put_password(db::WriteTx& tx, const catalog::Account& account, std::string_view hash)
{
    catalog::set_password_hash(tx, account.id, hash);
    auto events = end_all_sessions(tx, account, "password");
    events.insert(events.begin(), {"user.password_set", account.uid, {{"password", sha256_hex(hash)}}});
    return events;
}

} // namespace vtlt::services
