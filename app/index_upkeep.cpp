// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/index_upkeep.h"

#include <algorithm>
#include <filesystem>
#include <vtlt/core/outbox/index_outbox.h>

namespace vtlt::app {

namespace {

std::int64_t count_pending(services::Archive& archive)
{
    auto tx = archive.database().read();
    return outbox::count_pending(tx);
}

/// Documents of a reader's that a search would miss.
std::int64_t count_unfound(services::Archive& archive, const auth::Reach& reach)
{
    const auto without = indexer::count_without_index(archive.home(), archive.database(), reach);
    auto tx = archive.database().read();
    return std::max(outbox::count_pending(tx, reach), static_cast<std::int64_t>(without));
}

} // namespace

std::uint64_t IndexKeeper::catch_up(const OnProgress& progress)
{
    const std::scoped_lock lock{working_};
    return worker_.catch_up(progress);
}

std::uint64_t IndexKeeper::rebuild(const OnProgress& progress)
{
    const std::scoped_lock lock{working_};
    return worker_.rebuild(progress);
}

int IndexKeeper::compact(std::uint64_t largest)
{
    const std::scoped_lock lock{working_};
    return worker_.compact(largest);
}

OpenHouse keep_house(std::shared_ptr<services::Archive> archive)
{
    auto keeper = std::make_shared<IndexKeeper>(archive->home(), archive->database());
    return {std::move(archive), std::move(keeper)};
}

std::int64_t catch_up_index(const Context& context, const auth::Reach& reach)
{
    if (const auto archive = context.open_for_reading(); count_unfound(*archive, reach) == 0) {
        return 0;
    }
    if (context.house) {
        context.house->index->catch_up();
        return 0;
    }
    try {
        services::Archive archive{context.home, services::Archive::Mode::write, std::chrono::milliseconds{0}};
        IndexKeeper{archive.home(), archive.database()}.catch_up();
        return 0;
    } catch (const Error& error) {
        // Somebody else writes: answer with what is there and say what is pending.
        if (error.kind() != Kind::busy) {
            throw;
        }
    }
    return count_unfound(*context.open_for_reading(), reach);
}

bool apply_ordinary_work(const OpenHouse& house)
{
    const bool pending = count_pending(*house.archive) > 0;
    const auto folder = house.archive->home().index();
    const bool deleted = !std::filesystem::exists(folder) || std::filesystem::is_empty(folder);
    if (house.archive->is_writable() && (pending || deleted)) {
        house.index->catch_up();
        return true;
    }
    return !pending;
}

bool has_pending_work(services::Archive& archive)
{
    return count_pending(archive) > 0;
}

void rebuild_index(const Context& context)
{
    context.open_house().index->rebuild();
}

} // namespace vtlt::app
