// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/session.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include "catalog/account_columns.h"
#include "catalog/digest_bytes.h"

namespace vtlt::catalog {

namespace {

constexpr int kSessionColumns = 9;
constexpr int kTokenColumns = 7;

const std::string kSelectSession = R"sql(
    SELECT session.uid, session.account_id, session.opened_at, session.last_seen_at, session.address,
           session.previous_at, session.previous_from, session.previous_failures, session.certificate,
)sql" + std::string{kAccountColumns} +
                                   "FROM session JOIN account ON account.id = session.account_id" +
                                   std::string{kUnitOfAccount} + "WHERE session.digest = ?1";
const std::string kSelectToken = R"sql(
    SELECT api_token.uid, api_token.account_id, api_token.title, api_token.scopes, api_token.created_at,
           api_token.expires_on, api_token.revoked_at,
)sql" + std::string{kAccountColumns} +
                                 "FROM api_token JOIN account ON account.id = api_token.account_id" +
                                 std::string{kUnitOfAccount};
const std::string kSelectTokenByDigest = kSelectToken + "WHERE api_token.digest = ?1";
const std::string kSelectTokenByUid = kSelectToken + "WHERE api_token.uid = ?1";

std::optional<Instant> optional_instant(const db::Statement& row, int column)
{
    return row.is_null(column) ? std::nullopt : std::optional{row.instant(column)};
}

Session read_session(const db::Statement& row)
{
    return {.uid = row.text(0),
            .account = row.id<AccountId>(1),
            .opened_at = row.instant(2),
            .last_seen_at = row.instant(3),
            .address = row.text(4),
            .previous = {.at = optional_instant(row, 5), .address = row.text(6), .failures = row.integer(7)},
            .certificate = to_hex(row.bytes(8))};
}

ApiToken read_token(const db::Statement& row)
{
    return {.uid = row.text(0),
            .account = row.id<AccountId>(1),
            .title = row.text(2),
            .scopes = auth::scopes_from_words(row.text(3)),
            .created_at = row.instant(4),
            .expires_on = row.optional_date(5),
            .revoked_at = optional_instant(row, 6)};
}

} // namespace

std::optional<SessionOfAccount> find_session(db::ReadTx& tx, std::string_view digest)
{
    auto select = tx.prepare(kSelectSession);
    if (!select.bind_bytes(1, digest).step()) {
        return std::nullopt;
    }
    return SessionOfAccount{read_session(select), read_account(select, kSessionColumns)};
}

std::vector<Session> list_sessions(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare(R"sql(
        SELECT uid, account_id, opened_at, last_seen_at, address, previous_at, previous_from, previous_failures,
               certificate
          FROM session
         WHERE account_id = ?1
         ORDER BY opened_at DESC, id DESC
    )sql");
    select.bind(1, account);
    std::vector<Session> sessions;
    while (select.step()) {
        sessions.push_back(read_session(select));
    }
    return sessions;
}

void insert_session(db::WriteTx& tx, const Session& session, std::string_view digest)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO session (uid, account_id, digest, opened_at, last_seen_at, address, previous_at, previous_from,
                             previous_failures, certificate)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    )sql");
    insert.bind(1, session.uid)
        .bind(2, session.account)
        .bind_bytes(3, digest)
        .bind(4, session.opened_at)
        .bind(5, session.last_seen_at)
        .bind(6, session.address)
        .bind(7, session.previous.at)
        .bind_text_or_null(8, session.previous.address)
        .bind(9, session.previous.failures);
    session.certificate.empty() ? insert.bind_null(10) : insert.bind_bytes(10, digest_bytes(session.certificate));
    insert.run();
}

Uid owner_of_session(db::ReadTx& tx, const Uid& session)
{
    auto select = tx.prepare(R"sql(
        SELECT account.uid
          FROM session
          JOIN account ON account.id = session.account_id
         WHERE session.uid = ?1
    )sql");
    return select.bind(1, session).step() ? select.text(0) : Uid{};
}

bool delete_session(db::WriteTx& tx, const Uid& session)
{
    return tx.prepare("DELETE FROM session WHERE uid = ?1").bind(1, session).run() > 0;
}

std::optional<ApiTokenOfAccount> find_api_token(db::ReadTx& tx, std::string_view digest)
{
    auto select = tx.prepare(kSelectTokenByDigest);
    if (!select.bind_bytes(1, digest).step()) {
        return std::nullopt;
    }
    return ApiTokenOfAccount{read_token(select), read_account(select, kTokenColumns)};
}

std::vector<ApiToken> list_api_tokens(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare(R"sql(
        SELECT uid, account_id, title, scopes, created_at, expires_on, revoked_at
          FROM api_token
         WHERE account_id = ?1
         ORDER BY created_at DESC, id DESC
    )sql");
    select.bind(1, account);
    std::vector<ApiToken> tokens;
    while (select.step()) {
        tokens.push_back(read_token(select));
    }
    return tokens;
}

ApiTokenOfAccount get_api_token(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectTokenByUid);
    if (!select.bind(1, uid).step()) {
        throw Error{Kind::not_found, "token.not_found", {{"token", std::string{uid}}}};
    }
    return {read_token(select), read_account(select, kTokenColumns)};
}

void insert_api_token(db::WriteTx& tx, const ApiToken& token, std::string_view digest)
{
    tx.prepare(R"sql(
        INSERT INTO api_token (uid, account_id, digest, title, scopes, created_at, expires_on)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    )sql")
        .bind(1, token.uid)
        .bind(2, token.account)
        .bind_bytes(3, digest)
        .bind(4, token.title)
        .bind(5, auth::scope_words(token.scopes))
        .bind(6, token.created_at)
        .bind(7, token.expires_on)
        .run();
}

bool revoke_api_token(db::WriteTx& tx, const Uid& token, Instant at)
{
    return tx.prepare("UPDATE api_token SET revoked_at = ?2 WHERE uid = ?1 AND revoked_at IS NULL")
               .bind(1, token)
               .bind(2, at)
               .run() > 0;
}

} // namespace vtlt::catalog
