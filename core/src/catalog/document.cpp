// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/document.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/counts.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/catalog/record_set.h>
#include <vtlt/core/db/database.h>

#include <unordered_map>

namespace vtlt::catalog {

auth::Target target_of(const Document& document)
{
    return {.secrecy = document.secrecy,
            .unit = document.unit,
            .issued_on = document.issued_on,
            .list = document.reader_list,
            .sets = document.sets};
}

bool may_be_of_one_year(const Document& one, const Document& other)
{
    return !one.issued_on || !other.issued_on || one.issued_on->year() == other.issued_on->year();
}

std::string Document::number_symbol() const
{
    if (number.empty()) {
        return {};
    }
    return symbol.empty() ? number : number + "/" + symbol;
}

namespace {

DocumentView read_view(const db::Statement& select)
{
    DocumentView view;
    auto& document = view.document;
    document.id = select.id<DocumentId>(0);
    document.uid = select.text(1);
    document.unit = select.id<UnitId>(2);
    document.dossier = select.optional_id<DossierId>(3);
    document.kind = select.text(4);
    document.number = select.text(5);
    document.symbol = select.text(6);
    document.issuer = select.text(7);
    document.signer = select.text(8);
    document.issued_on = select.optional_date(9);
    document.title = select.text(10);
    document.secrecy = static_cast<Secrecy>(select.integer(11));
    document.source_path = select.text(12);
    document.created_at = select.instant(13);
    document.revision = select.integer(14);
    document.mode = static_cast<UseMode>(select.integer(24));
    const auto small = [](std::optional<std::int64_t> value) {
        return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
    };
    view.dossier_ordinal = small(select.optional_integer(15));
    view.unit_code = select.text(16);
    view.unit_title = select.text(17);
    view.dossier_code = select.text(18);
    view.dossier_title = select.text(19);
    view.dossier_year = small(select.optional_integer(20));
    document.reader_list = select.optional_id<ReaderListId>(21);
    view.reader_list_uid = select.text(22);
    view.reader_list_title = select.text(23);
    return view;
}

File read_file_row(const db::Statement& select)
{
    File file;
    file.id = select.id<FileId>(0);
    file.document = select.id<DocumentId>(1);
    file.ordinal = static_cast<int>(select.integer(2));
    file.name = select.text(3);
    file.content_hash = select.text(4);
    file.size = static_cast<std::uint64_t>(select.integer(5));
    file.media_type = select.text(6);
    file.format = select.text(7);
    file.text_state = static_cast<TextState>(select.integer(8));
    file.cause = cause_from_name(select.text(9));
    const auto pages = select.optional_integer(10);
    file.pages = pages ? std::optional{static_cast<int>(*pages)} : std::nullopt;
    file.object_hash = select.text(11);
    file.band = static_cast<Secrecy>(select.integer(12));
    file.text_hash = select.text(13);
    return file;
}

using ViewsById = std::unordered_map<std::int64_t, DocumentView>;

std::vector<std::int64_t> keys_of(const ViewsById& views)
{
    std::vector<std::int64_t> keys;
    keys.reserve(views.size());
    for (const auto& [key, view] : views) {
        keys.push_back(key);
    }
    return keys;
}

/// What rights look at besides the row, in one statement.
void add_sets(db::ReadTx& tx, ViewsById& views)
{
    for (const auto& [document, set] : list_granted_sets(tx, keys_of(views))) {
        views.at(document.value).document.sets.push_back(set);
    }
}

/// The files of every view in `views`, in one statement.
void add_files(db::ReadTx& tx, ViewsById& views)
{
    const auto keys = keys_of(views);
    auto select = tx.prepare(R"sql(
        SELECT file.id, file.document_id, file.ordinal, file.name, file.content_hash, file.size, file.media_type, file.format,
               file.text_state, file.cause, file.pages, object.hash, object.band, text_object.hash
          FROM file
          JOIN object ON object.id = file.object_id
          LEFT JOIN object AS text_object ON text_object.id = file.text_object_id
         WHERE file.document_id IN {ids ?1}
           AND file.version = (SELECT max(newest.version) FROM file AS newest
                                WHERE newest.document_id = file.document_id AND newest.ordinal = file.ordinal)
         ORDER BY file.document_id, file.ordinal
    )sql");
    select.bind_list(1, std::span<const std::int64_t>{keys});
    while (select.step()) {
        auto file = read_file_row(select);
        views.at(file.document.value).files.push_back(std::move(file));
    }
}

/// A view is of its document's grade: what a dossier of a higher one is called stands in none.
constexpr std::string_view kSelectView = R"sql(
    SELECT document.id, document.uid, document.unit_id, document.dossier_id, document.kind, document.number, document.symbol,
           document.issuer, document.signer, document.issued_on, document.title, document.secrecy, document.source_path,
           document.created_at, document.revision, document.dossier_ordinal,
           unit.code, unit.title, dossier.code, dossier.title, dossier.year, document.reader_list_id,
           reader_list.uid, reader_list.title, document.use_mode
      FROM document
      JOIN unit ON unit.id = document.unit_id
      LEFT JOIN reader_list ON reader_list.id = document.reader_list_id
      LEFT JOIN dossier ON dossier.id = document.dossier_id AND dossier.secrecy <= document.secrecy
)sql";

const std::string kSelectById = std::string{kSelectView} + " WHERE document.id IN {ids ?1}";
const std::string kSelectByUid = std::string{kSelectView} + " WHERE document.uid IN {ids ?1}";

/// In the order asked for; what does not exist is left out.
template <class Key, class KeyOf>
std::vector<DocumentView> ordered(db::ReadTx& tx, db::Statement& select, std::span<const Key> keys, KeyOf&& key_of)
{
    ViewsById views;
    while (select.step()) {
        auto view = read_view(select);
        views.emplace(view.document.id.value, std::move(view));
    }
    add_files(tx, views);
    add_sets(tx, views);
    std::unordered_map<Key, std::int64_t> by_key;
    for (const auto& [id, view] : views) {
        by_key.emplace(key_of(view), id);
    }
    std::vector<DocumentView> result;
    result.reserve(keys.size());
    for (const auto& key : keys) {
        if (const auto found = by_key.find(key); found != by_key.end()) {
            result.push_back(views.at(found->second));
        }
    }
    return result;
}

std::vector<DocumentId> read_ids(db::Statement& select)
{
    std::vector<DocumentId> ids;
    while (select.step()) {
        ids.push_back(select.id<DocumentId>(0));
    }
    return ids;
}

} // namespace

std::vector<DocumentView> list_views(db::ReadTx& tx, std::span<const DocumentId> ids)
{
    std::vector<std::int64_t> keys;
    keys.reserve(ids.size());
    for (const auto id : ids) {
        keys.push_back(id.value);
    }
    auto select = tx.prepare(kSelectById);
    select.bind_list(1, std::span<const std::int64_t>{keys});
    return ordered<std::int64_t>(tx, select, keys, [](const DocumentView& view) { return view.document.id.value; });
}

std::vector<DocumentView> list_views_by_uid(db::ReadTx& tx, std::span<const Uid> uids)
{
    auto select = tx.prepare(kSelectByUid);
    select.bind_list(1, uids);
    return ordered<std::string>(tx, select, uids, [](const DocumentView& view) { return view.document.uid; });
}

DocumentView get_view(db::ReadTx& tx, std::string_view uid)
{
    const std::vector<Uid> uids{Uid{uid}};
    auto views = is_uid(uid) ? list_views_by_uid(tx, uids) : std::vector<DocumentView>{};
    if (views.empty()) {
        throw Error{Kind::not_found, "document.not_found", {{"id", std::string{uid}}}};
    }
    auto view = std::move(views.front());
    return view;
}

std::optional<auth::Target> find_target(db::ReadTx& tx, std::string_view uid)
{
    auto select = tx.prepare("SELECT secrecy, unit_id, issued_on, reader_list_id, id FROM document WHERE uid = ?1");
    if (!select.bind(1, uid).step()) {
        return std::nullopt;
    }
    auth::Target target{.secrecy = static_cast<Secrecy>(select.integer(0)),
                        .unit = select.id<UnitId>(1),
                        .issued_on = select.optional_date(2),
                        .list = select.optional_id<ReaderListId>(3)};
    const std::vector<std::int64_t> key{select.integer(4)};
    for (const auto& [document, set] : list_granted_sets(tx, key)) {
        target.sets.push_back(set);
    }
    return target;
}

std::vector<DocumentId> list_ids(db::ReadTx& tx, DocumentId after, std::size_t limit)
{
    auto select = tx.prepare("SELECT id FROM document WHERE id > ?1 ORDER BY id LIMIT ?2");
    select.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    return read_ids(select);
}

std::vector<DocumentId> list_ids_in_band(db::ReadTx& tx, Secrecy band, DocumentId after, std::size_t limit)
{
    auto select = tx.prepare("SELECT id FROM document WHERE secrecy = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    select.bind(1, static_cast<int>(band)).bind(2, after).bind(3, static_cast<std::int64_t>(limit));
    return read_ids(select);
}

std::vector<DocumentId> list_ids_by_number(db::ReadTx& tx, std::string_view number, std::string_view symbol)
{
    // A document without a symbol has NULL there, which `=` never meets.
    auto select = tx.prepare(R"sql(
        SELECT id FROM document WHERE number = ?1 AND symbol IS NOT DISTINCT FROM ?2 ORDER BY id LIMIT 100
    )sql");
    select.bind(1, number).bind_text_or_null(2, symbol);
    return read_ids(select);
}

std::vector<DocumentId> list_ids_by_content(db::ReadTx& tx, DocumentId document)
{
    auto select = tx.prepare(R"sql(
        SELECT DISTINCT other.document_id
          FROM file
          JOIN file AS other ON other.content_hash = file.content_hash AND other.document_id <> file.document_id
         WHERE file.document_id = ?1
         ORDER BY other.document_id
         LIMIT 100
    )sql");
    select.bind(1, document);
    return read_ids(select);
}

std::vector<DocumentId> list_ids_on_list(db::ReadTx& tx, const auth::Reach& reach, ReaderListId list,
                                         std::string_view after, std::size_t limit)
{
    const ReachSql where{reach, kDocumentReach, 4};
    auto select =
        tx.prepare("SELECT document.id FROM document WHERE document.reader_list_id = ?1"
                   " AND (?2 = '' OR document.id < (SELECT last.id FROM document AS last WHERE last.uid = ?2))"
                   " AND " +
                   where.text() + " ORDER BY document.id DESC LIMIT ?3");
    where.bind_to(select.bind(1, list).bind(2, after).bind(3, static_cast<std::int64_t>(limit)));
    return read_ids(select);
}

std::int64_t count_documents(db::ReadTx& tx)
{
    auto select = tx.prepare("SELECT count(*) FROM document");
    ensure(select.step(), "a count has a row");
    return select.integer(0);
}

DocumentId insert_document(db::WriteTx& tx, const Document& document, std::string_view created_by)
{
    // The next place in the dossier's item list; several documents of one transaction see each other.
    auto insert = tx.prepare(R"sql(
        INSERT INTO document (uid, unit_id, dossier_id, dossier_ordinal, kind, number, symbol, issuer, signer, issued_on, title,
                              secrecy, source_path, created_at, created_by, use_mode)
        VALUES (?1, ?2, ?3,
                CASE WHEN CAST(?3 AS BIGINT) IS NULL THEN NULL
                     ELSE (SELECT coalesce(max(dossier_ordinal), 0) + 1 FROM document WHERE dossier_id = ?3) END,
                ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        RETURNING id
    )sql");
    insert.bind(1, document.uid)
        .bind(2, document.unit)
        .bind(3, document.dossier)
        .bind_text_or_null(4, document.kind)
        .bind_text_or_null(5, document.number)
        .bind_text_or_null(6, document.symbol)
        .bind_text_or_null(7, document.issuer)
        .bind_text_or_null(8, document.signer)
        .bind(9, document.issued_on)
        .bind(10, document.title)
        .bind(11, static_cast<int>(document.secrecy))
        .bind_text_or_null(12, document.source_path)
        .bind(13, document.created_at)
        .bind(14, created_by)
        .bind(15, static_cast<int>(undecided_mode(document.secrecy)));
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<DocumentId>(0);
    insert.step();
    add_to_count(tx, Record::document, {document.secrecy, document.unit, document.reader_list}, 1);
    return id;
}

FileId insert_file(db::WriteTx& tx, const File& file, ObjectId object)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO file (document_id, ordinal, name, object_id, content_hash, size, media_type, format, text_state, cause)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        RETURNING id
    )sql");
    insert.bind(1, file.document)
        .bind(2, file.ordinal)
        .bind(3, file.name)
        .bind(4, object)
        .bind(5, file.content_hash)
        .bind(6, static_cast<std::int64_t>(file.size))
        .bind_text_or_null(7, file.media_type)
        .bind_text_or_null(8, file.format)
        .bind(9, static_cast<int>(file.text_state))
        .bind_text_or_null(10, file.cause ? cause_name(*file.cause) : std::string_view{});
    ensure(insert.step(), "RETURNING gives the key");
    const auto id = insert.id<FileId>(0);
    insert.step();
    return id;
}

Description describe(db::WriteTx& tx, DocumentId document, const Description& description)
{
    // What a person or an earlier reading has entered is kept: reading only fills what is empty.
    auto update = tx.prepare(R"sql(
        UPDATE document
           SET kind = coalesce(kind, ?2), number = coalesce(number, ?3), symbol = coalesce(symbol, ?4),
               issuer = coalesce(issuer, ?5), issued_on = coalesce(issued_on, ?6),
               title = CASE WHEN revision = 1 THEN coalesce(?7, title) ELSE title END,
               revision = revision + 1
         WHERE id = ?1
        RETURNING kind, number, symbol, issuer, issued_on, title
    )sql");
    update.bind(1, document)
        .bind_text_or_null(2, description.kind)
        .bind_text_or_null(3, description.number)
        .bind_text_or_null(4, description.symbol)
        .bind_text_or_null(5, description.issuer)
        .bind(6, description.issued_on)
        .bind_text_or_null(7, description.title);
    ensure(update.step(), "a document that is described is there");
    Description now{.kind = update.text(0),
                    .number = update.text(1),
                    .symbol = update.text(2),
                    .issuer = update.text(3),
                    .issued_on = update.optional_date(4),
                    .title = update.text(5)};
    update.step();
    return now;
}

void update_description(db::WriteTx& tx, const Document& document)
{
    tx.prepare(R"sql(
        UPDATE document
           SET kind = ?2, number = ?3, symbol = ?4, issuer = ?5, signer = ?6, issued_on = ?7, title = ?8, revision = ?9,
               use_mode = ?10
         WHERE id = ?1
    )sql")
        .bind(1, document.id)
        .bind_text_or_null(2, document.kind)
        .bind_text_or_null(3, document.number)
        .bind_text_or_null(4, document.symbol)
        .bind_text_or_null(5, document.issuer)
        .bind_text_or_null(6, document.signer)
        .bind(7, document.issued_on)
        .bind(8, document.title)
        .bind(9, document.revision)
        .bind(10, static_cast<int>(document.mode))
        .run();
}

UseMode mode_after(const Document& document, Secrecy secrecy)
{
    return fits(document.mode, secrecy) ? document.mode : undecided_mode(secrecy);
}

void set_secrecy(db::WriteTx& tx, const Document& document, Secrecy secrecy)
{
    tx.prepare("UPDATE document SET secrecy = ?2, use_mode = ?3, revision = revision + 1 WHERE id = ?1")
        .bind(1, document.id)
        .bind(2, static_cast<int>(secrecy))
        .bind(3, static_cast<int>(mode_after(document, secrecy)))
        .run();
    add_to_count(tx, Record::document, {document.secrecy, document.unit, document.reader_list}, -1);
    add_to_count(tx, Record::document, {secrecy, document.unit, document.reader_list}, 1);
}

void set_reader_list(db::WriteTx& tx, const Document& document, std::optional<ReaderListId> list)
{
    tx.prepare("UPDATE document SET reader_list_id = ?2, revision = revision + 1 WHERE id = ?1")
        .bind(1, document.id)
        .bind(2, list)
        .run();
    add_to_count(tx, Record::document, {document.secrecy, document.unit, document.reader_list}, -1);
    add_to_count(tx, Record::document, {document.secrecy, document.unit, list}, 1);
}

std::vector<HeldObject> list_objects(db::ReadTx& tx, DocumentId document)
{
    auto select = tx.prepare(R"sql(
        SELECT id, hash, size, band
          FROM object
         WHERE id IN (SELECT object_id FROM file WHERE document_id = ?1
                       UNION
                      SELECT text_object_id FROM file WHERE document_id = ?1 AND text_object_id IS NOT NULL)
         ORDER BY id
    )sql");
    select.bind(1, document);
    std::vector<HeldObject> objects;
    while (select.step()) {
        objects.push_back({.id = select.id<ObjectId>(0),
                           .hash = select.text(1),
                           .size = static_cast<std::uint64_t>(select.integer(2)),
                           .band = static_cast<Secrecy>(select.integer(3))});
    }
    return objects;
}

std::vector<Secrecy> list_grades(db::ReadTx& tx, std::span<const DocumentId> ids)
{
    std::vector<std::int64_t> keys;
    keys.reserve(ids.size());
    for (const auto id : ids) {
        keys.push_back(id.value);
    }
    auto select = tx.prepare("SELECT id, secrecy FROM document WHERE id IN {ids ?1}");
    select.bind_list(1, std::span<const std::int64_t>{keys});
    std::unordered_map<std::int64_t, Secrecy> found;
    while (select.step()) {
        found.emplace(select.integer(0), static_cast<Secrecy>(select.integer(1)));
    }
    std::vector<Secrecy> grades;
    grades.reserve(keys.size());
    for (const auto key : keys) {
        grades.push_back(found.at(key));
    }
    return grades;
}

void replace_object(db::WriteTx& tx, DocumentId document, ObjectId from, ObjectId to)
{
    for (const auto* update : {"UPDATE file SET object_id = ?3 WHERE document_id = ?1 AND object_id = ?2",
                               "UPDATE file SET text_object_id = ?3 WHERE document_id = ?1 AND text_object_id = ?2"}) {
        tx.prepare(update).bind(1, document).bind(2, from).bind(3, to).run();
    }
    tx.prepare(R"sql(
        DELETE FROM object
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM file WHERE object_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM file WHERE text_object_id = ?1)
    )sql")
        .bind(1, from)
        .run();
}

void set_text(db::WriteTx& tx, FileId file, const TextFinding& finding)
{
    tx.prepare(R"sql(
        UPDATE file
           SET media_type = ?2, format = ?3, text_state = ?4, text_object_id = ?5, cause = ?6, pages = ?7
         WHERE id = ?1
    )sql")
        .bind(1, file)
        .bind_text_or_null(2, finding.media_type)
        .bind_text_or_null(3, finding.format)
        .bind(4, static_cast<int>(finding.text_object ? TextState::present : TextState::absent))
        .bind(5, finding.text_object)
        .bind_text_or_null(6, finding.cause ? cause_name(*finding.cause) : std::string_view{})
        .bind(7, finding.pages ? std::optional{std::int64_t{*finding.pages}} : std::nullopt)
        .run();
}

auth::Target target_of(const Holder& holder)
{
    return {.secrecy = holder.secrecy,
            .unit = holder.unit,
            .issued_on = holder.issued_on,
            .list = holder.reader_list,
            .sets = holder.sets};
}

std::vector<Holder> list_holders(db::ReadTx& tx, std::span<const std::string> content_hashes)
{
    auto select = tx.prepare(R"sql(
        SELECT file.content_hash, document.uid, document.dossier_id, document.secrecy, document.unit_id,
               document.issued_on, document.reader_list_id, document.id
          FROM file
          JOIN document ON document.id = file.document_id
         WHERE file.content_hash IN {ids ?1}
         ORDER BY document.id
    )sql");
    select.bind_list(1, content_hashes);
    std::vector<Holder> holders;
    std::vector<std::int64_t> keys;
    while (select.step()) {
        keys.push_back(select.integer(7));
        holders.push_back({.content_hash = select.text(0),
                           .document = select.text(1),
                           .dossier = select.optional_id<DossierId>(2),
                           .secrecy = static_cast<Secrecy>(select.integer(3)),
                           .unit = select.id<UnitId>(4),
                           .issued_on = select.optional_date(5),
                           .reader_list = select.optional_id<ReaderListId>(6)});
    }
    for (const auto& [document, set] : list_granted_sets(tx, keys)) {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] == document.value) {
                holders[i].sets.push_back(set);
            }
        }
    }
    return holders;
}

} // namespace vtlt::catalog
