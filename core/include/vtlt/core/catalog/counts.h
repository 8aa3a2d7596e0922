// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

/// How many records each unit has in each band and on each need-to-know list (table record_count), without counting:
/// the functions that make, move or remove records keep it.
namespace vtlt::catalog {

enum class Record
{
    document,
    dossier
};

/// What records are counted by.
struct CountedBy
{
    Secrecy secrecy = Secrecy::open;
    UnitId unit;
    std::optional<ReaderListId> list = std::nullopt;
};
/// In the transaction of the change itself.
void add_to_count(db::WriteTx& tx, Record record, const CountedBy& by, std::int64_t difference);
/// By band, of what `reach` reaches. Where it names a period its records are counted one by one.
std::array<std::uint64_t, kBands.size()> read_counts(db::ReadTx& tx, Record record, const auth::Reach& reach);
/// Where the counts differ from the records, as readable lines; counts every record.
std::vector<std::string> check_counts(db::ReadTx& tx);

} // namespace vtlt::catalog
