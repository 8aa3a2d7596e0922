// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.h"
#include "measure.h"

#include "document_terms.h"

#include <vtlt/core/base/file.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/indexer/index_worker.h>

#include <fcntl.h>
#include <xapian.h>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

/// As indexer/src/band_index commits.
constexpr std::size_t kFlush = 1000;
constexpr std::size_t kFolderSize = 1000;

services::Archive open_archive(const Options& options)
{
    return services::Archive{options.path("archive"), services::Archive::Mode::write};
}

/// The very documents of our index, packed by Xapian itself; newest first as we write them.
std::vector<std::string> packed_documents(services::Archive& archive)
{
    std::vector<std::string> packed;
    for_each_document(archive.database(), [&](const catalog::DocumentView& view) {
        packed.push_back(indexer::make_document(archive.home(), view).document.serialise());
    });
    return {packed.rbegin(), packed.rend()};
}

/// No catalogue, no text, no words to find: terms out of memory into Xapian.
void bare_loop(const std::vector<std::string>& packed, const fs::path& folder)
{
    Xapian::WritableDatabase database{folder.native(), Xapian::DB_CREATE_OR_OVERWRITE};
    std::size_t waiting = 0;
    for (const auto& bytes : packed) {
        database.add_document(Xapian::Document::unserialise(bytes));
        if (++waiting == kFlush) {
            database.commit();
            waiting = 0;
        }
    }
    database.commit();
}

/// Our share beyond Xapian: catalogue, text objects, words, fold and pairs.
void make_terms(services::Archive& archive)
{
    for_each_document(archive.database(),
                      [&](const catalog::DocumentView& view) { indexer::make_document(archive.home(), view); });
}

void write_texts(services::Archive& archive, const fs::path& folder)
{
    std::size_t count = 0;
    for_each_document(archive.database(), [&](const catalog::DocumentView& view) {
        const auto place = folder / std::to_string(count / kFolderSize);
        fs::create_directories(place);
        const auto path = place / (std::to_string(count++) + ".txt");
        write_all(open_file(path, O_WRONLY | O_CREAT | O_EXCL).get(), text_of(archive.home(), view), path.native());
    });
}

void write_recoll_config(const fs::path& config, const fs::path& texts)
{
    fs::remove_all(config);
    fs::create_directory(config);
    const auto line = "topdirs = " + texts.native() + "\n";
    write_all(open_file(config / "recoll.conf", O_WRONLY | O_CREAT | O_EXCL).get(), line, config.native());
}

} // namespace

void bench_indexing(const Options& options)
{
    const TempDir folder{options.path("work")};
    auto archive = open_archive(options);
    indexer::IndexWorker worker{archive.home(), archive.database()};
    const auto packed = packed_documents(archive);
    const auto bare = folder.path() / "bare";
    const std::vector<Side> sides{{"ours", [&] { worker.rebuild(); }},
                                  {"bare", [&] { bare_loop(packed, bare); }, [&] { fs::remove_all(bare); }},
                                  {"terms", [&] { make_terms(archive); }}};
    report("index.bare", sides, take_turns(sides, options.rounds()), {{"count", packed.size()}});
}

/// Other people's indexers over the same texts as files; `--omindex` and `--recollindex` name those that are installed.
void bench_index_peers(const Options& options)
{
    const TempDir folder{options.path("work")};
    auto archive = open_archive(options);
    indexer::IndexWorker worker{archive.home(), archive.database()};
    const auto texts = folder.path() / "texts";
    const auto database = folder.path() / "omindex";
    const auto config = folder.path() / "recoll";
    write_texts(archive, texts);
    std::uint64_t count = 0;
    std::vector<Side> sides{{"ours", [&] { count = worker.rebuild(); }}};
    if (const auto omindex = options.text("omindex"); !omindex.empty()) {
        const std::vector<std::string> command{omindex, "--overwrite", "--db",        database.native(),
                                               "--url", "/",           texts.native()};
        sides.push_back({"omindex", [command] { run_program(command); }, [&] { fs::remove_all(database); }});
    }
    if (const auto recollindex = options.text("recollindex"); !recollindex.empty()) {
        const std::vector<std::string> command{recollindex, "-c", config.native()};
        sides.push_back(
            {"recollindex", [command] { run_program(command); }, [&] { write_recoll_config(config, texts); }});
    }
    const auto turns = take_turns(sides, options.rounds());
    report("index.peers", sides, turns, {{"count", count}});
}

} // namespace vtlt::bench
