// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/sandbox/extractor.h>

#include <algorithm>
#include <array>
#include <fcntl.h>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<fs::path>;

/// So many files of one kind, spread evenly over the folder's sorted list.
Files choose_files(const fs::path& folder, const std::string& extension, std::size_t count)
{
    Files all;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file() && entry.path().extension() == extension) {
            all.push_back(entry.path());
        }
    }
    std::ranges::sort(all);
    Files chosen;
    const auto step = std::max<std::size_t>(1, all.size() / std::max<std::size_t>(1, count));
    for (std::size_t i = 0; i < all.size() && chosen.size() < count; i += step) {
        chosen.push_back(all[i]);
    }
    return chosen;
}

/// What one process per file does with it. The paths are arguments, never part of a shell's text.
struct PeerRow
{
    std::string_view name;
    std::string_view extension;
    std::vector<std::string> (*command)(const fs::path& file, const std::string& extractor);
};

const std::array kPeers{
    PeerRow{"pdftotext", ".pdf",
            [](const fs::path& file, const std::string&) {
                return std::vector<std::string>{"pdftotext", "-q", file.native(), "-"};
            }},
    PeerRow{"extract_one", ".docx",
            [](const fs::path& file, const std::string& extractor) {
                return std::vector<std::string>{extractor, "--one", file.native()};
            }},
    PeerRow{"unzip_sed", ".docx",
            [](const fs::path& file, const std::string&) {
                return std::vector<std::string>{"sh", "-c", R"(unzip -p "$1" word/document.xml | sed 's/<[^>]*>/ /g')",
                                                "sh", file.native()};
            }},
};

/// Files that both can read; a broken one would compare error messages.
Files keep_readable(const Files& files, sandbox::Extractor& extractor)
{
    Files readable;
    for (const auto& file : files) {
        const auto document = open_file(file, O_RDONLY);
        if (!extractor.extract(document.get()).pages.empty()) {
            readable.push_back(file);
        }
    }
    return readable;
}

} // namespace

/// One extractor, one document after the other, each in its own sandboxed child, against one process per file.
void bench_extraction(const Options& options)
{
    const auto wanted = options.text("peer");
    const auto peer = std::ranges::find(kPeers, wanted, &PeerRow::name);
    ensure(peer != kPeers.end(), "the peer is one of the table");
    sandbox::ExtractorOptions settings;
    settings.program = options.text("extractor");
    sandbox::Extractor extractor{settings};
    const auto files = keep_readable(choose_files(options.path("files"), std::string{peer->extension},
                                                  static_cast<std::size_t>(options.number("count", 100))),
                                     extractor);
    ensure(!files.empty(), "there are files of the peer's kind");
    const auto ours = [&] {
        for (const auto& file : files) {
            const auto document = open_file(file, O_RDONLY);
            extractor.extract(document.get());
        }
    };
    const auto theirs = [&] {
        for (const auto& file : files) {
            run_program(peer->command(file, settings.program.native()));
        }
    };
    const std::vector<Side> sides{{"ours", ours}, {"peer", theirs}};
    report(options.text("name"), sides, take_turns(sides, options.rounds()), {{"count", files.size()}});
}

} // namespace vtlt::bench
