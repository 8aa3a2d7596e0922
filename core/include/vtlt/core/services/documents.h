// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people change of a document, and what was changed. A document that the asker may not read is answered as
/// refuse_document says: mostly as a missing one.
namespace vtlt::services {

/// For one that he may not read, or that is not there (nullopt). Throws not_found `document.not_found`; forbidden
/// `document.hidden_told` where the unit's policy is to tell (auth::is_told), and nothing of the document with it.
[[noreturn]] void refuse_document(const auth::Actor& actor, const std::optional<auth::Target>& target,
                                  std::string_view id);

/// Only what is filled is changed; an empty text or date makes the value unknown.
struct DocumentChanges
{
    std::optional<std::string> kind; ///< an abbreviation of catalog/kind.h
    std::optional<std::string> number;
    std::optional<std::string> symbol;
    std::optional<std::string> issuer;
    std::optional<std::string> signer;
    std::optional<std::optional<Date>> issued_on;
    std::optional<std::string> title; ///< never empty
    std::optional<std::string> mode;  ///< a name of catalog/use_mode.h
    std::string reason;               ///< why, as the history tells it; may be empty
};

/// Changes a document that nobody has changed since `seen`. Event `document.edited` with the old and new values, outbox
/// row, revision + 1; nothing at all where nothing would change. Returns the document as it is then.
/// Throws conflict `document.changed_meanwhile` whose fields are `document`, `revision` (as it is now) and, for each
/// wished value that differs from it, the name of the value with what it is now; invalid `document.bad_values` with a
/// problem for each mistake (`document.unknown_kind`, `document.unknown_mode`, `document.mode_against_grade`,
/// `document.bad_date`, `text.not_utf8`, `title.blank`,
/// `document.too_long`; pointers `/kind` …, `/reason`); forbidden `auth.forbidden`.
catalog::Document update_document(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                  std::int64_t seen, const DocumentChanges& changes);

/// Gives one value back what it was before the edit that made `revision`: an edit like any other, with a new revision;
/// its event tells besides `restored_from`. Throws as update_document, and not_found `document.no_such_change` where no
/// edit that the asker may see changed that value then.
catalog::Document restore_value(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                std::int64_t seen, std::string_view field, std::int64_t revision,
                                std::string_view reason);

struct ValueChange
{
    std::string field; ///< kind number symbol issuer signer issued_on title mode …
    std::string before;
    std::string after;
};

struct HistoryEntry
{
    Instant at{};
    std::string action;                   ///< e.g. document.edited
    std::string actor;                    ///< as the leaf has it
    std::string actor_name;               ///< full name of a person; empty for an operator
    std::vector<ValueChange> changes;     ///< of an edit, where the document was not above the reader's clearance then
    std::string reason;                   ///< why, likewise
    std::optional<std::int64_t> revision; ///< that an edit made, likewise
    bool is_hidden = false;               ///< there is more, and not for this reader
    std::optional<std::int64_t> seq;      ///< only for whoever may `audit_read`
};

struct HistoryPage
{
    std::vector<HistoryEntry> entries;       ///< newest first
    std::optional<std::uint64_t> next_start; ///< for the next page
};

/// The events of a document. `start` counts from the newest, so that no sequence is told.
HistoryPage document_history(Archive& archive, const auth::Actor& actor, std::string_view uid, std::uint64_t start,
                             std::size_t limit);

/// How two documents belong together, as far as the catalogue knows by itself.
enum class Relation
{
    same_content, ///< a file with the same bytes: a duplicate that was kept
    same_number   ///< same number and symbol, and no two different years: the Word file and the scan of one document
};

constexpr std::string_view relation_name(Relation relation)
{
    return relation == Relation::same_content ? "same_content" : "same_number";
}

struct RelatedDocument
{
    Relation relation;
    catalog::DocumentView view;
};

/// What belongs to a document and may be read by the asker: same content first, each document once, at most `limit`.
std::vector<RelatedDocument> document_relations(Archive& archive, const auth::Actor& actor, std::string_view uid,
                                                std::size_t limit = 20);

} // namespace vtlt::services
