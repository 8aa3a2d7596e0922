// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"
#include "scratch_archive.h"

#include <vtlt/core/base/file.h>

#include <fcntl.h>
#include <memory>
#include <vector>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchFiles = 200;
constexpr std::size_t kBuffer = std::size_t{1} << 16;

std::vector<fs::path> write_files(const fs::path& folder, std::uint64_t count, std::uint64_t size)
{
    fs::create_directory(folder);
    std::vector<fs::path> files;
    for (std::uint64_t i = 0; i < count; ++i) {
        files.push_back(folder / (std::to_string(i) + ".bin"));
        write_random_file(files.back(), size, i + 1);
    }
    return files;
}

/// A user's own way: a list of checksums and a copy.
void hash_and_copy(const std::vector<fs::path>& files, const fs::path& target)
{
    std::vector<std::string> hash{"sha256sum"};
    std::vector<std::string> copy{"cp", "-t", target.native()};
    for (const auto& file : files) {
        hash.push_back(file.native());
        copy.push_back(file.native());
    }
    run_program(hash);
    run_program(copy);
}

/// Files copied one by one, one barrier per group; no digest, no catalogue.
void store_and_sync(const std::vector<fs::path>& files, const fs::path& target)
{
    std::string buffer(kBuffer, '\0');
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto source = open_file(files[i], O_RDONLY);
        const auto copy = open_file(target / files[i].filename(), O_WRONLY | O_CREAT | O_EXCL);
        while (const auto got = read_some(source.get(), buffer.data(), buffer.size(), files[i].native())) {
            write_all(copy.get(), std::string_view{buffer}.substr(0, got), target.native());
        }
        if ((i + 1) % kBatchFiles == 0 || i + 1 == files.size()) {
            sync_file_system(target);
        }
    }
}

struct IntakeRoom
{
    explicit IntakeRoom(const fs::path& work, bool keeps) : folder(work), is_keeping(keeps) {}

    TempDir folder;
    /// Small files stay until the end: for seconds after thousands of deletions ext4 looks for free inodes among them,
    /// and that would be measured.
    bool is_keeping;
    std::size_t turn = 0;
    fs::path target;
    std::vector<std::unique_ptr<ScratchArchive>> archives;

    /// Nothing of the turn before is still on its way to the disk.
    std::function<void()> settle() const
    {
        return [path = folder.path()] { sync_file_system(path); };
    }
    Side ours(const std::vector<fs::path>& files)
    {
        return {"ours", [this, &files] { archives.back()->take_in(files); },
                [this] {
                    start();
                    archives.push_back(std::make_unique<ScratchArchive>(folder.path()));
                }};
    }
    Side peer(std::string name, std::function<void()> run)
    {
        return {std::move(name), std::move(run), [this] {
                    start();
                    fs::create_directory(target);
                }};
    }

private:
    void start()
    {
        if (!is_keeping) {
            archives.clear();
            fs::remove_all(target);
        }
        target = folder.path() / ("target" + std::to_string(++turn));
    }
};

void bench_big_files(const Options& options)
{
    IntakeRoom room{options.path("work"), false};
    const auto count = options.number("big-files", 3);
    const auto size = options.number("big-bytes", 200'000'000);
    const auto files = write_files(room.folder.path() / "big", count, size);
    const std::vector<Side> sides{room.ours(files), room.peer("copy", [&] { hash_and_copy(files, room.target); }),
                                  room.peer("synced_copy", [&] {
                                      hash_and_copy(files, room.target);
                                      run_program({"sync", "-f", room.target.native()});
                                  })};
    report("intake.big", sides, take_turns(sides, options.rounds(), room.settle()),
           {{"count", count}, {"bytes", count * size}});
}

void bench_small_files(const Options& options)
{
    IntakeRoom room{options.path("work"), true};
    const auto count = options.number("small-files", 2000);
    const auto size = options.number("small-bytes", 10'000);
    const auto files = write_files(room.folder.path() / "small", count, size);
    const std::vector<Side> sides{room.ours(files), room.peer("bare", [&] { store_and_sync(files, room.target); })};
    report("intake.small", sides, take_turns(sides, options.rounds(), room.settle()),
           {{"count", count}, {"bytes", count * size}});
}

} // namespace

void bench_intake(const Options& options)
{
    bench_big_files(options);
    bench_small_files(options);
}

} // namespace vtlt::bench
