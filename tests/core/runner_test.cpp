// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/jobs/runner.h>
#include <vtlt/core/services/jobs.h>

#include <catch2/catch.hpp>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

using namespace vtlt;
using namespace vtlt::testing;
using jobs::Ending;
using jobs::JobContext;
using jobs::Outcome;
using jobs::State;

namespace {

auth::Actor person(Secrecy clearance = Secrecy::open)
{
    return {.type = auth::Actor::Type::person,
            .name = make_uid(),
            .clearance = clearance,
            .unit = {},
            .grants = {{.role = auth::Role::clerk}}};
}

/// Waits for something another thread does: no sleeps.
class Gate
{
public:
    void open()
    {
        const std::lock_guard lock{mutex_};
        is_open_ = true;
        changed_.notify_all();
    }
    void wait()
    {
        std::unique_lock lock{mutex_};
        REQUIRE(changed_.wait_for(lock, std::chrono::seconds{60}, [this] { return is_open_; }));
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

class Queue : public CoreHome
{
public:
    Queue() : clock(morning()) {}

    Uid enqueue(const std::string& request = "{}", const auth::Actor& actor = auth::operator_actor(),
                const std::string& kind = "count")
    {
        auto tx = database().write();
        auto uid = jobs::enqueue(tx, clock, actor, kind, request).uid;
        tx.commit();
        return uid;
    }
    jobs::Job job(const Uid& uid)
    {
        auto tx = database().read();
        return jobs::get_job(tx, uid);
    }
    std::optional<jobs::Job> claim(const std::string& kind = "count")
    {
        auto tx = database().write();
        auto job = jobs::claim(tx, clock, {kind});
        tx.commit();
        return job;
    }
    void end(const jobs::Job& job, Outcome outcome)
    {
        auto tx = database().write();
        jobs::finish(tx, clock, job.lease(), {.outcome = outcome});
        tx.commit();
    }
    void put(const jobs::Job& job, const std::string& key, const std::string& outcome)
    {
        auto tx = database().write();
        jobs::Item item;
        item.key = key;
        item.source_path = key;
        item.outcome = outcome;
        jobs::put_item(tx, job.lease(), item);
        tx.commit();
    }
    void cancel(const Uid& uid)
    {
        auto tx = database().write();
        jobs::ask_to_cancel(tx, clock, jobs::get_job(tx, uid));
        tx.commit();
    }
    void forward(std::chrono::seconds by) { clock.set(clock.now() + by); }

    FixedClock clock;
};

} // namespace

TEST_CASE("a queued job is done once, with its result", "[runner]")
{
    Queue queue;
    const auto uid = queue.enqueue(R"({"n":2})");
    CHECK(queue.job(uid).state == State::queued);
    int runs = 0;
    jobs::Runner runner{queue.database(), queue.clock};
    runner.add("count", [&](JobContext& context) {
        ++runs;
        CHECK(context.job().state == State::running);
        CHECK(context.request().at("n") == 2);
        context.progress({.items_done = 2, .items_total = 2});
        return Ending{.outcome = Outcome::partial, .result = {{"sum", 3}}};
    });
    CHECK(runner.drain() == 1);
    CHECK(runner.drain() == 0);
    CHECK(runs == 1);
    const auto job = queue.job(uid);
    CHECK(job.state == State::finished);
    CHECK(job.outcome == Outcome::partial);
    CHECK(job.result == R"({"sum":3})");
    CHECK(job.progress.items_done == 2);
    CHECK(job.revision > 1);
    CHECK_FALSE(job.lease_until);
}

TEST_CASE("what goes wrong is the job's outcome, with its code", "[runner]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    jobs::Runner runner{queue.database(), queue.clock};
    SECTION("an error")
    {
        runner.add("count", [](JobContext&) -> Ending {
            throw Error{Kind::conflict, "export.exists", {{"path", "a.zip"}}};
        });
        runner.drain();
        CHECK(queue.job(uid).error_code == "export.exists");
        CHECK(queue.job(uid).error_fields == Fields{{"path", "a.zip"}});
    }
    SECTION("another exception")
    {
        runner.add("count", [](JobContext&) -> Ending { throw std::runtime_error{"oh"}; });
        runner.drain();
        CHECK(queue.job(uid).error_code == "internal.unexpected");
    }
    CHECK(queue.job(uid).outcome == Outcome::failed);
}

TEST_CASE("the asker is who he is now, and may be nobody any more", "[runner]")
{
    Queue queue;
    const auto asker = person(Secrecy::mat);
    const auto uid = queue.enqueue("{}", asker);
    jobs::RunnerOptions options;
    SECTION("as he was, where nobody says otherwise")
    {
        jobs::Runner runner{queue.database(), queue.clock};
        runner.add("count", [&](JobContext& context) {
            CHECK(context.actor().name == asker.name);
            CHECK(context.actor().clearance == Secrecy::mat);
            CHECK(context.actor().type == auth::Actor::Type::person);
            return Ending{};
        });
        CHECK(runner.drain() == 1);
    }
    SECTION("lowered")
    {
        options.actor_now = [](auth::Actor then) {
            then.clearance = Secrecy::open;
            return then;
        };
        jobs::Runner runner{queue.database(), queue.clock, options};
        runner.add("count", [](JobContext& context) {
            CHECK(context.actor().clearance == Secrecy::open);
            return Ending{};
        });
        CHECK(runner.drain() == 1);
    }
    SECTION("disabled")
    {
        options.actor_now = [](const auth::Actor&) -> auth::Actor { throw Error{Kind::forbidden, "auth.forbidden"}; };
        jobs::Runner runner{queue.database(), queue.clock, options};
        runner.add("count", [](JobContext&) -> Ending {
            FAIL("runs for nobody");
            return {};
        });
        runner.drain();
        CHECK(queue.job(uid).error_code == "auth.forbidden");
    }
}

TEST_CASE("a full queue refuses", "[runner]")
{
    Queue queue;
    auto tx = queue.database().write();
    jobs::enqueue(tx, queue.clock, auth::operator_actor(), "count", "1", 2);
    jobs::enqueue(tx, queue.clock, auth::operator_actor(), "count", "2", 2);
    CHECK(refusal([&] { jobs::enqueue(tx, queue.clock, auth::operator_actor(), "count", "3", 2); }) ==
          "busy job.queue_full");
    const auto waiting = jobs::enqueue_once(tx, queue.clock, auth::operator_actor(), "count", "2");
    CHECK(jobs::enqueue_once(tx, queue.clock, auth::operator_actor(), "count", "2").uid == waiting.uid);
    CHECK(jobs::enqueue_once(tx, queue.clock, person(), "count", "2").uid != waiting.uid);
}

TEST_CASE("a job is held by one, until his lease runs out", "[runner][lease]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    const auto first = queue.claim();
    REQUIRE(first);
    CHECK_FALSE(queue.claim());
    CHECK_FALSE(queue.claim("other"));

    SECTION("who renews it keeps it")
    {
        queue.forward(std::chrono::seconds{20});
        {
            auto tx = queue.database().write();
            CHECK_FALSE(jobs::renew(tx, queue.clock, first->lease(), {}));
            tx.commit();
        }
        queue.forward(std::chrono::seconds{20});
        CHECK_FALSE(queue.claim());
        queue.end(*first, Outcome::done);
        CHECK(queue.job(uid).outcome == Outcome::done);
    }
    SECTION("who does not is fenced off")
    {
        queue.forward(jobs::kLeaseLength + std::chrono::seconds{1});
        const auto second = queue.claim();
        REQUIRE(second);
        CHECK(second->uid == uid);
        CHECK(refusal([&] { queue.end(*first, Outcome::done); }) == "conflict job.lease_lost");
        CHECK(refusal([&] { queue.put(*first, "a", "accepted"); }) == "conflict job.lease_lost");
        CHECK(refusal([&] {
                  auto tx = queue.database().write();
                  jobs::renew(tx, queue.clock, first->lease(), {});
              }) == "conflict job.lease_lost");
        queue.put(*second, "a", "accepted");
        queue.end(*second, Outcome::done);
        CHECK(queue.job(uid).outcome == Outcome::done);
    }
    SECTION("who is known to be dead is at once")
    {
        auto tx = queue.database().write();
        CHECK(jobs::release_all(tx) == 1);
        tx.commit();
        CHECK(queue.job(uid).state == State::queued);
        CHECK(queue.claim());
        CHECK(refusal([&] { queue.end(*first, Outcome::done); }) == "conflict job.lease_lost");
    }
}

TEST_CASE("what kills its holder again and again is given up", "[runner][lease]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    for (int i = 0; i < jobs::kAttempts; ++i) {
        CHECK(queue.claim());
        queue.forward(jobs::kLeaseLength + std::chrono::seconds{1});
    }
    CHECK_FALSE(queue.claim());
    CHECK(queue.job(uid).outcome == Outcome::failed);
    CHECK(queue.job(uid).error_code == "job.given_up");
}

TEST_CASE("two runners at once do every job once", "[runner][lease]")
{
    Queue queue;
    std::set<Uid> wanted;
    for (int i = 0; i < 20; ++i) {
        wanted.insert(queue.enqueue());
    }
    std::mutex mutex;
    std::multiset<Uid> done;
    const auto work = [&](JobContext& context) {
        const std::lock_guard lock{mutex};
        done.insert(context.job().uid);
        return Ending{};
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            jobs::Runner runner{queue.database(), queue.clock};
            runner.add("count", work);
            runner.drain();
        });
    }
    threads.clear();
    CHECK(std::set<Uid>(done.begin(), done.end()) == wanted);
    CHECK(done.size() == wanted.size());
}

TEST_CASE("a stopped runner leaves its job to the next one", "[runner]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    Gate begun;
    {
        jobs::Runner runner{queue.database(), queue.clock};
        runner.add("count", [&](JobContext& context) -> Ending {
            begun.open();
            while (!context.stop().stop_requested()) {
                std::this_thread::yield();
            }
            context.check();
            return {};
        });
        runner.start();
        runner.wake();
        begun.wait();
        runner.stop();
    }
    CHECK(queue.job(uid).state == State::queued);
    CHECK_FALSE(queue.job(uid).outcome);
    jobs::Runner next{queue.database(), queue.clock};
    next.add("count", [](JobContext&) { return Ending{}; });
    CHECK(next.drain() == 1);
    CHECK(queue.job(uid).outcome == Outcome::done);
}

TEST_CASE("a wish to cancel is seen by the work, or ends what nobody works on", "[runner][cancel]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    SECTION("running")
    {
        jobs::Runner runner{queue.database(), queue.clock};
        runner.add("count", [&](JobContext& context) -> Ending {
            queue.cancel(uid);
            while (!context.is_cancelled()) {
                std::this_thread::yield();
            }
            CHECK(context.stop_flag());
            context.check();
            return {};
        });
        runner.drain();
    }
    SECTION("waiting")
    {
        queue.cancel(uid);
        CHECK_FALSE(queue.claim());
    }
    CHECK(queue.job(uid).outcome == Outcome::cancelled);
    CHECK(refusal([&] { queue.cancel(uid); }) == "conflict job.finished");
    CHECK_FALSE(queue.claim());
}

TEST_CASE("a job with a document half taken in is not cancelled behind its back", "[runner][cancel]")
{
    Queue queue;
    const auto uid = queue.enqueue();
    const auto job = queue.claim();
    queue.put(*job, "a", "");
    {
        auto tx = queue.database().write();
        jobs::release_all(tx);
        tx.commit();
    }
    queue.cancel(uid);
    CHECK_FALSE(queue.job(uid).outcome);
    CHECK(queue.job(uid).cancel_asked);
}

TEST_CASE("a retry is a new job for what failed", "[runner][retry]")
{
    Queue queue;
    const auto uid = queue.enqueue(R"({"a":1})");
    const auto retry = [&] {
        auto tx = queue.database().write();
        auto again = jobs::retry(tx, queue.clock, auth::operator_actor(), jobs::get_job(tx, uid));
        tx.commit();
        return again;
    };
    CHECK(refusal(retry) == "conflict job.unfinished");
    const auto job = queue.claim();
    SECTION("nothing failed")
    {
        queue.end(*job, Outcome::done);
        CHECK(refusal(retry) == "conflict job.nothing_to_retry");
    }
    SECTION("some items failed")
    {
        queue.put(*job, "a", "accepted");
        queue.put(*job, "b", "failed");
        queue.end(*job, Outcome::partial);
        const auto again = retry();
        CHECK(again.retry_of == uid);
        CHECK(again.request == R"({"a":1})");
        CHECK(again.state == State::queued);
        CHECK(queue.job(uid).outcome == Outcome::partial);
        auto tx = queue.database().read();
        CHECK(jobs::list_items(tx, job->id, -1, 10, true).size() == 1);
        CHECK(jobs::list_items(tx, job->id, -1, 10, false).size() == 2);
    }
    SECTION("one without items")
    {
        queue.end(*job, Outcome::failed);
        CHECK(retry().request == R"({"a":1})");
    }
}

TEST_CASE("jobs are found by kind, state and asker, page by page", "[runner]")
{
    Queue queue;
    const auto asker = person();
    const auto first = queue.enqueue("1", asker);
    const auto second = queue.enqueue("2", asker, "export");
    const auto third = queue.enqueue("3");
    queue.end(*queue.claim(), Outcome::done);
    const auto found = [&](const jobs::Filter& filter, std::size_t limit = 10) {
        std::vector<Uid> uids;
        auto tx = queue.database().read();
        for (const auto& job : jobs::list_jobs(tx, filter, limit)) {
            uids.push_back(job.uid);
        }
        return uids;
    };
    CHECK(found({}) == std::vector{third, second, first});
    CHECK(found({.kind = "export"}) == std::vector{second});
    CHECK(found({.kind = {}, .state = State::finished}) == std::vector{first});
    CHECK(found({.kind = {}, .state = {}, .actor = asker.name}) == std::vector{second, first});
    CHECK(found({}, 2) == std::vector{third, second});
    CHECK(found({.kind = {}, .state = {}, .actor = {}, .before = second}) == std::vector{first});
}

TEST_CASE("another's job is as if there were none", "[runner][services]")
{
    TestArchive test;
    const auto mine = person();
    const auto other = person();
    const auto made = services::create_job(test.archive(), test.clock(), mine, {.kind = "count"});
    CHECK(services::get_job(test.archive(), mine, made.uid).uid == made.uid);
    CHECK(services::get_job(test.archive(), auth::operator_actor(), made.uid).uid == made.uid);
    CHECK(refusal([&] { services::get_job(test.archive(), other, made.uid); }) == "not_found job.not_found");
    CHECK(refusal([&] { services::cancel_job(test.archive(), test.clock(), other, made.uid); }) ==
          "not_found job.not_found");
    CHECK(services::list_jobs(test.archive(), other, {}, 10).empty());
    CHECK(services::list_jobs(test.archive(), mine, {}, 10).size() == 1);
    CHECK(services::cancel_job(test.archive(), test.clock(), mine, made.uid).outcome == Outcome::cancelled);
}

TEST_CASE("a request sent twice makes one job", "[runner][services]")
{
    TestArchive test;
    const auto mine = person();
    services::NewJob wanted{.kind = "count", .request = {{"n", 1}}, .repeat_key = "k1"};
    const auto first = services::create_job(test.archive(), test.clock(), mine, wanted);
    const auto again = services::create_job(test.archive(), test.clock(), mine, wanted);
    CHECK_FALSE(first.repeated);
    CHECK(again.repeated);
    CHECK(again.uid == first.uid);
    CHECK_FALSE(services::create_job(test.archive(), test.clock(), person(), wanted).repeated);
    wanted.request = {{"n", 2}};
    CHECK(refusal([&] { services::create_job(test.archive(), test.clock(), mine, wanted); }) ==
          "conflict idempotency.key_reused");
    const FixedClock later{test.clock().now() + std::chrono::hours{25}};
    CHECK_FALSE(services::create_job(test.archive(), later, mine, wanted).repeated);
}
