// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <vtlt/core/base/error.h>

#include <vtlt/indexer/index_worker.h>

#include <cstdint>
#include <functional>
#include <mutex>

/// The index is derived: commands that read it bring it after the catalogue first, commands that check it only look.
namespace vtlt::app {

/// The one who may write the indexes of a home; whoever holds the archive's lock has one. Any thread may call: one
/// works, the others wait.
class IndexKeeper
{
public:
    using OnProgress = std::function<void(const indexer::IndexProgress&)>;

    IndexKeeper(const Home& home, db::Database& database) : worker_(home, database) {}

    /// Applies what is pending, builds what is missing or unreadable. Returns documents written.
    std::uint64_t catch_up(const OnProgress& progress = {});
    /// Builds every index anew beside the serving one.
    std::uint64_t rebuild(const OnProgress& progress = {});
    /// As indexer::IndexWorker::compact.
    int compact(std::uint64_t largest = UINT64_MAX);

private:
    std::mutex working_;
    indexer::IndexWorker worker_;
};

/// An archive of one's own with a keeper for its index.
OpenHouse keep_house(std::shared_ptr<services::Archive> archive);

/// For those who search: applies what is pending and builds what is missing or unreadable, when the lock is free.
/// Answers how many documents of the reader's are not yet found.
std::int64_t catch_up_index(const Context& context, const auth::Reach& reach);

/// For those who check: only the ordinary work (pending rows, an index/ deleted as a whole). Without the lock nothing.
/// False when rows stay pending, which is no damage.
bool apply_ordinary_work(const OpenHouse& house);

/// Changes that the index has not got yet.
bool has_pending_work(services::Archive& archive);

/// Builds every index anew. Throws busy `archive.locked`.
void rebuild_index(const Context& context);

/// Runs `search`, which reads the index; one found damaged on the way is built anew by `rebuild` and asked once more.
template <class Rebuild, class Search>
auto with_sound_index(const Rebuild& rebuild, const Search& search)
{
    try {
        return search();
    } catch (const Error& error) {
        if (error.code() != "index.unreadable") {
            throw;
        }
    }
    rebuild();
    return search();
}

} // namespace vtlt::app
