// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// The figures of the first page. None costs more with a larger archive: documents and dossiers are counted where they
/// are made (table record_count), the rest is found by index.
namespace vtlt::services {

/// The last `verify` that came to an end.
struct IntegrityRun
{
    Uid job;
    Instant finished_at{};
    bool ok = false;
    std::uint64_t problems = 0;
};

struct Overview
{
    std::vector<std::pair<Secrecy, std::uint64_t>> documents; ///< by band, those the asker may read
    std::uint64_t dossiers = 0;                               ///< in the same bands
    std::uint64_t uploads_receiving = 0;                      ///< the asker's own, like all below
    std::uint64_t uploads_waiting = 0;                        ///< waiting or being read
    std::uint64_t uploads_failed = 0;
    std::uint64_t jobs_unfinished = 0; ///< everybody's for whoever may `job_read`
    std::uint64_t jobs_failed = 0;     ///< failed or partial in the last seven days
    std::optional<IntegrityRun> integrity;
};

Overview overview(Archive& archive, const Clock& clock, const auth::Actor& actor);

} // namespace vtlt::services
