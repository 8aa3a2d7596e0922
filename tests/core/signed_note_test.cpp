// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/audit/signed_note.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using audit::NoteSigner;
using audit::NoteVerifier;

namespace {

/// The published example of the note format.
constexpr std::string_view kSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view kPublic = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr std::string_view kSignature =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n";

const std::string& note()
{
    static const auto text = std::string{kText} + "\n" + std::string{kSignature};
    return text;
}

} // namespace

TEST_CASE("a note is signed and opened as the published example is", "[audit][note]")
{
    const auto signer = NoteSigner::parse(kSecret);
    const auto verifier = NoteVerifier::parse(kPublic);
    CHECK(signer.verifier().text() == kPublic);
    CHECK(signer.text() == kSecret);
    CHECK(verifier.text() == kPublic);
    CHECK(verifier.name() == "PeterNeumann");
    CHECK(signer.sign(kText) == note());
    CHECK(verifier.open(note()) == kText);
    CHECK(verifier.fingerprint().size() == 64);
}

TEST_CASE("no changed bit of a note is believed", "[audit][note]")
{
    const auto verifier = NoteVerifier::parse(kPublic);
    for (std::size_t bit = 0; bit < note().size() * 8; ++bit) {
        auto changed = note();
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        INFO(bit);
        REQUIRE(refusal([&] { verifier.open(changed); }).starts_with("corrupt audit."));
    }
    for (const auto& other : {std::string{}, note() + "\n", note() + note(), "\n" + note(),
                              note().substr(0, note().size() - 1), std::string{kText} + std::string{kSignature}}) {
        INFO(other);
        CHECK(refusal([&] { verifier.open(other); }).starts_with("corrupt audit."));
    }
}

TEST_CASE("another key's note is not believed, though its name is the same", "[audit][note]")
{
    const auto mine = audit::make_signer("vtlt/A");
    const auto other = audit::make_signer("vtlt/A");
    CHECK(mine.verifier().fingerprint() != other.verifier().fingerprint());
    CHECK(mine.verifier().open(mine.sign("x\n")) == "x\n");
    CHECK(refusal([&] { mine.verifier().open(other.sign("x\n")); }) == "corrupt audit.signature");
}

TEST_CASE("a key is read in its one form only", "[audit][note]")
{
    for (std::size_t bit = 0; bit < kPublic.size() * 8; ++bit) {
        std::string changed{kPublic};
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        INFO(changed);
        REQUIRE(refusal([&] { NoteVerifier::parse(changed); }) == "corrupt audit.key");
    }
    for (const auto* text :
         {"", "+", "++", "a+b", "PeterNeumann", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK", "PRIVATE+KEY+"}) {
        INFO(text);
        CHECK(refusal([&] { NoteVerifier::parse(text); }) == "corrupt audit.key");
        CHECK(refusal([&] { NoteSigner::parse(text); }) == "corrupt audit.key");
    }
    CHECK(refusal([&] { NoteSigner::parse(kPublic); }) == "corrupt audit.key");
}
