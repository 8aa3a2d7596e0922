// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bag_reader.h"
#include "package_findings.h"
#include "package_survey.h"

namespace vtlt::export_ {

/// Compares what a bag says with what lies in it: sizes and digests of `items` are known, their paths are below its
/// root.
void judge_bag(const Bag& bag, const Items& items, Findings& findings);

} // namespace vtlt::export_
