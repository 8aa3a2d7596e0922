// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/export/document_list.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::test;

namespace {

std::string listed(ExportArchive& archive, const std::vector<DocumentId>& documents, std::uint64_t preview_rows = 0,
                   const auth::Actor& actor = auth::operator_actor())
{
    std::string out;
    export_::write_document_list(
        archive.database(), actor, documents,
        {.query = "phòng <cháy>", .asked_by = "Lan", .made_at = archive.clock().now(), .preview_rows = preview_rows},
        forms::Output::html, [&](std::string_view bytes) { out += bytes; });
    return out;
}

std::size_t rows_of(const std::string& html)
{
    std::size_t rows = 0;
    for (auto at = html.find("<tr>"); at != std::string::npos; at = html.find("<tr>", at + 1)) {
        ++rows;
    }
    return rows - 1; // the head's
}

} // namespace

TEST_CASE("a document list has a row for each document, in order, escaped", "[export][list]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    const auto html = listed(archive, documents);
    CHECK(rows_of(html) == documents.size());
    CHECK(html.find("Điều kiện tìm: phòng &lt;cháy&gt;") != std::string::npos);
    CHECK(html.find("<script") == std::string::npos);
    CHECK(rows_of(listed(archive, {documents.rbegin(), documents.rend()})) == documents.size());
    CHECK(rows_of(listed(archive, documents, 5)) == 5);
    CHECK(rows_of(listed(archive, {})) == 0);
}

TEST_CASE("a document list leaves out what its reader may not read", "[export][list]")
{
    ExportArchive archive;
    const std::vector documents{archive.add({.title = "Công khai"}),
                                archive.add({.title = "Kế hoạch mật", .secrecy = Secrecy::mat})};
    const auth::Actor reader{.type = auth::Actor::Type::person,
                             .name = make_uid(),
                             .clearance = Secrecy::open,
                             .unit = {},
                             .grants = {{.role = auth::Role::officer}}};
    const auto html = listed(archive, documents, 0, reader);
    CHECK(rows_of(html) == 1);
    CHECK(html.find("mật") == std::string::npos);
    CHECK(rows_of(listed(archive, documents)) == 2);
}

TEST_CASE("a document list has a limit and says so; a document that is gone is no shorter list", "[export][list]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    std::vector<DocumentId> many(export_::kMaxListed + 1, documents.front());
    CHECK_THROWS_WITH(listed(archive, many), Catch::Contains("list.too_long"));
    CHECK_THROWS_WITH(listed(archive, {DocumentId{999'999}}), Catch::Contains("export.changed_meanwhile"));
}
