// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"
#include "scratch_archive.h"
#include "sqlite_peer.h"

#include <vtlt/core/base/ids.h>

#include <array>
#include <filesystem>
#include <optional>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWalFull = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";

/// One plain row per durable commit: the limit of the engine.
class OneRowPeer
{
public:
    explicit OneRowPeer(const fs::path& path) : peer_(path)
    {
        peer_.execute(kWalFull);
        peer_.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL)");
    }

    void commit_rows(std::size_t count)
    {
        SqliteStatement begin{peer_, "BEGIN IMMEDIATE"};
        SqliteStatement commit{peer_, "COMMIT"};
        SqliteStatement insert{peer_, "INSERT INTO record (uid, title) VALUES (?1, ?2)"};
        const auto uid = make_uid();
        for (std::size_t i = 0; i < count; ++i) {
            insert.bind(1, uid);
            insert.bind(2, "Báo cáo kết quả cải cách hành chính");
            for (auto* statement : {&begin, &insert, &commit}) {
                statement->step();
                statement->reset();
            }
        }
    }

private:
    SqlitePeer peer_;
};

/// The rows that registering documents leaves in the catalogue, inserted again into tables and indexes of the same
/// shape.
class SameRowsPeer
{
public:
    /// `schema` is a catalogue of this build without documents, `path` its copy.
    SameRowsPeer(const fs::path& catalogue, const fs::path& schema, const fs::path& path)
        : peer_(fresh_copy(schema, path))
    {
        peer_.execute(kWalFull);
        const SqlitePeer source{catalogue};
        for (std::size_t i = 0; i < kTables.size(); ++i) {
            const std::string table{kTables[i]};
            const auto known = read_rows(peer_, "SELECT count(*) FROM " + table);
            const auto skipped = std::to_string(sqlite3_value_int64(known.front().front().get()));
            rows_[i] = read_rows(source, "SELECT * FROM " + table + " ORDER BY 1 LIMIT -1 OFFSET " + skipped);
        }
    }

    void insert(std::size_t transactions)
    {
        std::array<std::size_t, kTables.size()> at{};
        for (std::size_t t = 1; t <= transactions; ++t) {
            peer_.execute("BEGIN IMMEDIATE");
            for (std::size_t i = 0; i < kTables.size(); ++i) {
                const auto end = rows_[i].size() * t / transactions;
                insert_rows(i, at[i], end);
                at[i] = end;
            }
            peer_.execute("COMMIT");
        }
    }

private:
    static const fs::path& fresh_copy(const fs::path& schema, const fs::path& path)
    {
        fs::copy_file(schema, path, fs::copy_options::overwrite_existing);
        return path;
    }

    static constexpr std::array<std::string_view, 4> kTables{"document", "index_outbox", "audit_leaf", "audit_detail"};

    void insert_rows(std::size_t table, std::size_t begin, std::size_t end)
    {
        if (begin == end) {
            return;
        }
        std::string sql = "INSERT INTO " + std::string{kTables[table]} + " VALUES (?";
        for (std::size_t i = 1; i < rows_[table][begin].size(); ++i) {
            sql += ", ?";
        }
        SqliteStatement insert{peer_, sql + ")"};
        for (auto i = begin; i < end; ++i) {
            int column = 0;
            for (const auto& value : rows_[table][i]) {
                insert.bind(++column, value.get());
            }
            insert.step();
            insert.reset();
        }
    }

    SqlitePeer peer_;
    std::array<std::vector<SqliteRow>, kTables.size()> rows_;
};

void bench_single_writes(const Options& options)
{
    const auto count = static_cast<std::size_t>(options.number("commits", 500));
    const TempDir folder{options.path("work")};
    ScratchArchive archive{folder.path()};
    OneRowPeer bare{folder.path() / "bare.db"};
    const std::vector<Side> sides{{"ours", [&] { archive.register_documents(count, 1); }},
                                  {"bare", [&] { bare.commit_rows(count); }}};
    report("catalogue.one", sides, take_turns(sides, 2 * options.rounds() - 1), {{"count", count}});
}

fs::path empty_catalogue(const fs::path& folder)
{
    ScratchArchive archive{folder};
    archive.database().checkpoint();
    const auto copy = folder / "empty.db";
    fs::copy_file(archive.home().catalog(), copy);
    return copy;
}

void bench_bulk_writes(const Options& options)
{
    constexpr std::size_t kPerTransaction = 1000;
    const auto transactions = static_cast<std::size_t>(options.number("bulk", 10));
    const TempDir folder{options.path("work")};
    const auto schema = empty_catalogue(folder.path());
    std::optional<ScratchArchive> archive;
    std::optional<SameRowsPeer> bare;
    const auto fresh_archive = [&] { archive.emplace(folder.path()); };
    const auto fresh_bare = [&] {
        bare.reset();
        bare.emplace(archive->home().catalog(), schema, folder.path() / "same-rows.db");
    };
    const std::vector<Side> sides{
        {"ours", [&] { archive->register_documents(transactions, kPerTransaction); }, fresh_archive},
        {"bare", [&] { bare->insert(transactions); }, fresh_bare}};
    report("catalogue.bulk", sides, take_turns(sides, options.rounds()), {{"count", transactions * kPerTransaction}});
}

} // namespace

void bench_catalogue(const Options& options)
{
    bench_single_writes(options);
    bench_bulk_writes(options);
}

} // namespace vtlt::bench
