// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/dossier.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

Unit read_unit(const db::Statement& select)
{
    return {select.id<UnitId>(0), select.text(1), select.text(2), select.text(3), select.optional_id<UnitId>(4)};
}

Dossier read_dossier(const db::Statement& select)
{
    Dossier dossier;
    dossier.id = select.id<DossierId>(0);
    dossier.uid = select.text(1);
    dossier.unit = select.id<UnitId>(2);
    dossier.unit_code = select.text(3);
    dossier.year = static_cast<int>(select.integer(4));
    dossier.code = select.text(5);
    dossier.title = select.text(6);
    dossier.secrecy = static_cast<Secrecy>(select.integer(7));
    dossier.opened_on = select.optional_date(8);
    dossier.closed_on = select.optional_date(9);
    dossier.documents = select.integer(10);
    return dossier;
}

constexpr std::string_view kSelectDossier = R"sql(
    SELECT dossier.id, dossier.uid, dossier.unit_id, unit.code, dossier.year, dossier.code, dossier.title, dossier.secrecy,
           dossier.opened_on, dossier.closed_on,
           (SELECT count(*) FROM document WHERE document.dossier_id = dossier.id)
      FROM dossier
      JOIN unit ON unit.id = dossier.unit_id
)sql";

const std::string kSelectByName = std::string{kSelectDossier} +
                                  " WHERE dossier.uid = ?1 OR dossier.code = ?1 OR"
                                  " unit.code || '/' || CAST(dossier.year AS TEXT) || '/' || dossier.code = ?1"
                                  " ORDER BY dossier.id LIMIT 2";
const std::string kSelectPage = std::string{kSelectDossier} + R"sql(
     WHERE ?1 = 0 OR (unit.code, dossier.year, dossier.code) > (SELECT before_unit.code, before.year, before.code
                                                                  FROM dossier AS before
                                                                  JOIN unit AS before_unit ON before_unit.id = before.unit_id
                                                                 WHERE before.id = ?1)
     ORDER BY unit.code, dossier.year, dossier.code
     LIMIT ?2
)sql";

} // namespace

std::optional<Unit> find_unit(db::ReadTx& tx, std::string_view code)
{
    auto select = tx.prepare("SELECT id, uid, code, title, parent_id FROM unit WHERE code = ?1");
    select.bind(1, code);
    return select.step() ? std::optional{read_unit(select)} : std::nullopt;
}

Unit get_unit(db::ReadTx& tx, std::string_view code)
{
    auto unit = find_unit(tx, code);
    if (!unit) {
        throw Error{Kind::not_found, "unit.not_found", {{"unit", std::string{code}}}};
    }
    return *unit;
}

Unit root_unit(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT id, uid, code, title, parent_id FROM unit ORDER BY id LIMIT 1");
    ensure(select.step(), "init made a unit");
    return read_unit(select);
}

std::vector<Unit> list_units(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT id, uid, code, title, parent_id FROM unit ORDER BY code");
    std::vector<Unit> units;
    while (select.step()) {
        units.push_back(read_unit(select));
    }
    return units;
}

UnitId insert_unit(db::WriteTx& tx, const Unit& unit)
{
    if (find_unit(tx, unit.code)) {
        throw Error{Kind::conflict, "unit.exists", {{"unit", unit.code}}};
    }
    auto insert = tx.prepare("INSERT INTO unit (uid, code, title, parent_id) VALUES (?1, ?2, ?3, ?4) RETURNING id");
    insert.bind(1, unit.uid).bind(2, unit.code).bind(3, unit.title).bind(4, unit.parent);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<UnitId>(0);
    insert.step();
    return id;
}

Dossier get_dossier(db::ReadTx& tx, std::string_view name)
{
    auto select = tx.prepare(kSelectByName);
    select.bind(1, name);
    if (!select.step()) {
        throw Error{Kind::not_found, "dossier.not_found", {{"dossier", std::string{name}}}};
    }
    auto dossier = read_dossier(select);
    if (select.step()) {
        throw Error{Kind::conflict, "dossier.ambiguous", {{"dossier", std::string{name}}}};
    }
    return dossier;
}

std::vector<Dossier> list_dossiers(db::ReadTx& tx, DossierId after, std::size_t limit)
{
    auto select = tx.prepare(kSelectPage);
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Dossier> dossiers;
    while (select.step()) {
        dossiers.push_back(read_dossier(select));
    }
    return dossiers;
}

std::vector<std::string> list_dossier_codes(db::ReadTx& tx, UnitId unit, int year)
{
    auto select = tx.prepare("SELECT code FROM dossier WHERE unit_id = ?1 AND year = ?2");
    select.bind(1, unit).bind(2, std::int64_t{year});
    std::vector<std::string> codes;
    while (select.step()) {
        codes.push_back(select.text(0));
    }
    return codes;
}

DossierId insert_dossier(db::WriteTx& tx, const Dossier& dossier)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO dossier (uid, unit_id, year, code, title, secrecy, opened_on, closed_on)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (unit_id, year, code) DO NOTHING
        RETURNING id
    )sql");
    insert.bind(1, dossier.uid)
        .bind(2, dossier.unit)
        .bind(3, dossier.year)
        .bind(4, dossier.code)
        .bind(5, dossier.title)
        .bind(6, static_cast<int>(dossier.secrecy))
        .bind(7, dossier.opened_on)
        .bind(8, dossier.closed_on);
    if (!insert.step()) {
        throw Error{
            Kind::conflict, "dossier.exists", {{"dossier", dossier.code}, {"year", std::to_string(dossier.year)}}};
    }
    const auto id = insert.id<DossierId>(0);
    insert.step();
    add_to_count(tx, Record::dossier, dossier.secrecy, 1);
    return id;
}

std::vector<DocumentId> list_dossier_documents(db::ReadTx& tx, DossierId dossier)
{
    auto select = tx.prepare("SELECT id FROM document WHERE dossier_id = ?1 ORDER BY dossier_ordinal");
    select.bind(1, dossier);
    std::vector<DocumentId> ids;
    while (select.step()) {
        ids.push_back(select.id<DocumentId>(0));
    }
    return ids;
}

} // namespace vtlt::catalog
