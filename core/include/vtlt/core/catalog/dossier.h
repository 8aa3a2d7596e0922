// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/catalog/unit.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

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

/// What rights look at; its day is the one it was opened on, else the first of its year.
auth::Target target_of(const Dossier& dossier);

/// By uid, UNIT/YEAR/CODE, or CODE where it names one. Throws not_found `dossier.not_found`, conflict
/// `dossier.ambiguous`. What `reach` does not reach is not there: neither found nor in anybody's way.
Dossier get_dossier(db::ReadTx& tx, const auth::Reach& reach, std::string_view name);
/// What `reach` reaches, by unit, year, code; at most `limit` after the given one.
std::vector<Dossier> list_dossiers(db::ReadTx& tx, const auth::Reach& reach, DossierId after, std::size_t limit);
std::vector<std::string> list_dossier_codes(db::ReadTx& tx, UnitId unit, int year);
DossierId insert_dossier(db::WriteTx& tx, const Dossier& dossier);
/// After a document in it got another grade: the dossier's is the highest of its own and theirs. As it was, and what it
/// is now, where that is another.
struct SettledDossier
{
    Uid uid;
    Secrecy before = Secrecy::open;
    Secrecy now = Secrecy::open;
};
std::optional<SettledDossier> settle_dossier(db::WriteTx& tx, DossierId id);
/// Documents of a dossier in the order of its item list.
std::vector<DocumentId> list_dossier_documents(db::ReadTx& tx, DossierId dossier);

} // namespace vtlt::catalog
