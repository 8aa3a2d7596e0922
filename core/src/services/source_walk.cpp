// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/source_walk.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <sys/stat.h>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

void add_file(const fs::path& path, std::string source_path, std::size_t argument, std::vector<Source>& sources)
{
    struct stat info = {};
    const bool known = ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
    auto key = std::to_string(argument) + '/' + source_path;
    sources.push_back({.path = path,
                       .source_path = std::move(source_path),
                       .argument = argument,
                       .key = std::move(key),
                       .size = known ? static_cast<std::uint64_t>(info.st_size) : 0});
}

void add_folder(const fs::path& folder, const std::string& prefix, std::size_t argument, std::vector<Source>& sources)
{
    std::error_code error;
    std::vector<std::pair<std::string, bool>> entries;
    for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
        std::error_code unknown;
        const auto status = it->symlink_status(unknown);
        entries.emplace_back(it->path().filename().native(), fs::is_directory(status));
    }
    if (error) {
        add_file(folder, prefix.empty() ? folder.filename().native() : prefix.substr(0, prefix.size() - 1), argument,
                 sources);
        sources.back().cause = Cause::unreadable;
        return;
    }
    std::ranges::sort(entries, [](const auto& a, const auto& b) { return text::natural_less(a.first, b.first); });
    for (const auto& [name, is_folder] : entries) {
        if (is_folder) {
            add_folder(folder / name, prefix + name + "/", argument, sources);
        } else {
            add_file(folder / name, prefix + name, argument, sources);
        }
    }
}

} // namespace

std::vector<Source> walk_sources(const std::vector<fs::path>& paths)
{
    std::vector<Problem> missing;
    for (const auto& path : paths) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(path, error))) {
            missing.push_back({path.native(), "ingest.path_not_found", {{"path", path.native()}}});
        }
    }
    if (!missing.empty()) {
        const auto fields = missing.front().fields;
        throw Error{Kind::not_found, "ingest.path_not_found", fields, std::move(missing)};
    }
    std::vector<Source> sources;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (fs::is_directory(fs::symlink_status(paths[i]))) {
            add_folder(paths[i], "", i, sources);
        } else {
            add_file(paths[i], paths[i].filename().native(), i, sources);
        }
    }
    return sources;
}

bool is_safe_name(std::string_view name)
{
    if (name.empty() || name.find('\0') != std::string_view::npos || name.front() == '/' || name.front() == '\\') {
        return false;
    }
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (name.size() >= 2 && name[1] == ':' && is_letter(name[0])) {
        return false;
    }
    while (!name.empty()) {
        const auto end = name.find_first_of("/\\");
        if (name.substr(0, end) == "..") {
            return false;
        }
        name.remove_prefix(end == std::string_view::npos ? name.size() : end + 1);
    }
    return true;
}

std::string_view base_name(std::string_view path)
{
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const auto slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

} // namespace vtlt::services
