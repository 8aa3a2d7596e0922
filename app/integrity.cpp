// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/integrity.h"

#include "app/index_upkeep.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/register_book.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/core/services/uploads.h>
#include <vtlt/indexer/index_worker.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <random>

namespace vtlt::app {

namespace fs = std::filesystem;

namespace {

struct DamageRow
{
    store::DamageKind kind;
    std::string_view name;
};

constexpr std::array kDamages{DamageRow{store::DamageKind::changed, "changed"},
                              DamageRow{store::DamageKind::missing, "missing"},
                              DamageRow{store::DamageKind::untracked, "untracked"}};

void check_store(services::Archive& archive, const store::FixityOptions& options, IntegrityReport& report)
{
    auto fixity = store::check_fixity(archive.home(), archive.database(), options);
    report.objects = fixity.objects;
    report.interrupted = fixity.interrupted;
    for (auto& damage : fixity.damages) {
        const std::string kind{kDamages[static_cast<std::size_t>(damage.kind)].name};
        report.problems.push_back(
            {kind, std::move(damage.path), "", std::move(damage.expected), std::move(damage.found), kind});
    }
}

void check_catalog(services::Archive& archive, IntegrityReport& report)
{
    for (auto& line : archive.database().check()) {
        report.problems.push_back({"catalog", "catalog.db", "", "ok", std::move(line), "catalog"});
    }
    auto tx = archive.database().read();
    report.records = static_cast<std::uint64_t>(catalog::count_documents(tx));
    for (auto& line : catalog::check_counts(tx)) {
        report.problems.push_back({"catalog", "catalog.db", "", "", std::move(line), "counts"});
    }
    for (auto& path : services::check_uploads(archive.home(), tx)) {
        report.problems.push_back({"missing", std::move(path), "", "", "", "upload"});
    }
    for (auto& fault : services::check_second_factors(archive)) {
        report.problems.push_back({std::move(fault.kind), std::move(fault.path), std::move(fault.account), "",
                                   std::move(fault.found), "second_factor"});
    }
    for (auto& line : catalog::check_register_books(tx)) {
        report.problems.push_back({"register", "catalog.db", "", "", std::move(line), "register"});
    }
    for (auto& line : jobs::check_jobs(tx)) {
        report.problems.push_back({"job", "", "", "", std::move(line), "job"});
    }
}

void check_audit(services::Archive& archive, IntegrityReport& report)
{
    const auto verdict = audit::verify_audit(archive.home(), archive.database());
    report.events = verdict.size;
    if (!verdict.ok) {
        report.problems.push_back(
            {"audit", "", verdict.first_bad ? std::to_string(*verdict.first_bad) : "", "", verdict.why, "audit"});
    }
    for (auto& fault : services::check_documents_against_history(archive.database())) {
        report.problems.push_back(
            {"audit", "", std::move(fault.object), std::move(fault.expected), std::move(fault.found), "history"});
    }
    for (auto& fault : services::check_people_against_history(archive.database())) {
        report.problems.push_back(
            {"audit", "", std::move(fault.object), std::move(fault.expected), std::move(fault.found), "people"});
    }
}

/// The index follows the catalogue first where that is its ordinary work (pending rows, a deleted index); whatever else
/// differs is told, not mended in silence. Beside a running writer pending rows are on their way and not yet wrong.
void check_index(const OpenHouse& house, bool alone, IntegrityReport& report)
{
    // Beside a running server the index is its worker's; checked is what it has got to.
    if (alone ? !apply_ordinary_work(house) : has_pending_work(*house.archive)) {
        return;
    }
    auto& archive = *house.archive;
    for (auto& problem : indexer::check_index(archive.home(), archive.database())) {
        report.problems.push_back(
            {"index", std::filesystem::path{problem.path}.lexically_relative(archive.home().root()).native(),
             std::move(problem.id), std::move(problem.expected), std::move(problem.found), "index"});
    }
}

/// A package is whole under its final name or absent: a part of one left lying about is a broken promise.
void check_exports(const Home& home, IntegrityReport& report)
{
    if (!fs::exists(home.exports())) {
        return;
    }
    for (const auto& entry : fs::recursive_directory_iterator{home.exports()}) {
        const auto extension = entry.path().extension();
        if (entry.is_regular_file() && extension != ".zip" && extension != ".tar") {
            report.problems.push_back(
                {"export", entry.path().lexically_relative(home.root()).native(), "", "", "", "export"});
        }
    }
}

/// Objects and intents of a batch that is just being written by somebody else are not untracked.
void forgive_work_in_progress(bool alone, IntegrityReport& report)
{
    if (!alone) {
        std::erase_if(report.problems, [](const IntegrityProblem& problem) { return problem.kind == "untracked"; });
    }
}

/// So many problems are kept with a job; how many there were is always told.
constexpr std::size_t kKeptProblems = 1000;

void tell(jobs::JobContext& job, const store::FixityProgress& now)
{
    job.progress({.items_done = now.objects, .items_total = now.objects_total, .bytes_done = now.bytes});
}

/// Damage makes the run red (P10), though it came to its end.
jobs::Ending ending_of(const IntegrityReport& report)
{
    jobs::Ending ending{.result = to_result(report)};
    if (!report.problems.empty()) {
        ending.outcome = jobs::Outcome::failed;
        ending.error_code = "verify.problems";
        ending.error_fields = {{"problems", std::to_string(report.problems.size())}};
    }
    return ending;
}

/// The job row of a run at the command line. What cannot be written is no reason not to check: damage of the catalogue
/// is what the check is about, and it tells it.
class Record
{
public:
    Record(const Context& context, services::Archive& archive, std::uint64_t sample) : archive_(archive)
    {
        // With --now the run would be dated into another day.
        if (!archive.is_writable() || (!context.now.empty() && !archive.config().test_clock)) {
            return;
        }
        try_to([&] {
            auto tx = archive.database().write();
            auto job =
                jobs::start_or_resume(tx, context.clock(), context.actor(), "verify", to_line({{"sample", sample}}));
            tx.commit();
            job_.emplace(archive.database(), context.clock(), std::move(job));
        });
    }

    void progress(const store::FixityProgress& now)
    {
        if (job_) {
            tell(*job_, now);
        }
    }

    void end(const IntegrityReport& report)
    {
        if (!job_) {
            return;
        }
        try_to([&] {
            auto tx = archive_.database().write();
            job_->finish(tx,
                         report.interrupted ? jobs::Ending{.outcome = jobs::Outcome::cancelled} : ending_of(report));
            jobs::mark_reported(tx, job_->job().id);
            tx.commit();
        });
    }

private:
    template <class Action>
    static void try_to(const Action& action)
    {
        try {
            action();
        } catch (const Error& error) {
            if (error.kind() != Kind::corrupt && error.kind() != Kind::internal && error.kind() != Kind::conflict) {
                throw;
            }
        }
    }

    services::Archive& archive_;
    std::optional<jobs::JobContext> job_;
};

} // namespace

OpenHouse open_for_check(const Context& context)
{
    if (context.house) {
        return *context.house;
    }
    try {
        return keep_house(std::make_shared<services::Archive>(context.home, services::Archive::Mode::write,
                                                              std::chrono::milliseconds{0}));
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) {
            throw;
        }
    }
    return keep_house(context.open_for_reading()); // tells what is really wrong, where that too is impossible
}

Json to_result(const IntegrityReport& report)
{
    auto problems = Json::array();
    for (const auto& problem : report.problems) {
        if (problems.size() == kKeptProblems) {
            break;
        }
        problems.push_back({{"kind", problem.kind},
                            {"path", json_or_null(problem.path)},
                            {"id", json_or_null(problem.id)},
                            {"expected", json_or_null(problem.expected)},
                            {"found", json_or_null(problem.found)},
                            {"hint", problem.hint}});
    }
    return {{"ok", report.problems.empty()},
            {"checked", {{"objects", report.objects}, {"records", report.records}, {"events", report.events}}},
            {"problems_total", report.problems.size()},
            {"problems", problems}};
}

jobs::Work verify_work(OpenHouse house)
{
    return [house = std::move(house)](jobs::JobContext& context) {
        auth::authorize(context.actor(), auth::Action::integrity_verify, {});
        const auto& request = context.request();
        const auto sample = request.is_object() ? request.value("sample", std::uint64_t{0}) : 0;
        const auto report = check_integrity(house,
                                            {.sample = sample,
                                             .seed = std::random_device{}(),
                                             .progress = [&](const store::FixityProgress& now) { tell(context, now); },
                                             .stop = &context.stop_flag()},
                                            false);
        if (report.interrupted) {
            throw jobs::Stopped{};
        }
        return ending_of(report);
    };
}

IntegrityReport check_integrity(const OpenHouse& house, const store::FixityOptions& fixity, bool alone)
{
    auto& archive = *house.archive;
    IntegrityReport report;
    const auto check = [&](std::string_view kind, const auto& work) {
        if (report.interrupted) {
            return;
        }
        try {
            work();
        } catch (const Error& error) {
            if (error.kind() != Kind::corrupt) {
                throw;
            }
            report.problems.push_back({std::string{kind}, "", "", "", error.code(), std::string{kind}});
        }
    };
    check("catalog", [&] { check_catalog(archive, report); });
    check("audit", [&] { check_audit(archive, report); });
    check("catalog", [&] { check_store(archive, fixity, report); });
    forgive_work_in_progress(alone, report);
    check("index", [&] { check_index(house, alone, report); });
    check("export", [&] { check_exports(archive.home(), report); });
    return report;
}

IntegrityReport check_home(const Context& context, const store::FixityOptions& fixity)
{
    try {
        const auto house = open_for_check(context);
        auto& archive = *house.archive;
        Record record{context, archive, fixity.sample};
        auto options = fixity;
        options.progress = [&](const store::FixityProgress& now) {
            record.progress(now);
            fixity.progress(now);
        };
        // Inside the server others write meanwhile.
        auto report = check_integrity(house, options, archive.is_writable() && !context.house);
        record.end(report);
        return report;
    } catch (const Error& error) {
        if (error.kind() != Kind::corrupt) {
            throw;
        }
        IntegrityReport report;
        report.problems.push_back({"catalog", "catalog.db", "", "", error.code(), "catalog"});
        return report;
    }
}

} // namespace vtlt::app
