// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/export/package_verifier.h>

#include "bag_source.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/bag_text.h>
#include <vtlt/core/export/package_rules.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kMaxFindings = 1000;
constexpr std::size_t kMaxTagFile = std::size_t{64} << 20;
constexpr std::size_t kMaxTagFiles = std::size_t{256} << 20;

struct AlgorithmRow
{
    std::string_view name;
    Hasher::Algorithm algorithm;
    std::size_t hex_digits;
};
constexpr std::array kAlgorithms{
    AlgorithmRow{"md5", Hasher::Algorithm::md5, 32},       AlgorithmRow{"sha1", Hasher::Algorithm::sha1, 40},
    AlgorithmRow{"sha224", Hasher::Algorithm::sha224, 56}, AlgorithmRow{"sha256", Hasher::Algorithm::sha256, 64},
    AlgorithmRow{"sha384", Hasher::Algorithm::sha384, 96}, AlgorithmRow{"sha512", Hasher::Algorithm::sha512, 128},
};

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
                    std::string_view detail)
    {
        if (list.size() > kMaxFindings) {
            return;
        }
        const auto* row =
            std::ranges::find(kRules, list.size() == kMaxFindings ? "findings.more" : rule, &RuleRow::rule);
        ensure(row != kRules.end(), "every rule of a verdict is in the table");
        PackageFinding finding{std::string{row->rule}, text::repair_utf8(path), std::string{row->message},
                               std::string{row->hint}};
        if (!detail.empty()) {
            finding.message.append(" (").append(text::repair_utf8(detail)).append(")");
        }
        list.push_back(std::move(finding));
    }

    PackageVerdict& verdict_;
};

struct Item
{
    sandbox::Entry::Type type = sandbox::Entry::Type::file;
    std::uint64_t size = 0;
    std::map<Hasher::Algorithm, std::string> digests;
};
/// By path below the package's root, then below the bag's.
using Items = std::map<std::string, Item, std::less<>>;

bool is_tag_name(std::string_view name)
{
    constexpr std::array<std::string_view, 4> kNames{"bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt"};
    return std::ranges::find(kNames, name) != kNames.end() || bag::algorithm_of(name, "manifest-") ||
           bag::algorithm_of(name, "tagmanifest-");
}

std::string_view file_name(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

/// First reading: every name, and the texts that may turn out to be the bag's own.
class Survey final : public PackageVisitor
{
public:
    explicit Survey(Findings& findings) : findings_(findings) {}

    bool begin(const sandbox::Entry& entry) override
    {
        is_open_ = false;
        if (bag::leads_outside(entry.name)) {
            findings_.error("path.outside", entry.name);
            return false;
        }
        path_ = bag::normal_path(entry.name);
        if (path_.empty()) {
            return false; // "./", the root of a tar
        }
        if (entry.type == sandbox::Entry::Type::special) {
            findings_.error("path.special", path_);
        }
        const auto [at, is_new] = items.try_emplace(path_, Item{.type = entry.type});
        if (!is_new && (entry.type != sandbox::Entry::Type::folder || at->second.type != entry.type)) {
            findings_.error("package.duplicate_entry", path_);
            return false;
        }
        const auto slashes = std::ranges::count(path_, '/');
        is_open_ = entry.type == sandbox::Entry::Type::file && slashes <= 1 && is_tag_name(file_name(path_));
        if (is_open_) {
            texts[path_];
        }
        return is_open_;
    }
    void data(std::string_view bytes) override
    {
        total_ += bytes.size();
        auto& text = texts[path_];
        if (is_open_ && (total_ > kMaxTagFiles || text.size() + bytes.size() > kMaxTagFile)) {
            findings_.error("package.too_large", path_);
            is_open_ = false;
        }
        if (is_open_) {
            text += bytes;
        }
    }
    void end() override {}
    void unreadable(const sandbox::Entry& entry, const std::string& reason) override
    {
        findings_.error("path.unreadable", entry.name, reason);
    }

    /// The entry that was met last: where reading ended, when it ended early.
    const std::string& last() const { return path_; }

    Items items;
    std::map<std::string, std::string, std::less<>> texts;

private:
    Findings& findings_;
    std::string path_;
    bool is_open_ = false;
    std::uint64_t total_ = 0;
};

struct Manifest
{
    std::string file; ///< its name in the bag
    const AlgorithmRow* algorithm = nullptr;
    std::vector<bag::ManifestLine> lines;
};

/// Everything the bag says of itself.
struct Bag
{
    bag::Declaration declaration;
    std::vector<Manifest> manifests;
    std::vector<Manifest> tag_manifests;
    std::vector<bag::FetchLine> fetch;
    std::vector<bag::InfoElement> info;

    bool is_strict() const { return declaration.version >= bag::Version{1, 0}; }
};

/// Second reading: digests of what the manifests may list.
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

/// Finds the file that a manifest means: as written, or as a careless writer or another file system would have left it.
class PathIndex
{
public:
    PathIndex(const Items& items, Findings& findings) : items_(items)
    {
        for (const auto& [path, item] : items) {
            const auto [twin, is_new] = by_key_.emplace(bag::case_key(path), &path);
            if (!is_new && item.type == sandbox::Entry::Type::file) {
                findings.warning("path.collision", path, *twin->second);
            }
        }
    }

    struct Found
    {
        const std::string* path = nullptr;
        std::string_view rule; ///< of the warning that goes with it
    };

    Found find(std::string_view written) const
    {
        const std::array<std::pair<std::string, std::string_view>, 3> candidates{{
            {bag::normal_path(bag::percent_decode(written)), {}},
            {bag::normal_path(written), "manifest.percent"},
            {bag::normal_path(bag::percent_decode_all(written)), "manifest.percent"},
        }};
        for (const auto& [path, rule] : candidates) {
            if (const auto* found = exact(path)) {
                return {found, rule};
            }
        }
        const auto twin = by_key_.find(bag::case_key(candidates[0].first));
        if (twin == by_key_.end() || exact(*twin->second) == nullptr) {
            return {};
        }
        const bool same_case =
            text::to_nfc(text::repair_utf8(candidates[0].first)) == text::to_nfc(text::repair_utf8(*twin->second));
        return {twin->second, same_case ? "manifest.normalization" : "manifest.case"};
    }

private:
    const std::string* exact(const std::string& path) const
    {
        const auto found = items_.find(path);
        return found != items_.end() && found->second.type == sandbox::Entry::Type::file ? &found->first : nullptr;
    }

    const Items& items_;
    std::unordered_map<std::string, const std::string*> by_key_;
};

/// Judges one bag whose items and texts are known by paths below its root.
class BagJudge
{
public:
    BagJudge(Findings& findings, Items items, const std::map<std::string, std::string, std::less<>>& texts)
        : findings_(findings), items_(std::move(items)), texts_(texts)
    {}

    void read_texts();
    void read_digests(PackageSource& source, const std::string& root);
    void compare();

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

    struct Listing
    {
        std::set<std::string> paths;                ///< files that the manifest covers
        std::map<std::string, std::string> digests; ///< as written, by the path as written
    };
    Listing compare_manifest(const Manifest& manifest, const PathIndex& index, bool is_tag);
    void compare_line(const Manifest& manifest, const bag::ManifestLine& line, const PathIndex& index, bool is_tag,
                      std::vector<std::pair<std::string, std::string>>& case_twins, Listing& listing);
    void compare_payload(const std::vector<Listing>& listings);
    void compare_fetch(const std::vector<Listing>& listings, const PathIndex& index);
    void compare_tag_manifest(const Manifest& manifest, const Listing& listing);
    void compare_oxum();

    Findings& findings_;
    Items items_;
    const std::map<std::string, std::string, std::less<>>& texts_;
    Bag bag_;
    std::set<std::string, std::less<>> awaited_; ///< absent files that fetch.txt names
};

std::optional<std::string> BagJudge::decoded(std::string_view name)
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

void BagJudge::read_texts()
{
    read_declaration();
    read_info();
    read_fetch();
    read_manifests("manifest-", bag_.manifests);
    read_manifests("tagmanifest-", bag_.tag_manifests);
    const bool has_payload = std::ranges::any_of(items_, [](const auto& item) {
        return item.first.starts_with("data/") ||
               (item.first == "data" && item.second.type == sandbox::Entry::Type::folder);
    });
    if (!has_payload) {
        findings_.error("bagit.no_payload", "data/");
    }
}

void BagJudge::read_declaration()
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

void BagJudge::read_info()
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

void BagJudge::read_fetch()
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

void BagJudge::read_manifests(std::string_view prefix, std::vector<Manifest>& into)
{
    std::vector<std::string> unknown;
    for (const auto& [name, bytes] : texts_) {
        const auto algorithm = bag::algorithm_of(name, prefix);
        if (!algorithm) {
            continue;
        }
        const auto* row = std::ranges::find(kAlgorithms, *algorithm, &AlgorithmRow::name);
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

void BagJudge::read_digests(PackageSource& source, const std::string& root)
{
    Digests digests{items_, root, bag_, findings_};
    if (const auto failure = source.read(digests)) {
        findings_.error("package.unreadable", {}, failure->reason);
    }
}

void BagJudge::compare_line(const Manifest& manifest, const bag::ManifestLine& line, const PathIndex& index,
                            bool is_tag, std::vector<std::pair<std::string, std::string>>& case_twins, Listing& listing)
{
    if (bag::leads_outside(line.path) || bag::leads_outside(bag::percent_decode_all(line.path))) {
        findings_.error("path.outside", line.path, manifest.file);
        return;
    }
    const auto path = bag::normal_path(bag::percent_decode(line.path));
    if (!is_tag && !path.starts_with("data/")) {
        findings_.error("manifest.not_payload", line.path, manifest.file);
        return;
    }
    if (is_tag && bag::algorithm_of(path, "tagmanifest-")) {
        findings_.error("tagmanifest.lists_itself", line.path, manifest.file);
        return;
    }
    if (line.digest.size() != manifest.algorithm->hex_digits) {
        findings_.error("manifest.syntax", line.path, manifest.file + ": a digest of another length");
        return;
    }
    const auto [before, is_new] = listing.digests.emplace(path, line.digest);
    if (!is_new && before->second != line.digest) {
        findings_.error("manifest.contradiction", path, manifest.file);
        return;
    }
    if (!is_new) {
        // Tolerated before 1.0, forbidden since.
        bag_.is_strict() ? findings_.error("manifest.duplicate", path, manifest.file)
                         : findings_.warning("manifest.duplicate", path, manifest.file);
        return;
    }
    const auto found = index.find(line.path);
    if (found.path == nullptr) {
        if (!awaited_.contains(path)) {
            findings_.error(is_tag ? "tagmanifest.missing_file" : "manifest.missing_file", path, manifest.file);
        }
        return;
    }
    if (found.rule == "manifest.case") {
        case_twins.emplace_back(path, *found.path);
        return;
    }
    if (!found.rule.empty()) {
        findings_.warning(found.rule, path, *found.path);
    }
    listing.paths.insert(*found.path);
    const auto& digests = items_.find(*found.path)->second.digests;
    const auto actual = digests.find(manifest.algorithm->algorithm);
    if (actual != digests.end() && actual->second != line.digest) {
        findings_.error(is_tag ? "tagmanifest.digest" : "manifest.digest", *found.path,
                        manifest.file + ": expected " + line.digest + ", found " + actual->second);
    }
}

BagJudge::Listing BagJudge::compare_manifest(const Manifest& manifest, const PathIndex& index, bool is_tag)
{
    Listing listing;
    std::vector<std::pair<std::string, std::string>> case_twins;
    for (const auto& line : manifest.lines) {
        compare_line(manifest, line, index, is_tag, case_twins, listing);
    }
    // A second spelling of a listed file says nothing new; one that stands alone names a file that is not there.
    for (const auto& [path, twin] : case_twins) {
        const auto actual = items_.find(twin)->second.digests.find(manifest.algorithm->algorithm);
        const bool same = actual != items_.find(twin)->second.digests.end() && actual->second == listing.digests[path];
        if (same && listing.paths.contains(twin)) {
            findings_.warning("manifest.case", path, twin);
        } else {
            findings_.error(is_tag ? "tagmanifest.missing_file" : "manifest.missing_file", path, manifest.file);
        }
    }
    return listing;
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

void BagJudge::compare_fetch(const std::vector<Listing>& listings, const PathIndex& index)
{
    for (const auto& line : bag_.fetch) {
        const auto path = bag::normal_path(bag::percent_decode(line.path));
        const bool listed =
            std::ranges::any_of(listings, [&](const Listing& listing) { return listing.digests.contains(path); });
        if (!listed) {
            findings_.error("fetch.unlisted", path);
        }
        const auto found = index.find(line.path);
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

void BagJudge::compare()
{
    const PathIndex index{items_, findings_};
    for (const auto& line : bag_.fetch) {
        if (index.find(line.path).path == nullptr) {
            awaited_.insert(bag::normal_path(bag::percent_decode(line.path)));
        }
    }
    std::vector<Listing> listings;
    listings.reserve(bag_.manifests.size());
    for (const auto& manifest : bag_.manifests) {
        listings.push_back(compare_manifest(manifest, index, false));
    }
    compare_payload(listings);
    compare_fetch(listings, index);
    for (const auto& manifest : bag_.tag_manifests) {
        compare_tag_manifest(manifest, compare_manifest(manifest, index, true));
    }
    compare_oxum();
}

/// Where bags lie: "" for the root, else the folder with a slash. A folder with a manifest and data/ but without
/// bagit.txt is a bag that lost its declaration.
std::vector<std::string> find_roots(const Survey& survey)
{
    const auto has = [&](const std::string& root, std::string_view name) {
        return survey.items.contains(root + std::string{name});
    };
    std::set<std::string> folders{""};
    for (const auto& [path, item] : survey.items) {
        if (const auto slash = path.find('/'); slash != std::string::npos) {
            folders.insert(path.substr(0, slash + 1));
        } else if (item.type == sandbox::Entry::Type::folder) {
            folders.insert(path + "/");
        }
    }
    std::vector<std::string> declared;
    std::vector<std::string> undeclared;
    for (const auto& folder : folders) {
        const bool has_manifest = std::ranges::any_of(survey.texts, [&](const auto& text) {
            return text.first.starts_with(folder) && bag::algorithm_of(text.first.substr(folder.size()), "manifest-");
        });
        if (has(folder, "bagit.txt")) {
            declared.push_back(folder);
        } else if (has_manifest) {
            undeclared.push_back(folder);
        }
        // What lies in a bag at the root is its own affair, bags in data/ included.
        if (folder.empty() && (!declared.empty() || !undeclared.empty())) {
            break;
        }
    }
    return declared.empty() ? undeclared : declared;
}

void judge_bag(Survey& survey, const std::string& root, PackageSource& source, Findings& findings)
{
    Items items;
    for (auto& [path, item] : survey.items) {
        if (path.starts_with(root)) {
            items.emplace(path.substr(root.size()), std::move(item));
        } else if (item.type != sandbox::Entry::Type::folder || path + "/" != root) {
            findings.warning("package.beside", path);
        }
    }
    std::map<std::string, std::string, std::less<>> texts;
    for (auto& [path, bytes] : survey.texts) {
        if (path.starts_with(root) && path.find('/', root.size()) == std::string::npos) {
            texts.emplace(path.substr(root.size()), std::move(bytes));
        }
    }
    BagJudge judge{findings, std::move(items), texts};
    judge.read_texts();
    judge.read_digests(source, root);
    judge.compare();
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
    judge_bag(survey, roots.front(), *source, findings);
    verdict.valid = verdict.errors.empty();
    return verdict;
}

} // namespace vtlt::export_
