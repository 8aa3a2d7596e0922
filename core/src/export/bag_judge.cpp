// SPDX-License-Identifier: GPL-3.0-or-later
#include "bag_judge.h"

#include "path_index.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlt::export_ {

namespace {

/// What one manifest covers.
struct Listing
{
    std::set<std::string> paths;                                 ///< of files that are there
    std::map<std::string, std::string> digests;                  ///< as written, by the path as written
    std::vector<std::pair<std::string, std::string>> case_twins; ///< a path as written, the file that may be meant
};

class BagJudge
{
public:
    BagJudge(const Bag& bag, const Items& items, Findings& findings)
        : bag_(bag), items_(items), findings_(findings), index_(items, findings)
    {}

    void judge();

private:
    Listing compare_manifest(const Manifest& manifest, bool is_tag);
    void compare_line(const Manifest& manifest, const bag::ManifestLine& line, bool is_tag, Listing& listing);
    bool may_stand(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path, bool is_tag);
    bool is_first(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path, Listing& listing);
    void compare_digest(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path, bool is_tag);
    void compare_payload(const std::vector<Listing>& listings);
    void compare_fetch(const std::vector<Listing>& listings);
    void compare_tag_manifest(const Manifest& manifest, const Listing& listing);
    void compare_oxum();

    const Bag& bag_;
    const Items& items_;
    Findings& findings_;
    PathIndex index_;
    std::set<std::string, std::less<>> awaited_; ///< absent files that fetch.txt names
};

std::string_view missing_file(bool is_tag)
{
    return is_tag ? "tagmanifest.missing_file" : "manifest.missing_file";
}

void BagJudge::judge()
{
    for (const auto& line : bag_.fetch) {
        if (index_.find(line.path).path == nullptr) {
            awaited_.insert(bag::normal_path(bag::percent_decode(line.path)));
        }
    }
    std::vector<Listing> listings;
    listings.reserve(bag_.manifests.size());
    for (const auto& manifest : bag_.manifests) {
        listings.push_back(compare_manifest(manifest, false));
    }
    compare_payload(listings);
    compare_fetch(listings);
    for (const auto& manifest : bag_.tag_manifests) {
        compare_tag_manifest(manifest, compare_manifest(manifest, true));
    }
    compare_oxum();
}

Listing BagJudge::compare_manifest(const Manifest& manifest, bool is_tag)
{
    Listing listing;
    for (const auto& line : manifest.lines) {
        compare_line(manifest, line, is_tag, listing);
    }
    // A second spelling of a listed file says nothing new; one that stands alone names a file that is not there.
    for (const auto& [path, twin] : listing.case_twins) {
        const auto& digests = items_.find(twin)->second.digests;
        const auto actual = digests.find(manifest.algorithm->algorithm);
        const bool same = actual != digests.end() && actual->second == listing.digests[path];
        if (same && listing.paths.contains(twin)) {
            findings_.warning("manifest.case", path, twin);
        } else {
            findings_.error(missing_file(is_tag), path, manifest.file);
        }
    }
    return listing;
}

void BagJudge::compare_line(const Manifest& manifest, const bag::ManifestLine& line, bool is_tag, Listing& listing)
{
    const auto path = bag::normal_path(bag::percent_decode(line.path));
    if (!may_stand(manifest, line, path, is_tag) || !is_first(manifest, line, path, listing)) {
        return;
    }
    const auto found = index_.find(line.path);
    if (found.path == nullptr) {
        if (!awaited_.contains(path)) {
            findings_.error(missing_file(is_tag), path, manifest.file);
        }
        return;
    }
    if (found.rule == "manifest.case") {
        listing.case_twins.emplace_back(path, *found.path);
        return;
    }
    if (!found.rule.empty()) {
        findings_.warning(found.rule, path, *found.path);
    }
    listing.paths.insert(*found.path);
    compare_digest(manifest, line, *found.path, is_tag);
}

/// Whether a manifest may say such a thing at all.
bool BagJudge::may_stand(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path, bool is_tag)
{
    if (bag::leads_outside(line.path) || bag::leads_outside(bag::percent_decode_all(line.path))) {
        findings_.error("path.outside", line.path, manifest.file);
        return false;
    }
    if (!is_tag && !path.starts_with("data/")) {
        findings_.error("manifest.not_payload", line.path, manifest.file);
        return false;
    }
    if (is_tag && bag::algorithm_of(path, "tagmanifest-")) {
        findings_.error("tagmanifest.lists_itself", line.path, manifest.file);
        return false;
    }
    if (line.digest.size() != manifest.algorithm->hex_digits) {
        findings_.error("manifest.syntax", line.path, manifest.file + ": a digest of another length");
        return false;
    }
    return true;
}

bool BagJudge::is_first(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path,
                        Listing& listing)
{
    const auto [before, is_new] = listing.digests.emplace(path, line.digest);
    if (is_new) {
        return true;
    }
    if (before->second != line.digest) {
        findings_.error("manifest.contradiction", path, manifest.file);
    } else if (bag_.is_strict()) {
        findings_.error("manifest.duplicate", path, manifest.file);
    } else {
        findings_.warning("manifest.duplicate", path, manifest.file); // tolerated before 1.0
    }
    return false;
}

void BagJudge::compare_digest(const Manifest& manifest, const bag::ManifestLine& line, const std::string& path,
                              bool is_tag)
{
    const auto& digests = items_.find(path)->second.digests;
    const auto actual = digests.find(manifest.algorithm->algorithm);
    if (actual != digests.end() && actual->second != line.digest) {
        findings_.error(is_tag ? "tagmanifest.digest" : "manifest.digest", path,
                        manifest.file + ": expected " + line.digest + ", found " + actual->second);
    }
}

void BagJudge::compare_payload(const std::vector<Listing>& listings)
{
    for (const auto& [path, item] : items_) {
        if (item.type != sandbox::Entry::Type::file || !path.starts_with("data/") || listings.empty()) {
            continue;
        }
        const auto lists = [&](const Listing& listing) { return listing.paths.contains(path); };
        // Since 1.0 every manifest lists everything; before, one was enough.
        const bool listed =
            bag_.is_strict() ? std::ranges::all_of(listings, lists) : std::ranges::any_of(listings, lists);
        if (!listed) {
            findings_.error("manifest.unlisted_file", path);
        }
    }
}

void BagJudge::compare_fetch(const std::vector<Listing>& listings)
{
    for (const auto& line : bag_.fetch) {
        const auto path = bag::normal_path(bag::percent_decode(line.path));
        const bool listed =
            std::ranges::any_of(listings, [&](const Listing& listing) { return listing.digests.contains(path); });
        if (!listed) {
            findings_.error("fetch.unlisted", path);
        }
        const auto found = index_.find(line.path);
        if (found.path == nullptr) {
            findings_.error("fetch.incomplete", path);
        } else if (line.length && *line.length != items_.find(*found.path)->second.size) {
            findings_.warning("fetch.length", path);
        }
    }
}

void BagJudge::compare_tag_manifest(const Manifest& manifest, const Listing& listing)
{
    for (const auto& payload : bag_.manifests) {
        if (bag_.is_strict() && !listing.paths.contains(payload.file)) {
            findings_.error("tagmanifest.unlisted_manifest", payload.file, manifest.file);
        }
    }
}

void BagJudge::compare_oxum()
{
    bag::Oxum actual;
    for (const auto& [path, item] : items_) {
        if (item.type == sandbox::Entry::Type::file && path.starts_with("data/")) {
            actual.bytes += item.size;
            ++actual.files;
        }
    }
    bool seen = false;
    for (const auto& element : bag_.info) {
        if (bag::case_key(element.label) != "payload-oxum") {
            continue;
        }
        if (seen) {
            findings_.warning("baginfo.repeated", "bag-info.txt");
        }
        seen = true;
        if (bag::parse_oxum(element.value) != actual) {
            findings_.error("baginfo.oxum", "bag-info.txt",
                            "stated " + element.value + ", found " + std::to_string(actual.bytes) + "." +
                                std::to_string(actual.files));
        }
    }
}

} // namespace

void judge_bag(const Bag& bag, const Items& items, Findings& findings)
{
    BagJudge{bag, items, findings}.judge();
}

} // namespace vtlt::export_
