// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/digest.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace std::string_literals;
using vtlt::testing::refusal;

TEST_CASE("SHA-256 is the one of FIPS 180-4", "[digest]")
{
    const auto [text, hex] = GENERATE(table<std::string, const char*>({
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {std::string(1'000'000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    }));
    CHECK(sha256_hex(text) == hex);
    CHECK(to_hex(sha256(text)) == hex);
    CHECK(digest_from_hex(hex) == sha256(text));
}

TEST_CASE("every algorithm that a bag may name is known", "[digest]")
{
    using A = Hasher::Algorithm;
    const auto [algorithm, hex] = GENERATE(table<A, const char*>({
        {A::md5, "900150983cd24fb0d6963f7d28e17f72"},
        {A::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {A::sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
        {A::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {A::sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
        {A::sha512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    }));
    Hasher hasher{algorithm};
    hasher.update("a");
    hasher.update("bc");
    CHECK(hasher.finish_hex() == hex);

    SECTION("and a hasher starts afresh after its digest")
    {
        hasher.update("abc");
        CHECK(hasher.finish_hex() == hex);
    }
}

TEST_CASE("a digest is 64 hex digits and nothing else", "[digest]")
{
    const auto good = sha256_hex("abc");
    CHECK(refusal([&] { digest_from_hex(good.substr(1)); }) == "invalid digest.not_hex");
    CHECK(refusal([&] { digest_from_hex(good + "0"); }) == "invalid digest.not_hex");
    CHECK(refusal([&] { digest_from_hex("g" + good.substr(1)); }) == "invalid digest.not_hex");
    CHECK(to_hex("\x00\x7f\xff"s) == "007fff");
}

TEST_CASE("base64 is RFC 4648", "[digest]")
{
    const auto [plain, coded, url] = GENERATE(table<std::string, std::string, std::string>({
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\x00"s, "+/8A", "-_8A"},
    }));
    CHECK(base64_encode(plain) == coded);
    CHECK(base64_decode(coded) == plain);
    CHECK(base64_decode(coded + "\n") == plain);
    CHECK(base64url_encode(plain) == url);
    CHECK(base64url_decode(url) == plain);
}

TEST_CASE("what is no base64 decodes to nothing", "[digest]")
{
    CHECK(base64_decode("Zm9*").empty());
    CHECK(base64_decode("Z").empty());
    CHECK(base64url_decode("Zm9+").empty());
    CHECK(base64url_decode("Z").empty());
}
