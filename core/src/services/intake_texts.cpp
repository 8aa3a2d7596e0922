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

/// Of the documents whose texts were read.
std::vector<Secrecy> Intake::grades_now(db::ReadTx& tx) const
{
    std::vector<DocumentId> documents;
    documents.reserve(results_.size());
    for (const auto& result : results_) {
        documents.push_back(result.task.document);
    }
    return catalog::list_grades(tx, documents);
}

/// Texts read so far become durable and searchable-to-be in one group, like the files before them.
void Intake::apply_texts()
{
    if (results_.empty()) {
        return;
    }
    std::vector<jobs::Item> done;
    for (bool is_written = false; !is_written;) {
        const auto grades = [&] {
            auto tx = archive_.database().read();
            return grades_now(tx);
        }();
        is_written = write_texts(grades, done);
    }
    results_.clear();
    result_bytes_ = 0;
    for (const auto& item : done) {
        emit(item, false);
    }
}

/// False, and nothing done, where a document has another grade than in `grades` by now: its text belongs elsewhere.
bool Intake::write_texts(const std::vector<Secrecy>& grades, std::vector<jobs::Item>& done)
{
    store::StagingBatch batch{archive_.home()};
    std::vector<std::optional<store::StagedObject>> objects;
    std::set<std::pair<Secrecy, std::string>> staged;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const auto& text = results_[i].text_object;
        objects.push_back(text.empty() ? std::nullopt : std::optional{batch.add_bytes(text, grades[i])});
        if (objects.back() && !staged.emplace(grades[i], objects.back()->hash).second) {
            batch.discard(*objects.back()); // two files with one text: the first copy serves both
        }
    }
    batch.make_durable();
    const bool is_written = [&] {
        auto tx = archive_.database().write();
        if (grades_now(tx) != grades) {
            return false;
        }
        std::vector<audit::Event> events;
        for (std::size_t i = 0; i < results_.size(); ++i) {
            done.push_back(write_text(tx, results_[i], objects[i], grades[i], events));
        }
        audit::record_events(tx, clock_, actor_, events);
        tx.commit();
        return true;
    }();
    if (is_written) {
        batch.finish();
    } else {
        batch.finish(archive_.database()); // what was stored for the grade of before has no owner
    }
    return is_written;
}

jobs::Item Intake::write_text(db::WriteTx& tx, const TextResult& result,
                              const std::optional<store::StagedObject>& staged, Secrecy grade,
                              std::vector<audit::Event>& events)
{
    auto item = std::move(reading_.at(result.task.item_key));
    reading_.erase(result.task.item_key);
    const auto object = staged ? std::optional{store::insert_object(tx, *staged)} : std::nullopt;
    catalog::set_text(tx, result.task.file,
                      {.media_type = result.media_type,
                       .format = result.format,
                       .text_object = object,
                       .cause = result.cause,
                       .pages = result.pages});
    const auto told = object ? catalog::describe(tx, result.task.document, result.description) : catalog::Description{};
    outbox::request_reindex(tx, result.task.document, grade);
    events.push_back({"document.text_read",
                      result.task.uid,
                      {{"format", result.format},
                       {"cause", result.cause ? SortedJson(cause_name(*result.cause)) : SortedJson(nullptr)},
                       {"text", staged ? SortedJson(staged->hash) : SortedJson(nullptr)},
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
    return item;
}

} // namespace vtlt::services
