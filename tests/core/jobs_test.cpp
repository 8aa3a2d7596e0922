// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/jobs/job.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using jobs::Outcome;

namespace {

class JobHome : public CoreHome
{
public:
    jobs::Job start(const std::string& request = "{}", const std::string& kind = "ingest")
    {
        auto tx = database().write();
        auto job = jobs::start_or_resume(tx, morning(), auth::operator_actor(), kind, request);
        tx.commit();
        return job;
    }
    void finish(const jobs::Job& job, Outcome outcome)
    {
        auto tx = database().write();
        jobs::finish(tx, morning(), job.lease(), {.outcome = outcome});
        tx.commit();
    }
    void report(const jobs::Job& job)
    {
        auto tx = database().write();
        jobs::mark_reported(tx, job.id);
        tx.commit();
    }
    void put(const jobs::Job& job, const std::string& key, const std::string& outcome, std::optional<Cause> cause = {})
    {
        auto tx = database().write();
        jobs::Item item;
        item.key = key;
        item.stamp = "1:2";
        item.source_path = key + ".txt";
        item.outcome = outcome;
        item.cause = cause;
        item.bytes = 10;
        jobs::put_item(tx, job.lease(), item);
        tx.commit();
    }
    jobs::Job only()
    {
        auto tx = database().read();
        const auto all = jobs::list_jobs(tx, {}, 10);
        REQUIRE(all.size() == 1);
        return all.front();
    }
    std::vector<std::string> contradictions()
    {
        auto tx = database().read();
        return jobs::check_jobs(tx);
    }
};

} // namespace

TEST_CASE("an unfinished job is resumed by the same request only", "[jobs]")
{
    JobHome home;
    const auto job = home.start("{\"a\":1}");
    CHECK_FALSE(job.resumed);
    CHECK(job.started_at == morning().now());
    const auto again = home.start("{\"a\":1}");
    CHECK(again.resumed);
    CHECK(again.id == job.id);
    CHECK(again.uid == job.uid);
    CHECK(home.start("{\"a\":2}").id != job.id);
    CHECK(home.start("{\"a\":1}", "export").id != job.id);
}

TEST_CASE("a finished job is repeated until its asker has been told", "[jobs]")
{
    JobHome home;
    const auto job = home.start();
    home.finish(job, Outcome::done);
    const auto untold = home.start();
    CHECK(untold.resumed);
    CHECK(untold.outcome == Outcome::done);
    home.report(job);
    const auto fresh = home.start();
    CHECK_FALSE(fresh.resumed);
    CHECK(fresh.id != job.id);
}

TEST_CASE("a job has one outcome: the first", "[jobs]")
{
    JobHome home;
    const auto job = home.start();
    CHECK_FALSE(home.only().outcome);
    CHECK_FALSE(home.only().finished_at);
    home.finish(job, Outcome::partial);
    CHECK(refusal([&] { home.finish(job, Outcome::done); }) == "conflict job.lease_lost");
    CHECK(home.only().outcome == Outcome::partial);
    CHECK(home.only().finished_at == morning().now());
    CHECK(jobs::outcome_name(Outcome::partial) == "partial");
}

TEST_CASE("the time of every run counts", "[jobs]")
{
    JobHome home;
    const auto job = home.start();
    auto tx = home.database().write();
    jobs::add_spent(tx, job.lease(), 1500);
    jobs::add_spent(tx, job.lease(), 250);
    tx.commit();
    CHECK(home.start().spent_ms == 1750);
}

TEST_CASE("jobs are listed newest first, as many as asked", "[jobs]")
{
    JobHome home;
    const auto first = home.start("1");
    const auto second = home.start("2");
    const auto third = home.start("3");
    auto tx = home.database().read();
    const auto jobs = jobs::list_jobs(tx, {}, 2);
    REQUIRE(jobs.size() == 2);
    CHECK(jobs[0].id == third.id);
    CHECK(jobs[1].id == second.id);
    CHECK(first.id != second.id);
}

TEST_CASE("an item is kept as it was put, and again when it is put again", "[jobs]")
{
    JobHome home;
    const auto job = home.start();
    home.put(job, "b", "");
    home.put(job, "a", "failed", Cause::unreadable);
    const auto items = [&] {
        auto tx = home.database().read();
        return jobs::list_items(tx, job.id);
    };
    REQUIRE(items().size() == 2);
    CHECK(items()[0].key == "a");
    CHECK(items()[0].cause == Cause::unreadable);
    CHECK(items()[1].outcome.empty());
    CHECK_FALSE(items()[1].cause);
    CHECK(items()[1].source_path == "b.txt");
    CHECK(items()[1].bytes == 10);
    CHECK_FALSE(items()[1].document);

    SECTION("its outcome comes later")
    {
        auto tx = home.database().write();
        jobs::set_item_outcome(tx, job.lease(), "b", "without_text", Cause::no_text_layer);
        tx.commit();
        CHECK(items()[1].outcome == "without_text");
        CHECK(items()[1].cause == Cause::no_text_layer);
    }
    SECTION("a second put replaces the first")
    {
        home.put(job, "a", "accepted");
        REQUIRE(items().size() == 2);
        CHECK(items()[0].outcome == "accepted");
        CHECK_FALSE(items()[0].cause);
    }
    SECTION("an outcome that does not exist is refused")
    {
        CHECK(refusal([&] { home.put(job, "c", "perhaps"); }) == "conflict catalog.constraint");
    }
}

TEST_CASE("a job that says something else than its items is a contradiction", "[jobs]")
{
    JobHome home;
    const auto job = home.start();
    home.put(job, "a", "accepted");
    home.put(job, "b", "duplicate");

    SECTION("none while it runs")
    {
        home.put(job, "c", "");
        CHECK(home.contradictions().empty());
    }
    SECTION("none when all went well and it says so")
    {
        home.finish(job, Outcome::done);
        CHECK(home.contradictions().empty());
    }
    SECTION("none when some did not and it says so")
    {
        home.put(job, "c", "failed", Cause::special_file);
        home.finish(job, Outcome::partial);
        CHECK(home.contradictions().empty());
    }
    SECTION("done with a failed item")
    {
        home.put(job, "c", "without_text", Cause::empty);
        home.finish(job, Outcome::done);
        CHECK(home.contradictions() == std::vector{job.uid + " done failed_items=1"});
    }
    SECTION("partial without one")
    {
        home.finish(job, Outcome::partial);
        CHECK(home.contradictions() == std::vector{job.uid + " partial failed_items=0"});
    }
    SECTION("finished with an item that has no outcome")
    {
        home.put(job, "c", "");
        home.finish(job, Outcome::done);
        CHECK(home.contradictions() == std::vector{job.uid + " done items_without_outcome=1"});
    }
}
