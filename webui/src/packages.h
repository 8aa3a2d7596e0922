// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "asked_query.h"

#include <vtlt/core/export/package_writer.h>
#include <vtlt/core/jobs/job.h>

#include <filesystem>
#include <optional>
#include <string>

/// A package is what an export job made: its id is the job's, its file lies in exports/<id>/<name>.
namespace vtlt::webui {

struct Preflight
{
    export_::PackageEstimate estimate;
    std::uint64_t free_bytes = 0; ///< rounded down, by 3 % at most
    Secrecy highest = Secrecy::open;
    std::optional<std::uint64_t> excluded; ///< what he may not take and is told of; absent where no unit tells him
    bool has_room() const { return estimate.bytes < free_bytes; }
};

/// What a package is made of: a search, or a saved set.
struct PackageSource
{
    AskedQuery asked;
    Uid set; ///< empty: the search
    bool is_empty() const { return asked.is_empty() && set.empty(); }
    /// What names it, for an address.
    std::vector<std::pair<std::string_view, std::string>> parts() const;
};
PackageSource package_source(const Call& call);

/// What a package of it would be. Reads the catalogue only. Throws not_found `record_set.not_found`.
Preflight preflight(const Call& call, const PackageSource& source);

/// A name that every system takes: letters, digits and dashes of the folded words.
std::string suggested_name(std::string_view words);
std::string suggested_name(const AskedQuery& asked);
/// Throws invalid `package.bad_name`.
void check_name(const std::string& name);

struct PackageOrder
{
    std::string query;
    std::string dossier;
    Uid set; ///< a saved set
    bool relaxed = false;
    std::string profile = "inspection";
    std::string name; ///< without extension
    std::string format = "zip";
};
/// Job that makes it. Throws forbidden `auth.forbidden`, invalid `export.profile`, `export.format`, `package.bad_name`,
/// and what services::create_job throws.
Uid order_package(const Call& call, const PackageOrder& order, const std::string& repeat_key);

/// Throws not_found `package.unknown`.
jobs::Job get_package(const Call& call, const std::string& uid);
/// For a list: whether there is a file that the asker made, without asking for each document in it.
bool has_package_file(const Call& call, const jobs::Job& package);
/// Where its file lies; nullopt when there is none (not made, or removed since) or it is not his to take any more.
std::optional<std::filesystem::path> package_file(const Call& call, const jobs::Job& package);
http::Response send_package(Call& call);

} // namespace vtlt::webui
