// SPDX-License-Identifier: GPL-3.0-or-later
#include "bag_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace vtlt::export_ {

namespace {

constexpr std::array kAlgorithms{
    ManifestAlgorithm{"md5", Hasher::Algorithm::md5, 32},
    ManifestAlgorithm{"sha1", Hasher::Algorithm::sha1, 40},
    ManifestAlgorithm{"sha224", Hasher::Algorithm::sha224, 56},
    ManifestAlgorithm{"sha256", Hasher::Algorithm::sha256, 64},
    ManifestAlgorithm{"sha384", Hasher::Algorithm::sha384, 96},
    ManifestAlgorithm{"sha512", Hasher::Algorithm::sha512, 128},
};

class BagReader
{
public:
    BagReader(const TagTexts& texts, Findings& findings) : texts_(texts), findings_(findings) {}

    Bag read();

private:
    const std::string* text(std::string_view name) const
    {
        const auto found = texts_.find(name);
        return found == texts_.end() ? nullptr : &found->second;
    }
    std::optional<std::string> decoded(std::string_view name);
    void read_declaration();
    void read_info();
    void read_fetch();
    void read_manifests(std::string_view prefix, std::vector<Manifest>& into);

    const TagTexts& texts_;
    Findings& findings_;
    Bag bag_;
};

std::optional<std::string> BagReader::decoded(std::string_view name)
{
    const auto* bytes = text(name);
    if (bytes == nullptr) {
        return std::nullopt;
    }
    bag::Notes notes;
    auto utf8 = bag::decode_tag_text(*bytes, bag_.declaration.encoding, notes);
    findings_.notes(notes, name);
    return utf8;
}

Bag BagReader::read()
{
    read_declaration();
    read_info();
    read_fetch();
    read_manifests("manifest-", bag_.manifests);
    read_manifests("tagmanifest-", bag_.tag_manifests);
    return std::move(bag_);
}

void BagReader::read_declaration()
{
    const auto* bytes = text("bagit.txt");
    if (bytes == nullptr) {
        findings_.error("bagit.declaration", "bagit.txt", "missing");
        return;
    }
    bag::Notes notes;
    bag_.declaration = bag::parse_declaration(*bytes, notes);
    findings_.notes(notes, "bagit.txt");
}

void BagReader::read_info()
{
    // Before 0.96 the file had another name.
    const auto name = bag_.declaration.version < bag::Version{0, 96} && text("bag-info.txt") == nullptr
                          ? "package-info.txt"
                          : "bag-info.txt";
    if (const auto utf8 = decoded(name)) {
        bag::Notes notes;
        bag_.info = bag::parse_info(*utf8, bag_.declaration.version, notes);
        findings_.notes(notes, name);
    }
}

void BagReader::read_fetch()
{
    constexpr std::string_view kName = "fetch.txt";
    const auto utf8 = decoded(kName);
    if (!utf8) {
        return;
    }
    bag::Notes notes;
    bag_.fetch = bag::parse_fetch(*utf8, notes);
    findings_.notes(notes, kName);
    std::erase_if(bag_.fetch, [&](const bag::FetchLine& line) {
        if (bag::leads_outside(line.path) || bag::leads_outside(bag::percent_decode_all(line.path))) {
            findings_.error("path.outside", line.path, kName);
            return true;
        }
        if (!bag::normal_path(bag::percent_decode(line.path)).starts_with("data/")) {
            findings_.error("fetch.not_payload", line.path);
            return true;
        }
        return false;
    });
}

void BagReader::read_manifests(std::string_view prefix, std::vector<Manifest>& into)
{
    std::vector<std::string> unknown;
    for (const auto& [name, bytes] : texts_) {
        const auto algorithm = bag::algorithm_of(name, prefix);
        if (!algorithm) {
            continue;
        }
        const auto* row = std::ranges::find(kAlgorithms, *algorithm, &ManifestAlgorithm::name);
        if (row == kAlgorithms.end()) {
            unknown.push_back(name);
            continue;
        }
        Manifest manifest{name, row, {}};
        if (const auto utf8 = decoded(name)) {
            bag::Notes notes;
            manifest.lines = bag::parse_manifest(*utf8, notes);
            findings_.notes(notes, name);
        }
        into.push_back(std::move(manifest));
    }
    const bool is_payload = prefix == "manifest-";
    for (const auto& name : unknown) {
        // With another manifest to go by the bag can still be judged.
        if (is_payload && into.empty()) {
            findings_.error("manifest.algorithm", name);
        } else {
            findings_.warning("manifest.algorithm", name);
        }
    }
    if (is_payload && into.empty() && unknown.empty()) {
        findings_.error("bagit.no_manifest", "manifest-sha256.txt");
    }
}

} // namespace

Bag read_bag(const TagTexts& texts, Findings& findings)
{
    return BagReader{texts, findings}.read();
}

} // namespace vtlt::export_
