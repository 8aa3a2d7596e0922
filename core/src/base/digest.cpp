// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/digest.h>

#include <vtlt/core/base/error.h>

#include <openssl/evp.h>

#include <cstdint>

namespace vtlt {

namespace {

struct FreeMd
{
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
struct FreeContext
{
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Md = std::unique_ptr<EVP_MD, FreeMd>;

constexpr std::array<const char*, 6> kNames{"SHA256", "SHA512", "SHA1", "MD5", "SHA224", "SHA384"};

/// Fetching costs microseconds each time, so once per process and algorithm.
const EVP_MD* md_of(Hasher::Algorithm algorithm)
{
    static const std::array<Md, kNames.size()> fetched = [] {
        std::array<Md, kNames.size()> all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].reset(EVP_MD_fetch(nullptr, kNames[i], nullptr));
        }
        return all;
    }();
    const auto* md = fetched[static_cast<std::size_t>(algorithm)].get();
    ensure(md != nullptr, "OpenSSL has the digest");
    return md;
}

constexpr std::string_view kHex = "0123456789abcdef";

int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string encode64(std::string_view bytes, std::string_view alphabet, bool pad)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = (group << 8) | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            if (k <= left) {
                out += alphabet[(group >> (18 - 6 * k)) & 63U];
            } else if (pad) {
                out += '=';
            }
        }
    }
    return out;
}

std::string decode64(std::string_view text, std::string_view alphabet)
{
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) {
            return {};
        }
        group = (group << 6) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((group >> bits) & 255U);
        }
    }
    return out;
}

constexpr std::string_view kAlphabet64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kAlphabet64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

struct Hasher::State
{
    const EVP_MD* md = nullptr;
    std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};

    void start() { ensure(EVP_DigestInit_ex2(context.get(), md, nullptr) == 1, "EVP_DigestInit"); }
};

Hasher::Hasher(Algorithm algorithm) : state_(std::make_unique<State>())
{
    state_->md = md_of(algorithm);
    state_->start();
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(const void* data, std::size_t size)
{
    ensure(EVP_DigestUpdate(state_->context.get(), data, size) == 1, "EVP_DigestUpdate");
}

std::string Hasher::finish_hex()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    ensure(EVP_DigestFinal_ex(state_->context.get(), out.data(), &size) == 1, "EVP_DigestFinal");
    state_->start();
    return to_hex(std::span{out.data(), size});
}

Digest Hasher::finish()
{
    Digest digest{};
    ensure(EVP_MD_get_size(state_->md) == static_cast<int>(digest.size()), "a 32-byte digest");
    unsigned size = 0;
    ensure(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1, "EVP_DigestFinal");
    state_->start();
    return digest;
}

Digest sha256(std::string_view bytes)
{
    Hasher hasher;
    hasher.update(bytes);
    return hasher.finish();
}

std::string sha256_hex(std::string_view bytes)
{
    return to_hex(sha256(bytes));
}

std::string to_hex(std::span<const unsigned char> bytes)
{
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

std::string to_hex(std::string_view bytes)
{
    return to_hex(std::span{reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

Digest digest_from_hex(std::string_view hex)
{
    Digest digest{};
    bool good = hex.size() == 2 * digest.size();
    for (std::size_t i = 0; good && i < digest.size(); ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        good = high >= 0 && low >= 0;
        digest[i] = static_cast<unsigned char>(high * 16 + low);
    }
    if (!good) {
        throw Error{Kind::invalid, "digest.not_hex", {{"value", std::string{hex.substr(0, 80)}}}};
    }
    return digest;
}

std::string base64_encode(std::string_view bytes)
{
    return encode64(bytes, kAlphabet64, true);
}

std::string base64url_encode(std::string_view bytes)
{
    return encode64(bytes, kAlphabet64Url, false);
}

std::string base64_decode(std::string_view text)
{
    return decode64(text.substr(0, text.find_first_of("=\r\n")), kAlphabet64);
}

std::string base64url_decode(std::string_view text)
{
    return decode64(text, kAlphabet64Url);
}

} // namespace vtlt
