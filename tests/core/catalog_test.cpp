// SPDX-License-Identifier: GPL-3.0-or-later
#include "core_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/store/object_store.h>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace vtlt;
using namespace vtlt::testing;
using namespace std::chrono;
using catalog::Document;
using catalog::TextState;

namespace {

const auth::Reach kAll = auth::whole_reach();

Document titled(const std::string& title)
{
    Document document;
    document.title = title;
    return document;
}

Document in_dossier(const catalog::Dossier& dossier, const std::string& title)
{
    auto document = titled(title);
    document.dossier = dossier.id;
    return document;
}

store::StagedObject object_of(const std::string& bytes, Secrecy band = Secrecy::open)
{
    return {.hash = sha256_hex(bytes), .size = bytes.size(), .band = band};
}

FileId add_file(CoreHome& core, DocumentId document, int ordinal, const std::string& name)
{
    auto tx = core.database().write();
    catalog::File file;
    file.document = document;
    file.ordinal = ordinal;
    file.name = name;
    file.content_hash = sha256_hex(name);
    file.size = name.size();
    const auto id = catalog::insert_file(tx, file, store::insert_object(tx, object_of(name)));
    tx.commit();
    return id;
}

std::vector<std::string> titles(const std::vector<catalog::DocumentView>& views)
{
    std::vector<std::string> all;
    for (const auto& view : views) {
        all.push_back(view.document.title);
    }
    return all;
}

std::vector<std::string> names(const std::vector<catalog::Dossier>& dossiers)
{
    std::vector<std::string> all;
    for (const auto& dossier : dossiers) {
        all.push_back(dossier.unit_code + "/" + std::to_string(dossier.year) + "/" + dossier.code);
    }
    return all;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("a unit is found by its code, which is its own", "[catalog]")
{
    CoreHome core;
    const auto made = core.add_unit("TCCB");
    auto tx = core.database().write();
    CHECK(catalog::get_unit(tx, "TCCB").uid == made.uid);
    CHECK(catalog::find_unit(tx, "TCCB")->title == "Phòng TCCB");
    CHECK_FALSE(catalog::find_unit(tx, "tccb"));
    CHECK(refusal([&] { catalog::get_unit(tx, "KT"); }) == "not_found unit.not_found");
    CHECK(refusal([&] { catalog::insert_unit(tx, made); }) == "conflict unit.exists");
    CHECK(catalog::root_unit(tx).code == "PC");
    CHECK(catalog::list_units(tx).size() == 2);
}

TEST_CASE("a dossier's code is unique per unit and year", "[catalog]")
{
    CoreHome core;
    const auto other = core.add_unit("TCCB");
    core.add_dossier(core.unit(), 2021, "01");
    CHECK_NOTHROW(core.add_dossier(core.unit(), 2022, "01"));
    CHECK_NOTHROW(core.add_dossier(other, 2021, "01"));
    CHECK(refusal([&] { core.add_dossier(core.unit(), 2021, "01"); }) == "conflict dossier.exists");
}

TEST_CASE("a dossier is named by uid, by UNIT/YEAR/CODE, or by a code that is the only one", "[catalog]")
{
    CoreHome core;
    const auto old = core.add_dossier(core.unit(), 2021, "01.TCCB");
    const auto recent = core.add_dossier(core.unit(), 2022, "01.TCCB");
    const auto other = core.add_dossier(core.unit(), 2022, "02.TCCB");
    core.add_document(in_dossier(other, "một"));
    core.add_document(in_dossier(other, "hai"));
    auto tx = core.database().read();
    CHECK(catalog::get_dossier(tx, kAll, old.uid).id == old.id);
    CHECK(catalog::get_dossier(tx, kAll, "PC/2022/01.TCCB").id == recent.id);
    CHECK(catalog::get_dossier(tx, kAll, "02.TCCB").id == other.id);
    CHECK(catalog::get_dossier(tx, kAll, "02.TCCB").documents == 2);
    CHECK(catalog::get_dossier(tx, kAll, "02.TCCB").unit_code == "PC");
    CHECK(refusal([&] { catalog::get_dossier(tx, kAll, "01.TCCB"); }) == "conflict dossier.ambiguous");
    const auto* absent = GENERATE("", "03", "PC/2023/01.TCCB", "PC/2022", "pc/2022/01.TCCB", "%");
    CHECK(refusal([&] { catalog::get_dossier(tx, kAll, absent); }) == "not_found dossier.not_found");
}

TEST_CASE("dossiers are listed by unit, year and code, page after page", "[catalog]")
{
    CoreHome core;
    const auto first_unit = core.add_unit("BH");
    for (const auto& [unit, year, code] : {std::tuple{core.unit(), 2022, "02"},
                                           {core.unit(), 2022, "01"},
                                           {first_unit, 2023, "09"},
                                           {core.unit(), 2021, "05"},
                                           {first_unit, 2022, "10"}}) {
        core.add_dossier(unit, year, code);
    }
    const Words expected{"BH/2022/10", "BH/2023/09", "PC/2021/05", "PC/2022/01", "PC/2022/02"};
    auto tx = core.database().read();
    CHECK(names(catalog::list_dossiers(tx, kAll, {}, 100)) == expected);

    const auto page_size = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{5});
    Words paged;
    DossierId after;
    for (auto page = catalog::list_dossiers(tx, kAll, after, page_size); !page.empty();
         page = catalog::list_dossiers(tx, kAll, after, page_size)) {
        CHECK(page.size() <= page_size);
        std::ranges::copy(names(page), std::back_inserter(paged));
        after = page.back().id;
    }
    CHECK(paged == expected);
}

TEST_CASE("a document takes the next place in its dossier", "[catalog]")
{
    CoreHome core;
    const auto dossier = core.add_dossier(core.unit(), 2022, "01");
    const auto other = core.add_dossier(core.unit(), 2022, "02");
    const auto loose = core.add_document(titled("rời"));
    const auto first = core.add_document(in_dossier(dossier, "một"));
    const auto elsewhere = core.add_document(in_dossier(other, "khác"));
    const auto second = core.add_document(in_dossier(dossier, "hai"));
    CHECK_FALSE(core.view(loose.uid).dossier_ordinal);
    CHECK(core.view(first.uid).dossier_ordinal == 1);
    CHECK(core.view(elsewhere.uid).dossier_ordinal == 1);
    CHECK(core.view(second.uid).dossier_ordinal == 2);
    auto tx = core.database().read();
    CHECK(catalog::list_dossier_documents(tx, dossier.id) == std::vector{first.id, second.id});
}

TEST_CASE("a document is read back with its surroundings", "[catalog]")
{
    CoreHome core;
    const auto dossier = core.add_dossier(core.unit(), 2022, "01.TCCB");
    auto wanted = in_dossier(dossier, "Về việc kiểm kê");
    wanted.kind = "BC";
    wanted.number = "3163";
    wanted.symbol = "BC-BQP";
    wanted.issuer = "Bộ Quốc phòng";
    wanted.signer = "Nguyễn Văn A";
    wanted.issued_on = 2022y / 9 / 20;
    wanted.secrecy = Secrecy::mat;
    wanted.source_path = "2022/bc.pdf";
    wanted = core.add_document(wanted);

    const auto view = core.view(wanted.uid);
    const auto& document = view.document;
    CHECK(document.id == wanted.id);
    CHECK(document.number_symbol() == "3163/BC-BQP");
    CHECK(document.kind == "BC");
    CHECK(document.issuer == "Bộ Quốc phòng");
    CHECK(document.signer == "Nguyễn Văn A");
    CHECK(document.issued_on == 2022y / 9 / 20);
    CHECK(document.title == "Về việc kiểm kê");
    CHECK(document.secrecy == Secrecy::mat);
    CHECK(document.source_path == "2022/bc.pdf");
    CHECK(document.created_at == morning().now());
    CHECK(document.revision == 1);
    CHECK(view.unit_code == "PC");
    CHECK(view.dossier_code == "01.TCCB");
    CHECK(view.dossier_title == "Hồ sơ 01.TCCB");
    CHECK(view.dossier_year == 2022);
    CHECK(view.files.empty());

    SECTION("and one of which nothing is known has empty fields")
    {
        const auto plain = core.view(core.add_document(titled("không rõ")).uid);
        CHECK(plain.document.number_symbol().empty());
        CHECK(plain.document.kind.empty());
        CHECK_FALSE(plain.document.issued_on);
        CHECK_FALSE(plain.document.dossier);
        CHECK_FALSE(plain.dossier_year);
        CHECK(plain.dossier_code.empty());
    }
}

TEST_CASE("views come in the order asked for, with their files in theirs", "[catalog]")
{
    CoreHome core;
    const auto a = core.add_document(titled("a"));
    const auto b = core.add_document(titled("b"));
    const auto c = core.add_document(titled("c"));
    add_file(core, b.id, 2, "phụ lục.xlsx");
    add_file(core, b.id, 1, "chính.pdf");
    add_file(core, a.id, 1, "a.txt");
    auto tx = core.database().read();
    const std::vector<DocumentId> ids{c.id, a.id, DocumentId{999}, b.id};
    const auto views = catalog::list_views(tx, ids);
    CHECK(titles(views) == Words{"c", "a", "b"});
    CHECK(views[0].files.empty());
    REQUIRE(views[2].files.size() == 2);
    CHECK(views[2].files[0].name == "chính.pdf");
    CHECK(views[2].files[1].name == "phụ lục.xlsx");
    CHECK(views[2].files[0].object_hash == sha256_hex("chính.pdf"));

    const std::vector<Uid> uids{b.uid, make_uid(), c.uid};
    CHECK(titles(catalog::list_views_by_uid(tx, uids)) == Words{"b", "c"});
    CHECK(catalog::list_views(tx, {}).empty());
    CHECK(refusal([&] { catalog::get_view(tx, make_uid()); }) == "not_found document.not_found");
    CHECK(refusal([&] { catalog::get_view(tx, "\"'; DROP"); }) == "not_found document.not_found");
}

TEST_CASE("a repeated id is answered each time it is asked", "[catalog]")
{
    CoreHome core;
    const auto a = core.add_document(titled("a"));
    auto tx = core.database().read();
    const std::vector<DocumentId> ids{a.id, a.id};
    CHECK(titles(catalog::list_views(tx, ids)) == Words{"a", "a"});
}

TEST_CASE("reading a text only fills what is still empty, and replaces the title", "[catalog]")
{
    CoreHome core;
    auto document = titled("scan0001.pdf");
    document.number = "05";
    document.kind = "QĐ";
    document = core.add_document(document);
    const auto describe = [&](const catalog::Description& description) {
        auto tx = core.database().write();
        catalog::describe(tx, document.id, description);
        tx.commit();
    };
    describe({.kind = "BC",
              .number = "99",
              .symbol = "QĐ-UBND",
              .issuer = "UBND",
              .issued_on = 2020y / 1 / 2,
              .title = "Quyết định"});
    const auto first = core.view(document.uid).document;
    CHECK(first.kind == "QĐ");
    CHECK(first.number_symbol() == "05/QĐ-UBND");
    CHECK(first.issuer == "UBND");
    CHECK(first.issued_on == 2020y / 1 / 2);
    CHECK(first.title == "Quyết định");
    CHECK(first.revision == 2);

    describe({.kind = "", .number = "", .symbol = "X", .issuer = "", .issued_on = 2021y / 1 / 2, .title = ""});
    const auto second = core.view(document.uid).document;
    CHECK(second.symbol == "QĐ-UBND");
    CHECK(second.issued_on == 2020y / 1 / 2);
    CHECK(second.title == "Quyết định");
}

TEST_CASE("a file's text is pending, then present or absent with its cause", "[catalog]")
{
    CoreHome core;
    const auto document = core.add_document(titled("a"));
    const auto file = add_file(core, document.id, 1, "a.pdf");
    CHECK(core.view(document.uid).files[0].text_state == TextState::pending);
    auto tx = core.database().write();

    SECTION("present")
    {
        const auto text = store::insert_object(tx, object_of("văn bản"));
        catalog::set_text(
            tx, file, {.media_type = "application/pdf", .format = "pdf", .text_object = text, .cause = {}, .pages = 3});
        tx.commit();
        const auto read = core.view(document.uid).files[0];
        CHECK(read.text_state == TextState::present);
        CHECK(read.text_hash == sha256_hex("văn bản"));
        CHECK(read.pages == 3);
        CHECK(read.format == "pdf");
        CHECK_FALSE(read.cause);
    }
    SECTION("absent")
    {
        catalog::set_text(tx, file,
                          {.media_type = "application/pdf",
                           .format = "pdf",
                           .text_object = {},
                           .cause = Cause::encrypted,
                           .pages = {}});
        tx.commit();
        const auto read = core.view(document.uid).files[0];
        CHECK(read.text_state == TextState::absent);
        CHECK(read.cause == Cause::encrypted);
        CHECK(read.text_hash.empty());
        CHECK_FALSE(read.pages);
    }
    SECTION("never present without its object")
    {
        CHECK(refusal([&] { tx.prepare("UPDATE file SET text_state = 1").run(); }) == "conflict catalog.constraint");
    }
}

TEST_CASE("documents are counted and paged, all of them or of one band", "[catalog]")
{
    CoreHome core;
    std::vector<DocumentId> all;
    std::vector<DocumentId> secret;
    for (int i = 0; i < 7; ++i) {
        auto document = titled(std::to_string(i));
        document.secrecy = i % 3 == 0 ? Secrecy::mat : Secrecy::open;
        all.push_back(core.add_document(document).id);
        if (i % 3 == 0) {
            secret.push_back(all.back());
        }
    }
    auto tx = core.database().read();
    CHECK(catalog::count_documents(tx) == 7);
    CHECK(catalog::list_ids(tx, {}, 100) == all);
    CHECK(catalog::list_ids(tx, all[4], 100) == std::vector(all.begin() + 5, all.end()));
    CHECK(catalog::list_ids(tx, {}, 2) == std::vector(all.begin(), all.begin() + 2));
    CHECK(catalog::list_ids_in_band(tx, Secrecy::mat, {}, 100) == secret);
    CHECK(catalog::list_ids_in_band(tx, Secrecy::mat, secret[0], 1) == std::vector{secret[1]});
    CHECK(catalog::list_ids_in_band(tx, Secrecy::tuyet_mat, {}, 100).empty());
}

TEST_CASE("documents are found by number and symbol", "[catalog]")
{
    CoreHome core;
    auto document = titled("a");
    document.number = "05";
    document.symbol = "QĐ-UBND";
    document = core.add_document(document);
    auto tx = core.database().read();
    CHECK(catalog::list_ids_by_number(tx, "05", "QĐ-UBND") == std::vector{document.id});
    CHECK(catalog::list_ids_by_number(tx, "05", "QĐ").empty());
}

TEST_CASE("a number without a symbol finds the documents that have no symbol", "[catalog]")
{
    CoreHome core;
    auto with_symbol = titled("a");
    with_symbol.number = "05";
    with_symbol.symbol = "QĐ-UBND";
    core.add_document(with_symbol);
    auto bare = titled("b");
    bare.number = "05";
    bare = core.add_document(bare);
    core.add_document(titled("c"));
    auto tx = core.database().read();
    CHECK(catalog::list_ids_by_number(tx, "05", "") == std::vector{bare.id});
    CHECK(catalog::list_ids_by_number(tx, "06", "").empty());
    CHECK(catalog::list_ids_by_number(tx, "", "").empty());
}

TEST_CASE("who holds certain bytes is answered oldest first", "[catalog]")
{
    CoreHome core;
    const auto dossier = core.add_dossier(core.unit(), 2022, "01");
    const auto first = core.add_document(titled("một"));
    const auto second = core.add_document(in_dossier(dossier, "hai"));
    add_file(core, second.id, 1, "như nhau");
    add_file(core, first.id, 1, "như nhau");
    auto tx = core.database().read();
    const std::vector<std::string> hashes{sha256_hex("như nhau"), sha256_hex("khác")};
    const auto holders = catalog::list_holders(tx, hashes);
    REQUIRE(holders.size() == 2);
    CHECK(holders[0].document == first.uid);
    CHECK_FALSE(holders[0].dossier);
    CHECK(holders[1].dossier == dossier.id);
}
