// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/registry.h>

#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/outbox/index_outbox.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/repeat_key.h>

#include "services/document_changes.h"
#include "services/event_values.h"
#include "services/visible_book.h"
#include "services/visible_document.h"

#include <algorithm>
#include <array>

namespace vtlt::services {

namespace {

using auth::Action;
using catalog::Direction;
using catalog::RegisterBook;

constexpr int kLastMinute = 24 * 60 - 1;
constexpr int kMostSheets = 99'999;
constexpr std::string_view kLetter = "CV"; ///< công văn has no abbreviation in its symbol (Phụ lục III)

/// Secret documents have books of their own, and these hold no others.
void require_grade(const RegisterBook& book, Secrecy secrecy)
{
    const bool is_secret_book = book.secrecy > Secrecy::open;
    if (is_secret_book != (secrecy > Secrecy::open) || secrecy > book.secrecy) {
        throw Error{Kind::invalid, "register.grade", {{"book", book.code}}};
    }
}

// --- number and symbol

/// Below 10 with a leading zero (NĐ 30/2020 Phụ lục I.II.3a).
std::string number_text(std::int64_t number)
{
    return (number < 10 ? "0" : "") + std::to_string(number);
}

struct NumberSymbol
{
    std::string number;
    std::string symbol;
};

NumberSymbol typed_form(const RegisterBook& book, const std::string& number, const std::string& kind)
{
    const bool has_kind = !kind.empty() && kind != kLetter;
    return {number, has_kind && !book.symbol.empty() ? kind + "-" + book.symbol : has_kind ? kind : book.symbol};
}

NumberSymbol legal_form(const RegisterBook& book, const std::string& number, const std::string& kind)
{
    auto form = typed_form(book, number, kind);
    form.symbol = std::to_string(book.year) + (form.symbol.empty() ? "" : "/" + form.symbol);
    return form;
}

NumberSymbol party_form(const RegisterBook& book, const std::string& number, const std::string& kind)
{
    return {kind.empty() ? number : number + "-" + kind, book.symbol};
}

using Former = NumberSymbol (*)(const RegisterBook& book, const std::string& number, const std::string& kind);
constexpr std::array<Former, catalog::kNumberFormNames.size()> kFormers{typed_form, legal_form, party_form};

/// What an outgoing document is called with this number.
NumberSymbol formed(const RegisterBook& book, std::int64_t number, const std::string& kind, const std::string& symbol)
{
    auto form = kFormers.at(static_cast<std::size_t>(book.form) - 1)(book, number_text(number), kind);
    if (!symbol.empty()) {
        form.symbol = symbol;
    }
    return form;
}

/// As it stands on an incoming document.
NumberSymbol split(const std::string& number_symbol)
{
    const auto slash = number_symbol.find('/');
    if (slash == std::string::npos) {
        return {number_symbol, {}};
    }
    return {text::one_line(number_symbol.substr(0, slash)), text::one_line(number_symbol.substr(slash + 1))};
}

// --- duplicates

bool is_same_issuer(const std::string& one, const std::string& other)
{
    return !one.empty() && text::fold(one) == text::fold(other);
}

std::vector<LikelyDuplicate> likely_duplicates(db::ReadTx& tx, const auth::Actor& actor,
                                               const catalog::Document& document)
{
    std::vector<LikelyDuplicate> duplicates;
    if (document.number.empty() || document.issuer.empty()) {
        return duplicates;
    }
    const auto ids = catalog::list_ids_by_number(tx, document.number, document.symbol);
    for (const auto& view : catalog::list_views(tx, ids)) {
        const auto& other = view.document;
        if (other.uid == document.uid || !catalog::may_be_of_one_year(document, other) ||
            !is_same_issuer(document.issuer, other.issuer) ||
            !auth::is_allowed(actor, Action::document_read, catalog::target_of(other))) {
            continue;
        }
        duplicates.push_back({.document = other.uid,
                              .number_symbol = other.number_symbol(),
                              .title = other.title,
                              .issued_on = other.issued_on,
                              .is_strong = document.issued_on && document.issued_on == other.issued_on});
    }
    std::ranges::stable_partition(duplicates, &LikelyDuplicate::is_strong);
    return duplicates;
}

// --- what a clerk typed

/// The wish, cleaned, with all mistakes at once.
class Wish
{
public:
    Wish(const Clock& clock, const RegisterBook& book, const NewEntry& wanted)
        : book_(book), is_incoming_(book.direction == Direction::in), today_(clock.today())
    {
        read_values(clock, wanted);
        read_line(wanted);
        check_days(wanted);
        if (!problems_.empty()) {
            throw Error{Kind::invalid, "register.bad_values", {}, std::move(problems_)};
        }
    }

    const DocumentChanges& changes() const { return changes_; }
    const catalog::RegisterEntry& entry() const { return entry_; }

private:
    void add_problem(std::string pointer, std::string code, Fields fields = {})
    {
        problems_.push_back({std::move(pointer), std::move(code), std::move(fields)});
    }

    /// Under the name by which the clerk knows it.
    std::string pointer_of(const std::string& pointer) const
    {
        if (pointer == "/title") {
            return "/subject";
        }
        return is_incoming_ && (pointer == "/number" || pointer == "/symbol") ? "/number_symbol" : pointer;
    }

    void read_values(const Clock& clock, const NewEntry& wanted)
    {
        const auto fill = [](std::optional<std::string>& value, const std::string& typed) {
            if (!typed.empty()) {
                value = typed;
            }
        };
        DocumentChanges wish;
        fill(wish.kind, wanted.kind);
        fill(wish.issuer, wanted.issuer);
        fill(wish.signer, wanted.signer);
        if (!wanted.subject.empty() || wanted.document.empty()) {
            wish.title = wanted.subject;
        }
        const auto issued_on = is_incoming_ ? wanted.issued_on : std::optional{wanted.issued_on.value_or(today_)};
        if (issued_on) {
            wish.issued_on = issued_on;
        }
        if (!text::is_utf8(wanted.number_symbol)) {
            add_problem("/number_symbol", "text.not_utf8",
                        {{"value", text::one_line(text::repair_utf8(wanted.number_symbol))}});
        } else if (is_incoming_) {
            const auto [number, symbol] = split(text::one_line(text::to_nfc(wanted.number_symbol)));
            fill(wish.number, number);
            fill(wish.symbol, symbol);
        } else {
            fill(wish.symbol, wanted.symbol);
        }
        auto checked = check_changes(clock, wish);
        changes_ = std::move(checked.changes);
        for (auto& problem : checked.problems) {
            add_problem(pointer_of(problem.pointer), std::move(problem.code), std::move(problem.fields));
        }
        entry_.entered_on = is_incoming_ ? wanted.arrived_on.value_or(today_) : issued_on.value_or(today_);
    }

    void read_text(const char* pointer, const std::string& typed, std::size_t longest, std::string& value)
    {
        if (!text::is_utf8(typed)) {
            add_problem(pointer, "text.not_utf8", {{"value", text::one_line(text::repair_utf8(typed))}});
            return;
        }
        value = text::one_line(text::to_nfc(typed));
        if (text::length(value) > longest) {
            add_problem(pointer, "document.too_long", {{"limit", std::to_string(longest)}});
        }
    }

    void read_amount(const char* pointer, std::optional<int> typed, std::optional<int>& value)
    {
        value = typed;
        if (typed && (*typed < 0 || *typed > kMostSheets)) {
            add_problem(pointer, "register.bad_amount", {{"most", std::to_string(kMostSheets)}});
        }
    }

    /// Lengths are those of NĐ 30/2020 Phụ lục VI: ToPlaces S1000, Description S500.
    void read_line(const NewEntry& wanted)
    {
        read_text("/recipients", wanted.recipients, 4000, entry_.recipients);
        read_text("/assignee", wanted.assignee, 1000, entry_.assignee);
        read_text("/note", wanted.note, 500, entry_.note);
        read_amount("/copies", wanted.copies, entry_.copies);
        read_amount("/pages", wanted.pages, entry_.pages);
        entry_.urgency = wanted.urgency;
        entry_.medium = wanted.medium;
        entry_.due_on = wanted.due_on;
        entry_.arrived_minute = is_incoming_ ? wanted.arrived_minute : std::nullopt;
        if (wanted.arrived_minute && (*wanted.arrived_minute < 0 || *wanted.arrived_minute > kLastMinute)) {
            add_problem("/arrived_at", "register.bad_hour");
        }
    }

    void check_days(const NewEntry& wanted)
    {
        const std::string day = is_incoming_ ? "/arrived_on" : "/issued_on";
        if (!entry_.entered_on.ok() || entry_.entered_on > today_) {
            if (is_incoming_) { // the day of issue has been looked at
                add_problem(day, "register.future_day", {{"today", format_date(today_)}});
            }
        } else if (int{entry_.entered_on.year()} != book_.year) {
            add_problem(day, "register.other_year", {{"book", book_.code}, {"year", std::to_string(book_.year)}});
        } else if (is_incoming_ && wanted.issued_on && wanted.issued_on->ok() &&
                   *wanted.issued_on > entry_.entered_on) {
            add_problem("/issued_on", "register.issued_after_arrival", {{"arrived", format_date(entry_.entered_on)}});
        }
        if (wanted.due_on && (!wanted.due_on->ok() || *wanted.due_on < entry_.entered_on)) {
            add_problem("/due_on", "register.due_too_early", {{"day", format_date(entry_.entered_on)}});
        }
    }

    const RegisterBook& book_;
    bool is_incoming_;
    Date today_;
    DocumentChanges changes_;
    catalog::RegisterEntry entry_;
    std::vector<Problem> problems_;
};

template <class Value>
SortedJson number_or_null(const std::optional<Value>& value)
{
    return value ? SortedJson(*value) : SortedJson();
}

/// What makes it the same request.
std::string request_text(const RegisterBook& book, const NewEntry& wanted)
{
    return to_line(SortedJson{{"book", book.uid},
                              {"document", wanted.document},
                              {"kind", wanted.kind},
                              {"number_symbol", wanted.number_symbol},
                              {"symbol", wanted.symbol},
                              {"issuer", wanted.issuer},
                              {"signer", wanted.signer},
                              {"issued_on", day_or_null(wanted.issued_on)},
                              {"arrived_on", day_or_null(wanted.arrived_on)},
                              {"arrived_minute", number_or_null(wanted.arrived_minute)},
                              {"subject", wanted.subject},
                              {"secrecy", secrecy_name(wanted.secrecy)},
                              {"due_on", day_or_null(wanted.due_on)},
                              {"urgency", catalog::urgency_name(wanted.urgency)},
                              {"medium", catalog::medium_name(wanted.medium)},
                              {"recipients", wanted.recipients},
                              {"assignee", wanted.assignee},
                              {"copies", number_or_null(wanted.copies)},
                              {"pages", number_or_null(wanted.pages)},
                              {"note", wanted.note}});
}

audit::Event registered_event(const catalog::Document& document)
{
    SortedJson detail{
        {"title", document.title}, {"secrecy", secrecy_name(document.secrecy)}, {"mode", use_mode_name(document.mode)}};
    const auto tell = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            detail[name] = value;
        }
    };
    tell("kind", document.kind);
    tell("number", document.number);
    tell("symbol", document.symbol);
    tell("issuer", document.issuer);
    tell("signer", document.signer);
    tell("issued_on", document.issued_on ? format_date(*document.issued_on) : std::string{});
    return {"document.registered", document.uid, std::move(detail)};
}

/// The line is part of the document's own history.
audit::Event entered_event(const RegisterBook& book, const catalog::RegisterEntry& entry, const Uid& document)
{
    return {"register.entered",
            document,
            {{"book", book.uid},
             {"book_code", book.code},
             {"year", book.year},
             {"number", entry.number},
             {"entered_on", format_date(entry.entered_on)},
             {"due_on", day_or_null(entry.due_on)},
             {"urgency", catalog::urgency_name(entry.urgency)},
             {"medium", catalog::medium_name(entry.medium)}}};
}

Registered repeated_answer(db::ReadTx& tx, const auth::Actor& actor, const RegisterBook& book, const Uid& number)
{
    auto entry =
        catalog::find_register_entry(tx, auth::reach_of(actor, Action::document_read), book.id, std::stoll(number));
    if (!entry) { // what he registered has gone out of his sight
        throw Error{Kind::not_found, "register.no_entry", {{"number", number}, {"book", book.code}}};
    }
    const std::array ids{entry->document};
    return {.book = book,
            .entry = std::move(*entry),
            .document = catalog::list_views(tx, ids).front().document,
            .repeated = true};
}

/// A new one, or one that is here already.
catalog::Document document_of(db::ReadTx& tx, const Clock& clock, const auth::Actor& actor, const RegisterBook& book,
                              const NewEntry& wanted)
{
    if (wanted.document.empty()) {
        return {.uid = make_uid(),
                .unit = book.unit,
                .title = {},
                .secrecy = wanted.secrecy,
                .mode = undecided_mode(wanted.secrecy),
                .created_at = clock.now()};
    }
    return visible_document(tx, actor, wanted.document);
}

} // namespace

Registered register_document(Archive& archive, const Clock& clock, const auth::Actor& actor, const NewEntry& wanted)
{
    auth::authorize_somewhere(actor, Action::document_register);
    auto tx = archive.database().write();
    const auto book = visible_book(tx, actor, wanted.book, wanted.filter);
    const auto request = request_text(book, wanted);
    if (!wanted.repeat_key.empty()) {
        if (const auto number = find_repeated(tx, clock, actor, wanted.repeat_key, request)) {
            return repeated_answer(tx, actor, book, *number);
        }
    }
    auto document = document_of(tx, clock, actor, book, wanted);
    const Wish wish{clock, book, wanted};
    require_holdable(archive, document.secrecy);
    require_grade(book, document.secrecy);
    auth::authorize(actor, Action::document_register,
                    {.secrecy = document.secrecy, .unit = book.unit, .issued_on = wish.entry().entered_on});
    const bool is_new = wanted.document.empty();
    const auto places = is_new ? std::vector<catalog::EntryPlace>{} : catalog::list_entry_places(tx, document.id);
    for (const auto& place : places) {
        if (place.book.id == book.id) {
            throw Error{Kind::conflict,
                        "register.entered_already",
                        {{"book", book.code}, {"number", std::to_string(place.entry.number)}}};
        }
    }
    auto changes = wish.changes();
    auto entry = wish.entry();
    std::vector<LikelyDuplicate> duplicates;
    if (book.direction == Direction::in) {
        duplicates = likely_duplicates(tx, actor, with_changes(document, changes));
        if (!wanted.keep_duplicate && !duplicates.empty() && duplicates.front().is_strong) {
            throw Error{Kind::conflict,
                        "register.duplicate",
                        {{"id", duplicates.front().document}, {"number", duplicates.front().number_symbol}}};
        }
    }
    std::vector<audit::Event> events;
    entry.number = catalog::take_next_number(tx, book.id);
    if (book.direction != Direction::in) {
        const auto kind = changes.kind.value_or(document.kind);
        const auto called = formed(book, entry.number, kind, changes.symbol.value_or(std::string{}));
        changes.number = called.number;
        changes.symbol = called.symbol;
    }
    if (is_new) {
        document = with_changes(std::move(document), changes);
        document.id = catalog::insert_document(tx, document, actor.name);
        outbox::request_reindex(tx, document.id, document.secrecy);
        events.push_back(registered_event(document));
    } else {
        // What another unit sent is entered as it is; only who changes it needs the right to.
        if (changes_anything(document, changes)) {
            auth::authorize(actor, Action::document_edit, catalog::target_of(document));
        }
        document = write_changes(tx, clock, actor, document, document.revision, changes);
    }
    entry.book = book.id;
    entry.document = document.id;
    entry.registered_at = clock.now();
    entry.registered_by = actor.name;
    catalog::insert_register_entry(tx, entry);
    events.push_back(entered_event(book, entry, document.uid));
    audit::record_events(tx, clock, actor, events);
    if (!wanted.repeat_key.empty()) {
        remember_repeat_key(tx, clock, actor, wanted.repeat_key, request, std::to_string(entry.number));
    }
    tx.commit();
    return {.book = book,
            .entry = std::move(entry),
            .document = std::move(document),
            .repeated = false,
            .duplicates = std::move(duplicates)};
}

std::vector<LikelyDuplicate> find_likely_duplicates(Archive& archive, const auth::Actor& actor,
                                                    std::string_view number_symbol, std::string_view issuer,
                                                    std::optional<Date> issued_on)
{
    auth::authorize_somewhere(actor, Action::document_read);
    auto [number, symbol] = split(text::one_line(clean_text(number_symbol)));
    auto tx = archive.database().read();
    return likely_duplicates(tx, actor,
                             {.number = std::move(number),
                              .symbol = std::move(symbol),
                              .issuer = text::one_line(clean_text(issuer)),
                              .issued_on = issued_on});
}

} // namespace vtlt::services
