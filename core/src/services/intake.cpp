// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/intake_run.h"

#include <vtlt/core/base/digest.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeyLength = 40;

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

/// nullopt for what is no fault of the source. Reads of our own store happen elsewhere.
std::optional<Cause> cause_of_source(const Error& failure)
{
    if (failure.code() == "object.too_large") {
        return Cause::too_large;
    }
    const bool reading = failure.code() == "internal.errno" && !failure.fields().empty() &&
                         failure.fields().front().second.find("read") != std::string::npos;
    return reading ? std::optional{Cause::unreadable} : std::nullopt;
}

} // namespace

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
    paths.reserve(request_.paths.size());
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
        take_file(fd.get(), source.source_path, key, stamp);
    }
    progress_.bytes_done += source.size;
    report_progress();
}

/// A file that may be a container.
void Intake::take_file(int fd, const std::string& source_path, const std::string& key, const std::string& stamp)
{
    std::optional<store::StagedObject> object;
    try {
        if (may_be_container(fd) && take_container(fd, source_path, key, stamp, 1)) {
            return;
        }
        object = batch().add_file(fd, request_.secrecy, request_.max_file_bytes);
    } catch (const Error& failure) {
        // A source that cannot be read to its end, or has grown, is its own outcome; anything else is the machine's.
        const auto cause = cause_of_source(failure);
        if (!cause) {
            throw;
        }
        fail(key, stamp, source_path, *cause);
        return;
    }
    stage({.item = make_item(key, stamp, source_path),
           .object = std::move(*object),
           .name = std::string{base_name(source_path)}});
}

store::StagingBatch& Intake::batch()
{
    if (!batch_) {
        batch_.emplace(archive_.home());
    }
    return *batch_;
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
    batch();
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
    vanished.reserve(known_.size());
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
