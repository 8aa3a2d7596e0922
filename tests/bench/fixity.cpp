// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"
#include "scratch_archive.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/store/object_store.h>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

void check(ScratchArchive& archive, unsigned threads)
{
    store::FixityOptions options;
    options.threads = threads;
    const auto found = store::check_fixity(archive.home(), archive.database(), options);
    ensure(found.damages.empty(), "a new store is whole");
}

} // namespace

/// The objects stay in the page cache for all sides: what is compared is the checking, not the disk.
void bench_fixity(const Options& options)
{
    const auto count = options.number("files", 12);
    const auto size = options.number("bytes", 50'000'000);
    const TempDir folder{options.path("work")};
    ScratchArchive archive{folder.path()};
    std::vector<fs::path> files;
    for (std::uint64_t i = 0; i < count; ++i) {
        files.push_back(folder.path() / std::to_string(i));
        write_random_file(files.back(), size, 1000 + i);
    }
    archive.take_in(files);
    std::vector<std::string> sha256sum{"sha256sum"};
    for (const auto& entry : fs::recursive_directory_iterator{archive.home().objects()}) {
        if (entry.is_regular_file()) {
            sha256sum.push_back(entry.path().native());
        }
    }
    run_program(sha256sum); // warms the cache
    const std::vector<Side> sides{{"one_thread", [&] { check(archive, 1); }},
                                  {"two_threads", [&] { check(archive, 2); }},
                                  {"sha256sum", [&] { run_program(sha256sum); }}};
    report("fixity", sides, take_turns(sides, options.rounds()), {{"count", count}, {"bytes", count * size}});
}

} // namespace vtlt::bench
