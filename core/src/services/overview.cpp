// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/overview.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/counts.h>

namespace vtlt::services {

namespace {

constexpr std::chrono::days kRecent{7};

std::uint64_t number(const db::Statement& select, int column)
{
    return static_cast<std::uint64_t>(select.integer(column));
}

void count_uploads(db::ReadTx& tx, const auth::Actor& actor, Overview& overview)
{
    auto select = tx.prepare("SELECT state, count(*) FROM upload WHERE actor = ?1 GROUP BY state");
    select.bind(1, actor.name);
    while (select.step()) {
        const auto state = select.text(0);
        auto* count = state == "receiving"                       ? &overview.uploads_receiving
                      : state == "waiting" || state == "reading" ? &overview.uploads_waiting
                      : state == "failed"                        ? &overview.uploads_failed
                                                                 : nullptr;
        if (count != nullptr) {
            *count += number(select, 1);
        }
    }
}

void count_jobs(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor, Overview& overview)
{
    const bool all = auth::is_allowed(actor, auth::Action::job_read, {});
    const auto whose = all ? std::string{} : actor.name;
    auto unfinished = tx.prepare("SELECT count(*) FROM job WHERE state <> 'finished' AND (actor = ?1 OR ?1 IS NULL)"
                                 " AND secrecy <= ?2");
    unfinished.bind_text_or_null(1, whose).bind(2, static_cast<int>(actor.clearance));
    ensure(unfinished.step(), "a count has a row");
    overview.jobs_unfinished = number(unfinished, 0);
    // One that was tried again is the new job's business.
    auto failed = tx.prepare(R"sql(
        SELECT count(*)
          FROM job
         WHERE outcome IN ('partial', 'failed') AND finished_at >= ?2 AND (actor = ?1 OR ?1 IS NULL) AND secrecy <= ?3
           AND NOT EXISTS (SELECT 1 FROM job AS again WHERE again.retry_of = job.id)
    )sql");
    failed.bind_text_or_null(1, whose).bind(2, clock.now() - kRecent).bind(3, static_cast<int>(actor.clearance));
    ensure(failed.step(), "a count has a row");
    overview.jobs_failed = number(failed, 0);
}

std::optional<IntegrityRun> last_integrity_run(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT uid, finished_at, result FROM job"
                             " WHERE kind = 'verify' AND result IS NOT NULL ORDER BY id DESC LIMIT 1");
    if (!select.step()) {
        return std::nullopt;
    }
    IntegrityRun run{.job = select.text(0), .finished_at = select.instant(1)};
    const auto result = Json::parse(select.text(2), nullptr, false);
    if (result.is_object()) {
        run.ok = result.value("ok", false);
        run.problems = result.value("problems_total", std::uint64_t{0});
    }
    return run;
}

} // namespace

Overview overview(Archive& archive, const Clock& clock, const auth::Actor& actor)
{
    Overview overview;
    auto tx = archive.database().read();
    const auto readable = auth::reach_of(actor, auth::Action::document_read);
    const auto documents = catalog::read_counts(tx, catalog::Record::document, readable);
    const auto dossiers =
        catalog::read_counts(tx, catalog::Record::dossier, auth::reach_of(actor, auth::Action::dossier_read));
    for (const auto band : readable.bands) {
        overview.documents.emplace_back(band, documents.at(static_cast<std::size_t>(band)));
        overview.dossiers += dossiers.at(static_cast<std::size_t>(band));
    }
    count_uploads(tx, actor, overview);
    count_jobs(tx, clock, actor, overview);
    overview.integrity = last_integrity_run(tx);
    return overview;
}

} // namespace vtlt::services
