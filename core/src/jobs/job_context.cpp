// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/runner.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace vtlt::jobs {

namespace {

/// Progress is written, and a wish to cancel seen, at most so often.
constexpr std::chrono::milliseconds kBeat{500};
/// Beats between two renewals of a lease whose work shows no progress.
constexpr int kBeatsPerRenewal = 10;

} // namespace

struct JobContext::State
{
    State(db::Database& database_, const Clock& clock_, Job job_)
        : database(database_), clock(clock_), job(std::move(job_)), request(Json::parse(job.request, nullptr, false)),
          written(job.progress), now(job.progress)
    {
        if (job.cancel_asked) {
            cancelled = true;
            end();
        }
    }

    void end()
    {
        flag = true;
        source.request_stop();
    }

    void beat(int number)
    {
        const auto wanted = [&] {
            const std::lock_guard lock{mutex};
            return now;
        }();
        bool asked = false;
        if (wanted == written && number % kBeatsPerRenewal != 0) {
            auto tx = database.read();
            asked = is_cancel_asked(tx, job.id);
        } else {
            auto tx = database.write();
            if (finished) {
                return;
            }
            asked = renew(tx, clock, job.lease(), wanted);
            tx.commit();
            written = wanted;
        }
        if (asked) {
            cancelled = true;
            end();
        }
    }

    void run(const std::stop_token& stop)
    {
        std::mutex idle;
        std::condition_variable_any wake;
        for (int number = 1;; ++number) {
            std::unique_lock lock{idle};
            if (wake.wait_for(lock, stop, kBeat, [] { return false; }); stop.stop_requested()) {
                return;
            }
            try {
                beat(number);
            } catch (const Error& error) {
                // A catalogue that is busy for a while is no reason to stop: the lease is far longer than a beat. One
                // that no longer takes this holder's writes is, and the work's own next write says so.
                if (error.code() == "job.lease_lost") {
                    lost = true;
                    end();
                    return;
                }
            }
        }
    }

    db::Database& database;
    const Clock& clock;
    const Job job;
    const Json request;
    std::atomic<bool> cancelled = false;
    std::atomic<bool> lost = false;
    std::atomic<bool> finished = false;
    std::atomic<bool> flag = false;
    std::stop_source source;
    Progress written; // of the beating thread
    std::mutex mutex;
    Progress now; // guarded by mutex
    std::jthread thread;
};

JobContext::JobContext(db::Database& database, const Clock& clock, Job job)
    : state_(std::make_unique<State>(database, clock, std::move(job)))
{
    state_->thread = std::jthread{[state = state_.get()](const std::stop_token& stop) { state->run(stop); }};
}

JobContext::~JobContext()
{
    state_->thread.request_stop();
    state_->thread.join();
    if (state_->finished || state_->lost) {
        return;
    }
    try {
        auto tx = state_->database.write();
        release(tx, state_->clock, lease(), state_->now);
        tx.commit();
    } catch (const std::exception&) {
        // Not given back: the lease runs out by itself, and the next writer of this home gives back all of them.
    }
}

const Job& JobContext::job() const
{
    return state_->job;
}

const Json& JobContext::request() const
{
    return state_->request;
}

void JobContext::progress(const Progress& now)
{
    const std::lock_guard lock{state_->mutex};
    state_->now = now;
}

bool JobContext::is_cancelled() const
{
    return state_->cancelled;
}

bool JobContext::is_lost() const
{
    return state_->lost;
}

void JobContext::request_stop()
{
    state_->end();
}

std::stop_token JobContext::stop() const
{
    return state_->source.get_token();
}

const std::atomic<bool>& JobContext::stop_flag() const
{
    return state_->flag;
}

void JobContext::check() const
{
    if (state_->flag) {
        throw Stopped{};
    }
}

void JobContext::finish(db::WriteTx& tx, const Ending& ending)
{
    const auto last = [&] {
        const std::lock_guard lock{state_->mutex};
        return state_->now;
    }();
    renew(tx, state_->clock, lease(), last);
    jobs::finish(tx, state_->clock, lease(), ending);
    state_->finished = true;
}

bool JobContext::is_finished() const
{
    return state_->finished;
}

} // namespace vtlt::jobs
