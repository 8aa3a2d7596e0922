// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/db/database.h>
#include <vtlt/core/jobs/job.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace vtlt::jobs {

/// Thrown by work that ends before its end because it was asked to: cancelled, or the server stops and it resumes.
struct Stopped
{};

/// A job under way in this process. A thread of its own renews the lease, writes progress (at most twice a second, only
/// what changed) and looks for the wish to cancel. Every member may be called from any thread.
class JobContext
{
public:
    /// `job` was claimed or started just now.
    JobContext(db::Database& database, const Clock& clock, Job job);
    /// Gives the lease back unless the job was finished.
    ~JobContext();
    JobContext(const JobContext&) = delete;
    JobContext& operator=(const JobContext&) = delete;

    const Job& job() const;
    const auth::Actor& actor() const { return job().actor; }
    const Json& request() const;
    Lease lease() const { return job().lease(); }

    /// Cheap: only remembers.
    void progress(const Progress& now);
    /// Somebody wants the job ended; or its lease is lost, which is_lost() tells apart.
    bool is_cancelled() const;
    bool is_lost() const;
    /// Asks the work to end; it stays unfinished.
    void request_stop();
    /// Requested by request_stop(), a wish to cancel and a lost lease.
    std::stop_token stop() const;
    /// The same for services that look at a flag.
    const std::atomic<bool>& stop_flag() const;
    /// Throws Stopped once stop() was requested.
    void check() const;

    /// The one outcome, in the transaction of the work's last effect; the caller commits. Throws conflict
    /// `job.lease_lost`.
    void finish(db::WriteTx& tx, const Ending& ending);
    bool is_finished() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a kind of job does. Returns its ending, unless it called context.finish() itself (then the answer is not
/// looked at); throws Stopped when asked to end; any Error ends the job as failed with the error's code.
using Work = std::function<Ending(JobContext&)>;

struct RunnerOptions
{
    unsigned threads = 2; ///< for all kinds but the prompt ones, which have one thread of their own
    /// Who the asker is now: his roles and clearance may have changed since, he may have been disabled. Throws when he
    /// may no longer ask: the job then fails with that error. Absent: as the row has him, without a role.
    std::function<auth::Actor(const auth::Actor& then)> actor_now;
    std::function<void(const Job&)> on_finished;  ///< after the commit, from a runner's thread
    std::function<void(const Error&)> on_trouble; ///< the queue could not be read or a job not be ended: for the log
};

/// Runs queued jobs on a few threads. Safe from any thread. Make it, add the kinds, start it.
class Runner
{
public:
    Runner(db::Database& database, const Clock& clock, RunnerOptions options = {});
    /// As stop().
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    enum class Speed
    {
        ordinary,
        prompt ///< short work that must not wait behind long work
    };
    void add(std::string kind, Work work, Speed speed = Speed::ordinary);
    void start();
    /// There is something new in the queue; without it a runner looks once a second.
    void wake();
    /// Asks every running job to end and waits; what was not finished stays and is taken up at the next start.
    void stop();
    /// Runs what waits, on this thread, until nothing does: tests and commands. Returns how many jobs it ran.
    std::size_t drain();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::jobs
