// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/job.h>

#include "jobs/job_row.h"

namespace vtlt::jobs {

namespace {

std::vector<Item> read_items(db::Statement& select)
{
    std::vector<Item> items;
    while (select.step()) {
        items.push_back({.key = select.text(0),
                         .stamp = select.text(1),
                         .position = select.integer(2),
                         .source = static_cast<std::size_t>(select.integer(3)),
                         .source_path = select.text(4),
                         .document = select.optional_id<DocumentId>(5),
                         .document_uid = select.text(10),
                         .duplicate_of = select.text(6),
                         .outcome = select.text(7),
                         .cause = cause_from_name(select.text(8)),
                         .bytes = static_cast<std::uint64_t>(select.integer(9))});
    }
    return items;
}

} // namespace

void put_item(db::WriteTx& tx, const Lease& lease, const Item& item)
{
    const auto changed = tx.prepare(R"sql(
        INSERT INTO job_item (job_id, item_key, stamp, position, source, source_path, document_id, duplicate_of, outcome,
                              cause, bytes)
        SELECT id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
          FROM job
         WHERE id = ?1 AND fence = ?2 AND state = 'running'
        ON CONFLICT (job_id, item_key) DO UPDATE
           SET stamp = excluded.stamp, position = excluded.position, source = excluded.source,
               document_id = excluded.document_id, duplicate_of = excluded.duplicate_of, outcome = excluded.outcome,
               cause = excluded.cause, bytes = excluded.bytes
    )sql")
                             .bind(1, lease.job)
                             .bind(2, lease.fence)
                             .bind(3, item.key)
                             .bind(4, item.stamp)
                             .bind(5, item.position)
                             .bind(6, static_cast<std::int64_t>(item.source))
                             .bind(7, item.source_path)
                             .bind(8, item.document)
                             .bind_text_or_null(9, item.duplicate_of)
                             .bind_text_or_null(10, item.outcome)
                             .bind_text_or_null(11, item.cause ? cause_name(*item.cause) : std::string_view{})
                             .bind(12, static_cast<std::int64_t>(item.bytes))
                             .run();
    if (changed == 0) {
        throw_lease_lost();
    }
}

void set_item_outcome(db::WriteTx& tx, const Lease& lease, std::string_view key, std::string_view outcome,
                      std::optional<Cause> cause)
{
    const auto changed = tx.prepare(R"sql(
        UPDATE job_item
           SET outcome = ?4, cause = ?5
         WHERE job_id = ?1 AND item_key = ?3
           AND EXISTS (SELECT 1 FROM job WHERE id = ?1 AND fence = ?2 AND state = 'running')
    )sql")
                             .bind(1, lease.job)
                             .bind(2, lease.fence)
                             .bind(3, key)
                             .bind(4, outcome)
                             .bind_text_or_null(5, cause ? cause_name(*cause) : std::string_view{})
                             .run();
    if (changed == 0) {
        throw_lease_lost();
    }
}

std::vector<Item> list_items(db::ReadTx& tx, JobId job)
{
    auto select = tx.prepare(R"sql(
        SELECT item_key, stamp, position, source, job_item.source_path, document_id, duplicate_of, outcome, cause, bytes,
               document.uid
          FROM job_item
          LEFT JOIN document ON document.id = job_item.document_id
         WHERE job_id = ?1
         ORDER BY item_key
    )sql");
    select.bind(1, job);
    return read_items(select);
}

std::vector<Item> list_items(db::ReadTx& tx, JobId job, std::int64_t after, std::size_t limit, bool only_bad)
{
    auto select = tx.prepare(R"sql(
        SELECT item_key, stamp, position, source, job_item.source_path, document_id, duplicate_of, outcome, cause, bytes,
               document.uid
          FROM job_item
          LEFT JOIN document ON document.id = job_item.document_id
         WHERE job_id = ?1 AND position > ?2 AND (?3 = 0 OR outcome IN ('failed', 'without_text'))
         ORDER BY position
         LIMIT ?4
    )sql");
    select.bind(1, job).bind(2, after).bind(3, only_bad ? 1 : 0).bind(4, static_cast<std::int64_t>(limit));
    return read_items(select);
}

std::vector<std::string> check_jobs(db::ReadTx& tx)
{
    std::vector<std::string> lines;
    auto select = tx.prepare(R"sql(
        SELECT job.uid, job.outcome, count(job_item.item_key),
               coalesce(sum(CASE WHEN job_item.outcome IS NULL THEN 1 ELSE 0 END), 0),
               coalesce(sum(CASE WHEN job_item.outcome IN ('failed', 'without_text') THEN 1 ELSE 0 END), 0)
          FROM job
          JOIN job_item ON job_item.job_id = job.id
         WHERE job.outcome IS NOT NULL
         GROUP BY job.uid, job.outcome
    )sql");
    while (select.step()) {
        const auto open_items = select.integer(3);
        const auto bad_items = select.integer(4);
        const auto outcome = select.text(1);
        // What was cancelled on its way makes no promise of its items being well, what failed none of having ended
        // them.
        const bool promises = outcome == "done" || outcome == "partial";
        if (open_items > 0 && outcome != "failed") {
            lines.push_back(select.text(0) + " " + outcome + " items_without_outcome=" + std::to_string(open_items));
        } else if (promises && (outcome == "done") != (bad_items == 0)) {
            lines.push_back(select.text(0) + " " + outcome + " failed_items=" + std::to_string(bad_items));
        }
    }
    return lines;
}

} // namespace vtlt::jobs
