// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/upload_rows.h"

#include <vtlt/core/base/error.h>

#include "services/setting.h"

#include <algorithm>
#include <array>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> kStates{"receiving", "waiting", "reading", "done", "failed"};
constexpr std::int64_t kKeepDays = 7;

constexpr std::string_view kSelect = R"sql(
    SELECT upload.id, upload.uid, upload.actor, upload.name, upload.batch, upload.size, upload.received, upload.secrecy,
           dossier.uid, upload.keep_duplicate, upload.state, upload.sha256, upload.outcome, upload.cause,
           upload.error_code, document.uid, upload.duplicate_of, upload.documents, upload.is_container, job.uid,
           upload.job_source, upload.created_at, upload.updated_at, upload.expires_at, upload.revision,
           CASE WHEN upload.state = 'done' AND upload.outbox_seq > (SELECT index_outbox_closed.seq FROM index_outbox_closed)
                THEN 1 ELSE 0 END
      FROM upload
      LEFT JOIN dossier ON dossier.id = upload.dossier_id
      LEFT JOIN document ON document.id = upload.document_id
      LEFT JOIN job ON job.id = upload.job_id
)sql";
const std::string kSelectByUid = std::string{kSelect} + " WHERE upload.uid = ?1";
const std::string kSelectByJob =
    std::string{kSelect} + " WHERE upload.job_id = ?1 AND upload.state = 'reading' ORDER BY upload.job_source";
const std::string kSelectPage = std::string{kSelect} + R"sql(
     WHERE upload.actor = ?1 AND (upload.batch = ?2 OR ?2 IS NULL) AND (upload.state = ?3 OR ?3 IS NULL)
       AND (upload.id < (SELECT last.id FROM upload AS last WHERE last.uid = ?4) OR ?4 IS NULL)
     ORDER BY upload.id DESC LIMIT ?5
)sql";

UploadRow read_row(const db::Statement& select)
{
    UploadRow row;
    row.id = select.integer(0);
    auto& upload = row.upload;
    upload.uid = select.text(1);
    upload.actor = select.text(2);
    upload.name = select.text(3);
    upload.batch = select.text(4);
    upload.size = static_cast<std::uint64_t>(select.integer(5));
    upload.received = static_cast<std::uint64_t>(select.integer(6));
    upload.secrecy = static_cast<Secrecy>(select.integer(7));
    upload.dossier = select.text(8);
    row.keep_duplicate = select.integer(9) != 0;
    upload.state = upload_state_from_name(select.text(10)).value_or(UploadState::receiving);
    upload.sha256 = select.text(11);
    upload.outcome = select.text(12);
    upload.cause = cause_from_name(select.text(13));
    upload.error_code = select.text(14);
    upload.document = select.text(15);
    upload.duplicate_of = select.text(16);
    upload.documents = static_cast<std::uint64_t>(select.integer(17));
    upload.is_container = select.integer(18) != 0;
    upload.job = select.text(19);
    row.job_source = select.integer(20);
    upload.created_at = select.instant(21);
    upload.updated_at = select.instant(22);
    upload.expires_at = select.instant(23);
    upload.revision = select.integer(24);
    upload.is_indexing = select.integer(25) != 0;
    return row;
}

} // namespace

std::string_view upload_state_name(UploadState state)
{
    return kStates[static_cast<std::size_t>(state)];
}

std::optional<UploadState> upload_state_from_name(std::string_view name)
{
    const auto at = std::ranges::find(kStates, name);
    return at != kStates.end() ? std::optional{static_cast<UploadState>(at - kStates.begin())} : std::nullopt;
}

std::optional<UploadRow> find_upload(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare(kSelectByUid);
    select.bind(1, uid);
    return select.step() ? std::optional{read_row(select)} : std::nullopt;
}

std::vector<UploadRow> list_job_uploads(db::ReadTx& tx, JobId job)
{
    auto select = tx.prepare(kSelectByJob);
    select.bind(1, job);
    std::vector<UploadRow> rows;
    while (select.step()) {
        rows.push_back(read_row(select));
    }
    return rows;
}

std::vector<Upload> list_uploads(db::ReadTx& tx, const std::string& actor, const UploadFilter& filter,
                                 std::size_t limit)
{
    auto select = tx.prepare(kSelectPage);
    select.bind(1, actor)
        .bind_text_or_null(2, filter.batch)
        .bind_text_or_null(3, filter.state ? upload_state_name(*filter.state) : std::string_view{})
        .bind_text_or_null(4, filter.before)
        .bind(5, static_cast<std::int64_t>(limit));
    std::vector<Upload> uploads;
    while (select.step()) {
        uploads.push_back(read_row(select).upload);
    }
    return uploads;
}

Instant upload_expiry(db::ReadTx& tx, const Clock& clock)
{
    return clock.now() + std::chrono::days{setting(tx, "upload.keep_days", kKeepDays)};
}

void give_to_job(db::WriteTx& tx, const Clock& clock, const jobs::Job& job, Secrecy secrecy, std::size_t limit)
{
    // A retry goes on with what the failed job had taken and not ended.
    tx.prepare(R"sql(
        UPDATE upload
           SET job_id = ?1, revision = revision + 1
         WHERE state = 'reading' AND job_id = (SELECT retry_of FROM job WHERE id = ?1)
    )sql")
        .bind(1, job.id)
        .run();
    auto last = tx.prepare("SELECT coalesce(max(job_source), -1) FROM upload WHERE job_id = ?1");
    last.bind(1, job.id);
    ensure(last.step(), "a maximum has a row");
    const auto taken = last.integer(0) + 1;
    last.step();
    tx.prepare(R"sql(
        UPDATE upload
           SET state = 'reading', job_id = ?1, job_source = chosen.place + ?2, updated_at = ?3, revision = revision + 1
          FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
                  FROM upload
                 WHERE state = 'waiting' AND actor = ?4 AND secrecy = ?5
                 ORDER BY id
                 LIMIT ?6) AS chosen
         WHERE upload.id = chosen.id
    )sql")
        .bind(1, job.id)
        .bind(2, taken)
        .bind(3, clock.now())
        .bind(4, job.actor.name)
        .bind(5, static_cast<int>(secrecy))
        .bind(6, static_cast<std::int64_t>(limit))
        .run();
}

void fail_uploads(db::WriteTx& tx, const Clock& clock, std::span<const std::int64_t> ids, std::string_view error_code)
{
    auto update = tx.prepare(R"sql(
        UPDATE upload
           SET state = 'failed', outcome = 'failed', error_code = ?2, updated_at = ?3, expires_at = ?4,
               revision = revision + 1
         WHERE id IN {ids ?1}
    )sql");
    update.bind_list(1, ids).bind(2, error_code).bind(3, clock.now()).bind(4, upload_expiry(tx, clock)).run();
}

void cancel_uploads(db::WriteTx& tx, const Clock& clock, const jobs::Job& job, bool had_begun)
{
    tx.prepare(R"sql(
        UPDATE upload
           SET state = 'failed', outcome = 'failed', error_code = 'upload.cancelled', updated_at = ?2, expires_at = ?3,
               revision = revision + 1
         WHERE (job_id = ?1 AND state = 'reading')
            OR (?6 = 0 AND state = 'waiting' AND actor = ?4 AND secrecy = ?5)
    )sql")
        .bind(1, job.id)
        .bind(2, clock.now())
        .bind(3, upload_expiry(tx, clock))
        .bind(4, job.actor.name)
        .bind(5, static_cast<int>(upload_job_secrecy(Json::parse(job.request, nullptr, false))))
        .bind(6, had_begun ? 1 : 0)
        .run();
}

void forget_uploads_of(db::WriteTx& tx, DocumentId document)
{
    tx.prepare("DELETE FROM upload WHERE document_id = ?1 AND state IN ('done', 'failed')").bind(1, document).run();
    tx.prepare("UPDATE upload SET duplicate_of = NULL"
               " WHERE duplicate_of = (SELECT document.uid FROM document WHERE document.id = ?1)")
        .bind(1, document)
        .run();
}

std::string upload_job_request(Secrecy secrecy)
{
    return to_line({{"secrecy", secrecy_name(secrecy)}});
}

Secrecy upload_job_secrecy(const Json& request)
{
    const auto name = request.is_object() ? request.value("secrecy", std::string{}) : std::string{};
    const auto secrecy = secrecy_from_name(name);
    ensure(secrecy.has_value(), "a job of uploads names their grade");
    return *secrecy;
}

std::size_t recover_uploads(const Home& home, db::Database& database)
{
    if (!fs::exists(home.uploads())) {
        return 0;
    }
    std::set<std::string> owned;
    {
        auto tx = database.read();
        auto select = tx.prepare("SELECT uid FROM upload WHERE state IN ('receiving', 'waiting', 'reading')");
        while (select.step()) {
            owned.insert(select.text(0));
        }
    }
    std::size_t removed = 0;
    for (const auto& entry : fs::directory_iterator{home.uploads()}) {
        if (!owned.contains(entry.path().filename().native())) {
            removed += fs::remove_all(entry.path());
        }
    }
    if (fs::is_empty(home.uploads())) {
        fs::remove(home.uploads());
    }
    return removed;
}

std::vector<std::string> check_uploads(const Home& home, db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT uid, received FROM upload"
                             " WHERE state IN ('receiving', 'waiting', 'reading') ORDER BY uid");
    std::vector<std::string> lost;
    while (select.step()) {
        const auto path = staged_path(home, select.text(0));
        struct stat info = {};
        const bool is_there = ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
        if ((!is_there && select.integer(1) > 0) || (is_there && info.st_size < select.integer(1))) {
            lost.push_back(path.lexically_relative(home.root()).native());
        }
    }
    return lost;
}

} // namespace vtlt::services
