// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_survey.h"

#include <vtlt/core/export/bag_text.h>

#include <algorithm>
#include <array>
#include <set>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kMaxTagFile = std::size_t{64} << 20;
constexpr std::size_t kMaxTagFiles = std::size_t{256} << 20;

bool is_tag_name(std::string_view name)
{
    constexpr std::array<std::string_view, 4> kNames{"bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt"};
    return std::ranges::find(kNames, name) != kNames.end() || bag::algorithm_of(name, "manifest-") ||
           bag::algorithm_of(name, "tagmanifest-");
}

std::string_view file_name(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

} // namespace

bool Survey::begin(const sandbox::Entry& entry)
{
    is_open_ = false;
    if (bag::leads_outside(entry.name)) {
        findings_.error("path.outside", entry.name);
        return false;
    }
    path_ = bag::normal_path(entry.name);
    if (path_.empty()) {
        return false; // "./", the root of a tar
    }
    if (entry.type == sandbox::Entry::Type::special) {
        findings_.error("path.special", path_);
    }
    const auto [at, is_new] = items.try_emplace(path_, Item{.type = entry.type});
    if (!is_new && (entry.type != sandbox::Entry::Type::folder || at->second.type != entry.type)) {
        findings_.error("package.duplicate_entry", path_);
        return false;
    }
    const auto slashes = std::ranges::count(path_, '/');
    is_open_ = entry.type == sandbox::Entry::Type::file && slashes <= 1 && is_tag_name(file_name(path_));
    if (is_open_) {
        texts[path_];
    }
    return is_open_;
}

void Survey::data(std::string_view bytes)
{
    total_ += bytes.size();
    auto& text = texts[path_];
    if (is_open_ && (total_ > kMaxTagFiles || text.size() + bytes.size() > kMaxTagFile)) {
        findings_.error("package.too_large", path_);
        is_open_ = false;
    }
    if (is_open_) {
        text += bytes;
    }
}

std::vector<std::string> find_roots(const Survey& survey)
{
    const auto has = [&](const std::string& root, std::string_view name) {
        return survey.items.contains(root + std::string{name});
    };
    std::set<std::string> folders{""};
    for (const auto& [path, item] : survey.items) {
        if (const auto slash = path.find('/'); slash != std::string::npos) {
            folders.insert(path.substr(0, slash + 1));
        } else if (item.type == sandbox::Entry::Type::folder) {
            folders.insert(path + "/");
        }
    }
    std::vector<std::string> declared;
    std::vector<std::string> undeclared;
    for (const auto& folder : folders) {
        const bool has_manifest = std::ranges::any_of(survey.texts, [&](const auto& text) {
            return text.first.starts_with(folder) && bag::algorithm_of(text.first.substr(folder.size()), "manifest-");
        });
        if (has(folder, "bagit.txt")) {
            declared.push_back(folder);
        } else if (has_manifest) {
            undeclared.push_back(folder);
        }
        // What lies in a bag at the root is its own affair, bags in data/ included.
        if (folder.empty() && (!declared.empty() || !undeclared.empty())) {
            break;
        }
    }
    return declared.empty() ? undeclared : declared;
}

} // namespace vtlt::export_
