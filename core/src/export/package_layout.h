// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/document.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace vtlt::export_ {

/// One part of a path that every system can keep: UTF-8 in form C, at most `max_bytes`, without what Windows forbids,
/// control characters and direction overrides (each `_`), no reserved device name, no dot or space at the end. Also
/// without %, because a manifest would have to encode it and `sha256sum -c` does not decode. Empty becomes `_`. The end
/// from the last dot on is kept.
std::string safe_name(std::string_view name, std::size_t max_bytes);

struct PlacedFile
{
    const catalog::File* file = nullptr;
    std::string path; ///< below data/
};

struct PlacedDocument
{
    const catalog::DocumentView* view = nullptr;
    std::uint64_t ordinal = 0; ///< its line in the register, from 1
    std::vector<PlacedFile> files;
    std::string metadata_path; ///< below data/
};

/// Gives every file its place (product.md §2.3). A path stays below 200 bytes and differs from every other in more than
/// case. Keeps eight bytes a document and the folder of each dossier.
class PackageLayout
{
public:
    /// `view` must outlive the result.
    PlacedDocument place(const catalog::DocumentView& view, std::uint64_t ordinal);

private:
    std::string folder_of(const catalog::DocumentView& view);
    /// `stem + suffix`, or with the uid between them when the place is taken.
    std::string claim(const std::string& folder, const std::string& stem, const std::string& suffix, const Uid& uid);

    std::map<DossierId, std::string> folders_;
    std::unordered_set<std::size_t> taken_;
};

} // namespace vtlt::export_
