// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/audit/audit_log.h>
#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/services/organisation.h>
#include <vtlt/core/services/registry.h>

#include "services/code.h"
#include "services/grant_steps.h"
#include "services/own_unit.h"
#include "services/visible_book.h"

#include <array>

/// The books themselves and what is read of them; registry.cpp writes their lines.
namespace vtlt::services {

namespace {

using auth::Action;
using catalog::RegisterBook;

constexpr std::size_t kLongestTitle = 200;
constexpr std::size_t kLongestSymbol = 50;
constexpr std::size_t kLongestReason = 500;
constexpr std::int64_t kLastNumber = 9'999'999'999; ///< ArrivalNumber N10 of NĐ 30/2020 Phụ lục VI

EntryView view_of(db::ReadTx& tx, catalog::RegisterEntry entry)
{
    const std::array ids{entry.document};
    return {.entry = std::move(entry), .view = std::move(catalog::list_views(tx, ids).front())};
}

} // namespace

catalog::RegisterBook visible_book(db::ReadTx& tx, const auth::Actor& actor, std::string_view name,
                                   const catalog::BookFilter& filter)
{
    return catalog::get_register_book(tx, auth::reach_of(actor, Action::register_read), clean_text(name), filter);
}

catalog::RegisterBook open_register_book(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                         const NewRegisterBook& wanted)
{
    auth::authorize_somewhere(actor, Action::register_open);
    const auto code = clean_text(wanted.code);
    check_code(code, "register.bad_code");
    RegisterBook book{.uid = make_uid(),
                      .year = checked_year(wanted.year.value_or(int{clock.today().year()})),
                      .code = code,
                      .direction = wanted.direction,
                      .title = clean_line(clean_title(wanted.title.empty() ? code : wanted.title), kLongestTitle),
                      .secrecy = wanted.secrecy,
                      .symbol = clean_line(wanted.symbol, kLongestSymbol),
                      .form = wanted.form,
                      .first_number = wanted.first_number,
                      .start_reason = clean_line(wanted.reason, kLongestReason),
                      .next_number = wanted.first_number,
                      .opened_at = clock.now(),
                      .opened_by = actor.name};
    if (book.first_number < 1 || book.first_number > kLastNumber) {
        throw Error{Kind::invalid, "register.bad_start", {{"most", std::to_string(kLastNumber)}}};
    }
    if (book.first_number > 1 && book.start_reason.empty()) {
        throw Error{Kind::invalid, "register.start_needs_reason"};
    }
    require_holdable(archive, book.secrecy);
    auto tx = archive.database().write();
    const auto unit = unit_or_own(tx, actor, clean_text(wanted.unit));
    book.unit = unit.id;
    book.unit_code = unit.code;
    auth::authorize(actor, Action::register_open, catalog::target_of(book));
    require_open(unit, clock.today());
    book.id = catalog::insert_register_book(tx, book);
    audit::record_event(tx, clock, actor,
                        {"register.opened",
                         book.uid,
                         {{"unit", book.unit_code},
                          {"year", book.year},
                          {"code", book.code},
                          {"direction", catalog::direction_name(book.direction)},
                          {"secrecy", secrecy_name(book.secrecy)},
                          {"first_number", book.first_number},
                          {"reason", book.start_reason.empty() ? SortedJson() : SortedJson(book.start_reason)}}});
    tx.commit();
    return book;
}

catalog::RegisterBook get_register_book(Archive& archive, const auth::Actor& actor, std::string_view name,
                                        const catalog::BookFilter& filter)
{
    auth::authorize_somewhere(actor, Action::register_read);
    auto tx = archive.database().read();
    return visible_book(tx, actor, name, filter);
}

std::vector<catalog::RegisterBook> list_register_books(Archive& archive, const auth::Actor& actor,
                                                       const catalog::BookFilter& filter, std::string_view after,
                                                       std::size_t limit)
{
    auth::authorize_somewhere(actor, Action::register_read);
    auto tx = archive.database().read();
    const auto reach = auth::reach_of(actor, Action::register_read);
    RegisterBookId last;
    if (is_uid(after)) {
        try {
            last = catalog::get_register_book(tx, reach, after, {}).id;
        } catch (const Error& error) {
            if (error.kind() != Kind::not_found) {
                throw;
            }
        }
    }
    return catalog::list_register_books(tx, reach, filter, last, limit);
}

EntryPage list_entries(Archive& archive, const auth::Actor& actor, std::string_view book,
                       const catalog::BookFilter& filter, std::int64_t after, std::size_t limit)
{
    auth::authorize_somewhere(actor, Action::register_read);
    auto tx = archive.database().read();
    EntryPage page{.book = visible_book(tx, actor, book, filter), .entries = {}, .next_after = {}};
    auto entries = catalog::list_register_entries(tx, auth::reach_of(actor, Action::document_read), page.book.id, after,
                                                  limit + 1);
    if (entries.size() > limit) {
        entries.resize(limit);
        page.next_after = entries.back().number;
    }
    std::vector<DocumentId> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) {
        ids.push_back(entry.document);
    }
    auto views = catalog::list_views(tx, ids);
    ensure(views.size() == entries.size(), "each line of a register has its document");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        page.entries.push_back({.entry = std::move(entries[i]), .view = std::move(views[i])});
    }
    return page;
}

BookReport examine_book(Archive& archive, const auth::Actor& actor, std::string_view book,
                        const catalog::BookFilter& filter)
{
    auth::authorize_somewhere(actor, Action::register_read);
    auto tx = archive.database().read();
    BookReport report{.book = visible_book(tx, actor, book, filter), .findings = {}};
    report.findings = catalog::find_in_book(tx, auth::reach_of(actor, Action::document_read), report.book);
    return report;
}

EntryView void_entry(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view name,
                     const catalog::BookFilter& filter, std::int64_t number, std::string_view reason)
{
    auth::authorize_somewhere(actor, Action::register_void);
    const auto why = clean_line(reason, kLongestReason);
    auto tx = archive.database().write();
    const auto book = visible_book(tx, actor, name, filter);
    auth::authorize(actor, Action::register_void, catalog::target_of(book));
    const auto reach = auth::reach_of(actor, Action::document_read);
    auto entry = catalog::find_register_entry(tx, reach, book.id, number);
    if (!entry) {
        throw Error{Kind::not_found, "register.no_entry", {{"number", std::to_string(number)}, {"book", book.code}}};
    }
    if (why.empty()) {
        throw Error{Kind::invalid, "register.void_needs_reason"};
    }
    if (!catalog::void_register_entry(tx, book.id, number, clock.now(), actor.name, why)) {
        throw Error{
            Kind::conflict, "register.voided_already", {{"number", std::to_string(number)}, {"book", book.code}}};
    }
    auto view = view_of(tx, *catalog::find_register_entry(tx, reach, book.id, number));
    audit::record_event(
        tx, clock, actor,
        {"register.voided",
         view.view.document.uid,
         {{"book", book.uid}, {"book_code", book.code}, {"year", book.year}, {"number", number}, {"reason", why}}});
    tx.commit();
    return view;
}

} // namespace vtlt::services
