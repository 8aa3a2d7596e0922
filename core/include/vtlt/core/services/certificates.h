// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/account_certificate.h>
#include <vtlt/core/services/archive.h>

#include <optional>
#include <string_view>
#include <vector>

/// Certificates by which people sign in (SignInDesk::sign_in_with_certificate). Where a function takes `who` it takes a
/// name or uid.
namespace vtlt::services {

/// Binds the certificate in `bytes` (PEM or DER), by whoever could set that person's password. Throws invalid
/// `certificate.unreadable`, conflict `certificate.bound` where it is somebody's already, and as set_password does.
catalog::AccountCertificate add_certificate(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                            std::string_view who, std::string_view bytes);
/// Oneself, or by user.read.
std::vector<catalog::AccountCertificate> list_certificates(Archive& archive, const auth::Actor& actor,
                                                           std::string_view who);
/// By uid or digest, likewise by whoever could set the password; ends every session that was opened with it. False
/// where that person has no such certificate.
bool remove_certificate(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view who,
                        std::string_view certificate);

} // namespace vtlt::services
