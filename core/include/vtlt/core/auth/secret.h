// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// Random secrets that a client keeps and we do not: of each the catalogue holds the SHA-256 alone. 256 random bits
/// need no slow hash.
namespace vtlt::auth {

/// For secret scanners: who finds this prefix in a repository or a log has found a token.
inline constexpr std::string_view kTokenPrefix = "vtlt_";

/// 43 characters of base64url: what the browser's cookie holds.
std::string make_session_secret();
/// `vtlt_` and 64 hex digits.
std::string make_api_token();

/// 32 bytes. Looking a secret up by its digest tells nothing by its timing: the digest of a guess cannot be steered.
std::string secret_digest(std::string_view secret);

/// Base64url of HMAC-SHA-256 over a fixed word, keyed with the session's secret: nothing more is stored for it, and
/// it tells nothing of the secret.
std::string csrf_token(std::string_view session_secret);
/// In constant time.
bool is_csrf_token(std::string_view session_secret, std::string_view given);

} // namespace vtlt::auth
