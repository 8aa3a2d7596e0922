// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/audit_log.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <charconv>
#include <fcntl.h>

namespace vtlt::audit {

namespace {

constexpr int kLeafVersion = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::string_view kCheckpointOrigin = "vtlt/audit";

std::string_view view_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

TreeEdge read_edge(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT size, edge FROM audit_tree WHERE only = 1");
    if (!select.step()) {
        return {};
    }
    return TreeEdge{static_cast<std::uint64_t>(select.integer(0)), select.bytes(1)};
}

void write_edge(db::WriteTx& tx, const TreeEdge& edge)
{
    tx.prepare("INSERT INTO audit_tree (only, size, edge) VALUES (1, ?1, ?2)"
               " ON CONFLICT (only) DO UPDATE SET size = excluded.size, edge = excluded.edge")
        .bind(1, static_cast<std::int64_t>(edge.size()))
        .bind_bytes(2, edge.bytes())
        .run();
}

std::filesystem::path checkpoint_path(const Home& home)
{
    return home.audit() / "checkpoint";
}

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
                             json.value("object", SortedJson{}) != event.object)) {
        return "detail_hash";
    }
    return {};
}

/// The root when the tree had `size` leaves, hex.
std::string root_at(db::ReadTx& tx, std::uint64_t size, const Checkpoint& current)
{
    if (size == current.size) {
        return current.root;
    }
    TreeEdge edge;
    auto select = tx.prepare("SELECT leaf_hash FROM audit_leaf WHERE seq <= ?1 ORDER BY seq");
    select.bind(1, static_cast<std::int64_t>(size));
    while (select.step()) {
        const auto hash = select.bytes(0);
        Digest digest{};
        ensure(hash.size() == digest.size(), "a leaf hash has 32 bytes");
        std::ranges::copy(hash, reinterpret_cast<char*>(digest.data()));
        edge.append(digest);
    }
    return to_hex(edge.root());
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

} // namespace

void record_events(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const std::vector<Event>& events)
{
    if (events.empty()) {
        return;
    }
    auto edge = read_edge(tx);
    const auto at = format_instant(clock.now());
    const auto salts = random_bytes(kSaltSize * events.size());
    auto insert_leaf = tx.prepare("INSERT INTO audit_leaf (seq, leaf, leaf_hash) VALUES (?1, ?2, ?3)");
    auto insert_detail = tx.prepare("INSERT INTO audit_detail (seq, object, salt, detail) VALUES (?1, ?2, ?3, ?4)");
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& event = events[i];
        const auto seq = edge.size() + 1;
        const auto salt = salts.substr(i * kSaltSize, kSaltSize);
        const auto detail = canonical_json(event.detail);
        const auto leaf = canonical_json({{"v", kLeafVersion},
                                          {"seq", seq},
                                          {"at", at},
                                          {"actor", actor.name},
                                          {"action", event.action},
                                          {"object", event.object},
                                          {"detail_hash", sha256_hex(salt + detail)}});
        const auto hash = leaf_hash(leaf);
        edge.append(hash);
        insert_leaf.bind(1, static_cast<std::int64_t>(seq)).bind(2, leaf).bind_bytes(3, view_of(hash)).run();
        insert_detail.bind(1, static_cast<std::int64_t>(seq))
            .bind(2, event.object)
            .bind_bytes(3, salt)
            .bind(4, detail)
            .run();
    }
    write_edge(tx, edge);
}

void record_event(db::WriteTx& tx, const Clock& clock, const auth::Actor& actor, const Event& event)
{
    record_events(tx, clock, actor, {event});
}

Checkpoint current_checkpoint(db::ReadTx& tx)
{
    const auto edge = read_edge(tx);
    return {edge.size(), to_hex(edge.root())};
}

void write_checkpoint(const Home& home, db::Database& database)
{
    const auto checkpoint = [&] {
        auto tx = database.read();
        return current_checkpoint(tx);
    }();
    const auto old = read_checkpoint(home);
    if (old && old->size >= checkpoint.size) {
        return;
    }
    const auto root = digest_from_hex(checkpoint.root);
    write_file_atomically(checkpoint_path(home), std::string{kCheckpointOrigin} + "\n" +
                                                     std::to_string(checkpoint.size) + "\n" +
                                                     base64_encode(view_of(root)) + "\n");
}

std::optional<Checkpoint> read_checkpoint(const Home& home)
{
    const auto fd = open_if_exists(checkpoint_path(home), O_RDONLY);
    if (!fd) {
        return std::nullopt;
    }
    const auto text = read_file(checkpoint_path(home), 4096);
    const auto first = text.find('\n');
    const auto second = first == std::string::npos ? first : text.find('\n', first + 1);
    Checkpoint checkpoint;
    if (second == std::string::npos || text.compare(0, first, kCheckpointOrigin) != 0 ||
        std::from_chars(text.data() + first + 1, text.data() + second, checkpoint.size).ptr != text.data() + second) {
        throw Error{Kind::corrupt, "audit.checkpoint"};
    }
    const auto digest = base64_decode(std::string_view{text}.substr(second + 1));
    if (digest.size() != sizeof(Digest)) {
        throw Error{Kind::corrupt, "audit.checkpoint"};
    }
    checkpoint.root = to_hex(digest);
    return checkpoint;
}

void require_own_history(db::ReadTx& tx, const std::optional<Checkpoint>& outside)
{
    const auto current = current_checkpoint(tx);
    if (outside && outside->size > current.size) {
        throw Error{Kind::corrupt, "audit.checkpoint_ahead"};
    }
    auto last = tx.prepare("SELECT coalesce(max(seq), 0) FROM audit_leaf");
    ensure(last.step(), "a maximum has a row");
    const bool shortened = static_cast<std::uint64_t>(last.integer(0)) != current.size;
    if (shortened || (outside && outside->root != root_at(tx, outside->size, current))) {
        throw Error{Kind::corrupt, "audit.rewritten"};
    }
}

AuditVerdict verify_audit(const Home& home, db::Database& database)
{
    AuditVerdict verdict;
    const auto fail = [&](std::uint64_t event, std::string why) {
        if (verdict.ok) {
            verdict.ok = false;
            verdict.first_bad = event;
            verdict.why = std::move(why);
        }
    };
    std::optional<Checkpoint> outside;
    try {
        outside = read_checkpoint(home);
    } catch (const Error&) {
        fail(0, "checkpoint");
    }
    verdict.checkpoints = outside ? 1 : 0;
    const bool missing = verdict.ok && !outside;
    auto tx = database.read();
    TreeEdge edge;
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
            fail(seq, "sequence");
        }
        if (auto why = fault_of(seq, event); !why.empty()) {
            fail(seq, std::move(why));
        }
        edge.append(leaf_hash(event.leaf));
        if (outside && outside->size == edge.size() && outside->root != to_hex(edge.root())) {
            fail(edge.size(), "checkpoint");
        }
    }
    const auto stored = readable_checkpoint(tx);
    verdict.size = edge.size();
    verdict.root = to_hex(edge.root());
    if (!stored || stored->size != verdict.size || stored->root != verdict.root) {
        fail(verdict.size, "root");
    }
    if (outside && outside->size > verdict.size) {
        fail(verdict.size + 1, "checkpoint");
    }
    if (missing && verdict.size > 0) {
        fail(verdict.size, "checkpoint_missing"); // written with the home, replaced whole: it never goes by itself
    }
    return verdict;
}

} // namespace vtlt::audit
