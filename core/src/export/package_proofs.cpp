// SPDX-License-Identifier: GPL-3.0-or-later
#include "package_proofs.h"

#include <vtlt/core/audit/merkle_tree.h>
#include <vtlt/core/audit/registration.h>
#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <span>

namespace vtlt::export_ {

namespace {

constexpr std::size_t kPortion = 500;
/// Leaf, salt, names, and a path through a tree of 2^30 events.
constexpr std::uint64_t kProofFixed = 2900;

/// One line: everything is written in one way only, so that not a byte can be changed unseen.
std::string head_text(const audit::SignedCheckpoint& checkpoint, const audit::NoteVerifier& key)
{
    const SortedJson head{{"checkpoint", {{"note", checkpoint.note}, {"sha256", sha256_hex(checkpoint.note)}}},
                          {"format_version", 1},
                          {"key", {{"fingerprint", key.fingerprint()}, {"line", key.text()}}},
                          {"proofs", SortedJson::array()}};
    auto text = canonical_json(head);
    text.resize(text.size() - 2); // the list goes on in the next line
    return text;
}

std::string row_text(const audit::Registration& event, const audit::InclusionProof& proof)
{
    // Leaf and detail are canonical JSON themselves: these are the bytes that were hashed.
    std::string row = "{\"detail\":";
    row += event.detail ? event.detail->detail + ",\"detail_salt\":\"" + to_hex(event.detail->salt) + "\""
                        : "null,\"detail_salt\":null";
    row += ",\"leaf\":" + event.leaf + ",\"path\":[";
    for (const auto& step : proof.path) {
        row += (row.back() == '[' ? "\"" : ",\"") + to_hex(step) + "\"";
    }
    return row + "]}";
}

} // namespace

PackageProofs::PackageProofs(const Home& home, db::ReadTx& tx)
    : tx_(tx), key_(audit::read_audit_key(home)), prover_(home)
{}

void PackageProofs::add(const catalog::Document& document)
{
    waiting_.push_back(document.uid);
    if (waiting_.size() == kPortion) {
        look_up();
    }
}

void PackageProofs::look_up()
{
    const auto found = audit::list_registrations(tx_, waiting_);
    if (found.size() != waiting_.size()) {
        throw Error{Kind::corrupt, "audit.rewritten"};
    }
    events_.insert(events_.end(), found.begin(), found.end());
    waiting_.clear();
}

void PackageProofs::write(const std::function<void(std::string_view)>& output)
{
    look_up();
    // In the order of the events each tile is read once.
    std::ranges::sort(events_);
    output(head_text(prover_.checkpoint(), key_));
    std::string_view between = "\n";
    for (std::span<const std::int64_t> rest{events_}; !rest.empty();) {
        const auto portion = rest.first(std::min(kPortion, rest.size()));
        for (const auto& event : audit::read_registrations(tx_, portion)) {
            const auto proof = prover_.prove(static_cast<std::uint64_t>(event.seq));
            if (audit::leaf_hash(event.leaf) != proof.leaf) {
                throw Error{Kind::corrupt, "audit.rewritten"};
            }
            output(between);
            output(row_text(event, proof));
            between = ",\n";
        }
        rest = rest.subspan(portion.size());
    }
    output("\n]}\n");
}

std::uint64_t proof_bound(const catalog::DocumentView& view)
{
    // Source and title as they were registered, which was the file's name: six bytes for each at the most.
    const auto name = view.files.empty() ? view.document.title.size() : view.files.front().name.size();
    return kProofFixed + 6 * (view.document.source_path.size() + std::max(name, view.document.title.size()));
}

std::string checkpoint_hash_text(const Home& home)
{
    const auto checkpoint = audit::read_checkpoint(home);
    if (!checkpoint) {
        throw Error{Kind::not_found, "audit.no_checkpoint"};
    }
    return canonical_json({{"checkpoint", {{"sha256", sha256_hex(checkpoint->note)}}}, {"format_version", 1}}) + "\n";
}

} // namespace vtlt::export_
