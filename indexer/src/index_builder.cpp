// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_builder.h"

#include "document_terms.h"
#include "terms.h"

#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <vector>

namespace vtlt::indexer {
namespace {

namespace fs = std::filesystem;

/// One flush each, so that what Xapian collects in memory stays near the size of a cache (10,000 documents on two
/// cores: parts of 100 … 500 14.4 s, of 2,000 22.7 s); words bound the memory when documents are huge.
constexpr std::size_t kPartDocuments = 500;
constexpr std::uint64_t kPartWords = 4'000'000;
constexpr std::size_t kViews = 200;
/// Parts merged at once; each holds up to four files open.
constexpr std::size_t kMergeWidth = 64;
constexpr unsigned kMaxThreads = 4;

template <class Work>
auto guarded(const fs::path& path, const Work& work)
{
    try {
        return work();
    } catch (const Xapian::Error& error) {
        throw to_error(error, path);
    }
}

class Builder
{
public:
    Builder(const Home& home, db::Database& catalogue, Secrecy band, std::span<const DocumentId> ids,
            const OnDocuments& on_documents)
        : home_(home), catalogue_(catalogue), band_(band), ids_(ids), on_documents_(on_documents),
          generation_(next_generation(home, band)), folder_(generation_.path.native() + kPartsSuffix)
    {}

    Generation build()
    {
        try {
            make_parts_folder();
            write_parts();
            while (parts_.size() > kMergeWidth) {
                merge_groups();
            }
            if (parts_.size() == 1) {
                fs::rename(parts_.begin()->second, generation_.path);
            } else {
                merge(all_parts(), generation_.path);
            }
        } catch (...) {
            // On a full disk what is half done would only stand in the way.
            std::error_code error;
            fs::remove_all(folder_, error);
            fs::remove_all(generation_.path, error);
            throw;
        }
        ::rmdir(folder_.c_str()); // empty now; what stays goes with the next `publish`
        return generation_;
    }

private:
    /// By the place of the first document among the ids: their documents' numbers do not overlap and ascend.
    using Parts = std::map<std::size_t, fs::path>;

    void make_parts_folder() const
    {
        fs::remove_all(folder_);
        make_directory(folder_);
    }

    void write_parts()
    {
        const auto portions = std::max<std::size_t>(1, (ids_.size() + kPartDocuments - 1) / kPartDocuments);
        const auto threads =
            std::min<std::size_t>(portions, std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads));
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < threads; ++i) {
            workers.emplace_back([this, portions] { work(portions); });
        }
        workers.clear();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

    void work(std::size_t portions) noexcept
    {
        try {
            for (auto portion = next_portion_++; portion < portions; portion = next_portion_++) {
                write_portion(portion * kPartDocuments, std::min(ids_.size(), (portion + 1) * kPartDocuments));
            }
        } catch (...) {
            next_portion_ = portions; // the others stop after the part at hand
            const std::lock_guard lock{mutex_};
            failure_ = std::current_exception();
        }
    }

    /// One part; more of them when the documents are huge.
    void write_portion(std::size_t begin, std::size_t end)
    {
        while (begin < end || begin == 0) {
            const auto path = folder_ / std::to_string(begin);
            const auto next = guarded(path, [&] { return write_part(path, begin, end); });
            const std::lock_guard lock{mutex_};
            parts_.emplace(begin, path);
            if (next == end) {
                return;
            }
            begin = next;
        }
    }

    std::size_t write_part(const fs::path& path, std::size_t begin, std::size_t end)
    {
        Xapian::WritableDatabase part{path.native(),
                                      Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS};
        if (begin == 0) {
            part.replace_document(kGuardDocid, Xapian::Document{});
        }
        std::uint64_t words = 0;
        while (begin < end && words < kPartWords) {
            const auto portion = ids_.subspan(begin, std::min(kViews, end - begin));
            words += put(part, portion);
            begin += portion.size();
            tell(portion.size());
        }
        part.commit();
        part.close();
        return begin;
    }

    std::uint64_t put(Xapian::WritableDatabase& part, std::span<const DocumentId> portion)
    {
        std::uint64_t words = 0;
        auto tx = catalogue_.read();
        for (const auto& view : catalog::list_views(tx, portion)) {
            if (view.document.secrecy == band_) {
                const auto made = make_document(home_, view);
                part.replace_document(docid_of(view.document.id), made.document);
                words += made.words;
            }
        }
        return words;
    }

    void tell(std::uint64_t documents)
    {
        const std::lock_guard lock{mutex_};
        on_documents_(documents);
    }

    std::vector<fs::path> all_parts() const
    {
        std::vector<fs::path> paths;
        for (const auto& [begin, path] : parts_) {
            paths.push_back(path);
        }
        return paths;
    }

    void merge_groups()
    {
        Parts merged;
        const auto paths = all_parts();
        for (std::size_t at = 0; at < paths.size(); at += kMergeWidth) {
            const auto group = std::span{paths}.subspan(at, std::min(kMergeWidth, paths.size() - at));
            auto target = group.front();
            target += kPartsSuffix;
            merge(group, target);
            merged.emplace(at, target);
        }
        parts_ = std::move(merged);
    }

    void merge(std::span<const fs::path> parts, const fs::path& target)
    {
        guarded(target, [&] {
            Xapian::Database joined;
            for (const auto& part : parts) {
                joined.add_database(Xapian::Database{part.native()});
            }
            joined.compact(target.native(), Xapian::DBCOMPACT_NO_RENUMBER | Xapian::Compactor::STANDARD);
        });
        for (const auto& part : parts) {
            fs::remove_all(part);
        }
    }

    const Home& home_;
    db::Database& catalogue_;
    Secrecy band_;
    std::span<const DocumentId> ids_;
    const OnDocuments& on_documents_;
    Generation generation_;
    fs::path folder_;
    std::atomic<std::size_t> next_portion_{0};
    std::mutex mutex_;
    Parts parts_;                // guarded by mutex_ while parts are written
    std::exception_ptr failure_; // guarded by mutex_
};

} // namespace

Generation build_generation(const Home& home, db::Database& catalogue, Secrecy band, std::span<const DocumentId> ids,
                            const OnDocuments& on_documents)
{
    return Builder{home, catalogue, band, ids, on_documents}.build();
}

} // namespace vtlt::indexer
