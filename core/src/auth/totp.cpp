// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/totp.h>

#include <vtlt/core/auth/secret.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include "auth/sodium.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <liboath/oath.h>
#include <memory>

namespace vtlt::auth {

namespace {

constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kRecoveryLetters = 16;
constexpr std::size_t kRecoveryGroup = 4;

void require_oath()
{
    static const bool ready = ::oath_init() == OATH_OK;
    ensure(ready, "liboath starts");
}

/// Percent-encoding of RFC 3986: the form in which every phone reads a label with accents.
std::string encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "-._~";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_alphanumeric = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_alphanumeric || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

/// Crockford's alphabet, read as he wanted it: O is 0, I and L are 1.
char recovery_letter(char typed)
{
    const char upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
    return upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
}

} // namespace

std::string make_totp_secret()
{
    return random_bytes(kSecretBytes);
}

std::int64_t totp_step(Instant at)
{
    using Steps = std::chrono::duration<std::int64_t, std::ratio<kTotpStepSeconds>>;
    return std::chrono::floor<Steps>(at.time_since_epoch()).count();
}

std::string totp_code(std::string_view secret, std::int64_t step)
{
    require_oath();
    std::array<char, kTotpDigits + 1> code{};
    ensure(::oath_totp_generate(secret.data(), secret.size(), static_cast<time_t>(step * kTotpStepSeconds),
                                kTotpStepSeconds, OATH_TOTP_DEFAULT_START_TIME, kTotpDigits, code.data()) == OATH_OK,
           "a code can be computed");
    return code.data();
}

std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view code, Instant now,
                                           std::int64_t after)
{
    std::optional<std::int64_t> found;
    for (auto step = totp_step(now) - kTotpWindow; step <= totp_step(now) + kTotpWindow; ++step) {
        const auto right = totp_code(secret, step);
        const bool is_it = code.size() == right.size() && ::sodium_memcmp(code.data(), right.data(), right.size()) == 0;
        if (is_it && step > after && !found) {
            found = step;
        }
    }
    return found;
}

std::string totp_secret_text(std::string_view secret)
{
    require_oath();
    char* text = nullptr;
    size_t size = 0;
    ensure(::oath_base32_encode(secret.data(), secret.size(), &text, &size) == OATH_OK, "there is memory for a secret");
    const std::unique_ptr<char, decltype(&std::free)> owned{text, &std::free};
    std::string out{text, size};
    out.erase(std::ranges::find(out, '='), out.end());
    return out;
}

std::string totp_uri(std::string_view issuer, std::string_view name, std::string_view secret)
{
    return "otpauth://totp/" + encoded(issuer) + ":" + encoded(name) + "?secret=" + totp_secret_text(secret) +
           "&issuer=" + encoded(issuer) + "&algorithm=SHA1&digits=" + std::to_string(kTotpDigits) +
           "&period=" + std::to_string(kTotpStepSeconds);
}

std::optional<std::string> typed_totp_code(std::string_view typed)
{
    std::string code;
    std::ranges::copy_if(typed, std::back_inserter(code), [](char c) { return c != ' '; });
    const bool is_code =
        code.size() == kTotpDigits && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    return is_code ? std::optional{std::move(code)} : std::nullopt;
}

std::string make_recovery_code()
{
    auto code = make_uid().substr(0, kRecoveryLetters);
    for (auto at = kRecoveryLetters - kRecoveryGroup; at > 0; at -= kRecoveryGroup) {
        code.insert(at, 1, '-');
    }
    return code;
}

std::string recovery_code_digest(std::string_view typed)
{
    std::string letters;
    for (const char c : typed) {
        if (c != ' ' && c != '-') {
            letters += recovery_letter(c);
        }
    }
    return secret_digest(letters);
}

} // namespace vtlt::auth
