// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/uploads.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/outbox/index_outbox.h>

#include "services/intake_run.h"
#include "services/upload_rows.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::services {

namespace {

/// So many uploads in one job; the next ones are the next job's.
constexpr std::size_t kUploadsPerJob = 1000;

/// A plain file that is a document already waits only for its text, which the job's items tell.
bool is_to_be_stored(const UploadRow& row)
{
    return row.upload.document.empty();
}

/// Writes to the rows of `upload` what the intake finds out, in the transactions of its effects.
class UploadSide
{
public:
    UploadSide(const Clock& clock, jobs::JobContext& context, const std::vector<UploadRow>& rows)
        : clock_(clock), context_(context)
    {
        for (const auto& row : rows) {
            names_.emplace(static_cast<std::size_t>(row.job_source), row.upload.name);
            if (is_to_be_stored(row)) {
                side_.places.push_back(static_cast<std::size_t>(row.job_source));
            }
        }
        side_.on_written = [this](db::WriteTx& tx, const jobs::Item& item) { written(tx, item); };
        side_.before_finish = [this](db::WriteTx& tx) { finish(tx); };
    }
    UploadSide(const UploadSide&) = delete;
    UploadSide& operator=(const UploadSide&) = delete;

    const IntakeSide& side() const { return side_; }

private:
    void written(db::WriteTx& tx, const jobs::Item& item)
    {
        const auto name = names_.find(item.source);
        if (name == names_.end() || item.source_path != name->second) {
            return; // a document of a container: told when all of them are
        }
        tx.prepare(R"sql(
            UPDATE upload
               SET document_id = ?3, duplicate_of = ?4, outcome = ?5, cause = ?6, documents = ?7, state = ?8,
                   updated_at = ?9, expires_at = ?10, outbox_seq = ?11, revision = revision + 1
             WHERE job_id = ?1 AND job_source = ?2 AND state = 'reading'
        )sql")
            .bind(1, context_.job().id)
            .bind(2, static_cast<std::int64_t>(item.source))
            .bind(3, item.document)
            .bind_text_or_null(4, item.duplicate_of)
            .bind_text_or_null(5, item.outcome)
            .bind_text_or_null(6, item.cause ? cause_name(*item.cause) : std::string_view{})
            .bind(7, item.document ? 1 : 0)
            .bind(8, item.outcome.empty()       ? "reading"
                     : item.outcome == "failed" ? "failed"
                                                : "done")
            .bind(9, clock_.now())
            .bind(10, upload_expiry(tx, clock_))
            .bind(11, outbox::last_seq(tx))
            .run();
    }

    /// Containers: the worst of their documents is their outcome (P10).
    void finish(db::WriteTx& tx)
    {
        tx.prepare(R"sql(
            UPDATE upload
               SET is_container = 1, documents = told.documents, cause = told.cause, updated_at = ?2, expires_at = ?3,
                   outbox_seq = ?4,
                   outcome = CASE WHEN told.failed > 0 THEN 'failed' WHEN told.without_text > 0 THEN 'without_text'
                                  WHEN told.documents = 0 THEN 'duplicate' ELSE 'accepted' END,
                   state = CASE WHEN told.failed > 0 THEN 'failed' ELSE 'done' END,
                   revision = revision + 1
              FROM (SELECT source, count(document_id) AS documents,
                           sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END) AS failed,
                           sum(CASE WHEN outcome = 'without_text' THEN 1 ELSE 0 END) AS without_text,
                           min(CASE WHEN outcome IN ('failed', 'without_text') THEN cause END) AS cause
                      FROM job_item
                     WHERE job_id = ?1
                     GROUP BY source) AS told
             WHERE upload.job_id = ?1 AND upload.state = 'reading' AND upload.job_source = told.source
        )sql")
            .bind(1, context_.job().id)
            .bind(2, clock_.now())
            .bind(3, upload_expiry(tx, clock_))
            .bind(4, outbox::last_seq(tx))
            .run();
        if (context_.is_cancelled()) {
            cancel_uploads(tx, clock_, context_.job(), true);
        }
    }

    const Clock& clock_;
    jobs::JobContext& context_;
    std::map<std::size_t, std::string> names_; ///< by place
    IntakeSide side_;
};

/// The rules may have changed since the upload was made. What they refuse now fails alone.
std::string refusal_of(Archive& archive, const auth::Actor& actor, const Upload& upload,
                       const std::map<Uid, catalog::Dossier>& dossiers)
{
    struct stat info = {};
    const auto path = staged_path(archive.home(), upload.uid);
    if (::lstat(path.c_str(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) != upload.size) {
        return "upload.damaged";
    }
    if (upload.secrecy > archive.config().highest) {
        return "ingest.above_highest_grade";
    }
    auth::Target target{.secrecy = upload.secrecy, .unit = actor.unit};
    if (!upload.dossier.empty()) {
        const auto& dossier = dossiers.at(upload.dossier);
        target = catalog::target_of(dossier);
        if (upload.secrecy > dossier.secrecy) {
            return "ingest.dossier_below_secrecy";
        }
    }
    return auth::is_allowed(actor, auth::Action::document_register, target) ? "" : "auth.forbidden";
}

/// What the job takes in now, all of it allowed.
std::vector<UploadRow> take_rows(Archive& archive, const Clock& clock, jobs::JobContext& context, Secrecy secrecy)
{
    auto tx = archive.database().write();
    jobs::require_lease(tx, context.lease());
    if (context.is_cancelled()) {
        // Before anything was taken: what it was made for. Afterwards the intake ends what it holds
        // (UploadSide::finish).
        if (list_job_uploads(tx, context.job().id).empty()) {
            cancel_uploads(tx, clock, context.job(), false);
        }
    } else {
        give_to_job(tx, clock, context.job(), secrecy, kUploadsPerJob);
    }
    auto rows = list_job_uploads(tx, context.job().id);
    std::map<Uid, catalog::Dossier> dossiers;
    for (const auto& row : rows) {
        if (!row.upload.dossier.empty() && !dossiers.contains(row.upload.dossier)) {
            dossiers.emplace(row.upload.dossier, catalog::get_dossier(tx, auth::whole_reach(), row.upload.dossier));
        }
    }
    std::map<std::string, std::vector<std::int64_t>> refused;
    std::erase_if(rows, [&](const UploadRow& row) {
        auto code = is_to_be_stored(row) ? refusal_of(archive, context.actor(), row.upload, dossiers) : "";
        if (code.empty()) {
            return false;
        }
        refused[code].push_back(row.id);
        return true;
    });
    for (const auto& [code, ids] : refused) {
        fail_uploads(tx, clock, ids, code);
    }
    tx.commit();
    return rows;
}

IntakeRequest intake_request(const Home& home, Secrecy secrecy, const std::vector<UploadRow>& rows,
                             const UploadIntakeOptions& options)
{
    IntakeRequest request{.paths = {}, .secrecy = secrecy, .extractor = options.extractor, .workers = options.workers};
    for (const auto& row : rows) {
        const auto& upload = row.upload;
        if (!is_to_be_stored(row)) {
            continue;
        }
        request.paths.push_back({.path = staged_path(home, upload.uid),
                                 .dossier = upload.dossier,
                                 .name = upload.name,
                                 .sha256 = upload.sha256,
                                 .key = upload.uid,
                                 .keep_duplicate = row.keep_duplicate});
    }
    return request;
}

/// After the job's end: the bytes are in the store, or nobody's any more.
void remove_staged_of(Archive& archive, JobId job)
{
    std::vector<Uid> ended;
    {
        auto tx = archive.database().read();
        auto select = tx.prepare("SELECT uid FROM upload WHERE job_id = ?1 AND state IN ('done', 'failed')");
        select.bind(1, job);
        while (select.step()) {
            ended.push_back(select.text(0));
        }
    }
    for (const auto& uid : ended) {
        // A name that stays is removed at the next start.
        ::unlink(staged_path(archive.home(), uid).c_str());
    }
}

/// More waits than one job takes.
void continue_later(Archive& archive, const Clock& clock, const jobs::Job& job, Secrecy secrecy)
{
    auto tx = archive.database().write();
    auto waiting = tx.prepare("SELECT 1 FROM upload WHERE actor = ?1 AND state = 'waiting' AND secrecy = ?2 LIMIT 1");
    waiting.bind(1, job.actor.name).bind(2, static_cast<int>(secrecy));
    if (waiting.step()) {
        waiting.step();
        jobs::enqueue_once(tx, clock, job.actor, kUploadJob, upload_job_request(secrecy));
        tx.commit();
    }
}

} // namespace

jobs::Ending take_uploads(Archive& archive, const Clock& clock, const UploadIntakeOptions& options,
                          jobs::JobContext& context)
{
    const auto secrecy = upload_job_secrecy(context.request());
    const auto rows = take_rows(archive, clock, context, secrecy);
    UploadSide side{clock, context, rows};
    const auto request = intake_request(archive.home(), secrecy, rows, options);
    const IntakeHooks hooks{
        .on_item = {}, .on_progress = {}, .make_searchable = options.make_searchable, .stop = nullptr};
    const auto summary = Intake{archive, clock, context.actor(), request, hooks, &context, &side.side()}.run();
    if (summary.interrupted) {
        throw jobs::Stopped{};
    }
    remove_staged_of(archive, context.job().id);
    if (!summary.cancelled) {
        continue_later(archive, clock, context.job(), secrecy);
    }
    return {}; // the intake ended the job together with its last outcome
}

jobs::Work upload_work(Archive& archive, const Clock& clock, UploadIntakeOptions options)
{
    return [&archive, &clock, options = std::move(options)](jobs::JobContext& context) {
        return take_uploads(archive, clock, options, context);
    };
}

} // namespace vtlt::services
