// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bag_reader.h"
#include "bag_source.h"
#include "package_findings.h"
#include "package_survey.h"

#include <string>

namespace vtlt::export_ {

/// Second reading: the size and, of what the manifests may list, the digests of every file of `items`, which lie below
/// `root`.
void read_digests(PackageSource& source, const std::string& root, const Bag& bag, Items& items, Findings& findings);

} // namespace vtlt::export_
