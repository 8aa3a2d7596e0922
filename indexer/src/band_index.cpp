// SPDX-License-Identifier: GPL-3.0-or-later
#include "band_index.h"

#include "document_terms.h"
#include "terms.h"

#include <vtlt/core/base/file.h>

#include <fcntl.h>

namespace vtlt::indexer {
namespace {

/// Small flushes are faster here than large ones (performance.md §2); words bound the memory when documents are huge.
constexpr std::uint64_t kFlushDocuments = 1000;
constexpr std::uint64_t kFlushWords = 3'000'000;

constexpr std::uintmax_t kKeptFree = std::uintmax_t{256} << 20;

/// One barrier for a generation that was built without syncing.
void sync_built(const std::filesystem::path& folder)
{
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.is_regular_file()) {
            const auto fd = open_file(entry.path(), O_RDONLY | O_CLOEXEC);
            sync_file(fd.get(), entry.path().native());
        }
    }
    sync_directory(folder);
    sync_directory(folder.parent_path());
}

} // namespace

BandIndex::BandIndex(Key, const Home& home, Secrecy band, Generation generation, int flags)
    : home_(home), band_(band), generation_(std::move(generation)), database_(generation_.path.native(), flags)
{}

template <class Work>
auto BandIndex::guarded(const Work& work) const
{
    try {
        return work();
    } catch (const Xapian::Error& error) {
        throw to_error(error, generation_.path);
    }
}

std::unique_ptr<BandIndex> BandIndex::open(const Home& home, Secrecy band)
{
    const auto generation = current_generation(home, band);
    if (!generation) {
        return nullptr;
    }
    try {
        auto index = std::make_unique<BandIndex>(Key{}, home, band, *generation, Xapian::DB_OPEN);
        if (!is_our_format(index->database_)) {
            return nullptr;
        }
        index->applied_ = applied_seq(index->database_);
        return index;
    } catch (const Xapian::DatabaseLockError& error) {
        throw to_error(error, generation->path);
    } catch (const Xapian::Error&) {
        return nullptr; // absent or unreadable: the caller builds anew
    }
}

std::unique_ptr<BandIndex> BandIndex::publish_built(const Home& home, Secrecy band, const Generation& built,
                                                    std::int64_t seq)
{
    try {
        Xapian::WritableDatabase database{built.path.native(), Xapian::DB_OPEN | Xapian::DB_NO_SYNC};
        database.set_metadata(kFormatKey, std::string{kFormatVersion});
        database.set_metadata(kAppliedKey, std::to_string(seq));
        database.set_metadata(kRemainsKey, {});
        database.commit();
        database.close();
        sync_built(built.path);
        publish(home, band, built);
        auto index = std::make_unique<BandIndex>(Key{}, home, band, built, Xapian::DB_OPEN);
        index->applied_ = seq;
        return index;
    } catch (const Xapian::Error& error) {
        throw to_error(error, built.path);
    }
}

void BandIndex::put(const catalog::DocumentView& view)
{
    guarded([&] {
        const auto made = make_document(home_, view);
        database_.replace_document(docid_of(view.document.id), made.document);
        commit_large_portion(made.words);
    });
}

void BandIndex::remove(DocumentId id)
{
    guarded([&] {
        try {
            database_.delete_document(docid_of(id));
        } catch (const Xapian::DocNotFoundError&) {
            return; // nothing to do: the row is applied a second time
        }
        commit_large_portion(1);
    });
}

/// Without a new seq: what is committed early is only applied again after a crash.
void BandIndex::commit_large_portion(std::uint64_t words)
{
    waiting_words_ += words;
    if (++waiting_documents_ < kFlushDocuments && waiting_words_ < kFlushWords) {
        return;
    }
    database_.commit();
    waiting_documents_ = 0;
    waiting_words_ = 0;
}

void BandIndex::commit(std::int64_t seq)
{
    guarded([&] {
        database_.set_metadata(kAppliedKey, std::to_string(seq));
        database_.commit();
    });
    sync_directory(generation_.path);
    applied_ = seq;
    waiting_documents_ = 0;
    waiting_words_ = 0;
}

void BandIndex::note_remains()
{
    guarded([&] { database_.set_metadata(kRemainsKey, "1"); });
}

bool BandIndex::has_remains() const
{
    return guarded([&] { return !database_.get_metadata(kRemainsKey).empty(); });
}

std::unique_ptr<BandIndex> BandIndex::compacted()
{
    const auto next = next_generation(home_, band_);
    std::uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator{generation_.path}) {
        size += entry.is_regular_file() ? entry.file_size() : 0;
    }
    // An index that is dispensable must not take the room that the catalogue writes in.
    if (std::filesystem::space(home_.index()).available < size + size / 4 + kKeptFree) {
        throw Error{Kind::internal, "internal.disk_full", {{"path", next.path.native()}}};
    }
    try {
        guarded([&] { database_.compact(next.path.native(), Xapian::DBCOMPACT_NO_RENUMBER); });
        return publish_built(home_, band_, next, applied_);
    } catch (...) {
        std::error_code error;
        std::filesystem::remove_all(next.path, error);
        throw;
    }
}

std::uint64_t BandIndex::documents() const
{
    return guarded([&] { return std::uint64_t{database_.get_termfreq(std::string{kEveryDocumentTerm})}; });
}

} // namespace vtlt::indexer
