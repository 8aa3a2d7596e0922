// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/date.h>
#include <vtlt/core/base/ids.h>
#include <vtlt/core/catalog/secrecy.h>

#include <array>
#include <cstdint>
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

/// văn bản đến, văn bản đi, văn bản nội bộ.
enum class Direction
{
    in = 1,
    out = 2,
    internal = 3
};
inline constexpr std::array<std::string_view, 3> kDirectionNames{"in", "out", "internal"};

/// How number and symbol of an outgoing document are put together (NĐ 30/2020 Phụ lục I.II.3, Luật 64/2025, QĐ
/// 66-QĐ/TW).
enum class NumberForm
{
    typed = 1, ///< 3163/BC-BQP; công văn 15/UBND-VP
    legal = 2, ///< 30/2020/NĐ-CP
    party = 3  ///< 781-QĐ/QUTW
};
inline constexpr std::array<std::string_view, 3> kNumberFormNames{"typed", "legal", "party"};

/// độ khẩn.
enum class Urgency
{
    none,
    khan,
    thuong_khan,
    hoa_toc
};
inline constexpr std::array<std::string_view, 4> kUrgencyNames{"none", "khan", "thuong_khan", "hoa_toc"};

/// What the office holds of it: giấy, điện tử, cả hai.
enum class Medium
{
    paper = 1,
    electronic = 2,
    both = 3
};
inline constexpr std::array<std::string_view, 3> kMediumNames{"paper", "electronic", "both"};

constexpr std::string_view direction_name(Direction direction)
{
    return kDirectionNames[static_cast<std::size_t>(direction) - 1];
}
constexpr std::string_view number_form_name(NumberForm form)
{
    return kNumberFormNames[static_cast<std::size_t>(form) - 1];
}
constexpr std::string_view urgency_name(Urgency urgency)
{
    return kUrgencyNames[static_cast<std::size_t>(urgency)];
}
constexpr std::string_view medium_name(Medium medium)
{
    return kMediumNames[static_cast<std::size_t>(medium) - 1];
}
/// nullopt for a word that is none of them.
std::optional<Direction> direction_from_name(std::string_view name);
std::optional<NumberForm> number_form_from_name(std::string_view name);
std::optional<Urgency> urgency_from_name(std::string_view name);
std::optional<Medium> medium_from_name(std::string_view name);

/// An hour of the day in minutes, as people write it: "07:45"; nullopt for anything else.
std::string format_hour(int minute);
std::optional<int> parse_hour(std::string_view text);

/// sổ đăng ký = register book: one series of numbers of a unit in a year.
struct RegisterBook
{
    RegisterBookId id;
    Uid uid;
    UnitId unit;
    std::string unit_code; ///< filled when read
    int year = 0;
    std::string code; ///< unique per unit and year
    Direction direction = Direction::in;
    std::string title;
    Secrecy secrecy = Secrecy::open; ///< the highest of what is registered in it
    std::string symbol;              ///< the office's sign, with which symbols of outgoing documents end
    NumberForm form = NumberForm::typed;
    std::int64_t first_number = 1;
    std::string start_reason;
    std::int64_t next_number = 1;
    Instant opened_at{};
    std::string opened_by; ///< as an actor's name
};

/// What rights look at; its day is the first of its year.
auth::Target target_of(const RegisterBook& book);

struct BookFilter
{
    std::optional<int> year = std::nullopt;
    std::optional<Direction> direction = std::nullopt;
};

/// By uid, UNIT/YEAR/CODE, or CODE where it names one among those that the filter lets through. Throws not_found
/// `register.not_found`, conflict `register.ambiguous`. What `reach` does not reach is not there.
RegisterBook get_register_book(db::ReadTx& tx, const auth::Reach& reach, std::string_view name,
                               const BookFilter& filter);
/// Newest year first, then by unit and code; at most `limit` after the given one.
std::vector<RegisterBook> list_register_books(db::ReadTx& tx, const auth::Reach& reach, const BookFilter& filter,
                                              RegisterBookId after, std::size_t limit);
/// Throws conflict `register.exists`.
RegisterBookId insert_register_book(db::WriteTx& tx, const RegisterBook& book);

/// A line of a book.
struct RegisterEntry
{
    RegisterBookId book;
    std::int64_t number = 0; ///< số đến, or the number of an outgoing document
    DocumentId document;
    Date entered_on; ///< ngày đến; of outgoing and internal documents the day of issue
    std::optional<int> arrived_minute = std::nullopt; ///< of the day
    std::optional<Date> due_on = std::nullopt;
    Urgency urgency = Urgency::none;
    Medium medium = Medium::paper;
    std::string recipients;
    std::string assignee;
    std::optional<int> copies = std::nullopt;
    std::optional<int> pages = std::nullopt;
    std::string note;
    Instant registered_at{};
    std::string registered_by;
    std::optional<Instant> voided_at = std::nullopt;
    std::string voided_by;
    std::string void_reason;
};

/// Takes the book's next number in this transaction and writes the line; `entry.number` is not looked at. The number is
/// gone for ever once the transaction is committed, and never was if it is not.
std::int64_t take_next_number(db::WriteTx& tx, RegisterBookId book);
void insert_register_entry(db::WriteTx& tx, const RegisterEntry& entry);

/// Lines whose documents are reached, by number: at most `limit` after `after`.
std::vector<RegisterEntry> list_register_entries(db::ReadTx& tx, const auth::Reach& reach, RegisterBookId book,
                                                 std::int64_t after, std::size_t limit);
std::optional<RegisterEntry> find_register_entry(db::ReadTx& tx, const auth::Reach& reach, RegisterBookId book,
                                                 std::int64_t number);
/// Where a document stands, voided lines left out; by uid of the books.
struct EntryPlace
{
    RegisterBook book;
    RegisterEntry entry;
};
std::vector<EntryPlace> list_entry_places(db::ReadTx& tx, DocumentId document);
bool void_register_entry(db::WriteTx& tx, RegisterBookId book, std::int64_t number, Instant at, std::string_view by,
                         std::string_view reason);

/// What a book's reader has to know of it.
struct BookFindings
{
    struct Gap
    {
        std::int64_t from = 0;
        std::int64_t to = 0;
    };
    struct Voided
    {
        std::int64_t number = 0;
        std::string reason;
    };
    std::vector<Gap> gaps;      ///< numbers that no line has: none, unless somebody was at the database
    std::vector<Voided> voided; ///< of documents that are reached
    std::vector<std::vector<std::int64_t>> duplicates; ///< lines of one number, symbol, issuer and day, likewise
    std::vector<std::int64_t> out_of_order;            ///< lines whose day is before that of an earlier number
};
BookFindings find_in_book(db::ReadTx& tx, const auth::Reach& reach, const RegisterBook& book);

/// I5 of every book: its lines are the numbers from the first to the one before the next. A line for each that is not
/// so.
std::vector<std::string> check_register_books(db::ReadTx& tx);

} // namespace vtlt::catalog
