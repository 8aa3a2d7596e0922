// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "package_findings.h"
#include "package_survey.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace vtlt::export_ {

/// Finds the file that a manifest means: as written, or as a careless writer or another file system would have left it.
class PathIndex
{
public:
    /// Warns of names that another file system could not tell apart.
    PathIndex(const Items& items, Findings& findings);

    struct Found
    {
        const std::string* path = nullptr;
        std::string_view rule; ///< of the warning that goes with it
    };

    Found find(std::string_view written) const;

private:
    const std::string* exact(const std::string& path) const;

    const Items& items_;
    std::unordered_map<std::string, const std::string*> by_key_;
};

} // namespace vtlt::export_
