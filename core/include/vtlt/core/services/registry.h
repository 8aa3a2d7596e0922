// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/register_book.h>
#include <vtlt/core/services/archive.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Đăng ký văn bản = registry: a document gets its line and number in a book of the unit and year (NĐ 30/2020 Đ15,
/// Đ22). Permission, transaction, event. A book that the asker may not read is missing: not_found `register.not_found`.
namespace vtlt::services {

struct NewRegisterBook
{
    std::string code;
    catalog::Direction direction = catalog::Direction::in;
    std::string unit = {};           ///< empty: where who opens it works
    std::optional<int> year = {};    ///< today's
    std::string title = {};          ///< empty: its code
    Secrecy secrecy = Secrecy::open; ///< the highest of what it is to hold
    std::string symbol = {};
    catalog::NumberForm form = catalog::NumberForm::typed;
    std::int64_t first_number = 1;
    std::string reason = {}; ///< why it does not begin at 1: the office moved in from its old book
};

/// Event `register.opened`. Throws conflict `register.exists`, `unit.closed`, invalid `register.bad_code`,
/// `dossier.bad_year`, `register.bad_start`, `register.start_needs_reason`, `document.too_long`,
/// `ingest.above_highest_grade`, not_found `unit.not_found`, forbidden `auth.forbidden`.
catalog::RegisterBook open_register_book(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                         const NewRegisterBook& wanted);
catalog::RegisterBook get_register_book(Archive& archive, const auth::Actor& actor, std::string_view name,
                                        const catalog::BookFilter& filter = {});
/// Newest year first, after the book with the uid `after`; one that he cannot see is the beginning.
std::vector<catalog::RegisterBook> list_register_books(Archive& archive, const auth::Actor& actor,
                                                       const catalog::BookFilter& filter, std::string_view after,
                                                       std::size_t limit);

/// What a clerk types. Texts are normalised; what is empty is unknown.
struct NewEntry
{
    std::string book;                ///< as get_register_book
    catalog::BookFilter filter = {}; ///< among which it is looked for
    /// A document that is here already, which nobody has registered in this book: it takes the values that are filled.
    std::string document = {};
    std::string kind = {};          ///< an abbreviation of catalog/kind.h
    std::string number_symbol = {}; ///< of an incoming document, as it stands there: "3163/BC-BQP"
    std::string symbol = {};        ///< of an outgoing one where it is not what the book's form makes of kind and sign
    std::string issuer = {};
    std::string signer = {};
    std::optional<Date> issued_on = {};  ///< of an outgoing one: today
    std::optional<Date> arrived_on = {}; ///< of an incoming one: today
    std::optional<int> arrived_minute = {};
    std::string subject = {}; ///< trích yếu; mandatory where no document is named
    Secrecy secrecy = Secrecy::open;
    std::optional<Date> due_on = {};
    catalog::Urgency urgency = catalog::Urgency::none;
    catalog::Medium medium = catalog::Medium::paper;
    std::string recipients = {};
    std::string assignee = {};
    std::optional<int> copies = {};
    std::optional<int> pages = {};
    std::string note = {};
    bool keep_duplicate = false; ///< he has seen that it looks registered already
    std::string repeat_key = {};
};

/// F1h: one that looks like the same document.
struct LikelyDuplicate
{
    Uid document;
    std::string number_symbol;
    std::string title;
    std::optional<Date> issued_on;
    bool is_strong = false; ///< of the same day too
};

struct Registered
{
    catalog::RegisterBook book;
    catalog::RegisterEntry entry;
    catalog::Document document;
    bool repeated = false;                        ///< the same request was acknowledged before: nothing was done
    std::vector<LikelyDuplicate> duplicates = {}; ///< of the same year, that he may read
};

/// The next number, the document and its line in one transaction: gap-free under any number of clerks, and after a kill
/// either all of it is there or nothing. Events `document.registered` (of a new document), `document.edited` (where one
/// that was here got other values), `register.entered`. Throws invalid `register.bad_values` with a problem for each
/// mistake, conflict `register.duplicate` (a strong one, unless `keep_duplicate`), `register.entered_already`,
/// `idempotency.key_reused`, invalid `register.grade`, forbidden `auth.forbidden`, not_found `register.not_found`,
/// `document.not_found`.
Registered register_document(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewEntry& wanted);

/// What looks like this document, for a notice before it is saved: same number, symbol and issuer in the same year.
std::vector<LikelyDuplicate> find_likely_duplicates(Archive& archive, const auth::Actor& actor,
                                                    std::string_view number_symbol, std::string_view issuer,
                                                    std::optional<Date> issued_on);

struct EntryView
{
    catalog::RegisterEntry entry;
    catalog::DocumentView view;
};
struct EntryPage
{
    catalog::RegisterBook book;
    std::vector<EntryView> entries; ///< by number, those he may read
    std::optional<std::int64_t> next_after;
};
EntryPage list_entries(Archive& archive, const auth::Actor& actor, std::string_view book,
                       const catalog::BookFilter& filter, std::int64_t after, std::size_t limit);

struct BookReport
{
    catalog::RegisterBook book;
    catalog::BookFindings findings;
};
BookReport examine_book(Archive& archive, const auth::Actor& actor, std::string_view book,
                        const catalog::BookFilter& filter);

/// The number stays, with its reason; the document stays and can be registered again. Event `register.voided`. Throws
/// invalid `register.void_needs_reason`, not_found `register.no_entry`, conflict `register.voided_already`, forbidden
/// `auth.forbidden`.
EntryView void_entry(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view book,
                     const catalog::BookFilter& filter, std::int64_t number, std::string_view reason);

} // namespace vtlt::services
