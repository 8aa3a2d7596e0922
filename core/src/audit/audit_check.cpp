// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/audit_log.h>

#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/audit/tiles.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/db/database.h>

#include "audit/leaf.h"

#include <algorithm>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <set>

namespace vtlt::audit {

namespace fs = std::filesystem;

namespace {

/// One event as the catalogue tells it. The detail is absent once erased with a destroyed record.
struct StoredEvent
{
    std::string leaf;
    std::string hash;
    bool has_detail = false;
    std::string salt;
    std::string detail;
    std::string object;
};

/// A flat object of version 1 in canonical form: nothing else was ever written.
bool is_leaf(const SortedJson& json, const std::string& leaf)
{
    return json.is_object() &&
           std::ranges::all_of(
               json, [](const SortedJson& value) { return value.is_string() || value.is_number_integer(); }) &&
           canonical_json(json) == leaf && json.value("v", SortedJson{}) == kLeafVersion &&
           json.value("seq", SortedJson{}).is_number_unsigned();
}

std::string text_of(const SortedJson& json, const char* key)
{
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Why one event is wrong; empty when it is right.
std::string fault_of(std::uint64_t seq, const StoredEvent& event)
{
    const auto hash = leaf_hash(event.leaf);
    if (view_of(hash) != event.hash) {
        return "leaf_hash";
    }
    const auto json = SortedJson::parse(event.leaf, nullptr, false);
    if (!is_leaf(json, event.leaf)) {
        return "leaf_format";
    }
    if (json.at("seq") != seq) {
        return "sequence";
    }
    if (event.has_detail && (json.value("detail_hash", SortedJson{}) != sha256_hex(event.salt + event.detail) ||
                             detail_object(text_of(json, "action"), text_of(json, "object")) != event.object)) {
        return "detail_hash";
    }
    return {};
}

/// nullopt when the stored edge does not even fit its size.
std::optional<Checkpoint> readable_checkpoint(db::ReadTx& tx)
{
    try {
        return current_checkpoint(tx);
    } catch (const Error& error) {
        if (error.kind() != Kind::corrupt) {
            throw;
        }
        return std::nullopt;
    }
}

/// Compares the tiles on disk with those that the leaves make.
class TileCheck : public TileBuilder
{
public:
    explicit TileCheck(fs::path folder) : folder_(std::move(folder)) {}

    /// The first event whose tile differs.
    std::optional<std::uint64_t> first_bad() const { return first_bad_; }
    const std::set<fs::path>& known() const { return known_; }

protected:
    void take(int level, std::uint64_t index, std::uint64_t width, const std::string& bytes) override
    {
        if (level >= static_cast<int>(kMaxLevels)) {
            return;
        }
        const auto path = folder_ / tile_path(level, index, width);
        known_.insert(path);
        if (stored(path) != bytes) {
            const auto leaves = std::uint64_t{1} << static_cast<unsigned>(8 * (std::max(level, 0)));
            const auto event = index * kTileWidth * leaves + first_difference(level, stored(path), bytes) * leaves + 1;
            first_bad_ = std::min(first_bad_.value_or(event), event);
        }
        take_older(folder_ / tile_path(level, index, kTileWidth), bytes);
    }

private:
    static constexpr std::size_t kMaxLevels = 8;

    static std::string stored(const fs::path& path)
    {
        return open_if_exists(path, O_RDONLY) ? read_file(path) : std::string{};
    }

    static std::uint64_t first_difference(int level, std::string_view found, std::string_view expected)
    {
        const auto common = static_cast<std::uint64_t>(std::ranges::mismatch(found, expected).in2 - expected.begin());
        if (level >= 0) {
            return std::min<std::uint64_t>(common, expected.size() - 1) / sizeof(Digest);
        }
        std::uint64_t entry = 0;
        for (std::uint64_t at = 0; at < expected.size(); ++entry) {
            const auto size = (std::uint64_t{static_cast<unsigned char>(expected[at])} << 8U) |
                              static_cast<unsigned char>(expected[at + 1]);
            at += size + 2;
            if (common < at) {
                break;
            }
        }
        return entry;
    }

    /// Beginnings of the tile that a crash kept from being removed.
    void take_older(fs::path tile, const std::string& bytes)
    {
        tile += ".p";
        std::error_code none;
        for (const auto& entry : fs::directory_iterator{tile, none}) {
            if (bytes.starts_with(stored(entry.path()))) {
                known_.insert(entry.path());
            }
        }
    }

    fs::path folder_;
    std::set<fs::path> known_;
    std::optional<std::uint64_t> first_bad_;
};

/// The first file in audit/ that nothing here has written; empty when there is none.
std::string find_stray(const Home& home, const std::set<fs::path>& tiles)
{
    for (const auto& entry : fs::recursive_directory_iterator{home.audit()}) {
        const auto& path = entry.path();
        const bool ours = entry.is_directory() || tiles.contains(path) || path == home.audit() / "key" ||
                          path == home.audit() / "checkpoint" || path.parent_path() == home.audit() / "checkpoints" ||
                          path.extension() == ".new";
        if (!ours) {
            return path.lexically_relative(home.root()).native();
        }
    }
    return {};
}

class Verdict
{
public:
    void fail(std::uint64_t event, std::string why)
    {
        if (verdict_.ok) {
            verdict_.ok = false;
            verdict_.first_bad = event;
            verdict_.why = std::move(why);
        }
    }
    AuditVerdict& now() { return verdict_; }

private:
    AuditVerdict verdict_;
};

/// Every checkpoint that can be believed, oldest first; what can not is a fault.
std::deque<Checkpoint> read_all(const Home& home, const NoteVerifier& key, Verdict& verdict)
{
    std::deque<Checkpoint> all;
    try {
        read_checkpoints(home, key, [&](const SignedCheckpoint& checkpoint) {
            if (!all.empty() && checkpoint.head.size < all.back().size) {
                throw Error{Kind::corrupt, "audit.checkpoint"};
            }
            all.push_back(checkpoint.head);
        });
    } catch (const Error&) {
        verdict.fail(all.empty() ? 0 : all.back().size, "checkpoint");
    }
    return all;
}

} // namespace

AuditVerdict verify_audit(const Home& home, db::Database& database)
{
    Verdict verdict;
    std::optional<SignedCheckpoint> newest;
    std::deque<Checkpoint> checkpoints;
    try {
        const auto key = read_audit_key(home);
        verdict.now().fingerprint = key.fingerprint();
        try {
            newest = read_checkpoint(home);
        } catch (const Error&) {
            verdict.fail(0, "checkpoint");
        }
        checkpoints = read_all(home, key, verdict);
    } catch (const Error&) {
        verdict.fail(0, "key");
    }
    verdict.now().checkpoints = checkpoints.size();
    // The newest stands alone too, and is whole even where a crash left the months' last note in pieces.
    if (newest) {
        checkpoints.push_back(newest->head);
    }
    const bool missing = verdict.now().ok && !newest;
    std::ranges::stable_sort(checkpoints, {}, &Checkpoint::size);
    auto tx = database.read();
    TreeEdge edge;
    TileCheck tiles{home.audit()};
    const auto sealed = checkpoints.empty() ? 0 : std::ranges::max(checkpoints, {}, &Checkpoint::size).size;
    auto select = tx.prepare(
        "SELECT audit_leaf.seq, leaf, leaf_hash, audit_detail.seq IS NOT NULL, salt, detail, object FROM audit_leaf"
        " LEFT JOIN audit_detail ON audit_detail.seq = audit_leaf.seq ORDER BY audit_leaf.seq");
    while (select.step()) {
        const auto seq = edge.size() + 1;
        const StoredEvent event{.leaf = select.text(1),
                                .hash = select.bytes(2),
                                .has_detail = select.integer(3) != 0,
                                .salt = select.bytes(4),
                                .detail = select.text(5),
                                .object = select.text(6)};
        if (static_cast<std::uint64_t>(select.integer(0)) != seq) {
            verdict.fail(seq, "sequence");
        }
        if (auto why = fault_of(seq, event); !why.empty()) {
            verdict.fail(seq, std::move(why));
        }
        edge.append(leaf_hash(event.leaf));
        if (seq <= sealed) {
            tiles.append(event.leaf);
        }
        for (; !checkpoints.empty() && checkpoints.front().size <= seq; checkpoints.pop_front()) {
            if (checkpoints.front().size < seq || checkpoints.front().root != to_hex(edge.root())) {
                verdict.fail(checkpoints.front().size, "checkpoint");
            }
        }
    }
    tiles.finish();
    const auto stored = readable_checkpoint(tx);
    auto& answer = verdict.now();
    answer.size = edge.size();
    answer.root = to_hex(edge.root());
    if (!stored || stored->size != answer.size || stored->root != answer.root) {
        verdict.fail(answer.size, "root");
    }
    if (!checkpoints.empty()) {
        verdict.fail(answer.size + 1, "checkpoint");
    }
    if (missing && answer.size > 0) {
        verdict.fail(answer.size,
                     "checkpoint_missing"); // written with the home, replaced whole: it never goes by itself
    }
    // A writer beside us replaces tiles only together with the checkpoint.
    const auto latest = newest ? read_checkpoint(home) : std::nullopt;
    if (answer.ok && latest && latest->head.size == newest->head.size) {
        if (tiles.first_bad()) {
            verdict.fail(*tiles.first_bad(), "tile");
        } else if (!find_stray(home, tiles.known()).empty()) {
            verdict.fail(0, "stray");
        }
    }
    return answer;
}

} // namespace vtlt::audit
