// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/integrity.h"

#include "app/index_upkeep.h"

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/history_check.h>
#include <vtlt/indexer/index_worker.h>

#include <algorithm>
#include <array>
#include <filesystem>

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
            {"audit", "", std::move(fault.document), std::move(fault.expected), std::move(fault.found), "history"});
    }
}

/// The index follows the catalogue first where that is its ordinary work (pending rows, a deleted index); whatever else
/// differs is told, not mended in silence. Beside a running writer pending rows are on their way and not yet wrong.
void check_index(const OpenHouse& house, IntegrityReport& report)
{
    if (!apply_ordinary_work(house)) {
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
void forgive_work_in_progress(services::Archive& archive, IntegrityReport& report)
{
    if (!archive.is_writable()) {
        std::erase_if(report.problems, [](const IntegrityProblem& problem) { return problem.kind == "untracked"; });
    }
}

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

IntegrityReport check_integrity(const OpenHouse& house, const store::FixityOptions& fixity)
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
    forgive_work_in_progress(archive, report);
    check("index", [&] { check_index(house, report); });
    check("export", [&] { check_exports(archive.home(), report); });
    return report;
}

IntegrityReport check_home(const Context& context, const store::FixityOptions& fixity)
{
    try {
        return check_integrity(open_for_check(context), fixity);
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
