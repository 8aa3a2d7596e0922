// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/hand_over.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>

#include <algorithm>

namespace vtlt::catalog {

namespace {

Fate known_fate(const std::string& name)
{
    const auto found = std::ranges::find(kFateNames, name);
    ensure(found != kFateNames.end(), "a fate is known");
    return static_cast<Fate>(found - kFateNames.begin());
}

} // namespace

std::vector<HandOver> list_hand_overs(db::ReadTx& tx, AccountId account)
{
    // One row for each item, and one for a hand-over without any.
    auto rows = tx.prepare(R"sql(
        SELECT hand_over.id, hand_over.uid, hand_over.to_account_id, hand_over.on_day, hand_over.reason,
               hand_over.made_at, hand_over.made_by, hand_over_item.what, hand_over_item.object, hand_over_item.fate
          FROM hand_over
          LEFT JOIN hand_over_item ON hand_over_item.hand_over_id = hand_over.id
         WHERE hand_over.account_id = ?1
         ORDER BY hand_over.id DESC, hand_over_item.ordinal
    )sql");
    rows.bind(1, account);
    std::vector<HandOver> list;
    while (rows.step()) {
        const auto id = rows.id<HandOverId>(0);
        if (list.empty() || list.back().id != id) {
            list.push_back({.id = id,
                            .uid = rows.text(1),
                            .account = account,
                            .to = rows.id<AccountId>(2),
                            .on = *rows.optional_date(3),
                            .reason = rows.text(4),
                            .made_at = rows.instant(5),
                            .made_by = rows.text(6),
                            .items = {}});
        }
        if (!rows.is_null(7)) {
            list.back().items.push_back(
                {.what = rows.text(7), .object = rows.text(8), .fate = known_fate(rows.text(9))});
        }
    }
    return list;
}

HandOverId insert_hand_over(db::WriteTx& tx, const HandOver& hand_over)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO hand_over (uid, account_id, to_account_id, on_day, reason, made_at, made_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        RETURNING id
    )sql");
    insert.bind(1, hand_over.uid)
        .bind(2, hand_over.account)
        .bind(3, hand_over.to)
        .bind(4, hand_over.on)
        .bind_text_or_null(5, hand_over.reason)
        .bind(6, hand_over.made_at)
        .bind(7, hand_over.made_by);
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<HandOverId>(0);
    insert.step();
    auto add = tx.prepare(
        "INSERT INTO hand_over_item (hand_over_id, ordinal, what, object, fate) VALUES (?1, ?2, ?3, ?4, ?5)");
    std::int64_t ordinal = 0;
    for (const auto& item : hand_over.items) {
        add.bind(1, id).bind(2, ++ordinal).bind(3, item.what).bind(4, item.object).bind(5, fate_name(item.fate)).run();
    }
    return id;
}

} // namespace vtlt::catalog
