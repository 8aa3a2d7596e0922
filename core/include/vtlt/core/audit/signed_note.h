// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// Signed notes as C2SP signed-note says, with Ed25519 (RFC 8032) as their only algorithm.
///
///     note      = text, LF, signature line        text: lines, the last ended by LF
///     signature = "— " name " " base64(key id ‖ signature) LF
///     key id    = the first 4 bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key)
///
/// Written in one way only; whatever is written otherwise is refused. Pure but for `make_signer`.
namespace vtlt::audit {

/// Who may be believed: the public half.
class NoteVerifier
{
public:
    NoteVerifier(std::string name, const std::array<unsigned char, 32>& key);
    /// name "+" key id in hex "+" base64(0x01 ‖ public key). Throws corrupt `audit.key`.
    static NoteVerifier parse(std::string_view text);

    const std::string& name() const { return name_; }
    std::string text() const;
    /// Hex SHA-256 of the 32 bytes of the public key: short enough to be printed, read out and compared.
    std::string fingerprint() const;
    /// The signed text. Throws corrupt `audit.note` when the note is not in the one form, `audit.signature` when the
    /// key did not sign it.
    std::string open(std::string_view note) const;

private:
    friend class NoteSigner;
    std::string signature_line(std::string_view signature) const;

    std::string name_;
    std::array<unsigned char, 32> key_{};
    std::array<unsigned char, 4> id_{};
};

/// The secret half.
class NoteSigner
{
public:
    /// From the 32 bytes that make the pair.
    NoteSigner(std::string name, const std::array<unsigned char, 32>& seed);
    ~NoteSigner();
    NoteSigner(const NoteSigner&) = delete;
    NoteSigner& operator=(const NoteSigner&) = delete;
    NoteSigner(NoteSigner&&) = default;
    NoteSigner& operator=(NoteSigner&&) = default;

    /// "PRIVATE+KEY+" name "+" key id in hex "+" base64(0x01 ‖ seed). Throws corrupt `audit.key`.
    static NoteSigner parse(std::string_view text);

    std::string text() const;
    const NoteVerifier& verifier() const { return verifier_; }
    std::string sign(std::string_view text) const;

private:
    std::array<unsigned char, 64> secret_{}; ///< seed ‖ public key
    NoteVerifier verifier_;
};

/// A pair nobody had before.
NoteSigner make_signer(std::string name);

} // namespace vtlt::audit
