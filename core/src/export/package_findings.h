// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/export/bag_text.h>
#include <vtlt/core/export/package_verifier.h>

#include <string_view>
#include <vector>

namespace vtlt::export_ {

/// Collects findings, no more than people can read.
class Findings
{
public:
    explicit Findings(PackageVerdict& verdict) : verdict_(verdict) {}

    void error(std::string_view rule, std::string_view path, std::string_view detail = {})
    {
        add(verdict_.errors, rule, path, detail);
    }
    void warning(std::string_view rule, std::string_view path, std::string_view detail = {})
    {
        add(verdict_.warnings, rule, path, detail);
    }
    void notes(const bag::Notes& notes, std::string_view path)
    {
        for (const auto& note : notes) {
            add(note.is_error ? verdict_.errors : verdict_.warnings, note.rule, path, note.detail);
        }
    }

private:
    static void add(std::vector<PackageFinding>& list, std::string_view rule, std::string_view path,
                    std::string_view detail);

    PackageVerdict& verdict_;
};

} // namespace vtlt::export_
