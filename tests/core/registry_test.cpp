// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry_fixture.h"

#include <vtlt/core/catalog/register_book.h>
#include <vtlt/core/services/history_check.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono_literals;
using auth::Role;
using catalog::Direction;

namespace {

struct Registry : RegistryArchive
{
    catalog::RegisterBook open(const auth::Actor& who, services::NewRegisterBook wanted)
    {
        wanted.unit = "CUC";
        return services::open_register_book(archive(), time, who, wanted);
    }
    catalog::RegisterBook open(const std::string& code, Secrecy secrecy = Secrecy::open)
    {
        return open(kOperator, {.code = code, .secrecy = secrecy});
    }

    /// Of Bộ Quốc phòng, 12/9/2022.
    static services::NewEntry incoming(const std::string& book, const std::string& number_symbol = "3163/BC-BQP")
    {
        return {.book = book,
                .number_symbol = number_symbol,
                .issuer = "Bộ Quốc phòng",
                .issued_on = 2022y / 9 / 12,
                .subject = "Kết quả kiểm kê"};
    }

    std::vector<services::LikelyDuplicate> like(const std::string& who, const std::string& number_symbol,
                                                const std::string& issuer, std::optional<Date> day = 2022y / 9 / 12)
    {
        return services::find_likely_duplicates(archive(), actor(who), number_symbol, issuer, day);
    }
};

} // namespace

TEST_CASE("a unit that is no more opens no register", "[register]")
{
    Registry office;
    services::close_units(office.archive(), office.time, kOperator, {.units = {"CUC"}, .successors = {}});
    CHECK(refusal([&] { office.open("VBD"); }) == "conflict unit.closed");
    CHECK(office.count("register_book") == 0);
}

TEST_CASE("no register is of a higher grade than the installation", "[register]")
{
    const TempDir folder;
    const auto time = morning();
    services::init_archive(folder.path() / "a", time, kOperator, {.highest = Secrecy::mat});
    services::Archive archive{folder.path() / "a", services::Archive::Mode::write, std::chrono::milliseconds{0}};
    const auto open = [&](Secrecy secrecy) {
        services::open_register_book(archive, time, kOperator, {.code = "MAT", .secrecy = secrecy});
    };
    CHECK(refusal([&] { open(Secrecy::toi_mat); }) == "invalid ingest.above_highest_grade");
    CHECK(refusal([&] { open(Secrecy::mat); }) == "nothing");
}

TEST_CASE("officers and auditors open no register", "[register]")
{
    Registry office;
    for (const auto* who : {"canbo", "giamsat"}) {
        CHECK(refusal([&] { office.open(office.actor(who), {.code = "VBD"}); }) == "forbidden auth.forbidden");
    }
    CHECK(office.open(office.actor("vanthu"), {.code = "VBD"}).opened_by == office.actor("vanthu").name);
    CHECK(refusal([&] { office.enter("giamsat", Registry::incoming("VBD")); }) == "forbidden auth.forbidden");
}

TEST_CASE("a document stands once in each of several books", "[register]")
{
    Registry office;
    office.open("VBD");
    office.open("KHAN");
    const auto uid = office.enter("vanthu", Registry::incoming("VBD")).document.uid;
    const auto seen = office.events();
    const auto other = office.enter("vanthu", {.book = "KHAN", .document = uid});
    CHECK(other.entry.number == 1);
    CHECK(other.document.uid == uid);
    // No value of it was typed, so none was edited.
    CHECK(office.events_after(seen) == std::vector<std::string>{"register.entered " + uid});
    CHECK(refusal([&] { office.enter("vanthu", {.book = "KHAN", .document = uid}); }) ==
          "conflict register.entered_already");
    auto tx = office.database().read();
    CHECK(catalog::list_entry_places(tx, other.document.id).size() == 2);
}

TEST_CASE("what is typed for a document that is here is an edit of it", "[register]")
{
    Registry office;
    office.open("VBD");
    office.open("KHAN");
    const auto uid = office.enter("vanthu", Registry::incoming("VBD")).document.uid;
    const auto seen = office.events();
    const auto done = office.enter("vanthu", {.book = "KHAN", .document = uid, .signer = "Nguyễn Văn An"});
    CHECK(done.document.signer == "Nguyễn Văn An");
    CHECK(done.document.title == "Kết quả kiểm kê");
    CHECK(office.events_after(seen) == std::vector<std::string>{"document.edited " + uid, "register.entered " + uid});
    CHECK(services::check_documents_against_history(office.database()).empty());
}

TEST_CASE("a book of Mật holds nothing above it, and one who is not cleared meets nothing of it", "[register]")
{
    Registry office;
    office.open("MAT", Secrecy::mat);
    auto secret = Registry::incoming("MAT");
    secret.secrecy = Secrecy::toi_mat;
    CHECK(refusal([&] { services::register_document(office.archive(), office.time, kOperator, secret); }) ==
          "invalid register.grade");
    secret.secrecy = Secrecy::mat;
    office.enter("vanthumat", secret);
    const auto vanthu = office.actor("vanthu");
    CHECK(refusal([&] { services::get_register_book(office.archive(), vanthu, "MAT"); }) ==
          "not_found register.not_found");
    CHECK(refusal([&] { services::list_entries(office.archive(), vanthu, "MAT", {}, 0, 10); }) ==
          "not_found register.not_found");
    CHECK(refusal([&] { services::examine_book(office.archive(), vanthu, "MAT", {}); }) ==
          "not_found register.not_found");
    CHECK(refusal([&] { services::void_entry(office.archive(), office.time, vanthu, "MAT", {}, 1, "x"); }) ==
          "not_found register.not_found");
    CHECK(services::list_entries(office.archive(), office.actor("vanthumat"), "MAT", {}, 0, 10).entries.size() == 1);
}

TEST_CASE("a likely duplicate is told before anything is saved", "[register]")
{
    Registry office;
    office.open("VBD");
    office.open("MAT", Secrecy::mat);
    const auto uid = office.enter("vanthu", Registry::incoming("VBD")).document.uid;
    auto secret = Registry::incoming("MAT", "7/BC-BQP");
    secret.secrecy = Secrecy::mat;
    office.enter("vanthumat", secret);
    const auto seen = office.events();

    const auto strong = office.like("vanthu", "3163/BC-BQP", "BO QUOC PHONG");
    REQUIRE(strong.size() == 1);
    CHECK(strong.front().document == uid);
    CHECK(strong.front().number_symbol == "3163/BC-BQP");
    CHECK(strong.front().is_strong);
    const auto weak = office.like("vanthu", "3163/BC-BQP", "Bộ Quốc phòng", 2022y / 9 / 13);
    REQUIRE(weak.size() == 1);
    CHECK(!weak.front().is_strong);
    CHECK(office.like("vanthu", "3163/BC-BQP", "Bộ Quốc phòng", 2021y / 9 / 12).empty());
    CHECK(office.like("vanthu", "3163/KH-BQP", "Bộ Quốc phòng").empty());
    CHECK(office.like("vanthu", "7/BC-BQP", "Bộ Quốc phòng").empty());
    CHECK(office.like("vanthumat", "7/BC-BQP", "Bộ Quốc phòng").size() == 1);
    CHECK(office.events() == seen);
}

TEST_CASE("a refused registration takes no number", "[register]")
{
    Registry office;
    const auto book = office.open("VBD");
    office.enter("vanthu", Registry::incoming("VBD"));
    CHECK(refusal([&] { office.enter("vanthu", Registry::incoming("VBD")); }) == "conflict register.duplicate");
    CHECK(services::get_register_book(office.archive(), kOperator, book.uid).next_number == 2);
    CHECK(office.enter("vanthu", Registry::incoming("VBD", "2/A")).entry.number == 2);
}

TEST_CASE("verify names the book from which a line is missing, also the first and the last", "[register]")
{
    Registry office;
    office.open("KHAN");
    const auto book = office.open(kOperator, {.code = "VBD", .first_number = 1234, .reason = "chuyển sổ"});
    office.enter("vanthu", Registry::incoming("KHAN"));
    for (const auto* number : {"1/A", "2/A", "3/A"}) {
        office.enter("vanthu", Registry::incoming("VBD", number));
    }
    const auto gone = GENERATE(1234, 1235, 1236);
    {
        auto tx = office.database().write();
        tx.prepare("DELETE FROM register_entry WHERE number = ?1").bind(1, gone).run();
        tx.commit();
    }
    const auto gaps = services::examine_book(office.archive(), office.actor("giamsat"), "VBD", {}).findings.gaps;
    REQUIRE(gaps.size() == 1);
    CHECK(gaps.front().from == gone);
    CHECK(gaps.front().to == gone);
    auto tx = office.database().read();
    const auto lines = catalog::check_register_books(tx);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines.front(), Catch::Contains(book.uid));
}

TEST_CASE("books are listed newest year first, page by page", "[register]")
{
    Registry office;
    office.open(kOperator, {.code = "A", .year = 2021});
    office.open(kOperator, {.code = "B", .direction = Direction::out, .year = 2022});
    office.open(kOperator, {.code = "A", .year = 2022});
    std::vector<std::string> found;
    Uid after;
    while (true) {
        const auto page = services::list_register_books(office.archive(), office.actor("canbo"), {}, after, 1);
        if (page.empty()) {
            break;
        }
        found.push_back(std::to_string(page.front().year) + page.front().code);
        after = page.front().uid;
    }
    CHECK(found == std::vector<std::string>{"2022A", "2022B", "2021A"});
    CHECK(services::list_register_books(office.archive(), office.actor("canbo"), {.direction = Direction::out}, {}, 9)
              .size() == 1);
}
