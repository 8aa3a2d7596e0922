// SPDX-License-Identifier: GPL-3.0-or-later
#include "documents.h"
#include "measure.h"
#include "sqlite_peer.h"

#include "query_plan.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/indexer/searcher.h>

#include <xapian.h>

#include <array>

namespace vtlt::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 20;

struct QueryRow
{
    std::string_view ours;
    std::string_view fts; ///< the same set in FTS5's language over folded text; empty where it has no such fields
};

constexpr std::array kQueries{
    QueryRow{"báo cáo cải cách hành chính", "bao cao cai cach hanh chinh"},
    QueryRow{"bao cao cai cach hanh chinh", "bao cao cai cach hanh chinh"},
    QueryRow{"quyết định", "quyet dinh"},
    QueryRow{"kế hoạch công tác năm", "ke hoach cong tac nam"},
    QueryRow{"đề nghị các đơn vị báo cáo kết quả thực hiện", "de nghi cac don vi bao cao ket qua thuc hien"},
    QueryRow{"\"hồ sơ\"", "\"ho so\""},
    QueryRow{"\"công nghệ thông tin\"", "\"cong nghe thong tin\""},
    QueryRow{"kinh phí OR tài sản", "(kinh AND phi) OR (tai AND san)"},
    QueryRow{"kế hoạch loai:KH", ""},
    QueryRow{"báo cáo ngay:2019..2021", ""},
    QueryRow{"loai:QĐ", ""},
};

/// The same Xapian query without cursor, catalogue, snippets and bands.
class BareSearch
{
public:
    explicit BareSearch(const fs::path& index) : database_(index.native()) {}

    indexer::QueryPlan plan(std::string_view query) const
    {
        return indexer::plan_query(indexer::parse_query(query).root, auth::whole_reach(), {}, database_);
    }

    void first_page(const indexer::QueryPlan& plan) const
    {
        Xapian::Enquire enquire{database_};
        enquire.set_query(plan.strict);
        if (plan.ranked) {
            enquire.set_weighting_scheme(indexer::ranking());
        } else {
            enquire.set_weighting_scheme(Xapian::BoolWeight{});
        }
        enquire.get_mset(0, kPage, database_.get_doccount());
    }

private:
    Xapian::Database database_;
};

/// SQLite's full-text index over the folded texts, which finds what we find.
class FtsPeer
{
public:
    explicit FtsPeer(const fs::path& path) : peer_(path)
    {
        peer_.execute("PRAGMA synchronous = OFF; CREATE VIRTUAL TABLE paper USING fts5 (body)");
    }

    void fill(services::Archive& archive)
    {
        peer_.execute("BEGIN");
        {
            SqliteStatement insert{peer_, "INSERT INTO paper (rowid, body) VALUES (?1, ?2)"};
            for_each_document(archive.database(), [&](const catalog::DocumentView& view) {
                const auto body = text::fold(text_of(archive.home(), view));
                insert.bind(1, view.document.id.value);
                insert.bind(2, body);
                insert.step();
                insert.reset();
            });
        }
        peer_.execute("COMMIT; INSERT INTO paper (paper) VALUES ('optimize')");
    }

    void first_page(std::string_view query)
    {
        run("SELECT rowid, snippet(paper, 0, '[', ']', '…', 24) FROM paper WHERE paper MATCH ?1 ORDER BY rank LIMIT 20",
            query);
    }

    std::int64_t count(std::string_view query) { return run("SELECT count(*) FROM paper WHERE paper MATCH ?1", query); }

private:
    std::int64_t run(std::string_view sql, std::string_view query)
    {
        SqliteStatement select{peer_, sql};
        select.bind(1, query);
        std::int64_t first = 0;
        while (select.step()) {
            first = sqlite3_column_int64(select.get(), 0);
        }
        return first;
    }

    SqlitePeer peer_;
};

class SearchBench
{
public:
    explicit SearchBench(const Options& options)
        : options_(options), folder_(options.path("work")),
          archive_(options.path("archive"), services::Archive::Mode::read),
          searcher_(archive_.home(), archive_.database()), bare_(archive_.home().index(Secrecy::open) / "current"),
          fts_(folder_.path() / "fts.db")
    {
        fts_.fill(archive_);
        auto tx = archive_.database().read();
        documents_ = catalog::count_documents(tx);
    }

    void run(const QueryRow& row)
    {
        const indexer::SearchRequest page{
            .query = std::string{row.ours}, .limit = kPage, .cursor = {}, .reach = auth::whole_reach()};
        auto count_only = page;
        count_only.count_only = true;
        const auto plan = bare_.plan(row.ours);
        std::vector<Side> sides{{"page", [&] { searcher_.search(page); }},
                                {"bare", [&] { bare_.first_page(plan); }},
                                {"count", [&] { searcher_.search(count_only); }}};
        Json extra{{"documents", documents_}, {"query", row.ours}, {"matches", searcher_.search(count_only).total}};
        if (!row.fts.empty()) {
            extra["fts_matches"] = fts_.count(row.fts);
            sides.push_back({"fts", [&] { fts_.first_page(row.fts); }});
            sides.push_back({"fts_count", [&] { fts_.count(row.fts); }});
        }
        take_turns(sides, 1); // warms every side's cache
        report("search", sides, take_turns(sides, 2 * options_.rounds() + 1), extra);
    }

private:
    const Options& options_;
    TempDir folder_;
    services::Archive archive_;
    indexer::Searcher searcher_;
    BareSearch bare_;
    FtsPeer fts_;
    std::int64_t documents_ = 0;
};

} // namespace

void bench_searching(const Options& options)
{
    SearchBench bench{options};
    for (const auto& row : kQueries) {
        bench.run(row);
    }
}

} // namespace vtlt::bench
