// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/auth/password.h>
#include <vtlt/core/auth/secret.h>

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <thread>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::string_literals;

namespace {

const auto kNfc = "m\u1EADt kh\u1EA9u d\u00E0i"s;
const auto kNfd = "ma\u0323\u0302t kha\u0302\u0309u da\u0300i"s;
const auto kOther = "mat khau dai..."s;

std::string judged(const std::string& password, const std::string& name = "lan")
{
    return refusal([&] { auth::check_password(password, name); });
}

} // namespace

TEST_CASE("a password is right however its letters were composed", "[password]")
{
    const auto hash = auth::hash_password(kNfc);
    CHECK(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
    CHECK(auth::verify_password(hash, kNfc));
    CHECK(auth::verify_password(hash, kNfd));
    CHECK_FALSE(auth::verify_password(hash, kOther));
    CHECK_FALSE(auth::verify_password(hash, ""));
    CHECK_FALSE(auth::verify_password(hash, kNfc + "\0"s));
    CHECK(auth::hash_password(kNfc) != hash);
    CHECK_FALSE(auth::needs_rehash(hash));
}

TEST_CASE("where there is no hash nothing is right, at the same cost", "[password]")
{
    CHECK_FALSE(auth::verify_password("", kNfc));
    CHECK_FALSE(auth::verify_password("", ""));
    CHECK_FALSE(auth::verify_password("no hash", kNfc));
    CHECK(auth::is_decoy_current());
    const auto hash = auth::hash_password(kNfc);
    CHECK_FALSE(auth::verify_password(hash, "\xff\xfe"));
    CHECK_FALSE(auth::verify_password(hash, std::string(auth::kPasswordLongest + 1, 'x')));
}

TEST_CASE("a hash of another cost is to be renewed", "[password]")
{
    CHECK(auth::needs_rehash("$argon2id$v=19$m=4096,t=3,p=1$wasZjbUH8MZdcdfbC2cXhA$"
                             "a8as2RcI3frOnRFW/Ndx5SA8YK/kXNSPpXHXLRyKNJI"));
}

TEST_CASE("more people at once than there are lanes all get their answer", "[password]")
{
    const auto hash = auth::hash_password(kNfc);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> people;
        for (int i = 0; i < 2 * auth::kPasswordLanes; ++i) {
            people.emplace_back([&] { right += auth::verify_password(hash, kNfc) ? 1 : 0; });
        }
    }
    CHECK(right == 2 * auth::kPasswordLanes);
}

TEST_CASE("what is easily guessed is no password", "[password]")
{
    const auto [password, code] = GENERATE(table<std::string, std::string>({
        {"", "invalid password.too_short"},
        {"ngựa xanh", "invalid password.too_short"}, // nine characters, more bytes
        {"a\u0302\u0301a\u0302\u0301a\u0302\u0301a\u0302\u0301", "invalid password.too_short"},
        {std::string(1025, 'x'), "invalid password.too_long"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "invalid password.not_utf8"},
        {"aaaaaaaaaaaa", "invalid password.common"},
        {"1111122222", "invalid password.common"},
        {"1234567890", "invalid password.common"},
        {"0987654321", "invalid password.common"},
        {"abcdefghijkl", "invalid password.common"},
        {"QWERTYUIOP", "invalid password.common"},
        {"password2024", "invalid password.common"},
        {"Matkhau@2024", "invalid password.common"},
        {"MẬT KHẨU??", "nothing"}, // two words with a blank are not the one in the list
        {"Mậtkhẩu@2024", "invalid password.common"},
        {"2024!VietNam!2024", "invalid password.common"},
        {"ngựa xanh đi chợ", "nothing"},
        {"Kho hồ sơ số 7", "nothing"},
        {"tr0ub4dor&3x", "nothing"},
    }));
    CAPTURE(password);
    CHECK(judged(password) == code);
}

TEST_CASE("one's own name is no password, in capitals, with accents or with a year either", "[password]")
{
    CHECK(judged("nguyenvanan", "nguyenvanan") == "invalid password.common");
    CHECK(judged("NguyễnVănAn", "nguyenvanan") == "invalid password.common");
    CHECK(judged("nguyenvanan1980", "nguyenvanan") == "invalid password.common");
    CHECK(judged("!!lan1980!!", "lan") == "invalid password.common");
    CHECK(judged("lethihoaxuan", "lan") == "nothing");
}

TEST_CASE("no refusal of a password repeats it", "[password]")
{
    for (const auto* password : {"bimat", "Matkhau@2024", "\xff xxxxxxxxxxxx"}) {
        try {
            auth::check_password(password, "lan");
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(std::string{error.what()}.find(password) == std::string::npos);
        }
    }
}

TEST_CASE("a readable password is a good one, and another each time", "[password]")
{
    const auto password = auth::make_readable_password();
    CHECK(password.size() == 23);
    CHECK(judged(password, "quantri") == "nothing");
    CHECK(auth::make_readable_password() != password);
}

TEST_CASE("secrets are long, different, and known by their prefix", "[password]")
{
    const auto token = auth::make_api_token();
    CHECK(token.starts_with("vtlt_"));
    CHECK(token.size() == 69);
    CHECK(auth::make_api_token() != token);
    const auto secret = auth::make_session_secret();
    CHECK(secret.size() == 43);
    CHECK(auth::make_session_secret() != secret);
    CHECK(auth::secret_digest(secret).size() == 32);
}

TEST_CASE("a CSRF token belongs to one session and tells nothing of its secret", "[password]")
{
    const auto secret = auth::make_session_secret();
    const auto token = auth::csrf_token(secret);
    CHECK(token == auth::csrf_token(secret));
    CHECK(token != auth::csrf_token(auth::make_session_secret()));
    CHECK(token.find(secret) == std::string::npos);
    CHECK(auth::is_csrf_token(secret, token));
    CHECK_FALSE(auth::is_csrf_token(secret, ""));
    CHECK_FALSE(auth::is_csrf_token(secret, token.substr(1)));
    CHECK_FALSE(auth::is_csrf_token(secret, token + "A"));
    CHECK_FALSE(auth::is_csrf_token(auth::make_session_secret(), token));
    // printf "vtlt csrf 1" | openssl dgst -sha256 -hmac KEY, in base64url.
    CHECK(auth::csrf_token("KEY") == "OPxrUnA4IEIq_bpmb1dE_oWob2XRb9_kKMASe-9M37A");
}
