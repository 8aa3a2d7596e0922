// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/jobs/runner.h>
#include <vtlt/core/sandbox/extractor.h>
#include <vtlt/core/services/archive.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// Tiếp nhận = intake: files, trees and containers become documents with text, each with one outcome (product.md §2.1).
namespace vtlt::services {

/// What to take in, and the dossier that receives it.
struct IntakePath
{
    std::filesystem::path path;
    std::string dossier; ///< uid, UNIT/YEAR/CODE or CODE; empty: none
    /// What the file is called where its path does not say it: a descriptor (`/proc/self/fd/N`), staged bytes. Such a
    /// path may be a link.
    std::string name = {};
    std::string sha256 = {};     ///< of a staged file of this home: it is taken over, not copied
    std::string key = {};        ///< what makes it the same source in a resumed job; empty: its place among the paths
    bool keep_duplicate = false; ///< a document of its own even where its dossier has these bytes
};

struct IntakeRequest
{
    std::vector<IntakePath> paths;
    Secrecy secrecy = Secrecy::open;
    bool dry_run = false; ///< tells what would happen; stores nothing
    sandbox::ExtractorOptions extractor;
    unsigned workers = 0; ///< extractors side by side; 0: one per core
    std::uint64_t max_file_bytes = std::uint64_t{20} << 30;
    unsigned max_nesting = 3;
};

/// The outcome of one file, in natural order of the sources.
struct IntakeItem
{
    std::string source_path;
    Uid id;              ///< empty when nothing was stored
    std::string outcome; ///< accepted duplicate without_text failed
    std::optional<Cause> cause;
    std::string duplicate_of;
    std::uint64_t bytes = 0;
    bool resumed = false;
};

struct IntakeProgress
{
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0; ///< grows while containers are opened
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
};

struct IntakeSummary
{
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t without_text = 0;
    std::uint64_t failed = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
    std::map<std::string, std::uint64_t> causes; ///< by cause, of everything that has one
    bool interrupted = false;                    ///< stopped by `stop`; the same request resumes
    bool cancelled = false;                      ///< by a wish; what was stored is read and told
    JobId job;
};

struct IntakeHooks
{
    std::function<void(const IntakeItem&)> on_item;
    std::function<void(const IntakeProgress&)> on_progress;
    /// Runs before the job is called finished: makes searchable what was written.
    std::function<void()> make_searchable;
    const std::atomic<bool>* stop = nullptr;
};

/// What a job's page shows of an intake.
Json to_json(const IntakeSummary& summary);

/// Stores, reads and describes. Nothing a file is or does stops the rest. Throws not_found `ingest.path_not_found`
/// before anything is done, forbidden `auth.forbidden`, not_found `dossier.not_found`, invalid
/// `ingest.above_highest_grade`; internal when the machine fails.
IntakeSummary run_intake(Archive& archive, const Clock& clock, const auth::Actor& actor, const IntakeRequest& request,
                         const IntakeHooks& hooks);

/// The request that an intake's job keeps. Throws invalid `json.syntax`.
IntakeRequest read_intake_request(std::string_view json);

/// The asker has seen the summary: repeating the request is a new intake from now on.
void acknowledge_intake(Archive& archive, JobId job);

} // namespace vtlt::services
