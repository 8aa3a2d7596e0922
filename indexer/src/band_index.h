// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "generation.h"

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/home.h>

#include <xapian.h>

#include <cstdint>
#include <memory>

namespace vtlt::indexer {

/// The one writer of one generation of a band's index. What it throws is an Error.
class BandIndex
{
public:
    /// nullptr when the band has no index, or one that is unreadable or of another format. Throws busy `index.locked`.
    static std::unique_ptr<BandIndex> open(const Home& home, Secrecy band);
    /// A generation just built beside the serving one: syncs every file, tells the last applied seq and makes it the
    /// serving one; it is then open like any other.
    static std::unique_ptr<BandIndex> publish_built(const Home& home, Secrecy band, const Generation& built,
                                                    std::int64_t seq);

    void put(const catalog::DocumentView& view);
    void remove(DocumentId id);
    /// Commits with `seq` as the last applied one and syncs the folder, which Xapian 1.4 does not (safety.md §1).
    void commit(std::int64_t seq);

    /// Documents have left the band: with the next commit it is known to hold what remains of them.
    void note_remains();
    bool has_remains() const;
    /// The same index as a new generation without what was deleted, in place of this one.
    std::unique_ptr<BandIndex> compacted();

    std::int64_t applied() const { return applied_; }
    std::uint64_t documents() const;
    const Generation& generation() const { return generation_; }

    /// Only `open` and `publish_built` have the key: what they return has been looked at.
    class Key
    {
        friend class BandIndex;
        Key() = default;
    };
    BandIndex(Key key, const Home& home, Secrecy band, Generation generation, int flags);

private:
    template <class Work>
    auto guarded(const Work& work) const;
    void commit_large_portion(std::uint64_t words);

    Home home_;
    Secrecy band_;
    Generation generation_;
    Xapian::WritableDatabase database_;
    std::int64_t applied_ = 0;
    std::uint64_t waiting_documents_ = 0;
    std::uint64_t waiting_words_ = 0;
};

} // namespace vtlt::indexer
