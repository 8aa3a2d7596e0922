// SPDX-License-Identifier: GPL-3.0-or-later
#include "auth/seal.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/ids.h>

#include "auth/sodium.h"

#include <algorithm>

namespace vtlt::auth {

namespace {

constexpr std::string_view kMark = "vtlt-seal-1+";
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

} // namespace

SealKey SealKey::make()
{
    SealKey key;
    std::ranges::copy(random_bytes(key.key_.size()), key.key_.begin());
    return key;
}

std::optional<SealKey> SealKey::parse(std::string_view text)
{
    SealKey key;
    if (!text.starts_with(kMark)) {
        return std::nullopt;
    }
    text.remove_prefix(kMark.size());
    const auto bytes = base64_decode(text);
    if (bytes.size() != key.key_.size() || base64_encode(bytes) != text) {
        return std::nullopt;
    }
    std::ranges::copy(bytes, key.key_.begin());
    return key;
}

std::string SealKey::text() const
{
    return std::string{kMark} + base64_encode({reinterpret_cast<const char*>(key_.data()), key_.size()});
}

std::string SealKey::seal(std::string_view plain, std::string_view bound) const
{
    require_sodium();
    auto sealed = random_bytes(kNonce);
    sealed.resize(kNonce + plain.size() + kTag);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + kNonce, nullptr, bytes_of(plain), plain.size(),
                                               bytes_of(bound), bound.size(), nullptr, bytes_of(sealed), key_.data());
    return sealed;
}

std::optional<std::string> SealKey::open(std::string_view sealed, std::string_view bound) const
{
    require_sodium();
    if (sealed.size() < kNonce + kTag) {
        return std::nullopt;
    }
    std::string plain(sealed.size() - kNonce - kTag, '\0');
    const bool opens = crypto_aead_xchacha20poly1305_ietf_decrypt(
                           bytes_of(plain), nullptr, nullptr, bytes_of(sealed) + kNonce, sealed.size() - kNonce,
                           bytes_of(bound), bound.size(), bytes_of(sealed), key_.data()) == 0;
    return opens ? std::optional{std::move(plain)} : std::nullopt;
}

} // namespace vtlt::auth
