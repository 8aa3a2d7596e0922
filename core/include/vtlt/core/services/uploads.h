// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/jobs/runner.h>
#include <vtlt/core/sandbox/extractor.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/core/services/intake.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Tải lên = upload: a file on its way into the archive, in pieces, by one person. What a chunk's answer counted and
/// what `complete` acknowledged survives kill -9; the rest is sent again from where `received` says.
///
///     receiving ── complete ──▶ waiting ── taken by job `upload` ──▶ reading ──▶ done | failed
///
/// Another person's upload is answered as a missing one: not_found `upload.not_found`.
namespace vtlt::services {

enum class UploadState
{
    receiving,
    waiting, ///< complete, durable, in the queue
    reading, ///< being taken in; a plain file is a document already, its text is being read
    done,
    failed
};
std::string_view upload_state_name(UploadState state);
std::optional<UploadState> upload_state_from_name(std::string_view name);

struct Upload
{
    Uid uid;
    std::string actor;
    std::string name; ///< as the browser gave it, repaired to UTF-8, without folders
    std::string batch;
    std::uint64_t size = 0;
    std::uint64_t received = 0; ///< durable bytes: the offset of the next chunk
    Secrecy secrecy = Secrecy::open;
    std::string dossier; ///< uid; empty: none
    UploadState state = UploadState::receiving;
    std::string sha256; ///< from `complete` on
    /// accepted duplicate without_text failed; of a container the worst of its documents (P10); empty: not yet
    std::string outcome;
    std::optional<Cause> cause;
    std::string error_code;      ///< refused by the archive's rules when taken in; key of locale context "error"
    Uid document;                ///< of a plain file, as soon as it is stored
    Uid duplicate_of;            ///< only what its owner may see
    std::uint64_t documents = 0; ///< how many it gave
    bool is_container = false;
    bool is_indexing = false; ///< done, and the search may not find yet what it gave
    Uid job;                  ///< that takes or took it in
    Instant created_at{};
    Instant updated_at{};
    Instant expires_at{};
    std::int64_t revision = 1;
};

struct NewUpload
{
    std::string name;
    std::uint64_t size = 0;
    Secrecy secrecy = Secrecy::open;
    std::string dossier; ///< uid, UNIT/YEAR/CODE or CODE; empty: none
    std::string batch;   ///< what was dropped together; at most 64 bytes
    std::string repeat_key;
};

struct MadeUpload
{
    Upload upload;
    bool repeated = false;
};

enum class OnDuplicate
{
    ask, ///< refuse when the asker may see a document with these bytes
    keep ///< a document of its own even so
};

struct UploadFilter
{
    std::string batch; ///< empty: every
    std::optional<UploadState> state;
    Uid before; ///< cursor: the last of the page before; empty: from the newest
};

/// Fills the buffer from its start; 0 at the end of the chunk. What it throws ends the chunk: bytes up to there are
/// kept and counted.
using ChunkReader = std::function<std::size_t(std::span<char>)>;

inline constexpr std::uint64_t kMaxUploadBytes = std::uint64_t{20} << 30;

/// Kind of the jobs that take uploads in: one for each person and grade, however many files.
inline constexpr std::string_view kUploadJob = "upload";

/// The desk where uploads are handed in; one for an open, writable archive. Safe from any thread; chunks of different
/// uploads are written side by side. Remembers the hash state of uploads under way and takes it from the file again
/// where it does not.
class Uploads
{
public:
    Uploads(Archive& archive, const Clock& clock);
    ~Uploads();

    /// Throws invalid `upload.bad_name`, `upload.too_large`, `ingest.above_highest_grade`, conflict
    /// `ingest.dossier_below_secrecy`, `idempotency.key_reused`, not_found `dossier.not_found`, forbidden
    /// `auth.forbidden`, busy `upload.too_many`, internal `internal.disk_full`.
    MadeUpload create(const auth::Actor& actor, const NewUpload& upload);
    /// Durable when it returns. Throws conflict `upload.offset` with `received`, `upload.closed` (no longer receiving),
    /// invalid `upload.too_long`, busy `upload.in_use`.
    Upload write_chunk(const auth::Actor& actor, std::string_view uid, std::uint64_t offset, const ChunkReader& read);
    /// Puts it in the queue; the same again, with the same digest or none, answers the same. Throws conflict
    /// `upload.incomplete` with `received`, `upload.duplicate` with `duplicate_of`, invalid `upload.digest` with
    /// `sha256` (what the bytes are). Wake the runner afterwards.
    Upload complete(const auth::Actor& actor, std::string_view uid, std::string_view sha256, OnDuplicate duplicate);
    /// Forgets an upload and its bytes; one that is being taken in is left: conflict `upload.closed`.
    void abandon(const auth::Actor& actor, std::string_view uid);

    Upload get(const auth::Actor& actor, std::string_view uid);
    /// The actor's own, newest first.
    std::vector<Upload> list(const auth::Actor& actor, const UploadFilter& filter, std::size_t limit);

    /// Forgets what nobody has touched for the days that setting `upload.keep_days` says (7): unfinished ones with
    /// their bytes, finished ones as rows. Returns how many.
    std::size_t expire();

private:
    struct State;
    std::unique_ptr<State> state_;
};

struct UploadIntakeOptions
{
    sandbox::ExtractorOptions extractor;
    unsigned workers = 0;                  ///< extractors side by side; 0: one per core
    std::function<void()> make_searchable; ///< before the job is called finished
};

/// The work of a job `upload`: takes in what waits of the job's actor and grade, through the same machinery as
/// `run_intake`. Outcomes are written to the uploads in the transactions of their effects; the staged bytes go when
/// they are no longer needed. Register it as prompt.
///
///     runner.add(std::string{kUploadJob}, upload_work(archive, clock, options), Runner::Speed::prompt);
jobs::Ending take_uploads(Archive& archive, const Clock& clock, const UploadIntakeOptions& options,
                          jobs::JobContext& context);
jobs::Work upload_work(Archive& archive, const Clock& clock, UploadIntakeOptions options);

/// Start-up, by the owner of the writer: removes staged bytes that no unfinished upload owns (I3). Returns how many.
std::size_t recover_uploads(const Home& home, db::Database& database);

/// Uploads whose acknowledged bytes are not there any more, as paths below the home (I1).
std::vector<std::string> check_uploads(const Home& home, db::ReadTx& tx);

} // namespace vtlt::services
