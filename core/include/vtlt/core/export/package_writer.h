// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/clock.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace vtlt::db {
class Database;
}

/// Packages of documents that are readable in fifty years without us (product.md §2.3). Takes sets; knows no queries.
namespace vtlt::export_ {

enum class Profile
{
    inspection,
    bagit
};

struct PackageRequest
{
    Profile profile = Profile::inspection;
    std::filesystem::path out; ///< ends in .zip or .tar
    std::string query_json;    ///< content of data/query.json, made by the caller (query, filters, by, at, count)
    std::string asked_by;
    std::string title; ///< heading of the register
    /// data/audit.json: for who may read the history (Action::audit_read) proofs of the listed documents, else only
    /// which checkpoint was the newest.
    bool with_proofs = false;
    std::string language = "vi";
    /// Asked when all is written, before the package has its name: whoever throws here leaves nothing.
    std::function<void()> before_publish = nullptr;
};

struct PackageEstimate
{
    std::uint64_t documents = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0; ///< of the whole package, an upper bound
};

struct PackageResult
{
    std::uint64_t documents = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;     ///< of OUT
    std::string sha256;          ///< of OUT
    std::string manifest_sha256; ///< of manifest-sha256.txt
    Secrecy highest = Secrecy::open;
};

struct PackageProgress
{
    std::uint64_t files = 0;
    std::uint64_t bytes = 0; ///< of the files
    std::uint64_t files_total = 0;
    std::uint64_t rows = 0; ///< of the printed register, which comes after the files
    std::uint64_t rows_total = 0;
};

/// Called now and then; may throw to stop (nothing is left under the final name).
using OnPackageProgress = std::function<void(const PackageProgress&)>;

/// From the catalogue alone; nothing is read from the store.
PackageEstimate estimate_package(db::Database& database, std::span<const DocumentId> documents);

/// Writes the package in the order of `documents`, streaming in constant memory: an unnamed file in OUT's folder that
/// is synced and then linked under its name, so it is whole or absent (I9). Every object is hashed while it is copied;
/// one that differs from its name is corrupt `export.object_changed` and there is no package. Throws conflict
/// `export.exists`, not_found `export.no_documents` and `export.no_folder`, conflict `export.changed_meanwhile` (a
/// document is gone), invalid `export.format`, internal `internal.disk_full` (checked before the first byte). The
/// newest checkpoint must cover the documents' registration (invalid `audit.no_such_event`; not_found
/// `audit.no_checkpoint`): who calls it has it written first. Corrupt `audit.rewritten` when the history is not the one
/// that was signed.
PackageResult write_package(db::Database& database, const Home& home, const Clock& clock,
                            std::span<const DocumentId> documents, const PackageRequest& request,
                            const OnPackageProgress& progress = {});

} // namespace vtlt::export_
