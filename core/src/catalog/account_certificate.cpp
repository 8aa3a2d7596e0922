// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/account_certificate.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/db/database.h>

#include "catalog/digest_bytes.h"

namespace vtlt::catalog {

namespace {

AccountCertificate read_certificate(const db::Statement& row)
{
    return {.uid = row.text(0),
            .account = row.id<AccountId>(1),
            .digest = to_hex(row.bytes(2)),
            .subject = row.text(3),
            .issuer = row.text(4),
            .expires_at = row.instant(5),
            .added_at = row.instant(6)};
}

} // namespace

std::optional<AccountCertificate> find_certificate(db::ReadTx& tx, std::string_view digest)
{
    auto select = tx.prepare(R"sql(
        SELECT uid, account_id, digest, subject, issuer, expires_at, added_at
          FROM account_certificate
         WHERE digest = ?1
    )sql");
    select.bind_bytes(1, digest_bytes(digest));
    return select.step() ? std::optional{read_certificate(select)} : std::nullopt;
}

std::vector<AccountCertificate> list_certificates(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare(R"sql(
        SELECT uid, account_id, digest, subject, issuer, expires_at, added_at
          FROM account_certificate
         WHERE account_id = ?1
         ORDER BY id DESC
    )sql");
    select.bind(1, account);
    std::vector<AccountCertificate> certificates;
    while (select.step()) {
        certificates.push_back(read_certificate(select));
    }
    return certificates;
}

bool insert_certificate(db::WriteTx& tx, const AccountCertificate& certificate)
{
    return tx.prepare(R"sql(
        INSERT INTO account_certificate (uid, account_id, digest, subject, issuer, expires_at, added_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (digest) DO NOTHING
    )sql")
               .bind(1, certificate.uid)
               .bind(2, certificate.account)
               .bind_bytes(3, digest_bytes(certificate.digest))
               .bind(4, certificate.subject)
               .bind(5, certificate.issuer)
               .bind(6, certificate.expires_at)
               .bind(7, certificate.added_at)
               .run() > 0;
}

bool delete_certificate(db::WriteTx& tx, const Uid& certificate)
{
    return tx.prepare("DELETE FROM account_certificate WHERE uid = ?1").bind(1, certificate).run() > 0;
}

} // namespace vtlt::catalog
