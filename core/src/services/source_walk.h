// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/cause.h>
#include <vtlt/core/services/intake.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::services {

/// A file that an intake was pointed at.
struct Source
{
    std::filesystem::path path;
    std::string source_path;  ///< as product.md §2.1 shows it, raw bytes
    std::size_t argument = 0; ///< which of the given paths led here
    std::string key;          ///< what makes it the same item in a resumed job
    std::uint64_t size = 0;
    bool is_link_allowed = false;
    std::optional<Cause> cause; ///< known already: a folder that cannot be read
};

/// Everything under the given paths, each folder in natural order. Links are not followed, but for a path that was
/// given a name. Throws not_found `ingest.path_not_found` before anything is read.
std::vector<Source> walk_sources(const std::vector<IntakePath>& paths);

/// The descriptor that `/proc/self/fd/N` names.
std::optional<int> descriptor_of(const std::filesystem::path& path);

/// True for a name inside a container that stays inside: no `..`, root, drive, NUL or empty part, in Unix or Windows
/// form.
bool is_safe_name(std::string_view name);

/// The last part of a path in Unix or Windows form.
std::string_view base_name(std::string_view path);

} // namespace vtlt::services
