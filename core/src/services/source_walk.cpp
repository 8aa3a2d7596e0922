// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/source_walk.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <charconv>
#include <sys/stat.h>

namespace vtlt::services {

namespace fs = std::filesystem;

namespace {

/// One of the given paths.
struct Root
{
    const IntakePath& given;
    std::size_t argument;

    bool is_named() const { return !given.name.empty(); }
    std::string key() const { return given.key.empty() ? std::to_string(argument) : given.key; }
    fs::file_status status() const
    {
        std::error_code error;
        return is_named() ? fs::status(given.path, error) : fs::symlink_status(given.path, error);
    }
};

void add_file(const fs::path& path, std::string source_path, const Root& root, bool is_link_allowed,
              std::vector<Source>& sources)
{
    struct stat info = {};
    const bool known =
        (is_link_allowed ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info)) == 0 && S_ISREG(info.st_mode);
    auto key = root.key() + '/' + source_path;
    sources.push_back({.path = path,
                       .source_path = std::move(source_path),
                       .argument = root.argument,
                       .key = std::move(key),
                       .size = known ? static_cast<std::uint64_t>(info.st_size) : 0,
                       .is_link_allowed = is_link_allowed});
}

void add_folder(const fs::path& folder, const std::string& prefix, const Root& root, std::vector<Source>& sources)
{
    std::error_code error;
    std::vector<std::pair<std::string, bool>> entries;
    for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
        std::error_code unknown;
        const auto status = it->symlink_status(unknown);
        entries.emplace_back(it->path().filename().native(), fs::is_directory(status));
    }
    if (error) {
        add_file(folder, prefix.empty() ? folder.filename().native() : prefix.substr(0, prefix.size() - 1), root, false,
                 sources);
        sources.back().cause = Cause::unreadable;
        return;
    }
    std::ranges::sort(entries, [](const auto& a, const auto& b) { return text::natural_less(a.first, b.first); });
    for (const auto& [name, is_folder] : entries) {
        if (is_folder) {
            add_folder(folder / name, prefix + name + "/", root, sources);
        } else {
            add_file(folder / name, prefix + name, root, false, sources);
        }
    }
}

} // namespace

std::vector<Source> walk_sources(const std::vector<IntakePath>& paths)
{
    std::vector<Problem> missing;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& path = paths[i].path;
        if (!fs::exists(Root{paths[i], i}.status())) {
            missing.push_back({path.native(), "ingest.path_not_found", {{"path", path.native()}}});
        }
    }
    if (!missing.empty()) {
        const auto fields = missing.front().fields;
        throw Error{Kind::not_found, "ingest.path_not_found", fields, std::move(missing)};
    }
    std::vector<Source> sources;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const Root root{paths[i], i};
        if (fs::is_directory(root.status())) {
            add_folder(paths[i].path, "", root, sources);
        } else {
            const auto& name = paths[i].name;
            add_file(paths[i].path, name.empty() ? paths[i].path.filename().native() : name, root, root.is_named(),
                     sources);
        }
    }
    return sources;
}

std::optional<int> descriptor_of(const fs::path& path)
{
    constexpr std::string_view kFolder = "/proc/self/fd/";
    const std::string_view text = path.native();
    int number = -1;
    if (!text.starts_with(kFolder)) {
        return std::nullopt;
    }
    const auto digits = text.substr(kFolder.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{number} : std::nullopt;
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
