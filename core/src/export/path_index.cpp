// SPDX-License-Identifier: GPL-3.0-or-later
#include "path_index.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/export/bag_text.h>

#include <array>
#include <utility>

namespace vtlt::export_ {

PathIndex::PathIndex(const Items& items, Findings& findings) : items_(items)
{
    for (const auto& [path, item] : items) {
        const auto [twin, is_new] = by_key_.emplace(bag::case_key(path), &path);
        if (!is_new && item.type == sandbox::Entry::Type::file) {
            findings.warning("path.collision", path, *twin->second);
        }
    }
}

PathIndex::Found PathIndex::find(std::string_view written) const
{
    const std::array<std::pair<std::string, std::string_view>, 3> candidates{{
        {bag::normal_path(bag::percent_decode(written)), {}},
        {bag::normal_path(written), "manifest.percent"},
        {bag::normal_path(bag::percent_decode_all(written)), "manifest.percent"},
    }};
    for (const auto& [path, rule] : candidates) {
        if (const auto* found = exact(path)) {
            return {found, rule};
        }
    }
    const auto twin = by_key_.find(bag::case_key(candidates[0].first));
    if (twin == by_key_.end() || exact(*twin->second) == nullptr) {
        return {};
    }
    const bool same_case =
        text::to_nfc(text::repair_utf8(candidates[0].first)) == text::to_nfc(text::repair_utf8(*twin->second));
    return {twin->second, same_case ? "manifest.normalization" : "manifest.case"};
}

const std::string* PathIndex::exact(const std::string& path) const
{
    const auto found = items_.find(path);
    return found != items_.end() && found->second.type == sandbox::Entry::Type::file ? &found->first : nullptr;
}

} // namespace vtlt::export_
