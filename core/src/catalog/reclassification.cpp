// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/reclassification.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <array>

namespace vtlt::catalog {

namespace {

constexpr std::array<std::string_view, 5> kDecisions{"open", "confirmed", "refused", "withdrawn", "overtaken"};

const std::string kSelect = R"sql(
    SELECT reclassification.id, reclassification.uid, reclassification.document_id, document.uid, document.title,
           reclassification.from_secrecy, reclassification.to_secrecy, reclassification.reason,
           reclassification.proposed_at, reclassification.proposed_by, reclassification.state, reclassification.revision,
           reclassification.from_list_id, reclassification.to_list_id, from_list.title, to_list.title
      FROM reclassification
      JOIN document ON document.id = reclassification.document_id
      LEFT JOIN reader_list AS from_list ON from_list.id = reclassification.from_list_id
      LEFT JOIN reader_list AS to_list ON to_list.id = reclassification.to_list_id
)sql";
const std::string kSelectByUid = kSelect + " WHERE reclassification.uid = ?1";
const std::string kSelectOpen =
    kSelect + " WHERE reclassification.document_id = ?1 AND reclassification.state = 'open'";
const std::string kSelectPage = kSelect + R"sql(
     WHERE reclassification.state = 'open'
       AND reclassification.id > coalesce((SELECT last.id FROM reclassification AS last WHERE last.uid = ?1), 0)
       AND )sql";

Decision read_decision(const std::string& name)
{
    const auto found = std::ranges::find(kDecisions, name);
    ensure(found != kDecisions.end(), "a decision is known");
    return static_cast<Decision>(found - kDecisions.begin());
}

Reclassification read_row(const db::Statement& row)
{
    return {.id = row.id<ReclassificationId>(0),
            .uid = row.text(1),
            .document = row.id<DocumentId>(2),
            .document_uid = row.text(3),
            .document_title = row.text(4),
            .from = static_cast<Secrecy>(row.integer(5)),
            .to = static_cast<Secrecy>(row.integer(6)),
            .from_list = row.optional_id<ReaderListId>(12),
            .to_list = row.optional_id<ReaderListId>(13),
            .from_list_title = row.text(14),
            .to_list_title = row.text(15),
            .revision = row.integer(11),
            .reason = row.text(7),
            .proposed_at = row.instant(8),
            .proposed_by = row.text(9),
            .decision = read_decision(row.text(10))};
}

} // namespace

std::string_view decision_name(Decision decision)
{
    return kDecisions[static_cast<std::size_t>(decision)];
}

Reclassification get_reclassification(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectByUid);
    select.bind(1, uid);
    if (!select.step()) {
        throw Error{Kind::not_found, "reclassification.not_found", {{"id", std::string{uid}}}};
    }
    return read_row(select);
}

std::optional<Reclassification> find_open_reclassification(db::ReadTx& tx, DocumentId document)
{
    auto select = tx.prepare(kSelectOpen);
    select.bind(1, document);
    return select.step() ? std::optional{read_row(select)} : std::nullopt;
}

std::vector<Reclassification> list_open_reclassifications(db::ReadTx& tx, const auth::Reach& reach,
                                                          std::string_view after, std::size_t limit)
{
    const ReachSql where{reach, kDocumentReach, 3};
    auto select = tx.prepare(kSelectPage + where.text() + " ORDER BY reclassification.id LIMIT ?2");
    where.bind_to(select.bind(1, after).bind(2, static_cast<std::int64_t>(limit)));
    std::vector<Reclassification> list;
    while (select.step()) {
        list.push_back(read_row(select));
    }
    return list;
}

void insert_reclassification(db::WriteTx& tx, const Reclassification& reclassification)
{
    tx.prepare(R"sql(
        INSERT INTO reclassification (uid, document_id, from_secrecy, to_secrecy, reason, proposed_at, proposed_by, revision,
                                      from_list_id, to_list_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    )sql")
        .bind(1, reclassification.uid)
        .bind(2, reclassification.document)
        .bind(3, static_cast<int>(reclassification.from))
        .bind(4, static_cast<int>(reclassification.to))
        .bind(5, reclassification.reason)
        .bind(6, reclassification.proposed_at)
        .bind(7, reclassification.proposed_by)
        .bind(8, reclassification.revision)
        .bind(9, reclassification.from_list)
        .bind(10, reclassification.to_list)
        .run();
}

bool decide_reclassification(db::WriteTx& tx, ReclassificationId id, Decision decision, Instant at, std::string_view by,
                             std::string_view reason)
{
    return tx.prepare(R"sql(
        UPDATE reclassification
           SET state = ?2, decided_at = ?3, decided_by = ?4, decision_reason = ?5
         WHERE id = ?1 AND state = 'open'
    )sql")
               .bind(1, id)
               .bind(2, decision_name(decision))
               .bind(3, at)
               .bind(4, by)
               .bind_text_or_null(5, reason)
               .run() == 1;
}

} // namespace vtlt::catalog
