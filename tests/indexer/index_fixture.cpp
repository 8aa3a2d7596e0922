// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/store/text_object.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

namespace vtlt::testing {
namespace {

Home make_home(const std::filesystem::path& root)
{
    Home home{root};
    std::filesystem::create_directories(home.objects());
    return home;
}

ObjectId insert_object(db::WriteTx& tx, const Home& home, Secrecy band, const std::string& bytes)
{
    const auto hash = sha256_hex(bytes);
    const auto path = home.object(band, hash);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << bytes;
    auto insert = tx.prepare("INSERT INTO object (band, hash, size) VALUES (?1, ?2, ?3) ON CONFLICT (band, hash) DO "
                             "UPDATE SET size = ?3 RETURNING id");
    insert.bind(1, static_cast<int>(band)).bind(2, hash).bind(3, static_cast<std::int64_t>(bytes.size()));
    REQUIRE(insert.step());
    const auto id = insert.id<ObjectId>(0);
    insert.step();
    return id;
}

template <class IdType>
IdType inserted(db::Statement& insert)
{
    REQUIRE(insert.step());
    const auto id = insert.id<IdType>(0);
    insert.step();
    return id;
}

db::Database& migrated(db::Database& database)
{
    db::migrate(database);
    return database;
}

} // namespace

IndexedArchive::IndexedArchive()
    : home_(make_home(folder_.path())), database_(home_.catalog(), db::Database::Mode::writable),
      worker_(home_, migrated(database_)), searcher_(home_, database_)
{
    auto tx = database_.write();
    auto unit = tx.prepare("INSERT INTO unit (uid, code, title) VALUES (?1, 'PC', 'Phòng Pháp chế') RETURNING id");
    unit.bind(1, make_uid());
    unit_ = inserted<UnitId>(unit);
    auto dossier = tx.prepare("INSERT INTO dossier (uid, unit_id, year, code, title) VALUES (?1, ?2, 2021, '01.TCCB', "
                              "'Tổ chức cán bộ') RETURNING id");
    dossier.bind(1, make_uid()).bind(2, unit_);
    dossier_ = inserted<DossierId>(dossier);
    catalog::add_to_count(tx, catalog::Record::dossier, {Secrecy::open, unit_}, 1);
    tx.commit();
}

void IndexedArchive::insert_text(db::WriteTx& tx, const Paper& paper, DocumentId id, int ordinal,
                                 const std::vector<std::string>& pages)
{
    std::vector<store::TextBlock> blocks;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        blocks.push_back({static_cast<int>(i) + 1, pages[i]});
    }
    const auto text = insert_object(tx, home_, paper.secrecy, store::encode_text_object(blocks));
    catalog::File file;
    file.document = id;
    file.ordinal = ordinal;
    file.name = "van-ban.txt";
    file.content_hash = sha256_hex(make_uid());
    const auto object = insert_object(tx, home_, paper.secrecy, file.content_hash);
    const auto file_id = catalog::insert_file(tx, file, object);
    catalog::set_text(tx, file_id,
                      {.media_type = "text/plain", .format = "txt", .text_object = text, .cause = {}, .pages = {}});
}

UnitId IndexedArchive::add_unit(const std::string& code, std::optional<UnitId> parent)
{
    auto tx = database_.write();
    const auto id = catalog::insert_unit(tx, {.id = {},
                                              .uid = make_uid(),
                                              .code = code,
                                              .title = code,
                                              .parent = parent.value_or(unit_),
                                              .opened_on = {},
                                              .closed_on = {}});
    tx.commit();
    return id;
}

DocumentId IndexedArchive::insert(db::WriteTx& tx, const Paper& paper)
{
    catalog::Document document;
    document.uid = make_uid();
    document.unit = paper.unit.value_or(unit_);
    document.dossier = paper.in_dossier ? std::optional{dossier_} : std::nullopt;
    document.kind = paper.kind;
    document.number = paper.number;
    document.symbol = paper.symbol;
    document.issuer = paper.issuer;
    document.signer = paper.signer;
    document.issued_on = paper.issued_on;
    document.title = paper.title;
    document.secrecy = paper.secrecy;
    const auto id = catalog::insert_document(tx, document, "test");
    if (!paper.pages.empty()) {
        insert_text(tx, paper, id, 1, paper.pages);
    }
    if (!paper.second_file.empty()) {
        insert_text(tx, paper, id, 2, paper.second_file);
    }
    outbox::request_reindex(tx, id, paper.secrecy);
    return id;
}

DocumentId IndexedArchive::add(const Paper& paper)
{
    return add_all({paper}).front();
}

std::vector<DocumentId> IndexedArchive::add_all(const std::vector<Paper>& papers)
{
    std::vector<DocumentId> ids;
    auto tx = database_.write();
    for (const auto& paper : papers) {
        ids.push_back(insert(tx, paper));
    }
    tx.commit();
    return ids;
}

void IndexedArchive::retitle(DocumentId id, const std::string& title)
{
    auto tx = database_.write();
    auto select = tx.prepare("UPDATE document SET title = ?2, revision = revision + 1 WHERE id = ?1 RETURNING secrecy");
    select.bind(1, id).bind(2, title);
    REQUIRE(select.step());
    outbox::request_reindex(tx, id, static_cast<Secrecy>(select.integer(0)));
    select.step();
    tx.commit();
}

void IndexedArchive::reclassify(DocumentId id, Secrecy secrecy)
{
    auto tx = database_.write();
    auto select = tx.prepare("SELECT secrecy FROM document WHERE id = ?1");
    select.bind(1, id);
    REQUIRE(select.step());
    outbox::request_removal(tx, id, static_cast<Secrecy>(select.integer(0)));
    select.step();
    tx.prepare("UPDATE document SET secrecy = ?2, use_mode = ?3, revision = revision + 1 WHERE id = ?1")
        .bind(1, id)
        .bind(2, static_cast<int>(secrecy))
        .bind(3, static_cast<int>(undecided_mode(secrecy)))
        .run();
    outbox::request_reindex(tx, id, secrecy);
    tx.commit();
}

void IndexedArchive::remove(DocumentId id)
{
    auto tx = database_.write();
    tx.prepare("DELETE FROM file WHERE document_id = ?1").bind(1, id).run();
    auto select = tx.prepare("DELETE FROM document WHERE id = ?1 RETURNING secrecy");
    select.bind(1, id);
    REQUIRE(select.step());
    outbox::request_reindex(tx, id, static_cast<Secrecy>(select.integer(0)));
    select.step();
    tx.commit();
}

std::uint64_t IndexedArchive::catch_up()
{
    return worker_.catch_up();
}

indexer::SearchAnswer IndexedArchive::search(const std::string& query, std::size_t limit)
{
    return search(indexer::SearchRequest{.query = query, .limit = limit, .cursor = {}, .reach = auth::whole_reach()});
}

indexer::SearchAnswer IndexedArchive::search(const indexer::SearchRequest& request)
{
    return searcher_.search(request);
}

std::vector<std::string> IndexedArchive::titles(const std::string& query, std::size_t limit)
{
    std::vector<std::string> out;
    for (const auto& hit : search(query, limit).hits) {
        out.push_back(hit.view.document.title);
    }
    return out;
}

std::string IndexedArchive::title_of(DocumentId id)
{
    auto tx = database_.read();
    const std::vector<DocumentId> ids{id};
    return catalog::list_views(tx, ids).at(0).document.title;
}

std::filesystem::path IndexedArchive::text_object(DocumentId id)
{
    auto tx = database_.read();
    const std::vector<DocumentId> ids{id};
    const auto view = catalog::list_views(tx, ids).at(0);
    return home_.object(view.files.at(0).band, view.files.at(0).text_hash);
}

std::optional<std::filesystem::path> shared_data(const std::string& name)
{
    const char* root = std::getenv("VTLT_SHARED_DATA");
    const auto path = std::filesystem::path{root == nullptr ? "" : root} / name;
    if (root == nullptr || !std::filesystem::exists(path)) {
        WARN("skipped: " << name << " is not there");
        return std::nullopt;
    }
    return path;
}

} // namespace vtlt::testing
