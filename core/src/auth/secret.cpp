// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/secret.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include "auth/sodium.h"

#include <array>

namespace vtlt::auth {

namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kCsrfWord = "vtlt csrf 1";

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

void require_sodium()
{
    static const bool ready = ::sodium_init() >= 0;
    ensure(ready, "libsodium starts");
}

std::string make_session_secret()
{
    return base64url_encode(random_bytes(kSecretBytes));
}

std::string make_api_token()
{
    return std::string{kTokenPrefix} + to_hex(random_bytes(kSecretBytes));
}

std::string secret_digest(std::string_view secret)
{
    const auto digest = sha256(secret);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string csrf_token(std::string_view session_secret)
{
    require_sodium();
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_init(&state, bytes_of(session_secret), session_secret.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(kCsrfWord), kCsrfWord.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool is_csrf_token(std::string_view session_secret, std::string_view given)
{
    const auto right = csrf_token(session_secret);
    return given.size() == right.size() && ::sodium_memcmp(given.data(), right.data(), right.size()) == 0;
}

} // namespace vtlt::auth
