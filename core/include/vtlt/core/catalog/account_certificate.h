// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// A certificate by which somebody signs in. One is bound to one account.
struct AccountCertificate
{
    Uid uid;
    AccountId account;
    std::string digest; ///< SHA-256 in hex (base/certificate.h)
    std::string subject;
    std::string issuer;
    Instant expires_at; ///< to be shown; what counts is judged when it is used
    Instant added_at;
};

std::optional<AccountCertificate> find_certificate(db::ReadTx& tx, std::string_view digest);
/// The newest first.
std::vector<AccountCertificate> list_certificates(db::ReadTx& tx, AccountId account);
/// False when it is bound already, to whomever.
bool insert_certificate(db::WriteTx& tx, const AccountCertificate& certificate);
bool delete_certificate(db::WriteTx& tx, const Uid& certificate);

} // namespace vtlt::catalog
