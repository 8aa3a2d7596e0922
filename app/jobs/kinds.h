// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/export/package_writer.h>
#include <vtlt/core/jobs/runner.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Long work that joins rooms: what the command line does in the foreground and the server's runner in the background.
namespace vtlt::app {

/// A set of documents as somebody asked for it: a query, a dossier or a saved set.
struct PackageWish
{
    std::string query;
    std::string dossier;
    std::string set; ///< uid
    std::string profile = "inspection";
    bool relaxed = false;
};

/// Throws invalid `export.profile`.
export_::Profile profile_of(const std::string& name);

/// What was asked for: the documents that the asker may take, and how many he may only know of (absent where no unit
/// tells him, auth::is_told).
struct Selection
{
    std::vector<DocumentId> documents;
    std::optional<std::uint64_t> excluded;
};
/// Joining a query to a set happens here (decisions.md, "Rooms").
Selection select_documents(const OpenHouse& house, const auth::Actor& actor, const PackageWish& wish);

/// What the writer needs to know besides the set. Signs what happened so far.
export_::PackageRequest package_request(const OpenHouse& house, const Clock& clock, const auth::Actor& actor,
                                        const PackageWish& wish, const Selection& selected,
                                        const std::filesystem::path& out, const std::string& language);

/// Before a package has its name: throws conflict `export.no_longer_allowed` when one of its documents may not be taken
/// any more, for it was raised, or a right has ended.
void require_still_allowed(services::Archive& archive, const auth::Actor& actor, JobId job);

/// Events of a package: before its first byte, and when it has its name.
void record_package_requested(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Uid& job,
                              const PackageWish& wish, std::span<const DocumentId> documents);
void record_package_exported(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Uid& job,
                             const PackageWish& wish, const export_::PackageResult& result);
/// What a job keeps of a package that was made.
Json package_result_json(const export_::PackageResult& result, std::optional<std::uint64_t> excluded,
                         const std::filesystem::path& out);

/// Job `export` of the server: exports/<job>/<name>.
jobs::Work package_work(OpenHouse house, const Clock& clock);

} // namespace vtlt::app
