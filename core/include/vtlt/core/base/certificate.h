// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <string>
#include <string_view>

namespace vtlt {

/// chứng thư số: what there is to know of an X.509 certificate.
struct Certificate
{
    std::string digest;  ///< SHA-256 of its bytes (DER) in hex: the fingerprint that every tool tells
    std::string subject; ///< as one line: "C=VN, O=…, CN=…"
    std::string issuer;
    Instant begins_at;
    Instant expires_at;
};

/// Of one certificate, PEM (the first in it) or DER. Throws invalid `certificate.unreadable`.
Certificate read_certificate(std::string_view bytes);

} // namespace vtlt
