// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vtlt {

using Digest = std::array<unsigned char, 32>;

/// Incremental digest over OpenSSL's EVP; the algorithm is fetched once per process. Not thread-safe; one per stream.
class Hasher
{
public:
    enum class Algorithm
    {
        sha256,
        sha512,
        sha1,
        md5,
        sha224,
        sha384
    };

    explicit Hasher(Algorithm algorithm = Algorithm::sha256);
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    void update(const void* data, std::size_t size);
    void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
    /// Lower-case hex of the digest; the hasher then starts afresh.
    std::string finish_hex();
    /// SHA-256 only; the hasher then starts afresh.
    Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::string to_hex(std::span<const unsigned char> bytes);
std::string to_hex(std::string_view bytes);
/// Throws Kind::invalid `digest.not_hex` unless `hex` is 64 hex digits.
Digest digest_from_hex(std::string_view hex);

/// RFC 4648 without line breaks; decode answers an empty string for bad input and ignores what follows the padding or a
/// line end.
std::string base64_encode(std::string_view bytes);
std::string base64_decode(std::string_view text);
/// URL-safe alphabet, no padding; decode answers an empty string for bad input.
std::string base64url_encode(std::string_view bytes);
std::string base64url_decode(std::string_view text);

} // namespace vtlt
