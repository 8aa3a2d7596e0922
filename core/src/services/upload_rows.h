// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/db/database.h>
#include <vtlt/core/services/uploads.h>

namespace vtlt::services {

/// A row with what only the program needs.
struct UploadRow
{
    std::int64_t id = 0;
    Upload upload;
    bool keep_duplicate = false;
    std::int64_t job_source = 0;
};

inline std::filesystem::path staged_path(const Home& home, const Uid& uid)
{
    return home.uploads() / uid;
}

std::optional<UploadRow> find_upload(db::ReadTx& tx, std::string_view uid);
/// Those that a job takes in and has not ended, in the order of its sources.
std::vector<UploadRow> list_job_uploads(db::ReadTx& tx, JobId job);
std::vector<Upload> list_uploads(db::ReadTx& tx, const std::string& actor, const UploadFilter& filter,
                                 std::size_t limit);
Instant upload_expiry(db::ReadTx& tx, const Clock& clock);

/// Gives what waits of the actor and grade to the job, oldest first, at most `limit`.
void give_to_job(db::WriteTx& tx, const Clock& clock, const jobs::Job& job, Secrecy secrecy, std::size_t limit);
/// The job does no more for these: uploads that are not documents yet fail with the reason.
void fail_uploads(db::WriteTx& tx, const Clock& clock, std::span<const std::int64_t> ids, std::string_view error_code);
/// What a cancelled job did not come to fails with `upload.cancelled`. One that had not begun yet would have taken what
/// waits.
void cancel_uploads(db::WriteTx& tx, const Clock& clock, const jobs::Job& job, bool had_begun);

/// Ended uploads that gave this document: their names are told no more.
void forget_uploads_of(db::WriteTx& tx, DocumentId document);

/// The request of a job `upload`.
std::string upload_job_request(Secrecy secrecy);
Secrecy upload_job_secrecy(const Json& request);

} // namespace vtlt::services
