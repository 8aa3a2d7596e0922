// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/db/database.h>
#include <vtlt/core/home.h>
#include <vtlt/indexer/index_worker.h>
#include <vtlt/indexer/searcher.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vtlt::testing {

/// What a test says of a document; the rest is unremarkable.
struct Paper
{
    std::string title;
    std::vector<std::string> pages; ///< text of the main file, page by page; empty: no file
    std::string number;
    std::string symbol;
    std::string kind;
    std::string issuer;
    std::string signer;
    std::optional<Date> issued_on;
    Secrecy secrecy = Secrecy::open;
    std::vector<std::string> second_file; ///< pages of a second file
    bool in_dossier = false;              ///< PC/2021/01.TCCB
    std::optional<UnitId> unit;           ///< absent: PC, the root unit
};

/// A home with a real catalogue, real text objects and real indexes, filled through the repository functions.
class IndexedArchive
{
public:
    IndexedArchive();

    UnitId add_unit(const std::string& code, std::optional<UnitId> parent = std::nullopt);
    DocumentId add(const Paper& paper);
    std::vector<DocumentId> add_all(const std::vector<Paper>& papers);
    void retitle(DocumentId id, const std::string& title);
    void reclassify(DocumentId id, Secrecy secrecy);
    void remove(DocumentId id);

    /// Everything pending is searchable when it returns.
    std::uint64_t catch_up();

    indexer::SearchAnswer search(const std::string& query, std::size_t limit = 20);
    indexer::SearchAnswer search(const indexer::SearchRequest& request);
    /// Titles of the hits, in order.
    std::vector<std::string> titles(const std::string& query, std::size_t limit = 20);
    std::string title_of(DocumentId id);
    std::filesystem::path text_object(DocumentId id);

    const Home& home() const { return home_; }
    db::Database& database() { return database_; }

private:
    DocumentId insert(db::WriteTx& tx, const Paper& paper);
    void insert_text(db::WriteTx& tx, const Paper& paper, DocumentId id, int ordinal,
                     const std::vector<std::string>& pages);

    TempDir folder_;
    Home home_;
    db::Database database_;
    indexer::IndexWorker worker_;
    indexer::Searcher searcher_;
    UnitId unit_;
    DossierId dossier_;
};

/// $VTLT_SHARED_DATA/`name` where it exists; else nullopt after a WARN "skipped: …".
std::optional<std::filesystem::path> shared_data(const std::string& name);

} // namespace vtlt::testing
