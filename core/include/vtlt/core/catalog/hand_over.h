// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// What became of a thing that a leaver was in charge of.
enum class Fate
{
    passed_on,
    ended
};
inline constexpr std::array<std::string_view, 2> kFateNames{"passed_on", "ended"};
constexpr std::string_view fate_name(Fate fate)
{
    return kFateNames.at(static_cast<std::size_t>(fate));
}

struct HandOverItem
{
    std::string what; ///< a word of core/src/services/hand_over.cpp
    Uid object;
    Fate fate = Fate::ended;
    bool operator==(const HandOverItem&) const = default;
};

/// bàn giao = who left, who took over, and each thing that was handed over.
struct HandOver
{
    HandOverId id;
    Uid uid;
    AccountId account;
    AccountId to;
    Date on; ///< his last day
    std::string reason;
    Instant made_at{};
    std::string made_by; ///< as an actor's name
    std::vector<HandOverItem> items;
};

/// Of a person, the newest first.
std::vector<HandOver> list_hand_overs(db::ReadTx& tx, AccountId account);
HandOverId insert_hand_over(db::WriteTx& tx, const HandOver& hand_over);

} // namespace vtlt::catalog
