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
#include <vector>

namespace vtlt::services {

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
    using Steady = std::chrono::steady_clock;

    void take(const Source& source);
    void take_file(int fd, const std::string& source_path, const std::string& key, const std::string& stamp);
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

} // namespace vtlt::services
