// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace vtlt::auth {

/// A key of keys/ that closes small texts of the catalogue (XChaCha20-Poly1305): who has the catalogue alone reads none
/// of them.
class SealKey
{
public:
    static SealKey make();
    /// Of one line, as text() gives it; nullopt for anything else.
    static std::optional<SealKey> parse(std::string_view text);
    /// "vtlt-seal-1+" and base64.
    std::string text() const;

    /// Nonce, ciphertext, tag. `bound`: what it belongs to; with another it does not open.
    std::string seal(std::string_view plain, std::string_view bound) const;
    /// nullopt where the key, the text or what it is bound to is another.
    std::optional<std::string> open(std::string_view sealed, std::string_view bound) const;

private:
    std::array<unsigned char, 32> key_{};
};

} // namespace vtlt::auth
