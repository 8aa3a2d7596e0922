// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/base/ids.h>

#include <catch2/catch.hpp>

#include <set>

using namespace vtlt;

TEST_CASE("a uid is 20 characters of Crockford's alphabet, and never the same twice", "[ids]")
{
    std::set<Uid> seen;
    std::set<char> letters;
    for (int i = 0; i < 2000; ++i) {
        const auto uid = make_uid();
        REQUIRE(is_uid(uid));
        letters.insert(uid.begin(), uid.end());
        seen.insert(uid);
    }
    CHECK(seen.size() == 2000);
    CHECK(std::string(letters.begin(), letters.end()) == "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

TEST_CASE("what is no uid is told from one", "[ids]")
{
    CHECK(is_uid("0123456789ABCDEFGHJK"));
    const auto* text =
        GENERATE("", "0123456789ABCDEFGHJ", "0123456789ABCDEFGHJKM", "0123456789abcdefghjk", "0123456789ABCDEFGHIK",
                 "0123456789ABCDEFGHUK", "0123456789ABCDEFGH K", "0123456789ABCDEFGHĐ");
    CHECK_FALSE(is_uid(text));
}

TEST_CASE("random bytes come in the length asked for", "[ids]")
{
    CHECK(random_bytes(0).empty());
    CHECK(random_bytes(1000).size() == 1000);
    CHECK(random_bytes(16) != random_bytes(16));
}
