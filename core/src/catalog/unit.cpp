// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/unit.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include <charconv>
#include <map>

namespace vtlt::catalog {

namespace {

const std::string kSelectUnit =
    "SELECT unit.id, unit.uid, unit.code, unit.title, unit.parent_id, unit.opened_on, unit.closed_on, unit.revision,"
    " unit.tells_hidden FROM unit ";
const std::string kSelectByCode = kSelectUnit + "WHERE unit.code = ?1";
const std::string kSelectById = kSelectUnit + "WHERE unit.id = ?1";
const std::string kSelectRoot = kSelectUnit + "ORDER BY unit.id LIMIT 1";
const std::string kSelectAll = kSelectUnit + "ORDER BY unit.code";
const std::string kSelectSuccessors = kSelectUnit + "JOIN unit_successor ON unit_successor.successor_id = unit.id"
                                                    " WHERE unit_successor.unit_id = ?1 ORDER BY unit.code";

Unit read_unit(const db::Statement& row)
{
    return {.id = row.id<UnitId>(0),
            .uid = row.text(1),
            .code = row.text(2),
            .title = row.text(3),
            .parent = row.optional_id<UnitId>(4),
            .opened_on = row.optional_date(5),
            .closed_on = row.optional_date(6),
            .tells_hidden = row.integer(8) != 0,
            .revision = row.integer(7)};
}

std::vector<Unit> read_units(db::Statement& rows)
{
    std::vector<Unit> units;
    while (rows.step()) {
        units.push_back(read_unit(rows));
    }
    return units;
}

void raise_revision(db::WriteTx& tx)
{
    tx.prepare("UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'unit.revision'").run();
}

void require_one(std::int64_t changed, const Unit& unit)
{
    if (changed == 0) {
        throw Error{Kind::conflict, "unit.changed_meanwhile", {{"unit", unit.code}}};
    }
}

} // namespace

std::optional<Unit> find_unit(db::ReadTx& tx, std::string_view code)
{
    auto select = tx.prepare(kSelectByCode);
    select.bind(1, code);
    return select.step() ? std::optional{read_unit(select)} : std::nullopt;
}

Unit get_unit(db::ReadTx& tx, std::string_view code)
{
    auto unit = find_unit(tx, code);
    if (!unit) {
        throw Error{Kind::not_found, "unit.not_found", {{"unit", std::string{code}}}};
    }
    return *std::move(unit);
}

Unit get_unit(db::ReadTx& tx, UnitId id)
{
    auto select = tx.prepare(kSelectById);
    ensure(select.bind(1, id).step(), "what is referred to is there");
    return read_unit(select);
}

Unit root_unit(db::ReadTx& tx)
{
    auto select = tx.prepare(kSelectRoot);
    ensure(select.step(), "init made a unit");
    return read_unit(select);
}

std::vector<Unit> list_units(db::ReadTx& tx)
{
    auto select = tx.prepare(kSelectAll);
    return read_units(select);
}

UnitId insert_unit(db::WriteTx& tx, const Unit& unit)
{
    if (find_unit(tx, unit.code)) {
        throw Error{Kind::conflict, "unit.exists", {{"unit", unit.code}}};
    }
    auto insert = tx.prepare(
        "INSERT INTO unit (uid, code, title, parent_id, opened_on) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id");
    insert.bind(1, unit.uid).bind(2, unit.code).bind(3, unit.title).bind(4, unit.parent).bind(5, unit.opened_on);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<UnitId>(0);
    insert.step();
    raise_revision(tx);
    return id;
}

std::vector<UnitName> list_unit_names(db::ReadTx& tx, UnitId unit)
{
    auto select = tx.prepare("SELECT from_on, title FROM unit_name WHERE unit_id = ?1 ORDER BY from_on");
    select.bind(1, unit);
    std::vector<UnitName> names;
    while (select.step()) {
        names.push_back({.from_on = *select.optional_date(0), .title = select.text(1)});
    }
    return names;
}

void rename_unit(db::WriteTx& tx, const Unit& unit, std::string_view title, Date from_on)
{
    constexpr Date kEver{std::chrono::year{1}, std::chrono::month{1}, std::chrono::day{1}};
    auto keep = tx.prepare("INSERT INTO unit_name (unit_id, from_on, title) VALUES (?1, ?2, ?3)"
                           " ON CONFLICT (unit_id, from_on) DO UPDATE SET title = excluded.title");
    if (list_unit_names(tx, unit.id).empty()) {
        keep.bind(1, unit.id).bind(2, unit.opened_on.value_or(kEver)).bind(3, unit.title).run();
    }
    keep.bind(1, unit.id).bind(2, from_on).bind(3, title).run();
    require_one(tx.prepare("UPDATE unit SET title = ?2, revision = revision + 1 WHERE id = ?1 AND revision = ?3")
                    .bind(1, unit.id)
                    .bind(2, title)
                    .bind(3, unit.revision)
                    .run(),
                unit);
    raise_revision(tx);
}

void close_unit(db::WriteTx& tx, const Unit& unit, Date on, std::span<const UnitId> successors)
{
    require_one(tx.prepare("UPDATE unit SET closed_on = ?2, revision = revision + 1"
                           " WHERE id = ?1 AND revision = ?3 AND closed_on IS NULL")
                    .bind(1, unit.id)
                    .bind(2, on)
                    .bind(3, unit.revision)
                    .run(),
                unit);
    auto insert = tx.prepare("INSERT INTO unit_successor (unit_id, successor_id) VALUES (?1, ?2)");
    for (const auto successor : successors) {
        insert.bind(1, unit.id).bind(2, successor).run();
    }
    raise_revision(tx);
}

void set_tells_hidden(db::WriteTx& tx, const Unit& unit, bool tells_hidden)
{
    require_one(tx.prepare("UPDATE unit SET tells_hidden = ?2, revision = revision + 1 WHERE id = ?1 AND revision = ?3")
                    .bind(1, unit.id)
                    .bind(2, tells_hidden ? 1 : 0)
                    .bind(3, unit.revision)
                    .run(),
                unit);
    raise_revision(tx);
}

std::vector<Unit> list_successors(db::ReadTx& tx, UnitId unit)
{
    auto select = tx.prepare(kSelectSuccessors);
    select.bind(1, unit);
    return read_units(select);
}

std::int64_t unit_revision(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'unit.revision'");
    ensure(select.step(), "the migration made this setting");
    return select.integer(0);
}

auth::UnitTree read_unit_tree(db::ReadTx& tx, Date today)
{
    std::map<UnitId, std::vector<UnitId>> successors;
    auto pairs = tx.prepare("SELECT unit_id, successor_id FROM unit_successor ORDER BY unit_id, successor_id");
    while (pairs.step()) {
        successors[pairs.id<UnitId>(0)].push_back(pairs.id<UnitId>(1));
    }
    std::vector<auth::UnitTree::Node> nodes;
    for (const auto& unit : list_units(tx)) {
        nodes.push_back({.id = unit.id,
                         .parent = unit.parent,
                         .closed_on = unit.closed_on,
                         .successors = std::move(successors[unit.id]),
                         .tells_hidden = unit.tells_hidden});
    }
    return {std::move(nodes), today};
}

} // namespace vtlt::catalog
