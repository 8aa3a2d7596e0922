// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/intake.h>

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/store/object_store.h>

#include "services/source_walk.h"
#include "services/text_pool.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unordered_map>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBatchFiles = 200;
constexpr std::uint64_t kBatchBytes = std::uint64_t{256} << 20;
constexpr std::size_t kTextBatch = 100;
constexpr std::size_t kTextBatchBytes = std::size_t{32} << 20;
constexpr std::size_t kSniffBytes = 512;
constexpr std::size_t kKeyLength = 40;

using Steady = std::chrono::steady_clock;

/// Only these first bytes can open a container; whether it is one is decided by the sandboxed child.
bool may_be_container(std::string_view head)
{
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06") || head.starts_with("\x1f\x8b") ||
           head.starts_with("\x28\xb5\x2f\xfd") || (head.size() >= 262 && head.substr(257, 5) == "ustar");
}

std::string head_of(int fd)
{
    std::string head(kSniffBytes, '\0');
    head.resize(read_at(fd, head.data(), head.size(), 0, ""));
    return head;
}

std::string request_json(const IntakeRequest& request)
{
    auto paths = Json::array();
    for (const auto& [path, dossier] : request.paths) {
        // Bytes of a path need not be UTF-8; hex keeps two such paths apart.
        const auto absolute = fs::absolute(path).lexically_normal().native();
        paths.push_back(
            {{"path", text::is_utf8(absolute) ? absolute : "hex:" + to_hex(absolute)}, {"dossier", dossier}});
    }
    return to_line({{"paths", paths}, {"secrecy", secrecy_name(request.secrecy)}});
}

/// One item on its way: where it came from and what happens to it.
struct Pending
{
    jobs::Item item;
    std::size_t argument = 0; ///< which of the request's paths it came from: tells its dossier
    store::StagedObject object;
    std::string name;
    std::optional<Cause> cause; ///< known before reading: a container that cannot be opened, an empty file
    std::string format;
};

class Intake
{
public:
    Intake(Archive& archive, const Clock& clock, const auth::Actor& actor, const IntakeRequest& request,
           const IntakeHooks& hooks);

    IntakeSummary run();

private:
    class MemberSink;
    struct Nested;

    catalog::Dossier open_dossier(db::ReadTx& tx, const std::string& name) const;
    std::optional<DossierId> dossier_of(const Pending& pending) const
    {
        const auto& dossier = dossiers_[pending.argument];
        return dossier ? std::optional{dossier->id} : std::nullopt;
    }
    bool is_stopped() const { return hooks_.stop != nullptr && hooks_.stop->load(); }
    void start_job();
    void take(const Source& source);
    bool take_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                        unsigned depth);
    void keep_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                        Cause cause, const std::string& format);
    void take_nested(Nested& nested, const std::string& stamp, unsigned depth);
    std::string item_key(const std::string& name, const std::string& stamp);
    void repeat_vanished();
    bool repeat(const std::string& key, const std::string& stamp, const std::string& source_path);
    jobs::Item make_item(const std::string& key, const std::string& stamp, const std::string& source_path);
    void fail(const std::string& key, const std::string& stamp, const std::string& source_path, Cause cause);
    void stage(Pending pending);
    void flush();
    void store_batch(std::vector<Pending>& kept);
    DocumentId insert(db::WriteTx& tx, const Pending& pending, std::vector<audit::Event>& events, FileId& file,
                      Uid& uid);
    void submit(TextTask task);
    void collect(bool wait);
    void apply_texts();
    void finish_texts();
    void emit(const jobs::Item& item, bool resumed);
    void report_progress();
    sandbox::Extractor& extractor();

    Archive& archive_;
    const Clock& clock_;
    const auth::Actor& actor_;
    const IntakeRequest& request_;
    const IntakeHooks& hooks_;
    UnitId root_unit_;
    std::vector<std::optional<catalog::Dossier>> dossiers_; ///< of each of the request's paths
    std::size_t argument_ = 0;                              ///< the path being taken in
    jobs::Job job_;
    std::unordered_map<std::string, jobs::Item> known_;
    std::optional<store::StagingBatch> batch_;
    std::vector<Pending> pending_;
    Steady::time_point batch_started_;
    std::optional<sandbox::Extractor> extractor_;
    std::optional<TextPool> pool_;
    std::vector<TextResult> results_;
    std::size_t result_bytes_ = 0;
    std::unordered_map<std::string, jobs::Item> reading_; ///< stored, text under way; by key
    std::int64_t next_position_ = 0;
    std::int64_t next_emitted_ = 0;
    std::map<std::int64_t, IntakeItem> waiting_; ///< outcomes that came before an earlier one
    IntakeSummary summary_;
    IntakeProgress progress_;
};

Intake::Intake(Archive& archive, const Clock& clock, const auth::Actor& actor, const IntakeRequest& request,
               const IntakeHooks& hooks)
    : archive_(archive), clock_(clock), actor_(actor), request_(request), hooks_(hooks)
{
    if (request_.secrecy > archive_.config().highest) {
        throw Error{Kind::invalid,
                    "ingest.above_highest_grade",
                    {{"highest", std::string{secrecy_name(archive_.config().highest)}}}};
    }
    auto tx = archive_.database().read();
    root_unit_ = catalog::root_unit(tx).id;
    for (const auto& path : request_.paths) {
        dossiers_.push_back(path.dossier.empty() ? std::nullopt : std::optional{open_dossier(tx, path.dossier)});
    }
    auth::authorize(actor_, auth::Action::document_register, {.secrecy = request_.secrecy, .unit = root_unit_});
}

catalog::Dossier Intake::open_dossier(db::ReadTx& tx, const std::string& name) const
{
    auto dossier = catalog::get_dossier(tx, name);
    auth::authorize(actor_, auth::Action::document_register, {.secrecy = dossier.secrecy, .unit = dossier.unit});
    if (request_.secrecy > dossier.secrecy) {
        throw Error{Kind::conflict,
                    "ingest.dossier_below_secrecy",
                    {{"dossier", dossier.code}, {"secrecy", std::string{secrecy_name(dossier.secrecy)}}}};
    }
    return dossier;
}

IntakeSummary Intake::run()
{
    const auto started = Steady::now();
    std::vector<fs::path> paths;
    for (const auto& one : request_.paths) {
        paths.push_back(one.path);
    }
    const auto sources = walk_sources(paths);
    for (const auto& source : sources) {
        progress_.bytes_total += source.size;
    }
    progress_.files_total = sources.size();
    if (!request_.dry_run) {
        start_job();
    }
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    pool_.emplace(archive_.home(), request_.extractor, request_.workers > 0 ? request_.workers : cores);
    for (const auto& source : sources) {
        if (is_stopped()) {
            break;
        }
        take(source);
    }
    repeat_vanished();
    flush();
    finish_texts();
    summary_.interrupted = is_stopped();
    if (!request_.dry_run && !summary_.interrupted && hooks_.make_searchable) {
        hooks_.make_searchable();
    }
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started).count();
    summary_.seconds = static_cast<double>(spent + job_.spent_ms) / 1000;
    summary_.job = job_.id;
    if (request_.dry_run) {
        return summary_;
    }
    auto tx = archive_.database().write();
    jobs::add_spent(tx, job_.id, spent);
    if (!summary_.interrupted) {
        const bool whole = summary_.failed + summary_.without_text == 0;
        jobs::finish(tx, clock_, job_.id, whole ? jobs::Outcome::done : jobs::Outcome::partial);
    }
    tx.commit();
    return summary_;
}

void Intake::start_job()
{
    auto tx = archive_.database().write();
    job_ = jobs::start_or_resume(tx, clock_, "ingest", request_json(request_));
    if (job_.resumed) {
        for (auto& item : jobs::list_items(tx, job_.id)) {
            auto key = item.key;
            known_.emplace(std::move(key), std::move(item));
        }
    }
    tx.commit();
}

sandbox::Extractor& Intake::extractor()
{
    if (!extractor_) {
        extractor_.emplace(request_.extractor);
    }
    return *extractor_;
}

void Intake::take(const Source& source)
{
    argument_ = source.argument;
    const int raw = ::open(source.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    const int error = errno;
    const UniqueFd fd{raw};
    struct stat info = {};
    std::optional<Cause> cause = source.cause;
    if (!cause && !fd) {
        cause = error == ELOOP || error == ENXIO || error == ENODEV ? Cause::special_file : Cause::unreadable;
    } else if (!cause && (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))) {
        cause = Cause::special_file;
    }
    const auto stamp = std::to_string(info.st_size) + ":" + std::to_string(info.st_mtim.tv_sec) + "." +
                       std::to_string(info.st_mtim.tv_nsec);
    const auto key = item_key(source.key, stamp);
    if (!cause && static_cast<std::uint64_t>(info.st_size) > request_.max_file_bytes) {
        cause = Cause::too_large;
    }
    if (cause) {
        fail(key, stamp, source.source_path, *cause);
    } else if (!repeat(key, stamp, source.source_path)) {
        try {
            if (!may_be_container(head_of(fd.get())) || !take_container(fd.get(), source.source_path, key, stamp, 1)) {
                if (!batch_) {
                    batch_.emplace(archive_.home());
                }
                auto object = batch_->add_file(fd.get(), request_.secrecy, request_.max_file_bytes);
                stage({.item = make_item(key, stamp, source.source_path),
                       .object = std::move(object),
                       .name = std::string{base_name(source.source_path)}});
            }
        } catch (const Error& failure) {
            // A source that cannot be read to its end is its own outcome; anything else is the machine's.
            if (failure.code() != "internal.errno" ||
                failure.fields().front().second.find("read") == std::string::npos) {
                throw;
            }
            fail(key, stamp, source.source_path, Cause::unreadable);
        }
    }
    progress_.bytes_done += source.size;
    report_progress();
}

jobs::Item Intake::make_item(const std::string& key, const std::string& stamp, const std::string& source_path)
{
    return {.key = key, .stamp = stamp, .position = next_position_++, .source_path = text::repair_utf8(source_path)};
}

void Intake::fail(const std::string& key, const std::string& stamp, const std::string& source_path, Cause cause)
{
    if (repeat(key, stamp, source_path)) {
        return;
    }
    auto item = make_item(key, stamp, source_path);
    item.outcome = "failed";
    item.cause = cause;
    if (!batch_) {
        batch_.emplace(archive_.home());
    }
    stage({.item = std::move(item)});
}

/// What makes it the same item in a resumed job. Other bytes under the name of something already stored are another
/// item: the stored one keeps its own outcome.
std::string Intake::item_key(const std::string& name, const std::string& stamp)
{
    auto key = sha256_hex(name).substr(0, kKeyLength);
    const auto known = known_.find(key);
    if (known == known_.end() || known->second.stamp == stamp) {
        return key;
    }
    if (known->second.document) {
        return sha256_hex(name + '\0' + stamp).substr(0, kKeyLength);
    }
    known_.erase(known);
    return key;
}

/// Sources that an earlier run dealt with and that are gone or changed now: their outcomes belong to the job like the
/// others, and a document whose text was not yet read still gets it (I10).
void Intake::repeat_vanished()
{
    std::vector<jobs::Item> vanished;
    for (const auto& [key, item] : known_) {
        vanished.push_back(item);
    }
    std::ranges::sort(vanished, {}, &jobs::Item::position);
    for (const auto& item : vanished) {
        if (is_stopped()) {
            return;
        }
        repeat(item.key, item.stamp, item.source_path);
    }
}

/// True when an earlier run of this job has dealt with the item.
bool Intake::repeat(const std::string& key, const std::string& stamp, const std::string& source_path)
{
    const auto found = known_.find(key);
    if (found == known_.end() || found->second.stamp != stamp) {
        return false;
    }
    auto item = std::move(found->second);
    known_.erase(found);
    item.position = next_position_++;
    if (!item.outcome.empty()) {
        emit(item, true);
        return true;
    }
    // Stored by the earlier run, its text not yet read.
    auto view = [&] {
        auto tx = archive_.database().read();
        return catalog::get_view(tx, item.document_uid);
    }();
    const auto& file = view.files.at(0);
    TextTask task{.item_key = key,
                  .position = item.position,
                  .document = view.document.id,
                  .uid = view.document.uid,
                  .file = file.id,
                  .band = file.band,
                  .hash = file.object_hash,
                  .name = std::string{base_name(source_path)}};
    reading_.emplace(key, std::move(item));
    submit(std::move(task));
    return true;
}

struct Intake::Nested
{
    std::string source_path;
    std::string key;
    fs::path path;
    UniqueFd fd;
};

/// Members of a container become staged objects; members that may be containers themselves wait in a folder of their
/// own.
class Intake::MemberSink final : public sandbox::EntrySink
{
public:
    MemberSink(Intake& intake, std::string prefix, std::string key, std::string stamp)
        : intake_(intake), prefix_(std::move(prefix)), key_(std::move(key)), stamp_(std::move(stamp))
    {}

    void begin(const sandbox::Entry& entry) override
    {
        ++ordinal_;
        entry_ = entry;
        head_.clear();
        members_ += entry.type == sandbox::Entry::Type::folder ? 0 : 1;
        skipped_ = entry.type != sandbox::Entry::Type::file;
        member_key_ = intake_.item_key(key_ + '\0' + std::to_string(ordinal_), stamp_);
        if (entry.type == sandbox::Entry::Type::special) {
            intake_.fail(member_key_, stamp_, member_path(), Cause::special_file);
        } else if (entry.type == sandbox::Entry::Type::file && !is_safe_name(entry.name)) {
            intake_.fail(member_key_, stamp_, member_path(), Cause::unsafe_name);
            skipped_ = true;
        } else if (!skipped_) {
            skipped_ = intake_.repeat(member_key_, stamp_, member_path());
        }
    }

    void data(std::string_view bytes) override
    {
        if (skipped_) {
            return;
        }
        if (!writer_ && !nested_) {
            const auto wanted = std::min(bytes.size(), kSniffBytes - head_.size());
            head_ += bytes.substr(0, wanted);
            bytes.remove_prefix(wanted);
            if (head_.size() < kSniffBytes) {
                return;
            }
            open();
        }
        write(bytes);
    }

    void end() override
    {
        if (skipped_) {
            return;
        }
        if (!writer_ && !nested_) {
            open();
        }
        if (nested_) {
            nested.push_back(std::move(*nested_));
            nested_.reset();
            return;
        }
        auto object = writer_->finish();
        writer_.reset();
        intake_.stage({.item = intake_.make_item(member_key_, stamp_, member_path()),
                       .object = std::move(object),
                       .name = std::string{base_name(entry_.name)}});
    }

    std::vector<Nested> nested;

    /// Files and specials; folders are nobody's loss.
    bool saw_members() const { return members_ > 0; }

private:
    std::string member_path() const { return prefix_ + "/" + entry_.name; }

    void open()
    {
        if (may_be_container(head_)) {
            if (!folder_) {
                folder_.emplace(intake_.archive_.home().staging());
            }
            auto path = folder_->path() / std::to_string(ordinal_);
            auto fd = open_file(path, O_RDWR | O_CREAT | O_EXCL);
            nested_ = Nested{member_path(), member_key_, std::move(path), std::move(fd)};
        } else {
            if (!intake_.batch_) {
                intake_.batch_.emplace(intake_.archive_.home());
            }
            writer_.emplace(intake_.batch_->begin(intake_.request_.secrecy));
        }
        write(head_);
    }

    void write(std::string_view bytes)
    {
        if (nested_) {
            write_all(nested_->fd.get(), bytes, nested_->path.native());
        } else {
            writer_->write(bytes);
        }
    }

    Intake& intake_;
    std::string prefix_;
    std::string key_;
    std::string stamp_;
    std::uint64_t ordinal_ = 0;
    std::uint64_t members_ = 0;
    sandbox::Entry entry_;
    std::string member_key_;
    std::string head_;
    bool skipped_ = false;
    std::optional<store::StagingBatch::Writer> writer_;
    std::optional<Nested> nested_;
    std::optional<TempDir> folder_;
};

/// False when the file is no container of ours. One that cannot be read to its end, or only with a password, is kept as
/// one file; one that breaks a limit is not stored: both are known from a dry reading, before anything is kept.
bool Intake::take_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                            unsigned depth)
{
    const auto dry = extractor().unpack(fd, nullptr);
    if (!dry.is_container) {
        return false;
    }
    if (depth > request_.max_nesting) {
        fail(key, stamp, source_path, Cause::nesting);
        return true;
    }
    if (dry.cause && !cause_row(*dry.cause).stored) {
        fail(key, stamp, source_path, *dry.cause);
        return true;
    }
    if (dry.cause) {
        keep_container(fd, source_path, key, stamp, *dry.cause, dry.format);
        return true;
    }
    progress_.files_total += dry.entries > 0 ? dry.entries - 1 : 0;
    MemberSink sink{*this, source_path, key, stamp};
    const auto result = extractor().unpack(fd, &sink);
    if (result.cause) {
        // It read well a moment ago: the medium or the machine is at fault.
        throw Error{Kind::internal,
                    "ingest.container_changed",
                    {{"path", source_path}, {"cause", std::string{cause_name(*result.cause)}}}};
    }
    if (!sink.saw_members()) {
        // Nothing inside is a document: the container itself is kept, or it would vanish from the account.
        keep_container(fd, source_path, key, stamp, Cause::empty, dry.format);
    }
    for (auto& nested : sink.nested) {
        take_nested(nested, stamp, depth + 1);
    }
    return true;
}

void Intake::keep_container(int fd, const std::string& source_path, const std::string& key, const std::string& stamp,
                            Cause cause, const std::string& format)
{
    if (repeat(key, stamp, source_path)) {
        return;
    }
    if (!batch_) {
        batch_.emplace(archive_.home());
    }
    if (::lseek(fd, 0, SEEK_SET) != 0) {
        throw_errno("lseek", source_path);
    }
    auto object = batch_->add_file(fd, request_.secrecy, request_.max_file_bytes);
    stage({.item = make_item(key, stamp, source_path),
           .object = std::move(object),
           .name = std::string{base_name(source_path)},
           .cause = cause,
           .format = format});
}

void Intake::take_nested(Nested& nested, const std::string& stamp, unsigned depth)
{
    if (take_container(nested.fd.get(), nested.source_path, nested.key, stamp, depth)) {
        return;
    }
    if (!batch_) {
        batch_.emplace(archive_.home());
    }
    if (::lseek(nested.fd.get(), 0, SEEK_SET) != 0) {
        throw_errno("lseek", nested.source_path);
    }
    auto object = batch_->add_file(nested.fd.get(), request_.secrecy);
    stage({.item = make_item(nested.key, stamp, nested.source_path),
           .object = std::move(object),
           .name = std::string{base_name(nested.source_path)}});
}

void Intake::stage(Pending pending)
{
    if (pending_.empty()) {
        batch_started_ = Steady::now();
    }
    pending.argument = argument_;
    pending.item.bytes = pending.object.size;
    pending_.push_back(std::move(pending));
    if (pending_.size() >= kBatchFiles || batch_->bytes() >= kBatchBytes ||
        Steady::now() - batch_started_ > std::chrono::seconds{1}) {
        flush();
    }
}

/// One group: duplicates fall out, the rest becomes durable, then one transaction acknowledges all of it.
void Intake::flush()
{
    if (pending_.empty()) {
        batch_.reset();
        return;
    }
    std::vector<std::string> hashes;
    for (const auto& pending : pending_) {
        if (!pending.object.hash.empty()) {
            hashes.push_back(pending.object.hash);
        }
    }
    std::map<std::string, std::vector<catalog::Holder>> holders;
    {
        auto tx = archive_.database().read();
        for (auto& holder : catalog::list_holders(tx, hashes)) {
            // "Duplicate" is answered only for documents the asker may see.
            if (auth::is_allowed(actor_, auth::Action::document_read, {.secrecy = holder.secrecy})) {
                holders[holder.content_hash].push_back(std::move(holder));
            }
        }
    }
    for (auto& pending : pending_) {
        if (pending.object.hash.empty()) {
            continue;
        }
        const auto home_dossier = dossier_of(pending);
        auto& known = holders[pending.object.hash];
        const auto same = std::ranges::find_if(known, [&](const catalog::Holder& holder) {
            return holder.dossier == home_dossier && holder.secrecy == request_.secrecy;
        });
        if (same != known.end()) {
            pending.item.outcome = "duplicate";
            pending.item.duplicate_of = same->document;
            batch_->discard(pending.object);
            continue;
        }
        if (!known.empty()) {
            pending.item.duplicate_of = known.front().document;
        }
        pending.item.document_uid = make_uid();
        known.push_back({pending.object.hash, pending.item.document_uid, home_dossier, request_.secrecy});
    }
    if (request_.dry_run) {
        for (auto& pending : pending_) {
            if (pending.item.outcome.empty()) {
                pending.item.outcome = pending.cause ? "without_text" : "accepted";
                pending.item.cause = pending.cause;
            }
            pending.item.document_uid.clear();
            emit(pending.item, false);
        }
    } else {
        store_batch(pending_);
    }
    pending_.clear();
    batch_.reset();
}

void Intake::store_batch(std::vector<Pending>& batch)
{
    batch_->make_durable();
    std::vector<TextTask> tasks;
    auto tx = archive_.database().write();
    std::vector<audit::Event> events;
    for (auto& pending : batch) {
        auto& item = pending.item;
        if (item.outcome.empty()) {
            FileId file;
            item.document = insert(tx, pending, events, file, item.document_uid);
            if (pending.cause) {
                item.outcome = "without_text";
                item.cause = pending.cause;
            } else {
                tasks.push_back({.item_key = item.key,
                                 .position = item.position,
                                 .document = *item.document,
                                 .uid = item.document_uid,
                                 .file = file,
                                 .band = pending.object.band,
                                 .hash = pending.object.hash,
                                 .name = pending.name});
            }
        }
        jobs::put_item(tx, job_.id, item);
    }
    audit::record_events(tx, clock_, actor_, events);
    tx.commit();
    batch_->finish();
    for (auto& pending : batch) {
        if (!pending.item.outcome.empty()) {
            emit(pending.item, false);
        } else {
            reading_.emplace(pending.item.key, std::move(pending.item));
        }
    }
    for (auto& task : tasks) {
        submit(std::move(task));
    }
}

DocumentId Intake::insert(db::WriteTx& tx, const Pending& pending, std::vector<audit::Event>& events, FileId& file,
                          Uid& uid)
{
    const auto object = store::insert_object(tx, pending.object);
    const auto shown_name = text::one_line(text::repair_utf8(pending.name));
    const auto title = text::to_nfc(shown_name.empty() ? uid : shown_name);
    const auto id =
        catalog::insert_document(tx,
                                 {.uid = uid,
                                  .unit = dossiers_[pending.argument] ? dossiers_[pending.argument]->unit : root_unit_,
                                  .dossier = dossier_of(pending),
                                  .title = title,
                                  .secrecy = request_.secrecy,
                                  .source_path = pending.item.source_path,
                                  .created_at = clock_.now()},
                                 actor_.name);
    file = catalog::insert_file(tx,
                                {.document = id,
                                 .ordinal = 1,
                                 .name = text::repair_utf8(pending.name),
                                 .content_hash = pending.object.hash,
                                 .size = pending.object.size,
                                 .format = pending.format,
                                 .text_state = pending.cause ? catalog::TextState::absent : catalog::TextState::pending,
                                 .cause = pending.cause},
                                object);
    outbox::request_reindex(tx, id, request_.secrecy);
    events.push_back({"document.registered",
                      uid,
                      {{"file", pending.object.hash},
                       {"size", pending.object.size},
                       {"secrecy", secrecy_name(request_.secrecy)},
                       {"source_path", pending.item.source_path},
                       {"title", title}}});
    return id;
}

void Intake::submit(TextTask task)
{
    while (pool_->is_full() && !is_stopped()) {
        collect(true);
    }
    pool_->submit(std::move(task));
    collect(false);
}

void Intake::collect(bool wait)
{
    for (auto& result : pool_->collect(wait)) {
        result_bytes_ += result.text_object.size();
        results_.push_back(std::move(result));
    }
    if (results_.size() >= kTextBatch || result_bytes_ >= kTextBatchBytes) {
        apply_texts();
    }
}

void Intake::finish_texts()
{
    while (pool_->outstanding() > 0 && !is_stopped()) {
        collect(true);
        report_progress();
    }
    apply_texts();
}

/// Texts read so far become durable and searchable-to-be in one group, like the files before them.
void Intake::apply_texts()
{
    if (results_.empty()) {
        return;
    }
    store::StagingBatch batch{archive_.home()};
    std::vector<std::optional<store::StagedObject>> objects;
    std::set<std::string> staged;
    for (const auto& result : results_) {
        objects.push_back(result.text_object.empty()
                              ? std::nullopt
                              : std::optional{batch.add_bytes(result.text_object, result.task.band)});
        if (objects.back() && !staged.insert(objects.back()->hash).second) {
            batch.discard(*objects.back()); // two files with one text: the first copy serves both
        }
    }
    batch.make_durable();
    std::vector<jobs::Item> done;
    auto tx = archive_.database().write();
    std::vector<audit::Event> events;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const auto& result = results_[i];
        auto item = std::move(reading_.at(result.task.item_key));
        reading_.erase(result.task.item_key);
        const auto object = objects[i] ? std::optional{store::insert_object(tx, *objects[i])} : std::nullopt;
        catalog::set_text(tx, result.task.file,
                          {.media_type = result.media_type,
                           .format = result.format,
                           .text_object = object,
                           .cause = result.cause,
                           .pages = result.pages});
        if (object) {
            catalog::describe(tx, result.task.document, result.description);
        }
        outbox::request_reindex(tx, result.task.document, result.task.band);
        events.push_back(
            {"document.text_read",
             result.task.uid,
             {{"format", result.format},
              {"cause", result.cause ? SortedJson(cause_name(*result.cause)) : SortedJson(nullptr)},
              {"text", objects[i] ? SortedJson(objects[i]->hash) : SortedJson(nullptr)},
              {"number", result.description.number},
              {"symbol", result.description.symbol},
              {"kind", result.description.kind},
              {"issuer", result.description.issuer},
              {"issued_on", result.description.issued_on ? SortedJson(format_date(*result.description.issued_on))
                                                         : SortedJson(nullptr)},
              {"title", result.description.title}}});
        item.cause = result.cause;
        item.outcome = object || (result.is_plain_image && !result.cause) ? "accepted" : "without_text";
        jobs::set_item_outcome(tx, job_.id, item.key, item.outcome, item.cause);
        done.push_back(std::move(item));
    }
    audit::record_events(tx, clock_, actor_, events);
    tx.commit();
    batch.finish();
    results_.clear();
    result_bytes_ = 0;
    for (const auto& item : done) {
        emit(item, false);
    }
}

void Intake::emit(const jobs::Item& item, bool resumed)
{
    IntakeItem out{.source_path = item.source_path,
                   .id = item.outcome == "duplicate" ? Uid{} : item.document_uid,
                   .outcome = item.outcome,
                   .cause = item.cause,
                   .duplicate_of = item.duplicate_of,
                   .bytes = item.bytes,
                   .resumed = resumed};
    ++progress_.files_done;
    waiting_.emplace(item.position, std::move(out));
    for (auto next = waiting_.begin(); next != waiting_.end() && next->first == next_emitted_;
         next = waiting_.begin()) {
        const auto& one = next->second;
        auto& count = one.outcome == "accepted"       ? summary_.accepted
                      : one.outcome == "duplicate"    ? summary_.duplicates
                      : one.outcome == "without_text" ? summary_.without_text
                                                      : summary_.failed;
        ++count;
        summary_.bytes += one.bytes;
        if (one.cause) {
            ++summary_.causes[std::string{cause_name(*one.cause)}];
        }
        if (hooks_.on_item) {
            hooks_.on_item(one);
        }
        waiting_.erase(next);
        ++next_emitted_;
    }
}

void Intake::report_progress()
{
    if (hooks_.on_progress) {
        hooks_.on_progress(progress_);
    }
}

} // namespace

IntakeSummary run_intake(Archive& archive, const Clock& clock, const auth::Actor& actor, const IntakeRequest& request,
                         const IntakeHooks& hooks)
{
    return Intake{archive, clock, actor, request, hooks}.run();
}

void acknowledge_intake(Archive& archive, JobId job)
{
    auto tx = archive.database().write();
    jobs::mark_reported(tx, job);
    tx.commit();
}

} // namespace vtlt::services
