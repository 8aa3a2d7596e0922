// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/api_tokens.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/actors.h>
#include <vtlt/core/services/organisation.h>

#include "services/account_steps.h"
#include "services/grant_steps.h"

namespace vtlt::services {

namespace {

bool is_valid(const catalog::ApiToken& token, Date today)
{
    return !token.revoked_at && (!token.expires_on || today <= *token.expires_on);
}

/// Nobody gives a token more than he may do just now himself.
bool is_within(auth::Scopes wanted, auth::Scopes own)
{
    return std::ranges::all_of(auth::kScopeNames, [&](std::string_view name) {
        const auto scope = auth::token_scope_from_name(name);
        return !scope || !wanted.contains(*scope) || own.contains(*scope);
    });
}

} // namespace

IssuedApiToken issue_api_token(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewApiToken& wanted)
{
    const auto who = clean_text(wanted.who);
    IssuedApiToken issued{.secret = auth::make_api_token(),
                          .token = {.uid = make_uid(),
                                    .account = {},
                                    .title = clean_title(wanted.title),
                                    .scopes = wanted.scopes,
                                    .created_at = clock.now(),
                                    .expires_on = wanted.expires_on,
                                    .revoked_at = {}}};
    auto& token = issued.token;
    if (token.scopes.is_empty()) {
        token.scopes.add(auth::Scope::read);
    }
    if (token.expires_on && *token.expires_on < clock.today()) {
        throw Error{Kind::invalid, "token.expired_already", {{"day", format_date(*token.expires_on)}}};
    }
    auto tx = archive.database().write();
    const auto account = account_for(tx, actor, who, auth::Action::user_administer);
    if (account.uid != actor.name) {
        authorize_holder(archive, tx, clock, actor, account); // a token acts as that person
    } else if (!is_within(token.scopes, actor.scopes)) {
        throw Error{Kind::forbidden, "auth.forbidden", {{"action", "token.issue"}}};
    }
    if (account.disabled) {
        throw Error{Kind::conflict, "account.disabled", {{"account", account.name}}};
    }
    token.account = account.id;
    catalog::insert_api_token(tx, token, auth::secret_digest(issued.secret));
    audit::record_event(
        tx, clock, actor,
        {"token.issued",
         token.uid,
         {{"account", account.uid},
          {"title", token.title},
          {"scopes", auth::scope_words(token.scopes)},
          {"expires_on", token.expires_on ? SortedJson(format_date(*token.expires_on)) : SortedJson()}}});
    tx.commit();
    return issued;
}

std::vector<catalog::ApiToken> list_api_tokens(Archive& archive, const auth::Actor& actor, std::string_view who)
{
    const auto name = clean_text(who);
    auto tx = archive.database().read();
    const auto account = account_for(tx, actor, name, auth::Action::user_read);
    return catalog::list_api_tokens(tx, account.id);
}

void revoke_api_token(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid)
{
    auto tx = archive.database().write();
    const auto found = catalog::get_api_token(tx, clean_text(uid));
    if (found.account.uid != actor.name &&
        !auth::is_allowed(actor, auth::Action::user_administer,
                          {.secrecy = found.account.clearance, .unit = found.account.unit})) {
        throw Error{Kind::not_found, "token.not_found", {{"token", found.token.uid}}};
    }
    account_for(tx, actor, found.account.uid, auth::Action::user_administer);
    if (!catalog::revoke_api_token(tx, found.token.uid, clock.now())) {
        throw Error{Kind::conflict, "token.revoked_already", {{"token", found.token.uid}}};
    }
    audit::record_event(tx, clock, actor, {"token.revoked", found.token.uid, {{"account", found.account.uid}}});
    tx.commit();
}

std::optional<auth::Actor> find_actor_by_token(Archive& archive, const Clock& clock, std::string_view secret)
{
    if (!secret.starts_with(auth::kTokenPrefix)) {
        return std::nullopt;
    }
    auto tx = archive.database().read();
    const auto found = catalog::find_api_token(tx, auth::secret_digest(secret));
    if (!found || found->account.disabled || !is_valid(found->token, clock.today())) {
        return std::nullopt;
    }
    auto actor = actor_of(archive, tx, found->account, clock.today());
    actor.scopes = found->token.scopes;
    return actor;
}

} // namespace vtlt::services
