// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/index_worker.h>

#include "band_index.h"
#include "index_builder.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/outbox/index_outbox.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace vtlt::indexer {
namespace {

/// Outbox rows applied with one commit of the indexes, and documents read from the catalogue with one pair of
/// statements.
constexpr std::size_t kPortion = 1000;
constexpr std::size_t kViews = 200;

/// With so many changed documents, at least half of all, building anew is faster than adding to a growing index.
constexpr std::int64_t kRebuildFrom = 1000;

std::vector<DocumentId> all_ids_in_band(db::Database& database, Secrecy band)
{
    std::vector<DocumentId> ids;
    for (;;) {
        auto tx = database.read();
        const auto portion =
            catalog::list_ids_in_band(tx, band, ids.empty() ? DocumentId{} : ids.back(), 10 * kPortion);
        if (portion.empty()) {
            return ids;
        }
        ids.insert(ids.end(), portion.begin(), portion.end());
    }
}

std::uint64_t count_in_band(db::ReadTx& tx, Secrecy band)
{
    auto select = tx.prepare("SELECT count(*) FROM document WHERE secrecy = ?1");
    select.bind(1, static_cast<int>(band));
    ensure(select.step(), "a count has a row");
    return static_cast<std::uint64_t>(select.integer(0));
}

/// What one band must look at: newest first, since the index is numbered from the newest and grows fastest at its end.
using IdsOfBand = std::map<Secrecy, std::set<DocumentId, std::greater<>>>;

} // namespace

struct IndexWorker::State
{
    State(const Home& h, db::Database& d) : home(h), database(d) {}

    using Progress = std::function<void(const IndexProgress&)>;

    Home home;
    db::Database& database;
    std::map<Secrecy, std::unique_ptr<BandIndex>> bands;
    bool compared = false;      ///< counts are compared once, when the process starts
    bool may_be_remains = true; ///< until every band was looked at, and when something left one

    Progress report;
    IndexProgress progress;

    void step(std::uint64_t documents)
    {
        progress.done += documents;
        progress.total = std::max(progress.total, progress.done);
        if (report) {
            report(progress);
        }
    }

    /// Handles of another call could be stale: somebody may have rebuilt in between.
    void start(const Progress& on_progress)
    {
        bands.clear();
        report = on_progress;
        progress = {};
    }

    void finish()
    {
        bands.clear();
        report = nullptr;
    }

    std::uint64_t rebuild(Secrecy band);
    BandIndex* open_or_rebuild(Secrecy band, bool needed);
    std::uint64_t apply_to(Secrecy band, const std::set<DocumentId, std::greater<>>& ids,
                           const std::set<DocumentId>& leaving);
    void apply(const std::vector<outbox::IndexRequest>& requests);
    void rebuild_all();
    std::vector<Secrecy> bands_that_count_otherwise(db::ReadTx& tx);
    std::uint64_t written = 0;
};

std::uint64_t IndexWorker::State::rebuild(Secrecy band)
{
    bands.erase(band);
    std::int64_t seq = 0;
    {
        auto tx = database.read();
        seq = outbox::last_seq(tx);
    }
    // Changes after `seq` are still in the outbox and come once more: reading the catalogue in portions is safe.
    auto ids = all_ids_in_band(database, band);
    std::reverse(ids.begin(), ids.end());
    progress.total = std::max(progress.total, progress.done + ids.size());
    const auto built =
        build_generation(home, database, band, ids, [this](std::uint64_t documents) { step(documents); });
    auto index = BandIndex::publish_built(home, band, built, seq);
    bands[band] = std::move(index);
    written += ids.size();
    return ids.size();
}

void IndexWorker::State::rebuild_all()
{
    for (const auto band : kBands) {
        const bool wanted = [&] {
            auto tx = database.read();
            return current_generation(home, band) || count_in_band(tx, band) > 0;
        }();
        if (wanted) {
            rebuild(band);
        }
    }
}

/// nullptr when the band has no index and none is needed.
BandIndex* IndexWorker::State::open_or_rebuild(Secrecy band, bool needed)
{
    if (const auto found = bands.find(band); found != bands.end()) {
        return found->second.get();
    }
    auto index = BandIndex::open(home, band);
    auto tx = database.read();
    // An index ahead of the catalogue belongs to another history: the catalogue was restored from a copy.
    if (index && index->applied() <= outbox::last_seq(tx)) {
        auto& kept = bands[band];
        kept = std::move(index);
        return kept.get();
    }
    const bool stale_folder = index || current_generation(home, band);
    index.reset();
    if (!needed && !stale_folder && count_in_band(tx, band) == 0) {
        return nullptr;
    }
    rebuild(band);
    return bands.at(band).get();
}

/// What is `leaving` and has left: its words remain as deleted bytes until the band is compacted.
std::uint64_t IndexWorker::State::apply_to(Secrecy band, const std::set<DocumentId, std::greater<>>& ids,
                                           const std::set<DocumentId>& leaving)
{
    std::vector<DocumentId> list{ids.begin(), ids.end()};
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < list.size(); at += kViews) {
        const auto portion = std::span{list}.subspan(at, std::min(kViews, list.size() - at));
        auto tx = database.read();
        auto absent = std::set<DocumentId>{portion.begin(), portion.end()};
        for (const auto& view : catalog::list_views(tx, portion)) {
            if (view.document.secrecy == band) {
                open_or_rebuild(band, true)->put(view);
                absent.erase(view.document.id);
                ++count;
            }
        }
        for (const auto id : absent) {
            if (auto* index = open_or_rebuild(band, false)) {
                index->remove(id);
                if (leaving.contains(id)) {
                    index->note_remains();
                    may_be_remains = true;
                }
            }
        }
        step(portion.size());
    }
    return count;
}

void IndexWorker::State::apply(const std::vector<outbox::IndexRequest>& requests)
{
    IdsOfBand ids;
    std::map<Secrecy, std::set<DocumentId>> leaving;
    for (const auto& request : requests) {
        auto* index = open_or_rebuild(request.band, false);
        if (index == nullptr || request.seq > index->applied()) {
            ids[request.band].insert(request.document);
            if (request.leaving) {
                leaving[request.band].insert(request.document);
            }
        }
    }
    const auto last = requests.back().seq;
    for (const auto& [band, list] : ids) {
        try {
            written += apply_to(band, list, leaving[band]);
            if (auto* index = open_or_rebuild(band, false)) {
                index->commit(std::max(last, index->applied()));
            }
        } catch (const Error& error) {
            if (error.code() != "index.unreadable") {
                throw;
            }
            rebuild(band); // damage that opening did not show; the catalogue has everything
        }
    }
    // Only now: every band that a row named has it on disk.
    auto tx = database.write();
    outbox::close_requests(tx, last);
    tx.commit();
}

/// Meaningful only in a snapshot without pending rows.
std::vector<Secrecy> IndexWorker::State::bands_that_count_otherwise(db::ReadTx& tx)
{
    std::vector<Secrecy> different;
    for (const auto band : kBands) {
        const auto* index = open_or_rebuild(band, false);
        if (index != nullptr && index->documents() != count_in_band(tx, band)) {
            different.push_back(band);
        }
    }
    return different;
}

std::uint64_t count_without_index(const Home& home, db::Database& database, const auth::Reach& reach)
{
    auto without = reach;
    std::erase_if(without.bands, [&](Secrecy band) { return has_readable_index(home, band); });
    std::uint64_t documents = 0;
    auto tx = database.read();
    const auto counts = catalog::read_counts(tx, catalog::Record::document, reach);
    for (const auto band : without.bands) {
        documents += counts.at(static_cast<std::size_t>(band));
    }
    return documents;
}

IndexWorker::IndexWorker(const Home& home, db::Database& database) : state_(std::make_unique<State>(home, database)) {}
IndexWorker::~IndexWorker() = default;

std::uint64_t IndexWorker::catch_up(const std::function<void(const IndexProgress&)>& progress)
{
    auto& state = *state_;
    state.start(progress);
    state.written = 0;
    if (!state.compared) {
        for (const auto band : kBands) {
            remove_strays(state.home, band);
        }
    }
    const auto [pending, documents] = [&] {
        auto tx = state.database.read();
        return std::pair{outbox::count_pending(tx), catalog::count_documents(tx)};
    }();
    if (pending >= kRebuildFrom && 2 * pending >= documents) {
        state.rebuild_all(); // what it has read is skipped below
    }
    state.progress.total = std::max(state.progress.total, static_cast<std::uint64_t>(pending));
    for (const auto band : kBands) {
        state.open_or_rebuild(band, false);
    }
    std::vector<Secrecy> different;
    for (;;) {
        std::vector<outbox::IndexRequest> requests;
        {
            auto tx = state.database.read();
            requests = outbox::list_requests(tx, 0, kPortion);
            if (requests.empty()) {
                if (!state.compared) {
                    different = state.bands_that_count_otherwise(tx);
                }
                break;
            }
        }
        state.apply(requests);
    }
    // A band that counts otherwise than the catalogue lost a write or was copied from elsewhere; what is written
    // meanwhile stays in the outbox and comes with the next call.
    for (const auto band : different) {
        state.rebuild(band);
    }
    state.compared = true;
    state.finish();
    return state.written;
}

int IndexWorker::compact(std::uint64_t largest)
{
    auto& state = *state_;
    if (!state.may_be_remains) {
        return 0;
    }
    state.start({});
    int compacted = 0;
    bool are_left = false;
    for (const auto band : kBands) {
        const auto index = BandIndex::open(state.home, band);
        if (!index || !index->has_remains()) {
            continue;
        }
        if (index->documents() <= largest) {
            index->compacted();
            ++compacted;
        } else {
            are_left = true;
        }
    }
    state.may_be_remains = are_left;
    state.finish();
    return compacted;
}

std::uint64_t IndexWorker::rebuild(const std::function<void(const IndexProgress&)>& progress)
{
    auto& state = *state_;
    state.start(progress);
    state.written = 0;
    state.rebuild_all();
    state.finish();
    return state.written;
}

} // namespace vtlt::indexer
