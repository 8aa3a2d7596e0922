// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/intake_run.h"

#include <vtlt/core/outbox/index_outbox.h>

#include <algorithm>

namespace vtlt::services {

namespace {

constexpr std::size_t kBatchFiles = 200;
constexpr std::uint64_t kBatchBytes = std::uint64_t{256} << 20;

} // namespace

void Intake::stage(Pending pending)
{
    if (pending_.empty()) {
        batch_started_ = Steady::now();
    }
    pending.argument = argument_;
    pending.item.bytes = pending.object.size;
    pending_.push_back(std::move(pending));
    if (pending_.size() >= kBatchFiles || batch_->bytes() >= kBatchBytes ||
        Steady::now() - batch_started_ > std::chrono::seconds{1}) {
        flush();
    }
}

/// One group: duplicates fall out, the rest becomes durable, then one transaction acknowledges all of it.
void Intake::flush()
{
    if (pending_.empty()) {
        batch_.reset();
        return;
    }
    std::vector<std::string> hashes;
    for (const auto& pending : pending_) {
        if (!pending.object.hash.empty()) {
            hashes.push_back(pending.object.hash);
        }
    }
    std::map<std::string, std::vector<catalog::Holder>> holders;
    {
        auto tx = archive_.database().read();
        for (auto& holder : catalog::list_holders(tx, hashes)) {
            // "Duplicate" is answered only for documents the asker may see.
            if (auth::is_allowed(actor_, auth::Action::document_read, catalog::target_of(holder))) {
                holders[holder.content_hash].push_back(std::move(holder));
            }
        }
    }
    for (auto& pending : pending_) {
        if (pending.object.hash.empty()) {
            continue;
        }
        const auto home_dossier = dossier_of(pending);
        auto& known = holders[pending.object.hash];
        const auto same = std::ranges::find_if(known, [&](const catalog::Holder& holder) {
            return holder.dossier == home_dossier && holder.secrecy == request_.secrecy;
        });
        if (same != known.end() && !request_.paths[pending.argument].keep_duplicate) {
            pending.item.outcome = "duplicate";
            pending.item.duplicate_of = same->document;
            batch_->discard(pending.object);
            continue;
        }
        if (!known.empty()) {
            pending.item.duplicate_of = known.front().document;
        }
        pending.item.document_uid = make_uid();
        known.push_back({pending.object.hash, pending.item.document_uid, home_dossier, request_.secrecy});
    }
    if (request_.dry_run) {
        for (auto& pending : pending_) {
            if (pending.item.outcome.empty()) {
                pending.item.outcome = pending.cause ? "without_text" : "accepted";
                pending.item.cause = pending.cause;
            }
            pending.item.document_uid.clear();
            emit(pending.item, false);
        }
    } else {
        store_batch(pending_);
    }
    pending_.clear();
    batch_.reset();
}

void Intake::store_batch(std::vector<Pending>& batch)
{
    start_follow_up();
    batch_->make_durable();
    std::vector<TextTask> tasks;
    auto tx = archive_.database().write();
    std::vector<audit::Event> events;
    for (auto& pending : batch) {
        auto& item = pending.item;
        if (item.outcome.empty()) {
            FileId file;
            item.document = insert(tx, pending, events, file, item.document_uid);
            if (pending.cause) {
                item.outcome = "without_text";
                item.cause = pending.cause;
            } else {
                tasks.push_back({.item_key = item.key,
                                 .position = item.position,
                                 .document = *item.document,
                                 .uid = item.document_uid,
                                 .file = file,
                                 .band = pending.object.band,
                                 .hash = pending.object.hash,
                                 .name = pending.name});
            }
        }
        jobs::put_item(tx, lease(), item);
        written(tx, item);
    }
    audit::record_events(tx, clock_, actor_, events);
    tx.commit();
    batch_->finish();
    for (auto& pending : batch) {
        if (!pending.item.outcome.empty()) {
            emit(pending.item, false);
        } else {
            reading_.emplace(pending.item.key, std::move(pending.item));
        }
    }
    for (auto& task : tasks) {
        submit(std::move(task));
    }
}

DocumentId Intake::insert(db::WriteTx& tx, const Pending& pending, std::vector<audit::Event>& events, FileId& file,
                          Uid& uid)
{
    const auto object = store::insert_object(tx, pending.object);
    const auto shown_name = text::one_line(text::repair_utf8(pending.name));
    const auto title = text::to_nfc(shown_name.empty() ? uid : shown_name);
    const auto id =
        catalog::insert_document(tx,
                                 {.uid = uid,
                                  .unit = dossiers_[pending.argument] ? dossiers_[pending.argument]->unit : own_unit_,
                                  .dossier = dossier_of(pending),
                                  .title = title,
                                  .secrecy = request_.secrecy,
                                  .source_path = pending.item.source_path,
                                  .created_at = clock_.now()},
                                 actor_.name);
    file = catalog::insert_file(tx,
                                {.document = id,
                                 .ordinal = 1,
                                 .name = text::repair_utf8(pending.name),
                                 .content_hash = pending.object.hash,
                                 .size = pending.object.size,
                                 .format = pending.format,
                                 .text_state = pending.cause ? catalog::TextState::absent : catalog::TextState::pending,
                                 .cause = pending.cause},
                                object);
    outbox::request_reindex(tx, id, request_.secrecy);
    events.push_back({"document.registered",
                      uid,
                      {{"file", pending.object.hash},
                       {"size", pending.object.size},
                       {"secrecy", secrecy_name(request_.secrecy)},
                       {"mode", use_mode_name(undecided_mode(request_.secrecy))},
                       {"source_path", pending.item.source_path},
                       {"title", title}}});
    return id;
}

} // namespace vtlt::services
