// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vtlt {

/// Internal 64-bit key of a table row. Never leaves the catalogue (decisions.md, "Names and identity").
template <class Tag>
struct Id
{
    std::int64_t value = 0;
    auto operator<=>(const Id&) const = default;
};

using UnitId = Id<struct UnitTag>;
using AccountId = Id<struct AccountTag>;
using GrantId = Id<struct GrantTag>;
using PositionId = Id<struct PositionTag>;
using HandOverId = Id<struct HandOverTag>;
using DossierId = Id<struct DossierTag>;
using DocumentId = Id<struct DocumentTag>;
using FileId = Id<struct FileTag>;
using ObjectId = Id<struct ObjectTag>;
using JobId = Id<struct JobTag>;
using RecordSetId = Id<struct RecordSetTag>;
using ReclassificationId = Id<struct ReclassificationTag>;
using ReaderListId = Id<struct ReaderListTag>;
using RegisterBookId = Id<struct RegisterBookTag>;

/// Public identity: 20 Crockford base32 characters, 100 random bits, upper case. Fits docId S25 of TT 05/2025.
using Uid = std::string;

inline constexpr std::size_t kUidLength = 20;

Uid make_uid();

/// True for 20 characters of the Crockford alphabet in upper case.
bool is_uid(std::string_view text);

/// `size` random bytes from the system, as a string of bytes.
std::string random_bytes(std::size_t size);

} // namespace vtlt
