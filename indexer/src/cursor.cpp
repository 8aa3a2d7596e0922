// SPDX-License-Identifier: GPL-3.0-or-later
#include "cursor.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

namespace vtlt::indexer {
namespace {

constexpr int kVersion = 1;
/// More than any reader pages through; a forged larger one would only cost memory.
constexpr std::uint64_t kMaxSeen = 10'000'000;

} // namespace

std::string Cursor::encode() const
{
    return base64url_encode(
        to_line({{"v", kVersion}, {"q", query}, {"s", score}, {"u", uid}, {"n", seen}, {"r", relaxed}}));
}

Cursor Cursor::decode(std::string_view text)
{
    const auto value = Json::parse(base64url_decode(text), nullptr, false);
    try {
        Cursor cursor;
        cursor.query = value.at("q").get<std::string>();
        cursor.score = value.at("s").get<double>();
        cursor.uid = value.at("u").get<std::string>();
        cursor.seen = value.at("n").get<std::uint64_t>();
        cursor.relaxed = value.at("r").get<bool>();
        if (value.at("v") == kVersion && is_uid(cursor.uid) && cursor.seen <= kMaxSeen) {
            return cursor;
        }
    } catch (const Json::exception&) {
        // falls to the one answer for every bad cursor
    }
    throw Error{Kind::invalid, "search.cursor"};
}

std::string query_fingerprint(std::string_view canonical)
{
    return sha256_hex(canonical).substr(0, 16);
}

} // namespace vtlt::indexer
