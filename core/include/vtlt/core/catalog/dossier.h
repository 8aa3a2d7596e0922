// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// đơn vị = unit.
struct Unit
{
    UnitId id;
    Uid uid;
    std::string code;
    std::string title;
    std::optional<UnitId> parent;
};

std::optional<Unit> find_unit(db::ReadTx& tx, std::string_view code);
/// Throws not_found `unit.not_found`.
Unit get_unit(db::ReadTx& tx, std::string_view code);
/// The unit that `init` made: whose documents are that name no other.
Unit root_unit(db::ReadTx& tx);
std::vector<Unit> list_units(db::ReadTx& tx);
UnitId insert_unit(db::WriteTx& tx, const Unit& unit);

/// hồ sơ = dossier. Its code is unique per unit and year; UNIT/YEAR/CODE always names one.
struct Dossier
{
    DossierId id;
    Uid uid;
    UnitId unit;
    std::string unit_code;
    int year = 0;
    std::string code;
    std::string title;
    Secrecy secrecy = Secrecy::open;
    std::optional<Date> opened_on;
    std::optional<Date> closed_on;
    std::int64_t documents = 0; ///< filled by list and find
};

/// By uid, UNIT/YEAR/CODE, or CODE where it names one. Throws not_found `dossier.not_found`, conflict
/// `dossier.ambiguous`.
Dossier get_dossier(db::ReadTx& tx, std::string_view name);
/// By unit, year, code; at most `limit` after the given one.
std::vector<Dossier> list_dossiers(db::ReadTx& tx, DossierId after, std::size_t limit);
std::vector<std::string> list_dossier_codes(db::ReadTx& tx, UnitId unit, int year);
DossierId insert_dossier(db::WriteTx& tx, const Dossier& dossier);
/// Documents of a dossier in the order of its item list.
std::vector<DocumentId> list_dossier_documents(db::ReadTx& tx, DossierId dossier);

} // namespace vtlt::catalog
