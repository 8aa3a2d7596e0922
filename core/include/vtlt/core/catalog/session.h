// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::catalog {

/// phiên = session: one browser of one person. A row lives as long as the session.
struct Session
{
    Uid uid;
    AccountId account;
    Instant opened_at;
    Instant last_seen_at;         ///< at most a minute old (services::SessionActivity)
    std::string address;          ///< where it was opened
    SignInNote previous;          ///< what to show: the sign-in before this one
    std::string certificate = {}; ///< digest in hex of the one it was opened with, without which it is nobody's
};

/// A session and whose it is: one indexed read.
struct SessionOfAccount
{
    Session session;
    Account account;
};

std::optional<SessionOfAccount> find_session(db::ReadTx& tx, std::string_view digest);
/// The newest first.
std::vector<Session> list_sessions(db::ReadTx& tx, AccountId account);
void insert_session(db::WriteTx& tx, const Session& session, std::string_view digest);
/// The account's uid; empty when the session is gone.
Uid owner_of_session(db::ReadTx& tx, const Uid& session);
/// False when it is gone already.
bool delete_session(db::WriteTx& tx, const Uid& session);

/// mã truy cập = API token of a person, for programs. Revoked ones stay as rows: their title and use remain explained.
struct ApiToken
{
    Uid uid;
    AccountId account;
    std::string title;
    auth::Scopes scopes;
    Instant created_at;
    std::optional<Date> expires_on; ///< the last day on which it works
    std::optional<Instant> revoked_at;
};

struct ApiTokenOfAccount
{
    ApiToken token;
    Account account;
};

std::optional<ApiTokenOfAccount> find_api_token(db::ReadTx& tx, std::string_view digest);
/// The newest first.
std::vector<ApiToken> list_api_tokens(db::ReadTx& tx, AccountId account);
/// By uid; throws not_found `token.not_found`.
ApiTokenOfAccount get_api_token(db::ReadTx& tx, std::string_view uid);
void insert_api_token(db::WriteTx& tx, const ApiToken& token, std::string_view digest);
/// False when it was revoked already.
bool revoke_api_token(db::WriteTx& tx, const Uid& token, Instant at);

} // namespace vtlt::catalog
