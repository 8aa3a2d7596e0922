// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/signed_note.h>

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>

#include "auth/sodium.h"

#include <algorithm>
#include <span>

namespace vtlt::audit {

namespace {

constexpr unsigned char kEd25519 = 1;
constexpr std::string_view kSignatureMark = "\xE2\x80\x94 "; // U+2014 and a blank
constexpr std::string_view kPrivateMark = "PRIVATE+KEY+";
constexpr std::size_t kIdSize = 4;

using Key = std::array<unsigned char, 32>;

std::string_view view_of(std::span<const unsigned char> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

[[noreturn]] void throw_bad_key()
{
    throw Error{Kind::corrupt, "audit.key"};
}

std::string with_algorithm(std::span<const unsigned char> key)
{
    return std::string{static_cast<char>(kEd25519)} + std::string{view_of(key)};
}

/// No blank ends a name within a note, no plus within a key.
bool is_name(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7F' && c != '+'; });
}

struct KeyParts
{
    std::string name;
    std::string id; ///< hex
    Key key{};
};

/// name "+" id "+" base64(algorithm ‖ 32 bytes), in its one form.
KeyParts parse_key(std::string_view text)
{
    const auto first = text.find('+');
    const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) {
        throw_bad_key();
    }
    KeyParts parts{.name = std::string{text.substr(0, first)},
                   .id = std::string{text.substr(first + 1, second - first - 1)}};
    const auto coded = text.substr(second + 1);
    const auto bytes = base64_decode(coded);
    if (!is_name(parts.name) || bytes.size() != parts.key.size() + 1 || base64_encode(bytes) != coded ||
        bytes.front() != static_cast<char>(kEd25519)) {
        throw_bad_key();
    }
    std::copy_n(bytes.begin() + 1, parts.key.size(), reinterpret_cast<char*>(parts.key.data()));
    return parts;
}

Key public_half(const std::array<unsigned char, 64>& secret)
{
    Key key{};
    std::copy_n(secret.begin() + static_cast<std::ptrdiff_t>(key.size()), key.size(), key.begin());
    return key;
}

std::array<unsigned char, 64> secret_from(const Key& seed)
{
    auth::require_sodium();
    Key key{};
    std::array<unsigned char, 64> secret{};
    crypto_sign_ed25519_seed_keypair(key.data(), secret.data(), seed.data());
    return secret;
}

} // namespace

NoteVerifier::NoteVerifier(std::string name, const Key& key) : name_(std::move(name)), key_(key)
{
    ensure(is_name(name_), "the name of a key has neither blank nor plus");
    const auto digest = sha256(name_ + "\n" + with_algorithm(key_));
    std::copy_n(digest.begin(), kIdSize, id_.begin());
}

NoteVerifier NoteVerifier::parse(std::string_view text)
{
    auto parts = parse_key(text);
    NoteVerifier verifier{std::move(parts.name), parts.key};
    if (to_hex(verifier.id_) != parts.id) {
        throw_bad_key();
    }
    return verifier;
}

std::string NoteVerifier::text() const
{
    return name_ + "+" + to_hex(id_) + "+" + base64_encode(with_algorithm(key_));
}

std::string NoteVerifier::fingerprint() const
{
    return sha256_hex(view_of(key_));
}

std::string NoteVerifier::signature_line(std::string_view signature) const
{
    return std::string{kSignatureMark} + name_ + " " +
           base64_encode(std::string{view_of(id_)} + std::string{signature}) + "\n";
}

std::string NoteVerifier::open(std::string_view note) const
{
    const auto end = note.find("\n\n");
    if (end == std::string_view::npos) {
        throw Error{Kind::corrupt, "audit.note"};
    }
    const auto text = note.substr(0, end + 1);
    const auto line = note.substr(end + 2);
    const auto blank = line.find(' ', kSignatureMark.size());
    const auto coded = blank == std::string_view::npos || !line.ends_with('\n')
                           ? std::string_view{}
                           : line.substr(blank + 1, line.size() - blank - 2);
    const auto bytes = base64_decode(coded);
    if (bytes.size() != kIdSize + crypto_sign_ed25519_BYTES) {
        throw Error{Kind::corrupt, "audit.note"};
    }
    const auto signature = std::string_view{bytes}.substr(kIdSize);
    auth::require_sodium();
    // Written anew and compared: another name, key id or way of writing the same is no signature of this key.
    if (line != signature_line(signature) ||
        crypto_sign_ed25519_verify_detached(bytes_of(signature), bytes_of(text), text.size(), key_.data()) != 0) {
        throw Error{Kind::corrupt, "audit.signature"};
    }
    return std::string{text};
}

NoteSigner::NoteSigner(std::string name, const Key& seed)
    : secret_(secret_from(seed)), verifier_(std::move(name), public_half(secret_))
{}

NoteSigner::~NoteSigner()
{
    ::sodium_memzero(secret_.data(), secret_.size());
}

NoteSigner NoteSigner::parse(std::string_view text)
{
    if (!text.starts_with(kPrivateMark)) {
        throw_bad_key();
    }
    auto parts = parse_key(text.substr(kPrivateMark.size()));
    NoteSigner signer{std::move(parts.name), parts.key};
    if (to_hex(signer.verifier_.id_) != parts.id) {
        throw_bad_key();
    }
    return signer;
}

std::string NoteSigner::text() const
{
    const auto seed = std::span{secret_}.first<32>();
    return std::string{kPrivateMark} + verifier_.name() + "+" + to_hex(verifier_.id_) + "+" +
           base64_encode(with_algorithm(seed));
}

std::string NoteSigner::sign(std::string_view text) const
{
    ensure(text.ends_with('\n') && text.find("\n\n") == std::string_view::npos, "a note is lines, none of them empty");
    std::array<unsigned char, crypto_sign_ed25519_BYTES> signature{};
    crypto_sign_ed25519_detached(signature.data(), nullptr, bytes_of(text), text.size(), secret_.data());
    return std::string{text} + "\n" + verifier_.signature_line(view_of(signature));
}

NoteSigner make_signer(std::string name)
{
    const auto random = random_bytes(32);
    Key seed{};
    std::copy_n(random.begin(), seed.size(), reinterpret_cast<char*>(seed.data()));
    return {std::move(name), seed};
}

} // namespace vtlt::audit
