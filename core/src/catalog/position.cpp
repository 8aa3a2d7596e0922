// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/position.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

namespace vtlt::catalog {

namespace {

const std::string kSelectPosition = R"sql(
    SELECT position.id, position.uid, position.account_id, position.unit_id, unit.code, position.title,
           position.is_main, position.from_on, position.to_on, position.added_at, position.added_by,
           position.ended_at, position.ended_by
      FROM position
      JOIN unit ON unit.id = position.unit_id
)sql";
const std::string kSelectByUid = kSelectPosition + " WHERE position.uid = ?1";
const std::string kSelectOfAccount =
    kSelectPosition + " WHERE position.account_id = ?1 ORDER BY position.from_on DESC, position.id DESC";
const std::string kSelectMain = kSelectPosition + R"sql(
     WHERE position.account_id = ?1 AND position.is_main = 1
       AND (position.to_on IS NULL OR (position.to_on >= ?2 AND position.to_on >= position.from_on))
       AND position.from_on <= ?3
     ORDER BY position.id
     LIMIT 1
)sql";
const std::string kSelectInUnit = kSelectPosition + R"sql(
     WHERE position.unit_id = ?1
       AND (position.to_on IS NULL OR (position.to_on >= ?2 AND position.to_on >= position.from_on))
     ORDER BY position.id
)sql";
/// Later than any day.
constexpr std::int64_t kNever = 99'991'231;

Position read_position(const db::Statement& row)
{
    return {.id = row.id<PositionId>(0),
            .uid = row.text(1),
            .account = row.id<AccountId>(2),
            .unit = row.id<UnitId>(3),
            .unit_code = row.text(4),
            .title = row.text(5),
            .is_main = row.integer(6) != 0,
            .from_on = *row.optional_date(7),
            .to_on = row.optional_date(8),
            .added_at = row.instant(9),
            .added_by = row.text(10),
            .ended_at = row.is_null(11) ? std::nullopt : std::optional{row.instant(11)},
            .ended_by = row.text(12)};
}

std::vector<Position> read_positions(db::Statement& rows)
{
    std::vector<Position> positions;
    while (rows.step()) {
        positions.push_back(read_position(rows));
    }
    return positions;
}

} // namespace

Position get_position(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectByUid);
    if (!select.bind(1, uid).step()) {
        throw Error{Kind::not_found, "position.not_found", {{"position", std::string{uid}}}};
    }
    return read_position(select);
}

std::vector<Position> list_positions(db::ReadTx& tx, AccountId account)
{
    auto select = tx.prepare(kSelectOfAccount);
    select.bind(1, account);
    return read_positions(select);
}

std::vector<Position> list_positions_in(db::ReadTx& tx, UnitId unit, Date day)
{
    auto select = tx.prepare(kSelectInUnit);
    select.bind(1, unit).bind(2, day);
    return read_positions(select);
}

std::optional<Position> find_main_position(db::ReadTx& tx, AccountId account, Date from_on, std::optional<Date> to_on)
{
    auto select = tx.prepare(kSelectMain);
    select.bind(1, account).bind(2, from_on);
    to_on ? select.bind(3, *to_on) : select.bind(3, kNever);
    return select.step() ? std::optional{read_position(select)} : std::nullopt;
}

PositionId insert_position(db::WriteTx& tx, const Position& position)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO position (uid, account_id, unit_id, title, is_main, from_on, to_on, added_at, added_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        RETURNING id
    )sql");
    insert.bind(1, position.uid)
        .bind(2, position.account)
        .bind(3, position.unit)
        .bind(4, position.title)
        .bind(5, position.is_main ? 1 : 0)
        .bind(6, position.from_on)
        .bind(7, position.to_on)
        .bind(8, position.added_at)
        .bind(9, position.added_by);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<PositionId>(0);
    insert.step();
    return id;
}

bool end_position(db::WriteTx& tx, PositionId position, Date last_on, Instant at, std::string_view by)
{
    return tx.prepare("UPDATE position SET to_on = ?2, ended_at = ?3, ended_by = ?4"
                      " WHERE id = ?1 AND (ended_at IS NULL OR to_on > ?2)")
               .bind(1, position)
               .bind(2, last_on)
               .bind(3, at)
               .bind(4, by)
               .run() > 0;
}

} // namespace vtlt::catalog
