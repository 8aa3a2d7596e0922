// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>
#include <vtlt/core/catalog/use_mode.h>
#include <vtlt/core/sandbox/cause.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::db {
class ReadTx;
class WriteTx;
} // namespace vtlt::db

namespace vtlt::catalog {

/// văn bản, tài liệu = document: the item; it may have no file.
struct Document
{
    DocumentId id;
    Uid uid;
    UnitId unit;
    std::optional<DossierId> dossier; ///< the home dossier
    std::string kind;   ///< abbreviation of NĐ 30/2020 Phụ lục III: QĐ, BC, CV …; empty when unknown
    std::string number; ///< số: "3163", "05", "12a"
    std::string symbol; ///< ký hiệu: "BC-BQP"
    std::string issuer; ///< cơ quan ban hành
    std::string signer;
    std::optional<Date> issued_on;
    std::string title; ///< tiêu đề / trích yếu
    Secrecy secrecy = Secrecy::open;
    std::optional<ReaderListId> reader_list = std::nullopt; ///< known to the people of this list alone
    UseMode mode = UseMode::conditional;                    ///< fits its secrecy
    std::string source_path; ///< where intake met it; the path's bytes, repaired to UTF-8
    Instant created_at{};
    std::int64_t revision = 1;
    std::vector<RecordSetId> sets = {}; ///< those it is in that a grant names, ascending (catalog/record_set.h)

    /// Whoever opens it is told of in the history, and no browser keeps it.
    bool is_guarded() const { return secrecy > Secrecy::open || reader_list; }
    /// "3163/BC-BQP"; empty without a number.
    std::string number_symbol() const;
};

/// What rights look at.
auth::Target target_of(const Document& document);
/// The same number comes again each year: false for two that are known to be of different ones.
bool may_be_of_one_year(const Document& one, const Document& other);

/// What intake knows of a document's text.
enum class TextState
{
    pending = 0,
    present = 1,
    absent = 2
};

/// One file of a document, its present version.
struct File
{
    FileId id;
    DocumentId document;
    int ordinal = 1;          ///< from 1; 1 is the main file
    std::string name;         ///< original file name, repaired to UTF-8
    std::string object_hash;  ///< SHA-256 of the stored bytes, hex
    std::string content_hash; ///< SHA-256 of the original bytes, hex
    std::uint64_t size = 0;
    Secrecy band = Secrecy::open;
    std::string media_type;
    std::string format;
    TextState text_state = TextState::pending;
    std::string text_hash; ///< text object, empty without text
    std::optional<Cause> cause;
    std::optional<int> pages;
};

/// A document with what lists and the index show of its surroundings.
struct DocumentView
{
    Document document;
    std::string unit_code;
    std::string unit_title;
    std::string dossier_code; ///< empty without a dossier, and with one of a higher grade than the document's
    std::string dossier_title;
    std::optional<int> dossier_year;
    std::optional<int> dossier_ordinal; ///< place in the dossier's item list, from 1
    Uid reader_list_uid;                ///< empty on no need-to-know list, like its title
    std::string reader_list_title;      ///< of no higher grade than the document's
    std::vector<File> files;            ///< by ordinal
};

/// All views of the given ids in the given order; ids that do not exist are left out. Set-based: three statements.
std::vector<DocumentView> list_views(db::ReadTx& tx, std::span<const DocumentId> ids);
std::vector<DocumentView> list_views_by_uid(db::ReadTx& tx, std::span<const Uid> uids);
/// Throws not_found `document.not_found`.
DocumentView get_view(db::ReadTx& tx, std::string_view uid);

/// What rights look at, without reading the document: one that is hidden is refused as soon as one that is not there.
std::optional<auth::Target> find_target(db::ReadTx& tx, std::string_view uid);

/// Every document id, ascending, in portions of at most `limit` after `after`.
std::vector<DocumentId> list_ids(db::ReadTx& tx, DocumentId after, std::size_t limit);
/// The same of one band, as the index must hold them (I7).
std::vector<DocumentId> list_ids_in_band(db::ReadTx& tx, Secrecy band, DocumentId after, std::size_t limit);
/// An empty symbol means documents that have none. At most 100.
std::vector<DocumentId> list_ids_by_number(db::ReadTx& tx, std::string_view number, std::string_view symbol);
/// Other documents with a file of the same bytes as one of `document`'s. At most 100.
std::vector<DocumentId> list_ids_by_content(db::ReadTx& tx, DocumentId document);
/// On a need-to-know list and reached, newest first; at most `limit` after the given uid.
std::vector<DocumentId> list_ids_on_list(db::ReadTx& tx, const auth::Reach& reach, ReaderListId list,
                                         std::string_view after, std::size_t limit);
std::int64_t count_documents(db::ReadTx& tx);

/// Takes the next place in the home dossier's item list. Nobody has decided on its mode of use yet.
DocumentId insert_document(db::WriteTx& tx, const Document& document, std::string_view created_by);
FileId insert_file(db::WriteTx& tx, const File& file, ObjectId object);

/// What reading a document's text tells of it; empty fields are unknown.
struct Description
{
    std::string kind;
    std::string number;
    std::string symbol;
    std::string issuer;
    std::optional<Date> issued_on;
    std::string title;
};
/// Fills what is still empty; the title, which intake took from the file name, is replaced unless somebody has changed
/// the document since. Returns its values as they are then.
Description describe(db::WriteTx& tx, DocumentId document, const Description& description);

/// Writes the described values and the revision of `document`, for an edit.
void update_description(db::WriteTx& tx, const Document& document);

/// A graded document is secret; one that comes down to none waits for somebody to open it.
UseMode mode_after(const Document& document, Secrecy secrecy);
/// The grade with its counts, and the mode of use that follows from it; revision + 1. Its objects follow by
/// `replace_object`.
void set_secrecy(db::WriteTx& tx, const Document& document, Secrecy secrecy);
/// The need-to-know list alone, with its counts; revision + 1.
void set_reader_list(db::WriteTx& tx, const Document& document, std::optional<ReaderListId> list);

/// An object that files of a document have, of every version: an original or a text.
struct HeldObject
{
    ObjectId id;
    std::string hash;
    std::uint64_t size = 0;
    Secrecy band = Secrecy::open;
    auto operator<=>(const HeldObject&) const = default;
};
/// In the order of their ids, each once.
std::vector<HeldObject> list_objects(db::ReadTx& tx, DocumentId document);
/// The grade of each, in the given order. Every one of them exists.
std::vector<Secrecy> list_grades(db::ReadTx& tx, std::span<const DocumentId> ids);
/// Gives the document's files `to` where they have `from`, and forgets `from` unless another document has it.
void replace_object(db::WriteTx& tx, DocumentId document, ObjectId from, ObjectId to);

struct TextFinding
{
    std::string media_type;
    std::string format;
    std::optional<ObjectId> text_object; ///< nullopt: no text, `cause` says why
    std::optional<Cause> cause;
    std::optional<int> pages;
};
void set_text(db::WriteTx& tx, FileId file, const TextFinding& finding);

/// A document that holds certain bytes.
struct Holder
{
    std::string content_hash;
    Uid document;
    std::optional<DossierId> dossier;
    Secrecy secrecy = Secrecy::open;
    UnitId unit;
    std::optional<Date> issued_on;
    std::optional<ReaderListId> reader_list;
    std::vector<RecordSetId> sets = {}; ///< as Document::sets
};
auth::Target target_of(const Holder& holder);
/// Oldest first.
std::vector<Holder> list_holders(db::ReadTx& tx, std::span<const std::string> content_hashes);

} // namespace vtlt::catalog
