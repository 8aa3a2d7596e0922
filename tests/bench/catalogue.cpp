// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"
#include "scratch_archive.h"
#include "sqlite_peer.h"

#include <vtlt/core/base/ids.h>

#include <array>
#include <optional>

namespace vtlt::bench {
namespace {

constexpr const char* kWalFull = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";

/// One plain row per durable commit: the limit of the engine.
class OneRowPeer
{
public:
    explicit OneRowPeer(const std::filesystem::path& path) : peer_(path)
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
    /// `path` is a catalogue of this build's schema that nobody else has open.
    explicit SameRowsPeer(const std::filesystem::path& path) : peer_(path) { peer_.execute(kWalFull); }

    void read_from(const std::filesystem::path& catalogue)
    {
        const SqlitePeer source{catalogue};
        for (std::size_t i = 0; i < kTables.size(); ++i) {
            rows_[i] = read_rows(source, "SELECT * FROM " + std::string{kTables[i]});
            peer_.execute("DELETE FROM " + std::string{kTables[i]});
        }
    }

    void insert(std::size_t transactions)
    {
        std::array<std::size_t, kTables.size()> at{};
        for (std::size_t t = 1; t <= transactions; ++t) {
            peer_.execute("BEGIN IMMEDIATE");
            for (std::size_t i = 0; i < kTables.size(); ++i) {
                insert_rows(i, at[i], rows_[i].size() * t / transactions);
                at[i] = rows_[i].size() * t / transactions;
            }
            peer_.execute("COMMIT");
        }
    }

private:
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
    const auto count = static_cast<std::size_t>(options.number("commits", 2000));
    const TempDir folder{options.path("work")};
    ScratchArchive archive{folder.path()};
    OneRowPeer bare{folder.path() / "bare.db"};
    const std::vector<Side> sides{{"ours", [&] { archive.register_documents(count, 1); }},
                                  {"bare", [&] { bare.commit_rows(count); }}};
    report("catalogue.one", sides, take_turns(sides, options.rounds()), {{"count", count}});
}

void bench_bulk_writes(const Options& options)
{
    constexpr std::size_t kPerTransaction = 1000;
    const auto transactions = static_cast<std::size_t>(options.number("bulk", 10));
    const TempDir folder{options.path("work")};
    std::filesystem::path schema;
    std::optional<ScratchArchive> archive;
    {
        ScratchArchive empty{folder.path()};
        empty.database().checkpoint();
        schema = folder.path() / "same-rows.db";
        std::filesystem::copy_file(empty.home().catalog(), schema);
    }
    SameRowsPeer bare{schema};
    const std::vector<Side> sides{
        {"ours", [&] { archive->register_documents(transactions, kPerTransaction); },
         [&] { archive.emplace(folder.path()); }},
        {"bare", [&] { bare.insert(transactions); }, [&] { bare.read_from(archive->home().catalog()); }}};
    report("catalogue.bulk", sides, take_turns(sides, options.rounds()), {{"count", transactions * kPerTransaction}});
}

} // namespace

void bench_catalogue(const Options& options)
{
    bench_single_writes(options);
    bench_bulk_writes(options);
}

} // namespace vtlt::bench
