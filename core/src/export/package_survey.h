// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bag_source.h"
#include "package_findings.h"

#include <vtlt/core/base/digest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::export_ {

struct Item
{
    sandbox::Entry::Type type = sandbox::Entry::Type::file;
    std::uint64_t size = 0;
    std::map<Hasher::Algorithm, std::string> digests;
};
/// By path below the package's root, then below the bag's.
using Items = std::map<std::string, Item, std::less<>>;
/// Tag files, by path.
using TagTexts = std::map<std::string, std::string, std::less<>>;

/// First reading: every name, and the texts that may turn out to be the bag's own.
class Survey final : public PackageVisitor
{
public:
    explicit Survey(Findings& findings) : findings_(findings) {}

    bool begin(const sandbox::Entry& entry) override;
    void data(std::string_view bytes) override;
    void end() override {}
    void unreadable(const sandbox::Entry& entry, const std::string& reason) override
    {
        findings_.error("path.unreadable", entry.name, reason);
    }

    /// The entry that was met last: where reading ended, when it ended early.
    const std::string& last() const { return path_; }

    Items items;
    TagTexts texts;

private:
    Findings& findings_;
    std::string path_;
    bool is_open_ = false;
    std::uint64_t total_ = 0;
};

/// Where bags lie: "" for the root, else the folder with a slash. A folder with a manifest and data/ but without
/// bagit.txt is a bag that lost its declaration.
std::vector<std::string> find_roots(const Survey& survey);

} // namespace vtlt::export_
