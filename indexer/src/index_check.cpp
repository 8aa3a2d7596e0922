// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/indexer/index_worker.h>

#include "generation.h"
#include "terms.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/outbox/index_outbox.h>

#include <xapian.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef VTLT_SANITIZED
/// Xapian 1.4's check frees an object by the size of its base class: harmless with every allocator, and not ours to
/// mend, but ASan would take it for damage in the child.
extern "C" const char* __asan_default_options() // NOLINT(bugprone-reserved-identifier)
{
    return "new_delete_type_mismatch=0";
}
#endif

namespace vtlt::indexer {
namespace {

constexpr std::string_view kRebuild = "vtlt index rebuild";
constexpr std::size_t kPortion = 10'000;

/// Xapian's check of a whole database, and of its term lists, keeps an array as long as the highest document number,
/// and ours count down from a thousand million (decisions: newest first). So it is asked for the tables that need none;
/// the others are walked here.
constexpr std::array kCheckedTables{"position.glass", "docdata.glass"};

bool are_term_lists_sound(const Xapian::Database& index)
{
    for (auto document = index.postlist_begin(""); document != index.postlist_end(""); ++document) {
        Xapian::termcount words = 0;
        for (auto term = index.termlist_begin(*document); term != index.termlist_end(*document); ++term) {
            words += term.get_wdf();
        }
        if (words != index.get_doclength(*document)) {
            return false;
        }
    }
    return true;
}

bool are_postings_sound(const Xapian::Database& index)
{
    for (auto term = index.allterms_begin(); term != index.allterms_end(); ++term) {
        Xapian::doccount documents = 0;
        Xapian::termcount occurrences = 0;
        Xapian::docid last = 0;
        for (auto posting = index.postlist_begin(*term); posting != index.postlist_end(*term); ++posting) {
            if (*posting <= last) {
                return false;
            }
            last = *posting;
            ++documents;
            occurrences += posting.get_wdf();
        }
        if (documents != term.get_termfreq() || occurrences != index.get_collection_freq(*term)) {
            return false;
        }
    }
    return true;
}

/// Runs in the child: no exception and no destructor may leave it.
int child_verdict(const std::filesystem::path& path) noexcept
{
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    try {
        for (const auto* table : kCheckedTables) {
            const auto file = path / table;
            // It opens a table for writing, which a disk mounted read-only refuses: there the walk below must do.
            if (::access(file.c_str(), W_OK) == 0 && Xapian::Database::check(file.native()) != 0) {
                return 1;
            }
        }
        const Xapian::Database index{path.native()};
        return are_postings_sound(index) && are_term_lists_sound(index) ? 0 : 1;
    } catch (...) {
        return 2;
    }
}

/// Xapian's check can crash on what it looks for (safety.md §1): a child does it. Empty when sound.
std::string damage_of(const std::filesystem::path& path)
{
    const auto& name = path.native();
    const pid_t child = ::fork();
    if (child < 0) {
        throw_errno("fork", name);
    }
    if (child == 0) {
        ::_exit(child_verdict(path));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            throw_errno("waitpid", name);
        }
    }
    if (WIFSIGNALED(status)) {
        return "check_crashed";
    }
    return WEXITSTATUS(status) == 0 ? "" : "damaged";
}

struct Row
{
    std::string uid;
    std::string revision;
};

using Rows = std::map<std::int64_t, Row>;

struct Snapshot
{
    std::map<Secrecy, Rows> rows;
    std::set<std::int64_t> pending; ///< not judged: their change is on its way
};

Snapshot read_catalogue(db::Database& database)
{
    Snapshot snapshot;
    auto tx = database.read();
    auto select = tx.prepare("SELECT id, uid, secrecy, revision FROM document");
    while (select.step()) {
        snapshot.rows[static_cast<Secrecy>(select.integer(2))].emplace(
            select.integer(0), Row{select.text(1), std::to_string(select.integer(3))});
    }
    for (std::int64_t after = 0;;) {
        const auto requests = outbox::list_requests(tx, after, kPortion);
        if (requests.empty()) {
            return snapshot;
        }
        for (const auto& request : requests) {
            snapshot.pending.insert(request.document.value);
        }
        after = requests.back().seq;
    }
}

class BandCheck
{
public:
    BandCheck(const Home& home, Secrecy band, const Snapshot& snapshot, std::vector<IndexProblem>& problems)
        : home_(home), band_(band), snapshot_(snapshot), problems_(problems), path_(home.index(band))
    {
        if (const auto rows = snapshot.rows.find(band); rows != snapshot.rows.end()) {
            rows_ = rows->second;
        }
        std::erase_if(rows_, [&](const auto& row) { return snapshot.pending.contains(row.first); });
    }

    void run()
    {
        const auto generation = current_generation(home_, band_);
        if (!generation) {
            if (!rows_.empty()) {
                report("", "index", "no_index");
            }
            return;
        }
        path_ = generation->path;
        if (const auto damage = damage_of(path_); !damage.empty()) {
            report("", "sound", damage);
            return;
        }
        try {
            compare(Xapian::Database{path_.native()});
        } catch (const Xapian::Error& error) {
            report("", "sound", error.get_type());
        }
    }

private:
    void report(std::string id, std::string expected, std::string found)
    {
        problems_.push_back(
            {band_, path_.native(), std::move(id), std::move(expected), std::move(found), std::string{kRebuild}});
    }

    void compare(const Xapian::Database& index)
    {
        if (!is_our_format(index)) {
            report("", std::string{kFormatVersion}, "other_format");
            return;
        }
        compare_rows(index);
        for (const auto& [id, row] : rows_) {
            report(row.uid, "indexed", "missing");
        }
        for (auto at = index.postlist_begin(std::string{kDamagedTextTerm});
             at != index.postlist_end(std::string{kDamagedTextTerm}); ++at) {
            if (!snapshot_.pending.contains(document_of(*at).value)) {
                report(index.get_document(*at).get_data(), "text", "text_unreadable");
            }
        }
    }

    /// Leaves in `rows_` what the index lacks.
    void compare_rows(const Xapian::Database& index)
    {
        auto revision = index.valuestream_begin(kRevisionSlot);
        const auto end = index.valuestream_end(kRevisionSlot);
        for (auto at = index.postlist_begin(""); at != index.postlist_end(""); ++at) {
            if (*at == kGuardDocid) {
                continue;
            }
            const auto id = document_of(*at).value;
            if (revision != end) {
                revision.skip_to(*at);
            }
            const bool has_revision = revision != end && revision.get_docid() == *at;
            const auto row = rows_.find(id);
            if (row == rows_.end()) {
                if (!snapshot_.pending.contains(id)) {
                    report(index.get_document(*at).get_data(), "absent", "indexed");
                }
                continue;
            }
            const auto found = has_revision ? *revision : std::string{};
            if (found != row->second.revision) {
                report(row->second.uid, "revision " + row->second.revision, "revision " + found);
            }
            rows_.erase(row);
        }
    }

    const Home& home_;
    Secrecy band_;
    const Snapshot& snapshot_;
    std::vector<IndexProblem>& problems_;
    std::filesystem::path path_;
    Rows rows_;
};

std::uint64_t folder_bytes(const std::filesystem::path& folder)
{
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    }
    return bytes;
}

} // namespace

std::vector<IndexProblem> check_index(const Home& home, db::Database& database)
{
    const auto snapshot = read_catalogue(database);
    std::vector<IndexProblem> problems;
    for (const auto band : kBands) {
        BandCheck{home, band, snapshot, problems}.run();
    }
    return problems;
}

std::vector<IndexStats> index_stats(const Home& home)
{
    std::vector<IndexStats> stats;
    for (const auto band : kBands) {
        const auto generation = current_generation(home, band);
        if (!generation) {
            continue;
        }
        try {
            const Xapian::Database index{generation->path.native()};
            stats.push_back({band, index.get_termfreq(std::string{kEveryDocumentTerm}),
                             static_cast<std::uint64_t>(applied_seq(index)), folder_bytes(generation->path),
                             generation->name(), !index.get_metadata(kRemainsKey).empty()});
        } catch (const Xapian::Error& error) {
            throw to_error(error, generation->path);
        }
    }
    return stats;
}

} // namespace vtlt::indexer
