// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/sandbox/cause.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class Database;
class ReadTx;
class WriteTx;
} // namespace vtlt::db

/// Long work with one truthful outcome (I10, P10). An interrupted job has none yet; the same request resumes it.
namespace vtlt::jobs {

enum class Outcome
{
    done,
    partial,
    failed
};
std::string_view outcome_name(Outcome outcome);

struct Job
{
    JobId id;
    Uid uid;
    std::string kind;
    std::string request; ///< JSON
    Instant started_at{};
    std::optional<Instant> finished_at;
    std::optional<Outcome> outcome;
    std::int64_t spent_ms = 0;
    bool resumed = false; ///< this run found it unfinished, or finished but never told
};

/// Finds the unfinished (or finished but not yet reported) job of the same kind and request, else starts one.
Job start_or_resume(db::WriteTx& tx, const Clock& clock, std::string_view kind, std::string_view request);
void add_spent(db::WriteTx& tx, JobId job, std::int64_t ms);
void finish(db::WriteTx& tx, const Clock& clock, JobId job, Outcome outcome);
/// The asker has been told: the same request from now on is a new job.
void mark_reported(db::WriteTx& tx, JobId job);
/// Newest first.
std::vector<Job> list_jobs(db::ReadTx& tx, std::size_t limit);

/// One file of an intake.
struct Item
{
    std::string key;   ///< unique in the job
    std::string stamp; ///< size and time of the source
    std::int64_t position = 0;
    std::string source_path;
    std::optional<DocumentId> document;
    Uid document_uid; ///< filled by list_items
    std::string duplicate_of;
    std::string outcome; ///< accepted duplicate without_text failed; empty: stored, text not yet read
    std::optional<Cause> cause;
    std::uint64_t bytes = 0;
};

/// Inserts or replaces.
void put_item(db::WriteTx& tx, JobId job, const Item& item);
void set_item_outcome(db::WriteTx& tx, JobId job, std::string_view key, std::string_view outcome,
                      std::optional<Cause> cause);
/// All items of the job, by key.
std::vector<Item> list_items(db::ReadTx& tx, JobId job);

/// Contradictions between jobs, their items and their outcomes (I10), as readable lines.
std::vector<std::string> check_jobs(db::ReadTx& tx);

} // namespace vtlt::jobs
