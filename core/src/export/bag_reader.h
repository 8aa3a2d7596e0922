// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package_findings.h"
#include "package_survey.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/export/bag_text.h>

#include <string>
#include <string_view>
#include <vector>

namespace vtlt::export_ {

struct ManifestAlgorithm
{
    std::string_view name;
    Hasher::Algorithm algorithm;
    std::size_t hex_digits;
};

struct Manifest
{
    std::string file; ///< its name in the bag
    const ManifestAlgorithm* algorithm = nullptr;
    std::vector<bag::ManifestLine> lines;
};

/// Everything the bag says of itself.
struct Bag
{
    bag::Declaration declaration;
    std::vector<Manifest> manifests;
    std::vector<Manifest> tag_manifests;
    std::vector<bag::FetchLine> fetch;
    std::vector<bag::InfoElement> info;

    bool is_strict() const { return declaration.version >= bag::Version{1, 0}; }
};

/// Reads the tag files of a bag, by their paths below its root; what is wrong with them becomes a finding.
Bag read_bag(const TagTexts& texts, Findings& findings);

} // namespace vtlt::export_
