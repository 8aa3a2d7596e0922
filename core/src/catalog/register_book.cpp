// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/catalog/register_book.h>

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/reach_sql.h>
#include <vtlt/core/db/database.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace vtlt::catalog {

namespace {

constexpr ReachSql::Columns kBookReach{"register_book.secrecy", "register_book.unit_id",
                                       "(register_book.year * 10000 + 101)"};

const std::string kBookColumns = R"sql(
    SELECT register_book.id, register_book.uid, register_book.unit_id, unit.code, register_book.year, register_book.code,
           register_book.direction, register_book.title, register_book.secrecy, register_book.symbol,
           register_book.number_form, register_book.first_number, register_book.start_reason, register_book.next_number,
           register_book.opened_at, register_book.opened_by
)sql";
const std::string kFromBook = R"sql(
      FROM register_book
      JOIN unit ON unit.id = register_book.unit_id
)sql";
constexpr int kBookWidth = 16;
const std::string kFiltered = " WHERE (CAST(?1 AS BIGINT) IS NULL OR register_book.year = ?1)"
                              " AND (CAST(?2 AS BIGINT) IS NULL OR register_book.direction = ?2) AND ";
const std::string kNamed = "(register_book.uid = ?3 OR register_book.code = ?3 OR unit.code || '/' ||"
                           " CAST(register_book.year AS TEXT) || '/' || register_book.code = ?3) AND ";
const std::string kAfter = R"sql(
    (?3 = 0 OR (-register_book.year, unit.code, register_book.code) >
        (SELECT -before.year, before_unit.code, before.code
           FROM register_book AS before
           JOIN unit AS before_unit ON before_unit.id = before.unit_id
          WHERE before.id = ?3)) AND )sql";

const std::string kEntryColumns = R"sql(
    SELECT register_entry.book_id, register_entry.number, register_entry.document_id, register_entry.entered_on,
           register_entry.arrived_minute, register_entry.due_on, register_entry.urgency, register_entry.medium,
           register_entry.recipients, register_entry.assignee, register_entry.copies, register_entry.pages,
           register_entry.note, register_entry.registered_at, register_entry.registered_by, register_entry.voided_at,
           register_entry.voided_by, register_entry.void_reason
)sql";
const std::string kFromEntry = R"sql(
      FROM register_entry
      JOIN document ON document.id = register_entry.document_id
     WHERE register_entry.book_id = ?1 AND )sql";

RegisterBook read_book(const db::Statement& row)
{
    return {.id = row.id<RegisterBookId>(0),
            .uid = row.text(1),
            .unit = row.id<UnitId>(2),
            .unit_code = row.text(3),
            .year = static_cast<int>(row.integer(4)),
            .code = row.text(5),
            .direction = static_cast<Direction>(row.integer(6)),
            .title = row.text(7),
            .secrecy = static_cast<Secrecy>(row.integer(8)),
            .symbol = row.text(9),
            .form = static_cast<NumberForm>(row.integer(10)),
            .first_number = row.integer(11),
            .start_reason = row.text(12),
            .next_number = row.integer(13),
            .opened_at = row.instant(14),
            .opened_by = row.text(15)};
}

std::optional<int> small_number(const db::Statement& row, int column)
{
    const auto value = row.optional_integer(column);
    return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

/// Its columns begin at `first`.
RegisterEntry read_entry(const db::Statement& row, int first = 0)
{
    return {.book = row.id<RegisterBookId>(first),
            .number = row.integer(first + 1),
            .document = row.id<DocumentId>(first + 2),
            .entered_on = *row.optional_date(first + 3),
            .arrived_minute = small_number(row, first + 4),
            .due_on = row.optional_date(first + 5),
            .urgency = static_cast<Urgency>(row.integer(first + 6)),
            .medium = static_cast<Medium>(row.integer(first + 7)),
            .recipients = row.text(first + 8),
            .assignee = row.text(first + 9),
            .copies = small_number(row, first + 10),
            .pages = small_number(row, first + 11),
            .note = row.text(first + 12),
            .registered_at = row.instant(first + 13),
            .registered_by = row.text(first + 14),
            .voided_at = row.is_null(first + 15) ? std::nullopt : std::optional{row.instant(first + 15)},
            .voided_by = row.text(first + 16),
            .void_reason = row.text(first + 17)};
}

db::Statement& bind_filter(db::Statement& select, const BookFilter& filter)
{
    return select.bind(1, filter.year)
        .bind(2, filter.direction ? std::optional{static_cast<int>(*filter.direction)} : std::nullopt);
}

std::vector<RegisterBook> read_books(db::Statement& select)
{
    std::vector<RegisterBook> books;
    while (select.step()) {
        books.push_back(read_book(select));
    }
    return books;
}

/// Of an enum that counts from `first`.
template <class Value, std::size_t Size>
std::optional<Value> value_named(const std::array<std::string_view, Size>& names, std::string_view name, int first)
{
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional{static_cast<Value>((found - names.begin()) + first)};
}

} // namespace

std::optional<Direction> direction_from_name(std::string_view name)
{
    return value_named<Direction>(kDirectionNames, name, 1);
}

std::optional<NumberForm> number_form_from_name(std::string_view name)
{
    return value_named<NumberForm>(kNumberFormNames, name, 1);
}

std::optional<Urgency> urgency_from_name(std::string_view name)
{
    return value_named<Urgency>(kUrgencyNames, name, 0);
}

std::optional<Medium> medium_from_name(std::string_view name)
{
    return value_named<Medium>(kMediumNames, name, 1);
}

std::string format_hour(int minute)
{
    const auto two_digits = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

std::optional<int> parse_hour(std::string_view text)
{
    int hour = -1;
    int minute = -1;
    const auto* const end = text.data() + text.size();
    const auto [colon, wrong] = std::from_chars(text.data(), end, hour);
    if (wrong != std::errc{} || end - colon != 3 || *colon != ':' ||
        std::from_chars(colon + 1, end, minute).ptr != end || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
        return std::nullopt;
    }
    return hour * 60 + minute;
}

auth::Target target_of(const RegisterBook& book)
{
    return {.secrecy = book.secrecy,
            .unit = book.unit,
            .issued_on = Date{std::chrono::year{book.year}, std::chrono::January, std::chrono::day{1}}};
}

RegisterBook get_register_book(db::ReadTx& tx, const auth::Reach& reach, std::string_view name,
                               const BookFilter& filter)
{
    const ReachSql where{reach, kBookReach, 4};
    auto select =
        tx.prepare(kBookColumns + kFromBook + kFiltered + kNamed + where.text() + " ORDER BY register_book.id LIMIT 2");
    where.bind_to(bind_filter(select, filter).bind(3, name));
    auto books = read_books(select);
    if (books.empty()) {
        throw Error{Kind::not_found, "register.not_found", {{"book", std::string{name}}}};
    }
    if (books.size() > 1) {
        throw Error{Kind::conflict, "register.ambiguous", {{"book", std::string{name}}}};
    }
    return std::move(books.front());
}

std::vector<RegisterBook> list_register_books(db::ReadTx& tx, const auth::Reach& reach, const BookFilter& filter,
                                              RegisterBookId after, std::size_t limit)
{
    const ReachSql where{reach, kBookReach, 5};
    auto select = tx.prepare(kBookColumns + kFromBook + kFiltered + kAfter + where.text() +
                             " ORDER BY register_book.year DESC, unit.code, register_book.code LIMIT ?4");
    where.bind_to(bind_filter(select, filter).bind(3, after).bind(4, static_cast<std::int64_t>(limit)));
    return read_books(select);
}

RegisterBookId insert_register_book(db::WriteTx& tx, const RegisterBook& book)
{
    auto insert = tx.prepare(R"sql(
        INSERT INTO register_book (uid, unit_id, year, code, direction, title, secrecy, symbol, number_form, first_number,
                                   start_reason, next_number, opened_at, opened_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10, ?12, ?13)
        ON CONFLICT (unit_id, year, code) DO NOTHING
        RETURNING id
    )sql");
    insert.bind(1, book.uid)
        .bind(2, book.unit)
        .bind(3, book.year)
        .bind(4, book.code)
        .bind(5, static_cast<int>(book.direction))
        .bind(6, book.title)
        .bind(7, static_cast<int>(book.secrecy))
        .bind_text_or_null(8, book.symbol)
        .bind(9, static_cast<int>(book.form))
        .bind(10, book.first_number)
        .bind_text_or_null(11, book.start_reason)
        .bind(12, book.opened_at)
        .bind(13, book.opened_by);
    if (!insert.step()) {
        throw Error{Kind::conflict, "register.exists", {{"book", book.code}, {"year", std::to_string(book.year)}}};
    }
    const auto id = insert.id<RegisterBookId>(0);
    insert.step();
    return id;
}

std::int64_t take_next_number(db::WriteTx& tx, RegisterBookId book)
{
    auto update =
        tx.prepare("UPDATE register_book SET next_number = next_number + 1 WHERE id = ?1 RETURNING next_number - 1");
    ensure(update.bind(1, book).step(), "a book that was read is there");
    const auto number = update.integer(0);
    update.step();
    return number;
}

void insert_register_entry(db::WriteTx& tx, const RegisterEntry& entry)
{
    tx.prepare(R"sql(
        INSERT INTO register_entry (book_id, number, document_id, entered_on, arrived_minute, due_on, urgency, medium,
                                    recipients, assignee, copies, pages, note, registered_at, registered_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    )sql")
        .bind(1, entry.book)
        .bind(2, entry.number)
        .bind(3, entry.document)
        .bind(4, entry.entered_on)
        .bind(5, entry.arrived_minute)
        .bind(6, entry.due_on)
        .bind(7, static_cast<int>(entry.urgency))
        .bind(8, static_cast<int>(entry.medium))
        .bind_text_or_null(9, entry.recipients)
        .bind_text_or_null(10, entry.assignee)
        .bind(11, entry.copies)
        .bind(12, entry.pages)
        .bind_text_or_null(13, entry.note)
        .bind(14, entry.registered_at)
        .bind(15, entry.registered_by)
        .run();
}

std::vector<RegisterEntry> list_register_entries(db::ReadTx& tx, const auth::Reach& reach, RegisterBookId book,
                                                 std::int64_t after, std::size_t limit)
{
    const ReachSql where{reach, kDocumentReach, 4};
    auto select = tx.prepare(kEntryColumns + kFromEntry + "register_entry.number > ?2 AND " + where.text() +
                             " ORDER BY register_entry.number LIMIT ?3");
    where.bind_to(select.bind(1, book).bind(2, after).bind(3, static_cast<std::int64_t>(limit)));
    std::vector<RegisterEntry> entries;
    while (select.step()) {
        entries.push_back(read_entry(select));
    }
    return entries;
}

std::optional<RegisterEntry> find_register_entry(db::ReadTx& tx, const auth::Reach& reach, RegisterBookId book,
                                                 std::int64_t number)
{
    if (number < 1) {
        return std::nullopt;
    }
    auto entries = list_register_entries(tx, reach, book, number - 1, 1);
    return entries.empty() || entries.front().number != number ? std::nullopt
                                                               : std::optional{std::move(entries.front())};
}

std::vector<EntryPlace> list_entry_places(db::ReadTx& tx, DocumentId document)
{
    // The columns of the entry follow those of the book.
    static const std::string kPlaces =
        kBookColumns + ", " + kEntryColumns.substr(kEntryColumns.find("register_entry")) + kFromBook +
        "  JOIN register_entry ON register_entry.book_id = register_book.id"
        " WHERE register_entry.document_id = ?1 AND register_entry.voided_at IS NULL ORDER BY register_book.uid";
    auto select = tx.prepare(kPlaces);
    select.bind(1, document);
    std::vector<EntryPlace> places;
    while (select.step()) {
        places.push_back({.book = read_book(select), .entry = read_entry(select, kBookWidth)});
    }
    return places;
}

bool void_register_entry(db::WriteTx& tx, RegisterBookId book, std::int64_t number, Instant at, std::string_view by,
                         std::string_view reason)
{
    return tx.prepare("UPDATE register_entry SET voided_at = ?3, voided_by = ?4, void_reason = ?5"
                      " WHERE book_id = ?1 AND number = ?2 AND voided_at IS NULL")
               .bind(1, book)
               .bind(2, number)
               .bind(3, at)
               .bind(4, by)
               .bind(5, reason)
               .run() == 1;
}

namespace {

/// Over every line, whoever may read it: a number that is taken is no gap.
std::vector<BookFindings::Gap> find_gaps(db::ReadTx& tx, const RegisterBook& book)
{
    auto select = tx.prepare(R"sql(
        SELECT before + 1, number - 1
          FROM (SELECT number, lag(number, 1, CAST(?2 AS BIGINT) - 1) OVER (ORDER BY number) AS before
                  FROM (SELECT number FROM register_entry WHERE book_id = ?1
                        UNION ALL SELECT next_number FROM register_book WHERE id = ?1) AS taken) AS line
         WHERE number > before + 1
         ORDER BY number
    )sql");
    select.bind(1, book.id).bind(2, book.first_number);
    std::vector<BookFindings::Gap> gaps;
    while (select.step()) {
        gaps.push_back({.from = select.integer(0), .to = select.integer(1)});
    }
    return gaps;
}

std::vector<std::vector<std::int64_t>> find_duplicates(db::ReadTx& tx, const auth::Reach& reach,
                                                       const RegisterBook& book)
{
    const ReachSql where{reach, kDocumentReach, 2};
    auto select = tx.prepare(R"sql(
        SELECT first_number, number
          FROM (SELECT register_entry.number AS number,
                       min(register_entry.number) OVER one AS first_number, count(*) OVER one AS lines
                  FROM register_entry
                  JOIN document ON document.id = register_entry.document_id
                 WHERE register_entry.book_id = ?1 AND register_entry.voided_at IS NULL AND document.number IS NOT NULL
                   AND )sql" +
                             where.text() +
                             R"sql(
                WINDOW one AS (PARTITION BY document.number, document.symbol, document.issuer, document.issued_on)) AS line
         WHERE lines > 1
         ORDER BY first_number, number
    )sql");
    where.bind_to(select.bind(1, book.id));
    std::vector<std::vector<std::int64_t>> duplicates;
    while (select.step()) {
        const auto first = select.integer(0);
        const auto number = select.integer(1);
        if (number == first) {
            duplicates.emplace_back();
        }
        duplicates.back().push_back(number);
    }
    return duplicates;
}

std::vector<std::int64_t> find_out_of_order(db::ReadTx& tx, const auth::Reach& reach, const RegisterBook& book)
{
    const ReachSql where{reach, kDocumentReach, 2};
    auto select = tx.prepare(R"sql(
        SELECT number
          FROM (SELECT register_entry.number AS number, register_entry.entered_on AS entered_on,
                       max(register_entry.entered_on) OVER (ORDER BY register_entry.number) AS latest
                  FROM register_entry
                  JOIN document ON document.id = register_entry.document_id
                 WHERE register_entry.book_id = ?1 AND register_entry.voided_at IS NULL AND )sql" +
                             where.text() + ") AS line WHERE entered_on < latest ORDER BY number");
    where.bind_to(select.bind(1, book.id));
    std::vector<std::int64_t> numbers;
    while (select.step()) {
        numbers.push_back(select.integer(0));
    }
    return numbers;
}

std::vector<BookFindings::Voided> find_voided(db::ReadTx& tx, const auth::Reach& reach, const RegisterBook& book)
{
    const ReachSql where{reach, kDocumentReach, 2};
    auto select =
        tx.prepare("SELECT register_entry.number, register_entry.void_reason" + kFromEntry +
                   "register_entry.voided_at IS NOT NULL AND " + where.text() + " ORDER BY register_entry.number");
    where.bind_to(select.bind(1, book.id));
    std::vector<BookFindings::Voided> voided;
    while (select.step()) {
        voided.push_back({.number = select.integer(0), .reason = select.text(1)});
    }
    return voided;
}

} // namespace

BookFindings find_in_book(db::ReadTx& tx, const auth::Reach& reach, const RegisterBook& book)
{
    return {.gaps = find_gaps(tx, book),
            .voided = find_voided(tx, reach, book),
            .duplicates = find_duplicates(tx, reach, book),
            .out_of_order = find_out_of_order(tx, reach, book)};
}

std::vector<std::string> check_register_books(db::ReadTx& tx)
{
    auto select = tx.prepare(R"sql(
        SELECT register_book.uid, register_book.first_number, register_book.next_number, count(register_entry.id),
               coalesce(min(register_entry.number), register_book.first_number),
               coalesce(max(register_entry.number), register_book.first_number - 1)
          FROM register_book
          LEFT JOIN register_entry ON register_entry.book_id = register_book.id
         GROUP BY register_book.id, register_book.uid, register_book.first_number, register_book.next_number
        HAVING count(register_entry.id) <> register_book.next_number - register_book.first_number
            OR coalesce(min(register_entry.number), register_book.first_number) <> register_book.first_number
            OR coalesce(max(register_entry.number), register_book.first_number - 1) <> register_book.next_number - 1
         ORDER BY register_book.uid
    )sql");
    std::vector<std::string> lines;
    while (select.step()) {
        std::ostringstream line;
        line << "I5: book " << select.text(0) << " has " << select.integer(3) << " lines, " << select.integer(4)
             << " to " << select.integer(5) << "; it gave " << select.integer(1) << " to " << select.integer(2) - 1;
        lines.push_back(line.str());
    }
    return lines;
}

} // namespace vtlt::catalog
