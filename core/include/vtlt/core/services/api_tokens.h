// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/session.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// API tokens: for programs that act as a person, with some of that person's rights.
namespace vtlt::services {

struct NewApiToken
{
    std::string who; ///< name or uid
    std::string title;
    auth::Scopes scopes;            ///< none: read
    std::optional<Date> expires_on; ///< the last day; empty: until it is revoked
};

struct IssuedApiToken
{
    std::string secret; ///< `vtlt_…`; told once and kept nowhere
    catalog::ApiToken token;
};

/// For oneself (from a session, never by another token), or by user.administer. Throws not_found `account.not_found`,
/// conflict `account.disabled`, invalid `title.blank`, `token.expired_already`.
IssuedApiToken issue_api_token(Archive& archive, const Clock& clock, const auth::Actor& actor,
                               const NewApiToken& wanted);
/// The newest first, revoked and expired ones too.
std::vector<catalog::ApiToken> list_api_tokens(Archive& archive, const auth::Actor& actor, std::string_view who);
/// Throws not_found `token.not_found`, conflict `token.revoked_already`.
void revoke_api_token(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid);

/// Who acts with this secret; nullopt when it is unknown, revoked, expired, or its person disabled. One indexed read.
std::optional<auth::Actor> find_actor_by_token(Archive& archive, const Clock& clock, std::string_view secret);

} // namespace vtlt::services
