// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_digests.h"

#include <map>
#include <utility>
#include <vector>

namespace vtlt::export_ {

namespace {

class Digests final : public PackageVisitor
{
public:
    Digests(Items& items, std::string root, const Bag& bag, Findings& findings)
        : items_(items), root_(std::move(root)), payload_(hashers(bag.manifests)), tags_(hashers(bag.tag_manifests)),
          findings_(findings)
    {}

    bool begin(const sandbox::Entry& entry) override
    {
        if (entry.type != sandbox::Entry::Type::file || bag::leads_outside(entry.name)) {
            return false;
        }
        const auto path = bag::normal_path(entry.name);
        const auto found =
            path.starts_with(root_) ? items_.find(std::string_view{path}.substr(root_.size())) : items_.end();
        if (found == items_.end() || !found->second.digests.empty()) {
            return false;
        }
        item_ = &found->second;
        item_->size = 0;
        open_ = found->first.starts_with("data/") ? &payload_ : &tags_;
        return true;
    }
    void data(std::string_view bytes) override
    {
        item_->size += bytes.size();
        for (auto& [algorithm, hasher] : *open_) {
            hasher.update(bytes);
        }
    }
    void end() override
    {
        for (auto& [algorithm, hasher] : *open_) {
            item_->digests[algorithm] = hasher.finish_hex();
        }
    }
    void unreadable(const sandbox::Entry& entry, const std::string& reason) override
    {
        for (auto& [algorithm, hasher] : *open_) {
            static_cast<void>(hasher.finish_hex());
        }
        findings_.error("path.unreadable", entry.name, reason);
    }

private:
    using Hashers = std::map<Hasher::Algorithm, Hasher>;

    static Hashers hashers(const std::vector<Manifest>& manifests)
    {
        Hashers all;
        for (const auto& manifest : manifests) {
            all.try_emplace(manifest.algorithm->algorithm, manifest.algorithm->algorithm);
        }
        return all;
    }

    Items& items_;
    std::string root_;
    Hashers payload_;
    Hashers tags_;
    Findings& findings_;
    Item* item_ = nullptr;
    Hashers* open_ = nullptr;
};

} // namespace

void read_digests(PackageSource& source, const std::string& root, const Bag& bag, Items& items, Findings& findings)
{
    Digests digests{items, root, bag, findings};
    if (const auto failure = source.read(digests)) {
        findings.error("package.unreadable", {}, failure->reason);
    }
}

} // namespace vtlt::export_
