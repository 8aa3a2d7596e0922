// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/intake_run.h"

#include <vtlt/core/base/digest.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeyLength = 40;

constexpr std::string_view kHex = "hex:";

/// What the same command names again. A descriptor has another number each time; the file behind it does not.
std::string lasting_path(const IntakePath& given)
{
    struct stat info = {};
    if (const auto fd = descriptor_of(given.path); fd && ::fstat(*fd, &info) == 0) {
        return "fd:" + std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" + given.name;
    }
    return fs::absolute(given.path).lexically_normal().native();
}

std::string request_json(const IntakeRequest& request)
{
    auto paths = Json::array();
    for (const auto& given : request.paths) {
        // Bytes of a path need not be UTF-8; hex keeps two such paths apart.
        const auto path = lasting_path(given);
        paths.push_back(
            {{"path", text::is_utf8(path) ? path : std::string{kHex} + to_hex(path)}, {"dossier", given.dossier}});
    }
    return to_line({{"paths", paths}, {"secrecy", secrecy_name(request.secrecy)}});
}

std::string from_hex(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return bytes;
}

/// A file of the sources, or what the descriptor in its place stands for.
int open_source(const Source& source)
{
    if (const auto fd = source.is_link_allowed ? descriptor_of(source.path) : std::nullopt) {
        const int copy = ::fcntl(*fd, F_DUPFD_CLOEXEC, 0);
        return copy >= 0 && ::lseek(copy, 0, SEEK_SET) < 0 ? -1 : copy;
    }
    return ::open(source.path.c_str(),
                  O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (source.is_link_allowed ? 0 : O_NOFOLLOW));
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
               const IntakeHooks& hooks, jobs::JobContext* context, const IntakeSide* side)
    : archive_(archive), clock_(clock), actor_(actor), request_(request), hooks_(hooks), context_(context), side_(side)
{
    require_holdable(archive_, request_.secrecy);
    auto tx = archive_.database().read();
    // What names no dossier is of the unit where its clerk works.
    own_unit_ = actor_.unit.value_or(catalog::root_unit(tx).id);
    std::map<std::string, catalog::Dossier> opened;
    for (const auto& path : request_.paths) {
        if (!path.dossier.empty() && !opened.contains(path.dossier)) {
            opened.emplace(path.dossier, open_dossier(tx, path.dossier));
        }
        dossiers_.push_back(path.dossier.empty() ? std::nullopt : std::optional{opened.at(path.dossier)});
    }
    auth::authorize(actor_, auth::Action::document_register, {.secrecy = request_.secrecy, .unit = own_unit_});
}

catalog::Dossier Intake::open_dossier(db::ReadTx& tx, const std::string& name) const
{
    auto dossier = catalog::get_dossier(tx, auth::reach_of(actor_, auth::Action::document_register), name);
    auth::authorize(actor_, auth::Action::document_register, catalog::target_of(dossier));
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
    auto sources = walk_sources(request_.paths);
    if (!request_.dry_run) {
        start_job();
    }
    std::erase_if(sources, [this](const Source& source) { return !is_wanted(source); });
    for (const auto& source : sources) {
        progress_.bytes_total += source.size;
    }
    progress_.files_total = sources.size();
    read_sources(sources);
    summary_.interrupted = is_stopped();
    summary_.cancelled = is_cancelled();
    if (!request_.dry_run && !summary_.interrupted && hooks_.make_searchable) {
        hooks_.make_searchable();
    }
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started).count();
    summary_.seconds = static_cast<double>(spent + job_.spent_ms) / 1000;
    summary_.job = job_.id;
    if (context_ != nullptr) {
        end_job(spent);
    }
    return summary_;
}

void Intake::read_sources(const std::vector<Source>& sources)
{
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    pool_.emplace(archive_.home(), request_.extractor, request_.workers > 0 ? request_.workers : cores);
    for (const auto& source : sources) {
        if (is_stopped() || is_cancelled()) {
            break;
        }
        take(source);
    }
    repeat_vanished();
    flush();
    finish_texts();
    report_progress();
}

void Intake::end_job(std::int64_t spent)
{
    auto tx = archive_.database().write();
    jobs::add_spent(tx, lease(), spent);
    if (!summary_.interrupted) {
        if (side_ != nullptr) {
            side_->before_finish(tx);
        }
        const auto bad = is_follow_up_ ? new_bad_ : summary_.failed + summary_.without_text;
        const auto outcome = summary_.cancelled ? jobs::Outcome::cancelled
                             : bad == 0         ? jobs::Outcome::done
                                                : jobs::Outcome::partial;
        context_->finish(tx, {.outcome = outcome, .result = to_json(summary_)});
    }
    tx.commit();
}

void Intake::start_job()
{
    if (context_ != nullptr) {
        job_ = context_->job();
    } else {
        auto tx = archive_.database().write();
        job_ = jobs::start_or_resume(tx, clock_, actor_, "ingest", request_json(request_));
        tx.commit();
        is_follow_up_ = job_.state == jobs::State::finished;
        if (!is_follow_up_) {
            own_context_.emplace(archive_.database(), clock_, job_);
            context_ = &*own_context_;
        }
    }
    load_items();
}

/// The job came to its end but its asker was not told. Its outcomes are repeated; what lies in the sources since then
/// is the business of a job of its own.
void Intake::start_follow_up()
{
    if (context_ != nullptr) {
        return;
    }
    auto tx = archive_.database().write();
    jobs::mark_reported(tx, job_.id);
    auto job = jobs::start_or_resume(tx, clock_, actor_, "ingest", request_json(request_));
    tx.commit();
    own_context_.emplace(archive_.database(), clock_, job);
    context_ = &*own_context_;
    job_ = std::move(job);
}

void Intake::load_items()
{
    {
        auto tx = archive_.database().read();
        for (auto& item : jobs::list_items(tx, job_.id)) {
            auto key = item.key;
            known_.emplace(std::move(key), std::move(item));
        }
    }
    if (!job_.retry_of.empty()) {
        load_failed_items();
    }
}

/// A retry: sources that were not stored are taken again, stored documents without text are read again, the rest is
/// left.
void Intake::load_failed_items()
{
    const auto old = [this] {
        auto tx = archive_.database().read();
        return jobs::list_items(tx, jobs::get_job(tx, job_.retry_of).id);
    }();
    wanted_.emplace();
    auto tx = archive_.database().write();
    for (auto item : old) {
        if (item.outcome == "accepted" || item.outcome == "duplicate") {
            settled_.insert(item.key + item.stamp);
        } else if (!item.document) {
            wanted_->push_back(item.source_path);
        } else if (!known_.contains(item.key)) {
            item.outcome.clear();
            item.cause.reset();
            jobs::put_item(tx, lease(), item);
            auto key = item.key;
            known_.emplace(std::move(key), std::move(item));
        }
    }
    tx.commit();
    std::ranges::sort(*wanted_);
}

/// In a retry only what failed, and containers of what failed.
bool Intake::is_wanted(const Source& source) const
{
    if (!wanted_ || side_ != nullptr) {
        return true; // of uploads only those are left that need it
    }
    const auto path = text::repair_utf8(source.source_path);
    if (std::ranges::binary_search(*wanted_, path)) {
        return true;
    }
    const auto inside = std::ranges::lower_bound(*wanted_, path + "/");
    return inside != wanted_->end() && inside->starts_with(path + "/");
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
    const int raw = open_source(source);
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
        take_file(fd.get(), source, key, stamp);
    }
    progress_.bytes_done += source.size;
    report_progress();
}

/// A file that may be a container.
void Intake::take_file(int fd, const Source& source, const std::string& key, const std::string& stamp)
{
    const auto& source_path = source.source_path;
    std::optional<store::StagedObject> object;
    try {
        if (may_be_container(fd) && take_container(fd, source_path, key, stamp, 1)) {
            return;
        }
        object = stage_bytes(fd, source.path);
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

store::StagedObject Intake::stage_bytes(int fd, const fs::path& path)
{
    const auto& given = request_.paths[argument_];
    struct stat info = {};
    if (given.sha256.empty() || ::fstat(fd, &info) != 0) {
        return batch().add_file(fd, request_.secrecy, request_.max_file_bytes);
    }
    return batch().adopt(
        path, {.hash = given.sha256, .size = static_cast<std::uint64_t>(info.st_size), .band = request_.secrecy});
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
    return {.key = key,
            .stamp = stamp,
            .position = next_position_++,
            .source = side_ != nullptr ? side_->places.at(argument_) : argument_,
            .source_path = text::repair_utf8(source_path)};
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
    if (settled_.contains(key + stamp)) {
        return true;
    }
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
        new_bad_ += !one.resumed && (one.outcome == "failed" || one.outcome == "without_text") ? 1U : 0U;
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
    if (context_ != nullptr) {
        context_->progress({.items_done = progress_.files_done,
                            .items_total = progress_.files_total,
                            .bytes_done = progress_.bytes_done,
                            .bytes_total = progress_.bytes_total});
    }
    if (hooks_.on_progress) {
        hooks_.on_progress(progress_);
    }
}

Json to_json(const IntakeSummary& summary)
{
    return {{"accepted", summary.accepted}, {"duplicates", summary.duplicates}, {"without_text", summary.without_text},
            {"failed", summary.failed},     {"bytes", summary.bytes},           {"seconds", summary.seconds},
            {"causes", summary.causes}};
}

IntakeRequest read_intake_request(std::string_view json)
{
    IntakeRequest request;
    try {
        const auto parsed = parse_json(json);
        for (const auto& one : parsed.at("paths")) {
            const auto path = one.at("path").get<std::string>();
            request.paths.push_back({.path = path.starts_with(kHex) ? from_hex(path.substr(kHex.size())) : path,
                                     .dossier = one.at("dossier").get<std::string>()});
        }
        request.secrecy = secrecy_from_name(parsed.at("secrecy").get<std::string>()).value_or(Secrecy::open);
    } catch (const Json::exception&) {
        throw Error{Kind::invalid, "json.syntax"};
    }
    return request;
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
