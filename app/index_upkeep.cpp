// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/index_upkeep.h"

#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/indexer/index_worker.h>

#include <algorithm>
#include <filesystem>

namespace vtlt::app {

namespace {

std::int64_t count_pending(services::Archive& archive)
{
    auto tx = archive.database().read();
    return outbox::count_pending(tx);
}

/// Documents that a search would miss.
std::int64_t count_unfound(services::Archive& archive)
{
    const auto without = indexer::count_without_index(archive.home(), archive.database());
    return std::max(count_pending(archive), static_cast<std::int64_t>(without));
}

} // namespace

std::int64_t catch_up_index(const Context& context)
{
    {
        auto archive = context.open_for_reading();
        if (count_unfound(archive) == 0) {
            return 0;
        }
    }
    try {
        services::Archive archive{context.home, services::Archive::Mode::write, std::chrono::milliseconds{0}};
        indexer::IndexWorker{archive.home(), archive.database()}.catch_up();
        return 0;
    } catch (const Error& error) {
        // Somebody else writes: answer with what is there and say what is pending.
        if (error.kind() != Kind::busy) {
            throw;
        }
    }
    auto archive = context.open_for_reading();
    return count_unfound(archive);
}

bool apply_ordinary_work(services::Archive& archive)
{
    const bool pending = count_pending(archive) > 0;
    const auto folder = archive.home().index();
    const bool deleted = !std::filesystem::exists(folder) || std::filesystem::is_empty(folder);
    if (archive.is_writable() && (pending || deleted)) {
        indexer::IndexWorker{archive.home(), archive.database()}.catch_up();
        return true;
    }
    return !pending;
}

void rebuild_index(const Context& context)
{
    services::Archive archive{context.home, services::Archive::Mode::write};
    indexer::IndexWorker{archive.home(), archive.database()}.rebuild();
}

} // namespace vtlt::app
