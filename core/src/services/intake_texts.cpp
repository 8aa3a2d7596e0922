// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/intake_run.h"

#include <vtlt/core/outbox/index_outbox.h>

#include <set>

namespace vtlt::services {

namespace {

constexpr std::size_t kTextBatch = 100;
constexpr std::size_t kTextBatchBytes = std::size_t{32} << 20;

} // namespace

void Intake::submit(TextTask task)
{
    while (pool_->is_full() && !is_stopped()) {
        collect(true);
    }
    pool_->submit(std::move(task));
    collect(false);
}

void Intake::collect(bool wait)
{
    for (auto& result : pool_->collect(wait)) {
        result_bytes_ += result.text_object.size();
        results_.push_back(std::move(result));
    }
    if (results_.size() >= kTextBatch || result_bytes_ >= kTextBatchBytes) {
        apply_texts();
    }
}

void Intake::finish_texts()
{
    while (pool_->outstanding() > 0 && !is_stopped()) {
        collect(true);
        report_progress();
    }
    apply_texts();
}

/// Texts read so far become durable and searchable-to-be in one group, like the files before them.
void Intake::apply_texts()
{
    if (results_.empty()) {
        return;
    }
    store::StagingBatch batch{archive_.home()};
    std::vector<std::optional<store::StagedObject>> objects;
    std::set<std::string> staged;
    for (const auto& result : results_) {
        objects.push_back(result.text_object.empty()
                              ? std::nullopt
                              : std::optional{batch.add_bytes(result.text_object, result.task.band)});
        if (objects.back() && !staged.insert(objects.back()->hash).second) {
            batch.discard(*objects.back()); // two files with one text: the first copy serves both
        }
    }
    batch.make_durable();
    std::vector<jobs::Item> done;
    auto tx = archive_.database().write();
    std::vector<audit::Event> events;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const auto& result = results_[i];
        auto item = std::move(reading_.at(result.task.item_key));
        reading_.erase(result.task.item_key);
        const auto object = objects[i] ? std::optional{store::insert_object(tx, *objects[i])} : std::nullopt;
        catalog::set_text(tx, result.task.file,
                          {.media_type = result.media_type,
                           .format = result.format,
                           .text_object = object,
                           .cause = result.cause,
                           .pages = result.pages});
        const auto told =
            object ? catalog::describe(tx, result.task.document, result.description) : catalog::Description{};
        outbox::request_reindex(tx, result.task.document, result.task.band);
        events.push_back(
            {"document.text_read",
             result.task.uid,
             {{"format", result.format},
              {"cause", result.cause ? SortedJson(cause_name(*result.cause)) : SortedJson(nullptr)},
              {"text", objects[i] ? SortedJson(objects[i]->hash) : SortedJson(nullptr)},
              {"number", told.number},
              {"symbol", told.symbol},
              {"kind", told.kind},
              {"issuer", told.issuer},
              {"issued_on", told.issued_on ? SortedJson(format_date(*told.issued_on)) : SortedJson(nullptr)},
              {"title", told.title}}});
        item.cause = result.cause;
        item.outcome = object || (result.is_plain_image && !result.cause) ? "accepted" : "without_text";
        jobs::set_item_outcome(tx, lease(), item.key, item.outcome, item.cause);
        written(tx, item);
        done.push_back(std::move(item));
    }
    audit::record_events(tx, clock_, actor_, events);
    tx.commit();
    batch.finish();
    results_.clear();
    result_bytes_ = 0;
    for (const auto& item : done) {
        emit(item, false);
    }
}

} // namespace vtlt::services
