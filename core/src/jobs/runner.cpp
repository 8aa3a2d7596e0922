// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/jobs/runner.h>

#include "jobs/job_row.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace vtlt::jobs {

namespace {

/// How long a thread waits for a wake-up before it looks by itself: for jobs of other processes and for leases that ran
/// out.
constexpr std::chrono::seconds kLook{1};

} // namespace

struct Runner::State
{
    struct Kind
    {
        Work work;
        Speed speed = Speed::ordinary;
    };

    State(db::Database& database_, const Clock& clock_, RunnerOptions options_)
        : database(database_), clock(clock_), options(std::move(options_))
    {}

    std::vector<std::string> kinds_of(std::optional<Speed> speed) const
    {
        std::vector<std::string> names;
        for (const auto& [name, kind] : kinds) {
            if (!speed || kind.speed == *speed) {
                names.push_back(name);
            }
        }
        return names;
    }

    std::optional<Job> take(const std::vector<std::string>& names)
    {
        {
            // Most looks find nothing: those write nothing.
            auto tx = database.read();
            auto select = tx.prepare("SELECT 1 FROM job WHERE state <> 'finished' AND attended = 0 AND kind IN {ids ?1}"
                                     " AND (lease_until IS NULL OR lease_until < ?2) LIMIT 1");
            select.bind_list(1, std::span<const std::string>{names}).bind(2, clock.now());
            if (!select.step()) {
                return std::nullopt;
            }
        }
        auto tx = database.write();
        auto job = claim(tx, clock, names);
        tx.commit();
        return job;
    }

    /// What the work's end means for the job. Throws Stopped when it stays unfinished.
    Ending ending_of(JobContext& context)
    {
        try {
            return kinds.at(context.job().kind).work(context);
        } catch (const Stopped&) {
            if (!context.is_cancelled()) {
                throw;
            }
            return {.outcome = Outcome::cancelled};
        } catch (const Error& error) {
            if (error.code() == "job.lease_lost") {
                throw Stopped{};
            }
            return {.outcome = Outcome::failed, .error_code = error.code(), .error_fields = error.fields()};
        } catch (const std::exception& error) {
            return {.outcome = Outcome::failed,
                    .error_code = "internal.unexpected",
                    .error_fields = {{"reason", error.what()}}};
        }
    }

    void run(Job job)
    {
        const auto id = job.id;
        std::optional<Error> refused;
        if (options.actor_now) {
            try {
                job.actor = options.actor_now(job.actor);
            } catch (const Error& error) {
                refused = error;
            }
        }
        {
            JobContext context{database, clock, std::move(job)};
            const Running entry{*this, context};
            try {
                const auto ending = refused ? Ending{.outcome = Outcome::failed,
                                                     .error_code = refused->code(),
                                                     .error_fields = refused->fields()}
                                            : ending_of(context);
                if (!context.is_finished()) {
                    auto tx = database.write();
                    context.finish(tx, ending);
                    tx.commit();
                }
            } catch (const Stopped&) {
                return; // unfinished; the context gives the lease back
            }
        }
        if (options.on_finished) {
            const auto ended = [&] {
                auto tx = database.read();
                return get_job(tx, id);
            }();
            options.on_finished(ended);
        }
    }

    /// A context that stop() can reach.
    class Running
    {
    public:
        Running(State& state, JobContext& context) : state_(state), context_(context)
        {
            const std::lock_guard lock{state_.mutex};
            state_.at_work.insert(&context_);
            if (state_.stopping) {
                context_.request_stop();
            }
        }
        ~Running()
        {
            const std::lock_guard lock{state_.mutex};
            state_.at_work.erase(&context_);
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

    private:
        State& state_;
        JobContext& context_;
    };

    void serve(const std::stop_token& stop, const std::vector<std::string>& names)
    {
        auto seen = std::uint64_t{0};
        while (!stop.stop_requested()) {
            try {
                while (auto job = stop.stop_requested() ? std::nullopt : take(names)) {
                    run(std::move(*job));
                }
            } catch (const Error& error) {
                // The catalogue cannot be written just now, a full disk or a busy writer: the job stays, so does the
                // server.
                if (options.on_trouble) {
                    options.on_trouble(error);
                }
            }
            std::unique_lock lock{mutex};
            changed.wait_for(lock, stop, kLook, [&] { return calls != seen; });
            seen = calls;
        }
    }

    db::Database& database;
    const Clock& clock;
    const RunnerOptions options;
    std::map<std::string, Kind> kinds; // not changed after start()
    std::mutex mutex;
    std::condition_variable_any changed;
    std::uint64_t calls = 0; // this and below: guarded by mutex
    bool stopping = false;
    std::set<JobContext*> at_work;
    std::vector<std::jthread> threads; // of the thread that starts and stops
};

Runner::Runner(db::Database& database, const Clock& clock, RunnerOptions options)
    : state_(std::make_unique<State>(database, clock, std::move(options)))
{}

Runner::~Runner()
{
    stop();
}

void Runner::add(std::string kind, Work work, Speed speed)
{
    state_->kinds.insert_or_assign(std::move(kind), State::Kind{std::move(work), speed});
}

void Runner::start()
{
    const auto serve = [this](const std::vector<std::string>& names) {
        if (!names.empty()) {
            state_->threads.emplace_back(
                [state = state_.get(), names](const std::stop_token& stop) { state->serve(stop, names); });
        }
    };
    serve(state_->kinds_of(Speed::prompt));
    const auto ordinary = state_->kinds_of(Speed::ordinary);
    for (unsigned i = 0; i < std::max(1U, state_->options.threads); ++i) {
        serve(ordinary);
    }
}

void Runner::wake()
{
    {
        const std::lock_guard lock{state_->mutex};
        ++state_->calls;
    }
    state_->changed.notify_all();
}

void Runner::stop()
{
    {
        const std::lock_guard lock{state_->mutex};
        state_->stopping = true;
        for (auto* context : state_->at_work) {
            context->request_stop();
        }
    }
    for (auto& thread : state_->threads) {
        thread.request_stop();
    }
    state_->threads.clear();
    const std::lock_guard lock{state_->mutex};
    state_->stopping = false;
}

std::size_t Runner::drain()
{
    const auto names = state_->kinds_of(std::nullopt);
    std::size_t count = 0;
    while (auto job = state_->take(names)) {
        state_->run(std::move(*job));
        ++count;
    }
    return count;
}

} // namespace vtlt::jobs
