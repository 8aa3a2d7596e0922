// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Codes that change with time (RFC 6238), as every authenticator makes them: HMAC-SHA-1, 30 s, 6 digits. And the
/// recovery codes for who has lost his. Any thread.
namespace vtlt::auth {

inline constexpr std::int64_t kTotpStepSeconds = 30;
/// A phone's clock may be one step off, either way.
inline constexpr std::int64_t kTotpWindow = 1;
inline constexpr std::size_t kTotpDigits = 6;

/// 20 random bytes, as RFC 4226 recommends.
std::string make_totp_secret();
std::int64_t totp_step(Instant at);
std::string totp_code(std::string_view secret, std::int64_t step);
/// The step within the window around `now`, and after `after`, whose code this is; nullopt when there is none. Every
/// step of the window is computed and compared in constant time.
std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view code, Instant now,
                                           std::int64_t after);

/// What a person types into his phone: 32 letters and digits (RFC 4648, base32).
std::string totp_secret_text(std::string_view secret);
/// otpauth://totp/…: what a QR code shows to the phone.
std::string totp_uri(std::string_view issuer, std::string_view name, std::string_view secret);

/// Six digits as typed, without blanks; nullopt for anything else.
std::optional<std::string> typed_totp_code(std::string_view typed);

/// "4C7M-2K9X-WP3D-8QRT": 80 random bits in Crockford's letters.
std::string make_recovery_code();
/// 32 bytes: all that is kept of it. Blanks, hyphens, case, and letters that look like digits make no difference.
std::string recovery_code_digest(std::string_view typed);

} // namespace vtlt::auth
