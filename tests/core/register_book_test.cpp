// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry_fixture.h"

#include <vtlt/core/services/history_check.h>
#include <vtlt/core/services/rights.h>

#include <catch2/catch.hpp>

#include <limits>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;
using catalog::Direction;
using catalog::NumberForm;

namespace {

struct Office : RegistryArchive
{
    catalog::RegisterBook open(const std::string& code, Direction direction, services::NewRegisterBook more = {})
    {
        more.code = code;
        more.direction = direction;
        more.unit = "CUC";
        return services::open_register_book(archive(), time, kOperator, more);
    }

    static services::NewEntry incoming(const std::string& number_symbol = "3163/BC-BQP",
                                       Date issued_on = 2022y / 9 / 12)
    {
        return {.book = "VBD",
                .number_symbol = number_symbol,
                .issuer = "Bộ Quốc phòng",
                .issued_on = issued_on,
                .subject = "Kết quả kiểm kê"};
    }

    services::BookReport examine(const std::string& book)
    {
        return services::examine_book(archive(), actor("giamsat"), book, {});
    }

    /// A registration's problems, as "pointer code".
    std::vector<std::string> problems(const services::NewEntry& entry)
    {
        std::vector<std::string> found;
        try {
            enter("vanthu", entry);
        } catch (const Error& error) {
            for (const auto& problem : error.problems()) {
                found.push_back(problem.pointer + " " + problem.code);
            }
        }
        return found;
    }
};

} // namespace

TEST_CASE("an incoming document gets the next number, with or without a file", "[register]")
{
    Office office;
    const auto book = office.open("VBD", Direction::in);
    const auto first = office.enter("vanthu", Office::incoming());
    CHECK(first.entry.number == 1);
    CHECK(first.document.number == "3163");
    CHECK(first.document.symbol == "BC-BQP");
    CHECK(first.entry.entered_on == office.time.today());
    CHECK(office.enter("vanthu", Office::incoming("12/QĐ-TTg")).entry.number == 2);
    // An envelope that nobody opened has a subject and nothing else.
    CHECK(office.enter("vanthu", {.book = "VBD", .subject = "Bì gửi đích danh"}).entry.number == 3);

    const auto page = services::list_entries(office.archive(), office.actor("canbo"), book.uid, {}, 1, 1);
    REQUIRE(page.entries.size() == 1);
    CHECK(page.entries.front().entry.number == 2);
    CHECK(page.next_after == 2);
    CHECK(services::check_documents_against_history(office.database()).empty());
    auto tx = office.database().read();
    CHECK(catalog::check_register_books(tx).empty());
}

TEST_CASE("each change of a register is told in the history", "[register]")
{
    Office office;
    auto seen = office.events();
    const auto book = office.open("VBD", Direction::in);
    CHECK(office.events_after(seen) == std::vector<std::string>{"register.opened " + book.uid});
    seen = office.events();
    const auto done = office.enter("vanthu", Office::incoming());
    const auto& uid = done.document.uid;
    CHECK(office.events_after(seen) ==
          std::vector<std::string>{"document.registered " + uid, "register.entered " + uid});
    seen = office.events();
    services::void_entry(office.archive(), office.time, office.actor("vanthu"), "VBD", {}, 1, "vào nhầm");
    CHECK(office.events_after(seen) == std::vector<std::string>{"register.voided " + uid});
}

TEST_CASE("number and symbol of an outgoing document are put together as the book says", "[register]")
{
    Office office;
    const auto [form, kind, number_symbol] = GENERATE(table<NumberForm, std::string, std::string>({
        {NumberForm::typed, "BC", "09/BC-BQP"},
        {NumberForm::typed, "CV", "09/BQP"},
        {NumberForm::typed, "", "09/BQP"},
        {NumberForm::legal, "TT", "09/2022/TT-BQP"},
        {NumberForm::party, "QĐ", "09-QĐ/BQP"},
    }));
    office.open("VBDI", Direction::out, {.symbol = "BQP", .form = form, .first_number = 9, .reason = "chuyển sổ"});
    const services::NewEntry wanted{.book = "VBDI", .kind = kind, .subject = "Kế hoạch"};
    const auto done = office.enter("vanthu", wanted);
    CHECK(done.document.number_symbol() == number_symbol);
    CHECK(done.document.issued_on == office.time.today());
    CHECK(office.enter("vanthu", wanted).document.number.substr(0, 2) == "10");
    auto own = wanted;
    own.symbol = "BC-HĐ";
    CHECK(office.enter("vanthu", own).document.symbol == "BC-HĐ");
}

TEST_CASE("a book is opened once, and begins elsewhere for a reason only", "[register]")
{
    Office office;
    CHECK(refusal([&] { office.open("VBD", Direction::in, {.first_number = 1234}); }) ==
          "invalid register.start_needs_reason");
    CHECK(refusal([&] { office.open("VBD", Direction::in, {.first_number = 0}); }) == "invalid register.bad_start");
    CHECK(refusal([&] { office.open("a/b", Direction::in); }) == "invalid register.bad_code");
    CHECK(refusal([&] { office.open("VBD", Direction::in, {.title = std::string(201, 'x')}); }) ==
          "invalid document.too_long");
    office.open("VBD", Direction::in, {.first_number = 1234, .reason = "chuyển từ sổ giấy"});
    CHECK(refusal([&] { office.open("VBD", Direction::out); }) == "conflict register.exists");
    CHECK(office.open("VBD", Direction::in, {.year = 2021}).year == 2021);
    CHECK(refusal([&] { services::get_register_book(office.archive(), kOperator, "VBD"); }) ==
          "conflict register.ambiguous");
    auto entry = Office::incoming();
    entry.filter.year = 2022;
    CHECK(office.enter("vanthu", entry).entry.number == 1234);
    CHECK(office.examine("CUC/2022/VBD").findings.gaps.empty());
}

TEST_CASE("all mistakes of an entry are told at once, and nothing is written", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    const auto seen = office.events();
    CHECK(office.problems({.book = "VBD",
                           .kind = "ZZ",
                           .issued_on = 2022y / 9 / 21,
                           .arrived_on = 2021y / 1 / 4,
                           .arrived_minute = 1440,
                           .due_on = 2021y / 1 / 3,
                           .copies = -1}) ==
          std::vector<std::string>{"/kind document.unknown_kind", "/subject title.blank",
                                   "/issued_on document.bad_date", "/copies register.bad_amount",
                                   "/arrived_at register.bad_hour", "/arrived_on register.other_year",
                                   "/due_on register.due_too_early"});
    CHECK(office.problems({.book = "VBD", .arrived_on = 2022y / 9 / 21, .subject = "x"}) ==
          std::vector<std::string>{"/arrived_on register.future_day"});
    CHECK(office.problems({.book = "VBD", .issued_on = 2022y / 9 / 19, .arrived_on = 2022y / 9 / 16, .subject = "x"}) ==
          std::vector<std::string>{"/issued_on register.issued_after_arrival"});
    CHECK(office.events() == seen);
    CHECK(office.enter("vanthu", Office::incoming()).entry.number == 1);
}

TEST_CASE("what looks registered already is told, as far as the clerk may know of it", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    office.open("MAT", Direction::in, {.secrecy = Secrecy::mat});
    const auto first = office.enter("vanthu", Office::incoming());

    SECTION("of the same day it is refused until the clerk says that it is another")
    {
        auto again = Office::incoming();
        again.issuer = "BO QUOC PHONG";
        CHECK(refusal([&] { office.enter("vanthu", again); }) == "conflict register.duplicate");
        again.keep_duplicate = true;
        const auto kept = office.enter("vanthu", again);
        CHECK(kept.entry.number == 2);
        REQUIRE(kept.duplicates.size() == 1);
        CHECK(kept.duplicates.front().document == first.document.uid);
        CHECK(kept.duplicates.front().is_strong);
    }
    SECTION("of the same year it is a notice")
    {
        const auto other = office.enter("vanthu", Office::incoming("3163/BC-BQP", 2022y / 9 / 13));
        REQUIRE(other.duplicates.size() == 1);
        CHECK(!other.duplicates.front().is_strong);
    }
    SECTION("of another year, or issuer, it is silent")
    {
        CHECK(office.enter("vanthu", Office::incoming("3163/BC-BQP", 2021y / 9 / 12)).duplicates.empty());
        auto other = Office::incoming();
        other.issuer = "Bộ Công an";
        CHECK(office.enter("vanthu", other).duplicates.empty());
    }
    SECTION("and what he may not read is silent")
    {
        auto hidden = Office::incoming("7/BC-BQP");
        hidden.book = "MAT";
        hidden.secrecy = Secrecy::mat;
        office.enter("vanthumat", hidden);
        CHECK(office.enter("vanthu", Office::incoming("7/BC-BQP")).duplicates.empty());
    }
    SECTION("lines of one number, issuer and day are told by the book")
    {
        auto again = Office::incoming();
        again.keep_duplicate = true;
        office.enter("vanthu", again);
        CHECK(office.examine("VBD").findings.duplicates == std::vector<std::vector<std::int64_t>>{{1, 2}});
    }
}

TEST_CASE("a request that is sent again gets the number it got", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    auto entry = Office::incoming();
    entry.repeat_key = "k1";
    CHECK(!office.enter("vanthu", entry).repeated);
    const auto again = office.enter("vanthu", entry);
    CHECK(again.repeated);
    CHECK(again.entry.number == 1);
    entry.subject = "Khác";
    CHECK(refusal([&] { office.enter("vanthu", entry); }) == "conflict idempotency.key_reused");
    entry.repeat_key = "k2";
    entry.keep_duplicate = true;
    CHECK(office.enter("vanthu", entry).entry.number == 2);
}

TEST_CASE("secret documents have books of their own, missing for whoever may not read them", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    office.open("MAT", Direction::in, {.secrecy = Secrecy::mat});
    auto secret = Office::incoming();
    secret.secrecy = Secrecy::mat;
    CHECK(refusal([&] { office.enter("vanthumat", secret); }) == "invalid register.grade");
    secret.book = "MAT";
    CHECK(office.enter("vanthumat", secret).entry.number == 1);
    auto open = Office::incoming();
    open.book = "MAT";
    CHECK(refusal([&] { office.enter("vanthumat", open); }) == "invalid register.grade");
    CHECK(refusal([&] { office.enter("vanthu", open); }) == "not_found register.not_found");
    const auto books = services::list_register_books(office.archive(), office.actor("vanthu"), {}, {}, 10);
    REQUIRE(books.size() == 1);
    CHECK(books.front().code == "VBD");
}

TEST_CASE("a voided number stays with its reason, and its document can be registered again", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    const auto done = office.enter("vanthu", Office::incoming());
    const auto void_first = [&](const std::string& reason) {
        services::void_entry(office.archive(), office.time, office.actor("vanthu"), "VBD", {}, 1, reason);
    };
    const services::NewEntry again{.book = "VBD", .document = done.document.uid};
    CHECK(refusal([&] { office.enter("vanthu", again); }) == "conflict register.entered_already");
    CHECK(refusal([&] { void_first(" "); }) == "invalid register.void_needs_reason");
    for (const auto number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}, std::int64_t{2}}) {
        CHECK(refusal([&] {
                  services::void_entry(office.archive(), office.time, office.actor("vanthu"), "VBD", {}, number, "x");
              }) == "not_found register.no_entry");
    }
    void_first("vào nhầm sổ");
    CHECK(refusal([&] { void_first("lại"); }) == "conflict register.voided_already");
    const auto entered = office.enter("vanthu", again);
    CHECK(entered.entry.number == 2);
    CHECK(entered.document.uid == done.document.uid);
    const auto findings = office.examine("VBD").findings;
    REQUIRE(findings.voided.size() == 1);
    CHECK(findings.voided.front().number == 1);
    CHECK(findings.voided.front().reason == "vào nhầm sổ");
    CHECK(findings.gaps.empty());
}

TEST_CASE("a line that somebody took out of the database is missed", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    for (const auto* number : {"1/A", "2/A", "3/A", "4/A"}) {
        office.enter("vanthu", Office::incoming(number));
    }
    {
        auto tx = office.database().write();
        tx.prepare("DELETE FROM register_entry WHERE number IN (2, 4)").run();
        tx.commit();
    }
    const auto gaps = office.examine("VBD").findings.gaps;
    REQUIRE(gaps.size() == 2);
    CHECK(gaps.front().from == 2);
    CHECK(gaps.back().to == 4);
    auto tx = office.database().read();
    CHECK(catalog::check_register_books(tx).size() == 1);
}

TEST_CASE("days that are not in the order of the numbers are told", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    for (const auto day : {16, 19, 17, 20}) {
        auto entry = Office::incoming(std::to_string(day) + "/A");
        entry.arrived_on = 2022y / 9 / day;
        office.enter("vanthu", entry);
    }
    CHECK(office.examine("VBD").findings.out_of_order == std::vector<std::int64_t>{3});
}

TEST_CASE("clerks register, others read", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    CHECK(refusal([&] { office.enter("canbo", Office::incoming()); }) == "forbidden auth.forbidden");
    office.enter("vanthu", Office::incoming());
    for (const auto* who : {"canbo", "giamsat"}) {
        CHECK(refusal([&] {
                  services::void_entry(office.archive(), office.time, office.actor(who), "VBD", {}, 1, "x");
              }) == "forbidden auth.forbidden");
        CHECK(services::list_entries(office.archive(), office.actor(who), "VBD", {}, 0, 10).entries.size() == 1);
    }
}

TEST_CASE("what another unit sent is entered as it is by who may not edit it", "[register]")
{
    Office office;
    office.open("VBD", Direction::in);
    services::open_register_book(office.archive(), office.time, kOperator,
                                 {.code = "VBDI", .direction = Direction::out});
    const auto sent = services::register_document(office.archive(), office.time, kOperator,
                                                  {.book = "VBDI", .kind = "TB", .subject = "Thông báo họp"});
    services::NewEntry arrived{.book = "VBD", .document = sent.document.uid};
    CHECK(refusal([&] { office.enter("vanthu", arrived); }) == "not_found document.not_found");
    // A leader reads what his unit has, and edits nothing of it.
    services::grant_role(office.archive(), office.time, kOperator,
                         {.who = "vanthu", .role = Role::leader, .unit = "CQ", .only_unit = true});
    const auto entered = office.enter("vanthu", arrived);
    CHECK(entered.document.uid == sent.document.uid);
    CHECK(entered.document.number_symbol() == sent.document.number_symbol());
    auto seen = office.events();
    services::void_entry(office.archive(), office.time, office.actor("vanthu"), "VBD", {}, entered.entry.number, "thử");
    seen = office.events();
    arrived.subject = "Khác";
    CHECK(refusal([&] { office.enter("vanthu", arrived); }) == "forbidden auth.forbidden");
    CHECK(office.events() == seen);
}
