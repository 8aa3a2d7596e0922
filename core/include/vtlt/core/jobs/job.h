// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/sandbox/cause.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class Database;
class ReadTx;
class WriteTx;
} // namespace vtlt::db

/// Long work with one truthful outcome (I10, P10). Rows and their rules; who may see or end a job is decided in
/// services/jobs.h, who runs it in runner.h or at the command line.
namespace vtlt::jobs {

enum class Outcome
{
    done,
    partial,
    failed,
    cancelled
};
std::string_view outcome_name(Outcome outcome);

enum class State
{
    queued,  ///< waits for a runner, or, attended, for the same command again
    running, ///< somebody holds its lease
    finished
};
std::string_view state_name(State state);
std::optional<State> state_from_name(std::string_view name);

struct Progress
{
    std::uint64_t items_done = 0;
    std::uint64_t items_total = 0; ///< 0: not known
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
    bool operator==(const Progress&) const = default;
};

/// The right to write a job. Each taking of the lease raises `fence`; a write under an older fence is refused with
/// conflict `job.lease_lost`, so that a holder who was given up for dead changes nothing.
struct Lease
{
    JobId job;
    std::int64_t fence = 0;
};

inline constexpr std::chrono::seconds kLeaseLength{30};
/// How often a job may be taken without coming to an end or being given back: what kills the server again and again is
/// given up then.
inline constexpr int kAttempts = 5;

struct Job
{
    JobId id;
    Uid uid;
    std::string kind;
    std::string request; ///< JSON
    /// Grade of what it handles: who may not read that learns neither of its sources nor of their number.
    Secrecy secrecy = Secrecy::open;
    /// Who asked, with the clearance and scopes he had then and no role: a runner asks who he is now
    /// (RunnerOptions::actor_now).
    auth::Actor actor;
    State state = State::queued;
    bool attended = false; ///< run by a command at a terminal; only the same command goes on with it
    Instant created_at{};
    std::optional<Instant> started_at;
    std::optional<Instant> finished_at;
    std::optional<Outcome> outcome;
    std::optional<Instant> lease_until; ///< while running
    bool cancel_asked = false;
    Progress progress;
    Instant updated_at{};
    std::string result;     ///< JSON, what its page shows; empty: none
    std::string error_code; ///< why it failed; key of locale context "error"
    Fields error_fields;
    Uid retry_of; ///< the job whose failed items this one does again; empty: none
    std::int64_t spent_ms = 0;
    std::int64_t revision = 1; ///< grows with every change of the row: what a page polls
    std::int64_t fence = 0;
    bool resumed = false; ///< this run found it unfinished, or finished but never told

    Lease lease() const { return {id, fence}; }
};

/// How many jobs may wait for a runner before the next one is refused.
inline constexpr std::size_t kQueueLength = 200;

/// For a runner. Throws busy `job.queue_full`. Wake the runner after the commit.
Job enqueue(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
            std::string_view request, std::size_t queue_length = kQueueLength);
/// The waiting job of the same kind, request and actor, else a new one; never refused for length.
Job enqueue_once(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
                 std::string_view request);
/// For a command at a terminal: finds the unfinished (or finished but not yet reported) attended job of the same kind
/// and request, else makes one, and takes its lease unless it is finished.
Job start_or_resume(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, std::string_view kind,
                    std::string_view request);
/// Takes the oldest job of these kinds that waits or whose holder's lease ran out. What was taken `kAttempts` times and
/// never came to an end is ended here as failed with `job.given_up`.
std::optional<Job> claim(db::WriteTx& tx, const Clock& clock, const std::vector<std::string>& kinds);
/// Gives back every lease: for whoever has just got the archive's lock, which proves that no holder lives.
/// Returns how many there were.
std::int64_t release_all(db::WriteTx& tx);

/// The writes of a holder. All throw conflict `job.lease_lost`.
void require_lease(db::WriteTx& tx, const Lease& lease);
/// True when somebody wants the job ended.
bool renew(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Progress& progress);
/// Unfinished, for whoever comes next.
void release(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Progress& progress);
void add_spent(db::WriteTx& tx, const Lease& lease, std::int64_t ms);

/// What is told with an outcome.
struct Ending
{
    Outcome outcome = Outcome::done;
    Json result = nullptr;  ///< null: none
    std::string error_code; ///< with Outcome::failed
    Fields error_fields;
};
void finish(db::WriteTx& tx, const Clock& clock, const Lease& lease, const Ending& ending);

/// The asker has been told: the same request from now on is a new job.
void mark_reported(db::WriteTx& tx, JobId job);

bool is_cancel_asked(db::ReadTx& tx, JobId job);

/// A wish: the holder sees it within a second; a job that nobody holds and that has no open item ends at once.
/// Throws conflict `job.finished`.
void ask_to_cancel(db::WriteTx& tx, const Clock& clock, const Job& job);
/// A queued job that does the failed items of `job` again, or, for one without items, the same request.
/// Throws conflict `job.unfinished`, `job.nothing_to_retry`, busy `job.queue_full`.
Job retry(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Job& job, bool attended = false);

struct Filter
{
    std::string kind; ///< empty: every
    std::optional<State> state;
    std::string actor; ///< name; empty: every
    Secrecy highest = Secrecy::tuyet_mat;
    std::optional<std::vector<ReaderListId>> lists; ///< of the asker; absent: the lists restrict nobody
    Uid before;                                     ///< cursor: the last job of the page before; empty: from the newest
};
/// Newest first.
std::vector<Job> list_jobs(db::ReadTx& tx, const Filter& filter, std::size_t limit);
std::optional<Job> find_job(db::ReadTx& tx, std::string_view uid);
/// Throws not_found `job.not_found`.
Job get_job(db::ReadTx& tx, std::string_view uid);

/// One file of an intake.
struct Item
{
    std::string key;   ///< unique in the job
    std::string stamp; ///< size and time of the source
    std::int64_t position = 0;
    std::size_t source = 0; ///< which of the request's sources it came from
    std::string source_path;
    std::optional<DocumentId> document;
    Uid document_uid; ///< filled by list_items
    std::string duplicate_of;
    std::string outcome; ///< accepted duplicate without_text failed; empty: stored, text not yet read
    std::optional<Cause> cause;
    std::uint64_t bytes = 0;
};

/// Inserts or replaces. Throws conflict `job.lease_lost`, like the next.
void put_item(db::WriteTx& tx, const Lease& lease, const Item& item);
void set_item_outcome(db::WriteTx& tx, const Lease& lease, std::string_view key, std::string_view outcome,
                      std::optional<Cause> cause);
/// All items of the job, by key.
std::vector<Item> list_items(db::ReadTx& tx, JobId job);
/// In the order of the sources; at most `limit` after position `after` (-1: from the first).
std::vector<Item> list_items(db::ReadTx& tx, JobId job, std::int64_t after, std::size_t limit, bool only_bad);

/// The documents that the job's result holds, in the transaction that tells of its beginning.
void put_documents(db::WriteTx& tx, JobId job, std::span<const DocumentId> documents);
/// Every one of them is reached now; true for a job that has none.
bool are_documents_reached(db::ReadTx& tx, JobId job, const auth::Reach& reach);
/// After a document's grade was raised: what holds it is of that grade now, and an intake of the lowest that its
/// documents have, so that the names of its sources go with them.
void raise_jobs_of(db::WriteTx& tx, DocumentId document, Secrecy secrecy);
/// After a document came on a need-to-know list: what holds it is known to that list alone, and an intake of which
/// every document is on one, to the lists of all of them.
void restrict_jobs_of(db::WriteTx& tx, DocumentId document, ReaderListId list);
/// Whether somebody on these lists may know of the job; grade and owner are not asked.
bool is_known_to(db::ReadTx& tx, JobId job, std::span<const ReaderListId> lists);

/// Contradictions between jobs, their items and their outcomes (I10), as readable lines.
std::vector<std::string> check_jobs(db::ReadTx& tx);

} // namespace vtlt::jobs
