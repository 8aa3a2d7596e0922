// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/dossier.h>
#include <vtlt/core/services/intake.h>
#include <vtlt/core/store/object_store.h>

#include "services/source_walk.h"
#include "services/text_pool.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace vtlt::services {

/// What the taking in of uploads adds to an intake.
struct IntakeSide
{
    std::vector<std::size_t> places; ///< Item::source of each of the request's paths
    /// In the transaction that writes an item's row, or its outcome.
    std::function<void(db::WriteTx&, const jobs::Item&)> on_written;
    /// In the transaction that ends the job.
    std::function<void(db::WriteTx&)> before_finish;
};

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

/// One run of an intake. Each file of the sources goes the same way: taken or failed (intake.cpp), out of its container
/// (intake_containers.cpp), stored and acknowledged in groups (intake_batches.cpp), its text read by other threads and
/// written in groups too (intake_texts.cpp), its outcome told in the order of the sources.
class Intake
{
public:
    Intake(Archive& archive, const Clock& clock, const auth::Actor& actor, const IntakeRequest& request,
           const IntakeHooks& hooks, jobs::JobContext* context = nullptr, const IntakeSide* side = nullptr);

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
    /// Somebody wants the job ended for good: no more sources, but what was stored is read (I10).
    bool is_cancelled() const { return context_ != nullptr && context_->is_cancelled() && !context_->is_lost(); }
    /// Leave everything as it is; the same request goes on.
    bool is_stopped() const
    {
        return (hooks_.stop != nullptr && hooks_.stop->load()) ||
               (context_ != nullptr && context_->stop_flag() && !is_cancelled());
    }
    void start_job();
    void start_follow_up();
    void load_items();
    void load_failed_items();
    bool is_wanted(const Source& source) const;
    void read_sources(const std::vector<Source>& sources);
    void end_job(std::int64_t spent);
    jobs::Lease lease() const { return context_->lease(); }
    void written(db::WriteTx& tx, const jobs::Item& item) const
    {
        if (side_ != nullptr) {
            side_->on_written(tx, item);
        }
    }
    using Steady = std::chrono::steady_clock;

    void take(const Source& source);
    void take_file(int fd, const Source& source, const std::string& key, const std::string& stamp);
    store::StagedObject stage_bytes(int fd, const std::filesystem::path& path);
    store::StagingBatch& batch();
    static bool may_be_container(int fd);
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
    bool write_texts(const std::vector<Secrecy>& grades, std::vector<jobs::Item>& done);
    jobs::Item write_text(db::WriteTx& tx, const TextResult& result, const std::optional<store::StagedObject>& staged,
                          Secrecy grade, std::vector<audit::Event>& events);
    std::vector<Secrecy> grades_now(db::ReadTx& tx) const;
    void finish_texts();
    void emit(const jobs::Item& item, bool resumed);
    void report_progress();
    sandbox::Extractor& extractor();

    Archive& archive_;
    const Clock& clock_;
    const auth::Actor& actor_;
    const IntakeRequest& request_;
    const IntakeHooks& hooks_;
    UnitId own_unit_;
    std::vector<std::optional<catalog::Dossier>> dossiers_; ///< of each of the request's paths
    std::size_t argument_ = 0;                              ///< the path being taken in
    jobs::Job job_;
    bool is_follow_up_ = false;                   ///< job_ was finished but never told; what is new is another job
    std::optional<jobs::JobContext> own_context_; ///< of a command at a terminal
    jobs::JobContext* context_ = nullptr;         ///< absent in a dry run, and before a follow-up has anything to do
    const IntakeSide* side_ = nullptr;
    std::unordered_map<std::string, jobs::Item> known_;
    std::unordered_set<std::string> settled_;        ///< keys that a retry leaves as they are
    std::optional<std::vector<std::string>> wanted_; ///< source paths that a retry does again, sorted
    std::uint64_t new_bad_ = 0;                      ///< outcomes of this run alone that make a job partial
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

} // namespace vtlt::services
