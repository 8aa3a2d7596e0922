// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/package_verifier.h>

#include "bag_judge.h"
#include "bag_reader.h"
#include "bag_source.h"
#include "package_digests.h"
#include "package_findings.h"
#include "package_survey.h"

#include <algorithm>
#include <utility>

namespace vtlt::export_ {

namespace {

bool has_payload(const Items& items)
{
    return std::ranges::any_of(items, [](const auto& item) {
        return item.first.starts_with("data/") ||
               (item.first == "data" && item.second.type == sandbox::Entry::Type::folder);
    });
}

void verify_bag(Survey& survey, const std::string& root, PackageSource& source, Findings& findings)
{
    Items items;
    for (auto& [path, item] : survey.items) {
        if (path.starts_with(root)) {
            items.emplace(path.substr(root.size()), std::move(item));
        } else if (item.type != sandbox::Entry::Type::folder || path + "/" != root) {
            findings.warning("package.beside", path);
        }
    }
    TagTexts texts;
    for (auto& [path, bytes] : survey.texts) {
        if (path.starts_with(root) && path.find('/', root.size()) == std::string::npos) {
            texts.emplace(path.substr(root.size()), std::move(bytes));
        }
    }
    const auto bag = read_bag(texts, findings);
    if (!has_payload(items)) {
        findings.error("bagit.no_payload", "data/");
    }
    read_digests(source, root, bag, items, findings);
    judge_bag(bag, items, findings);
}

} // namespace

PackageVerdict verify_package(const std::filesystem::path& path, sandbox::Extractor& extractor)
{
    PackageVerdict verdict;
    Findings findings{verdict};
    const auto source = open_package(path, extractor);
    Survey survey{findings};
    if (const auto failure = source->read(survey)) {
        const auto place = survey.last().empty() ? path.filename().native() : survey.last();
        findings.error(failure->is_archive ? "package.unreadable" : "package.unknown", place, failure->reason);
        return verdict;
    }
    const auto roots = find_roots(survey);
    if (roots.empty()) {
        findings.error("package.unknown", path.filename().native());
        return verdict;
    }
    verdict.format = "bagit";
    if (roots.size() > 1) {
        for (const auto& root : roots) {
            findings.error("package.several", root);
        }
        return verdict;
    }
    verify_bag(survey, roots.front(), *source, findings);
    verdict.valid = verdict.errors.empty();
    return verdict;
}

} // namespace vtlt::export_
