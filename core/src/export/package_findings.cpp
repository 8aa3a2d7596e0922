// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_findings.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/package_rules.h>

#include <algorithm>
#include <utility>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kMaxFindings = 1000;

} // namespace

void Findings::add(std::vector<PackageFinding>& list, std::string_view rule, std::string_view path,
                   std::string_view detail)
{
    if (list.size() > kMaxFindings) {
        return;
    }
    const auto* row = std::ranges::find(kRules, list.size() == kMaxFindings ? "findings.more" : rule, &RuleRow::rule);
    ensure(row != kRules.end(), "every rule of a verdict is in the table");
    PackageFinding finding{std::string{row->rule}, text::repair_utf8(path), std::string{row->message},
                           std::string{row->hint}};
    if (!detail.empty()) {
        finding.message.append(" (").append(text::repair_utf8(detail)).append(")");
    }
    list.push_back(std::move(finding));
}

} // namespace vtlt::export_
