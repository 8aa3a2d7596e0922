// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/unit_tree.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// đơn vị = unit: bộ → cấp II → cấp III and below. Its code names it for ever; what it is called may change.
struct Unit
{
    UnitId id;
    Uid uid;
    std::string code;
    std::string title; ///< as it is called now
    std::optional<UnitId> parent;
    std::optional<Date> opened_on; ///< absent: since ever
    std::optional<Date> closed_on; ///< the first day on which it is no more
    bool tells_hidden = false;     ///< auth::UnitTree::tells_hidden
    std::int64_t revision = 1;
};

/// What a unit was called from a day on.
struct UnitName
{
    Date from_on;
    std::string title;
};

std::optional<Unit> find_unit(db::ReadTx& tx, std::string_view code);
/// Throws not_found `unit.not_found`.
Unit get_unit(db::ReadTx& tx, std::string_view code);
/// Of a row that refers to it.
Unit get_unit(db::ReadTx& tx, UnitId id);
/// The unit that `init` made: whose documents are that name no other.
Unit root_unit(db::ReadTx& tx);
/// By code; closed ones too.
std::vector<Unit> list_units(db::ReadTx& tx);
/// Throws conflict `unit.exists`.
UnitId insert_unit(db::WriteTx& tx, const Unit& unit);

/// Oldest first; empty for a unit that was never renamed.
std::vector<UnitName> list_unit_names(db::ReadTx& tx, UnitId unit);
/// From `from_on` on; before, it was called as it is now. Throws conflict `unit.changed_meanwhile` unless the row still
/// has `unit.revision`.
void rename_unit(db::WriteTx& tx, const Unit& unit, std::string_view title, Date from_on);
/// From `on` on it is no more, and `successors` have its place. Throws as above.
void close_unit(db::WriteTx& tx, const Unit& unit, Date on, std::span<const UnitId> successors);
/// Throws as above.
void set_tells_hidden(db::WriteTx& tx, const Unit& unit, bool tells_hidden);
/// In the order of their codes.
std::vector<Unit> list_successors(db::ReadTx& tx, UnitId unit);

/// Raised by every function above that writes; the tree is the same as long as it is.
std::int64_t unit_revision(db::ReadTx& tx);
/// All units as they are on `today`.
auth::UnitTree read_unit_tree(db::ReadTx& tx, Date today);

} // namespace vtlt::catalog
