// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/uploads.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/repeat_key.h>

#include "services/source_walk.h"
#include "services/upload_rows.h"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::services {

namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20;
constexpr std::size_t kLongestName = 1000;
constexpr std::size_t kLongestBatch = 64;
/// Of one person at a time: each may promise 20 GB.
constexpr std::int64_t kMostReceiving = 5000;
/// Left for the catalogue, the texts and everybody else.
constexpr std::uint64_t kReserve = std::uint64_t{256} << 20;
/// Hash states kept between chunks; the others are taken from their files again.
constexpr std::size_t kRemembered = 64;

std::string checked_name(const std::string& name)
{
    auto shown = text::repair_utf8(base_name(name));
    const bool is_path = shown.empty() || shown == "." || shown == "..";
    const bool has_controls = std::ranges::any_of(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (is_path || has_controls || shown.size() > kLongestName) {
        throw Error{Kind::invalid, "upload.bad_name"};
    }
    return shown;
}

Json request_of(const NewUpload& wanted)
{
    return {{"name", text::repair_utf8(wanted.name)},
            {"size", wanted.size},
            {"secrecy", secrecy_name(wanted.secrecy)},
            {"dossier", wanted.dossier},
            {"batch", wanted.batch}};
}

void remove_staged(const Home& home, const Uid& uid)
{
    const auto path = staged_path(home, uid);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        throw_errno("unlink", path.native());
    }
}

[[noreturn]] void throw_not_found(std::string_view uid)
{
    throw Error{Kind::not_found, "upload.not_found", {{"id", std::string{uid}}}};
}

/// The asker's own, else as if there were none.
UploadRow own_row(db::ReadTx& tx, const auth::Actor& actor, std::string_view uid)
{
    auto row = find_upload(tx, uid);
    if (!row || row->upload.actor != actor.name) {
        throw_not_found(uid);
    }
    return std::move(*row);
}

} // namespace

struct Uploads::State
{
    struct Progress
    {
        Hasher hasher;
        std::uint64_t hashed = 0;
    };

    State(Archive& archive_, const Clock& clock_) : archive(archive_), clock(clock_) {}

    Archive& archive;
    const Clock& clock;
    std::mutex mutex;
    std::set<Uid> busy; // this and below: guarded by mutex
    std::map<Uid, Progress> remembered;

    /// One request at a time for each upload.
    class Turn
    {
    public:
        Turn(State& state, Uid uid) : state_(state), uid_(std::move(uid))
        {
            const std::lock_guard lock{state_.mutex};
            if (!state_.busy.insert(uid_).second) {
                throw Error{Kind::busy, "upload.in_use"};
            }
        }
        ~Turn()
        {
            const std::lock_guard lock{state_.mutex};
            state_.busy.erase(uid_);
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        State& state_;
        Uid uid_;
    };

    /// The hash of the first `received` bytes: remembered, or read from the file.
    Progress progress_at(const Uid& uid, int fd, std::uint64_t received)
    {
        {
            const std::lock_guard lock{mutex};
            if (auto node = remembered.extract(uid); !node.empty() && node.mapped().hashed == received) {
                auto progress = std::move(node.mapped());
                return progress;
            }
        }
        Progress progress;
        std::vector<char> buffer(kBuffer);
        while (progress.hashed < received) {
            const auto wanted = std::min<std::uint64_t>(buffer.size(), received - progress.hashed);
            const auto got = read_at(fd, buffer.data(), wanted, progress.hashed, uid);
            if (got == 0) {
                throw Error{Kind::corrupt, "upload.damaged", {{"id", uid}}};
            }
            progress.hasher.update(buffer.data(), got);
            progress.hashed += got;
        }
        return progress;
    }

    void remember(const Uid& uid, Progress progress)
    {
        const std::lock_guard lock{mutex};
        if (remembered.size() >= kRemembered) {
            remembered.erase(remembered.begin());
        }
        remembered.insert_or_assign(uid, std::move(progress));
    }

    void forget(const Uid& uid)
    {
        const std::lock_guard lock{mutex};
        remembered.erase(uid);
    }

    void require_room(db::ReadTx& tx, const auth::Actor& actor, std::uint64_t size)
    {
        auto mine = tx.prepare("SELECT count(*) FROM upload WHERE actor = ?1 AND state = 'receiving'");
        mine.bind(1, actor.name);
        ensure(mine.step(), "a count has a row");
        if (mine.integer(0) >= kMostReceiving) {
            throw Error{Kind::busy, "upload.too_many", {{"limit", std::to_string(kMostReceiving)}}};
        }
        auto promised = tx.prepare("SELECT coalesce(sum(size - received), 0) FROM upload WHERE state = 'receiving'");
        ensure(promised.step(), "a sum has a row");
        const auto wanted = static_cast<std::uint64_t>(promised.integer(0)) + size + kReserve;
        if (free_bytes(archive.home().staging()) < wanted) {
            throw Error{Kind::internal, "internal.disk_full", {{"path", archive.home().staging().native()}}};
        }
    }

    std::optional<DossierId> open_dossier(db::ReadTx& tx, const auth::Actor& actor, const NewUpload& wanted) const
    {
        if (wanted.dossier.empty()) {
            return std::nullopt;
        }
        const auto dossier =
            catalog::get_dossier(tx, auth::reach_of(actor, auth::Action::dossier_read), wanted.dossier);
        auth::authorize(actor, auth::Action::upload_create, catalog::target_of(dossier));
        if (wanted.secrecy > dossier.secrecy) {
            throw Error{Kind::conflict,
                        "ingest.dossier_below_secrecy",
                        {{"dossier", dossier.code}, {"secrecy", std::string{secrecy_name(dossier.secrecy)}}}};
        }
        return dossier.id;
    }

    Upload get(const Uid& uid)
    {
        auto tx = archive.database().read();
        auto row = find_upload(tx, uid);
        ensure(row.has_value(), "an upload that was written is there");
        return std::move(row->upload);
    }

    /// The document with these bytes that the asker may see.
    static std::optional<Uid> known_bytes(db::ReadTx& tx, const auth::Actor& actor, const std::string& hash)
    {
        const std::vector<std::string> hashes{hash};
        for (const auto& holder : catalog::list_holders(tx, hashes)) {
            // "Duplicate" is answered only for documents the asker may see.
            if (auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(holder))) {
                return holder.document;
            }
        }
        return std::nullopt;
    }
};

Uploads::Uploads(Archive& archive, const Clock& clock) : state_(std::make_unique<State>(archive, clock)) {}

Uploads::~Uploads() = default;

MadeUpload Uploads::create(const auth::Actor& actor, const NewUpload& wanted)
{
    auto& archive = state_->archive;
    const auto name = checked_name(wanted.name);
    if (wanted.size > kMaxUploadBytes) {
        throw Error{Kind::invalid, "upload.too_large", {{"limit", std::to_string(kMaxUploadBytes)}}};
    }
    if (wanted.batch.size() > kLongestBatch || !text::is_utf8(wanted.batch)) {
        throw Error{Kind::invalid, "upload.bad_batch", {{"limit", std::to_string(kLongestBatch)}}};
    }
    require_holdable(archive, wanted.secrecy);
    auth::authorize(actor, auth::Action::upload_create, {.secrecy = wanted.secrecy, .unit = actor.unit});
    const auto request = to_line(request_of(wanted));
    auto tx = archive.database().write();
    if (!wanted.repeat_key.empty()) {
        if (const auto known = find_repeated(tx, state_->clock, actor, wanted.repeat_key, request)) {
            return {.upload = own_row(tx, actor, *known).upload, .repeated = true};
        }
    }
    const auto dossier = state_->open_dossier(tx, actor, wanted);
    state_->require_room(tx, actor, wanted.size);
    const auto uid = make_uid();
    make_directory(archive.home().uploads());
    tx.prepare(R"sql(
        INSERT INTO upload (uid, actor, name, batch, size, secrecy, dossier_id, state, created_at, updated_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'receiving', ?8, ?8, ?9)
    )sql")
        .bind(1, uid)
        .bind(2, actor.name)
        .bind(3, name)
        .bind_text_or_null(4, wanted.batch)
        .bind(5, static_cast<std::int64_t>(wanted.size))
        .bind(6, static_cast<int>(wanted.secrecy))
        .bind(7, dossier)
        .bind(8, state_->clock.now())
        .bind(9, upload_expiry(tx, state_->clock))
        .run();
    if (!wanted.repeat_key.empty()) {
        remember_repeat_key(tx, state_->clock, actor, wanted.repeat_key, request, uid);
    }
    tx.commit();
    return {.upload = state_->get(uid)};
}

namespace {

/// Appends what `read` gives to the file, hashing. Returns how many bytes; what `read` throws goes to `failure`.
std::uint64_t append(int fd, const Uid& uid, Hasher& hasher, std::uint64_t offset, std::uint64_t room,
                     const ChunkReader& read, std::exception_ptr& failure)
{
    if (::ftruncate(fd, static_cast<off_t>(offset)) != 0 || ::lseek(fd, static_cast<off_t>(offset), SEEK_SET) < 0) {
        throw_errno("ftruncate", uid);
    }
    std::vector<char> buffer(kBuffer);
    std::uint64_t written = 0;
    for (;;) {
        std::size_t got = 0;
        try {
            got = read(buffer);
        } catch (...) {
            failure = std::current_exception(); // the line broke: what came so far is kept
            return written;
        }
        if (got == 0) {
            return written;
        }
        if (got > room - written) {
            failure = std::make_exception_ptr(Error{Kind::invalid, "upload.too_long"});
            return written;
        }
        write_all(fd, {buffer.data(), got}, uid);
        hasher.update(buffer.data(), got);
        written += got;
    }
}

} // namespace

Upload Uploads::write_chunk(const auth::Actor& actor, std::string_view uid, std::uint64_t offset,
                            const ChunkReader& read)
{
    auto& archive = state_->archive;
    const State::Turn turn{*state_, Uid{uid}};
    const auto before = [&] {
        auto tx = archive.database().read();
        return own_row(tx, actor, uid).upload;
    }();
    if (before.state != UploadState::receiving) {
        throw Error{Kind::conflict, "upload.closed", {{"state", std::string{upload_state_name(before.state)}}}};
    }
    if (offset != before.received) {
        throw Error{Kind::conflict, "upload.offset", {{"received", std::to_string(before.received)}}};
    }
    make_directory(archive.home().uploads());
    const auto path = staged_path(archive.home(), before.uid);
    const bool is_new = before.received == 0;
    const auto fd = open_file(path, O_RDWR | O_NOFOLLOW | (is_new ? O_CREAT : 0));
    auto progress = state_->progress_at(before.uid, fd.get(), before.received);
    std::exception_ptr failure;
    const auto added =
        append(fd.get(), before.uid, progress.hasher, offset, before.size - before.received, read, failure);
    progress.hashed += added;
    sync_file(fd.get(), path.native());
    if (is_new) {
        sync_directory(archive.home().uploads());
        sync_directory(archive.home().staging());
    }
    {
        auto tx = archive.database().write();
        const auto changed = tx.prepare(R"sql(
            UPDATE upload
               SET received = ?2, updated_at = ?3, expires_at = ?4, revision = revision + 1
             WHERE uid = ?1 AND state = 'receiving' AND received = ?5
        )sql")
                                 .bind(1, uid)
                                 .bind(2, static_cast<std::int64_t>(progress.hashed))
                                 .bind(3, state_->clock.now())
                                 .bind(4, upload_expiry(tx, state_->clock))
                                 .bind(5, static_cast<std::int64_t>(offset))
                                 .run();
        if (changed == 0) {
            throw_not_found(uid); // expired meanwhile
        }
        tx.commit();
    }
    state_->remember(before.uid, std::move(progress));
    if (failure) {
        std::rethrow_exception(failure);
    }
    return state_->get(before.uid);
}

Upload Uploads::complete(const auth::Actor& actor, std::string_view uid, std::string_view sha256, OnDuplicate duplicate)
{
    auto& archive = state_->archive;
    const State::Turn turn{*state_, Uid{uid}};
    auto before = [&] {
        auto tx = archive.database().read();
        return own_row(tx, actor, uid).upload;
    }();
    if (before.state != UploadState::receiving) {
        // Told again it answers again, but never for other bytes: their sender would think them kept.
        if (!sha256.empty() && text::fold(sha256) != before.sha256) {
            throw Error{Kind::invalid, "upload.digest", {{"sha256", before.sha256}}};
        }
        return before;
    }
    if (before.received != before.size) {
        throw Error{Kind::conflict,
                    "upload.incomplete",
                    {{"received", std::to_string(before.received)}, {"size", std::to_string(before.size)}}};
    }
    make_directory(archive.home().uploads());
    const auto path = staged_path(archive.home(), before.uid);
    const auto fd = open_file(path, O_RDWR | O_NOFOLLOW | (before.size == 0 ? O_CREAT : 0));
    auto progress = state_->progress_at(before.uid, fd.get(), before.received);
    const auto hash = progress.hasher.finish_hex();
    if (!sha256.empty() && text::fold(sha256) != hash) {
        throw Error{Kind::invalid, "upload.digest", {{"sha256", hash}}};
    }
    if (::ftruncate(fd.get(), static_cast<off_t>(before.size)) != 0) {
        throw_errno("ftruncate", path.native());
    }
    sync_file(fd.get(), path.native());
    sync_directory(archive.home().uploads());
    sync_directory(archive.home().staging());
    auto tx = archive.database().write();
    if (duplicate == OnDuplicate::ask) {
        if (const auto known = State::known_bytes(tx, actor, hash)) {
            // Kept with the upload: the queue shows what is to be decided.
            tx.prepare("UPDATE upload SET duplicate_of = ?2, revision = revision + 1 WHERE uid = ?1")
                .bind(1, uid)
                .bind(2, *known)
                .run();
            tx.commit();
            throw Error{Kind::conflict, "upload.duplicate", {{"duplicate_of", *known}}};
        }
    }
    tx.prepare(R"sql(
        UPDATE upload
           SET state = 'waiting', sha256 = ?2, keep_duplicate = ?3, duplicate_of = NULL, updated_at = ?4,
               revision = revision + 1
         WHERE uid = ?1 AND state = 'receiving'
    )sql")
        .bind(1, uid)
        .bind(2, hash)
        .bind(3, duplicate == OnDuplicate::keep ? 1 : 0)
        .bind(4, state_->clock.now())
        .run();
    audit::record_event(
        tx, state_->clock, actor,
        {"upload.completed",
         before.uid,
         {{"name", before.name}, {"size", before.size}, {"file", hash}, {"secrecy", secrecy_name(before.secrecy)}}});
    jobs::enqueue_once(tx, state_->clock, actor, kUploadJob, upload_job_request(before.secrecy));
    tx.commit();
    return state_->get(before.uid);
}

void Uploads::abandon(const auth::Actor& actor, std::string_view uid)
{
    auto& archive = state_->archive;
    const State::Turn turn{*state_, Uid{uid}};
    auto tx = archive.database().write();
    const auto row = own_row(tx, actor, uid);
    const auto state = row.upload.state;
    if (state == UploadState::reading) {
        throw Error{Kind::conflict, "upload.closed", {{"state", std::string{upload_state_name(state)}}}};
    }
    tx.prepare("DELETE FROM upload WHERE id = ?1").bind(1, row.id).run();
    if (state == UploadState::waiting) {
        audit::record_event(tx, state_->clock, actor,
                            {"upload.abandoned", row.upload.uid, {{"file", row.upload.sha256}}});
    }
    tx.commit();
    state_->forget(row.upload.uid);
    remove_staged(archive.home(), row.upload.uid);
}

Upload Uploads::get(const auth::Actor& actor, std::string_view uid)
{
    auto tx = state_->archive.database().read();
    return own_row(tx, actor, uid).upload;
}

std::vector<Upload> Uploads::list(const auth::Actor& actor, const UploadFilter& filter, std::size_t limit)
{
    auto tx = state_->archive.database().read();
    return list_uploads(tx, actor.name, filter, limit);
}

std::size_t Uploads::expire()
{
    std::vector<Uid> gone;
    {
        auto tx = state_->archive.database().write();
        auto remove = tx.prepare("DELETE FROM upload WHERE expires_at < ?1 AND state IN ('receiving', 'done', 'failed')"
                                 " RETURNING uid");
        remove.bind(1, state_->clock.now());
        while (remove.step()) {
            gone.push_back(remove.text(0));
        }
        tx.commit();
    }
    for (const auto& uid : gone) {
        state_->forget(uid);
        remove_staged(state_->archive.home(), uid);
    }
    return gone.size();
}

} // namespace vtlt::services
