// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/dossier.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include <algorithm>

namespace vtlt::catalog {

namespace {

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

constexpr std::string_view kDossierColumns = R"sql(
    SELECT dossier.id, dossier.uid, dossier.unit_id, unit.code, dossier.year, dossier.code, dossier.title, dossier.secrecy,
           dossier.opened_on, dossier.closed_on,
           (SELECT count(*) FROM document WHERE document.dossier_id = dossier.id AND )sql";
constexpr std::string_view kFromDossier = R"sql()
      FROM dossier
      JOIN unit ON unit.id = dossier.unit_id
)sql";
const std::string kByName = " WHERE (dossier.uid = ?1 OR dossier.code = ?1 OR"
                            " unit.code || '/' || CAST(dossier.year AS TEXT) || '/' || dossier.code = ?1) AND ";
const std::string kAfter = R"sql(
     WHERE (?1 = 0 OR (unit.code, dossier.year, dossier.code) > (SELECT before_unit.code, before.year, before.code
                                                                   FROM dossier AS before
                                                                   JOIN unit AS before_unit ON before_unit.id = before.unit_id
                                                                  WHERE before.id = ?1))
       AND )sql";

} // namespace

auth::Target target_of(const Dossier& dossier)
{
    const Date first_of_year{std::chrono::year{dossier.year}, std::chrono::January, std::chrono::day{1}};
    return {.secrecy = dossier.secrecy, .unit = dossier.unit, .issued_on = dossier.opened_on.value_or(first_of_year)};
}

namespace {

/// Dossiers that are reached, each with how many of its documents are.
class Reached
{
public:
    /// The parameters of `condition` come first: as many as `own`.
    Reached(db::ReadTx& tx, const auth::Reach& reach, const std::string& condition, int own, const std::string& order)
        : dossiers_(reach, kDossierReach, own + 1), documents_(reach, kDocumentReach, dossiers_.next()),
          select(tx.prepare(std::string{kDossierColumns} + documents_.text() + std::string{kFromDossier} + condition +
                            dossiers_.text() + order + "?" + std::to_string(documents_.next())))
    {
        dossiers_.bind_to(select);
        documents_.bind_to(select);
    }

    std::vector<Dossier> read(std::size_t limit)
    {
        select.bind(documents_.next(), static_cast<std::int64_t>(limit));
        std::vector<Dossier> dossiers;
        while (select.step()) {
            dossiers.push_back(read_dossier(select));
        }
        return dossiers;
    }

private:
    ReachSql dossiers_;
    ReachSql documents_;

public:
    db::Statement select;
};

} // namespace

Dossier get_dossier(db::ReadTx& tx, const auth::Reach& reach, std::string_view name)
{
    Reached found{tx, reach, kByName, 1, " ORDER BY dossier.id LIMIT "};
    found.select.bind(1, name);
    auto dossiers = found.read(2);
    if (dossiers.empty()) {
        throw Error{Kind::not_found, "dossier.not_found", {{"dossier", std::string{name}}}};
    }
    if (dossiers.size() > 1) {
        throw Error{Kind::conflict, "dossier.ambiguous", {{"dossier", std::string{name}}}};
    }
    return std::move(dossiers.front());
}

std::vector<Dossier> list_dossiers(db::ReadTx& tx, const auth::Reach& reach, DossierId after, std::size_t limit)
{
    Reached page{tx, reach, kAfter, 1, " ORDER BY unit.code, dossier.year, dossier.code LIMIT "};
    page.select.bind(1, after);
    return page.read(limit);
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
        INSERT INTO dossier (uid, unit_id, year, code, title, secrecy, own_secrecy, opened_on, closed_on)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)
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
    add_to_count(tx, Record::dossier, {dossier.secrecy, dossier.unit}, 1);
    return id;
}

std::optional<SettledDossier> settle_dossier(db::WriteTx& tx, DossierId id)
{
    auto select = tx.prepare(R"sql(
        SELECT dossier.uid, dossier.unit_id, dossier.secrecy, dossier.own_secrecy,
               (SELECT coalesce(max(document.secrecy), 0) FROM document WHERE document.dossier_id = dossier.id)
          FROM dossier
         WHERE dossier.id = ?1
    )sql");
    ensure(select.bind(1, id).step(), "a dossier that is named is there");
    const auto unit = select.id<UnitId>(1);
    const SettledDossier settled{.uid = select.text(0),
                                 .before = static_cast<Secrecy>(select.integer(2)),
                                 .now = static_cast<Secrecy>(std::max(select.integer(3), select.integer(4)))};
    select.step();
    if (settled.now == settled.before) {
        return std::nullopt;
    }
    tx.prepare("UPDATE dossier SET secrecy = ?2, revision = revision + 1 WHERE id = ?1")
        .bind(1, id)
        .bind(2, static_cast<int>(settled.now))
        .run();
    add_to_count(tx, Record::dossier, {settled.before, unit}, -1);
    add_to_count(tx, Record::dossier, {settled.now, unit}, 1);
    return settled;
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
