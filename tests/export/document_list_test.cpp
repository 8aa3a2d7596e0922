// SPDX-License-Identifier: GPL-3.0-or-later
#include "export_fixture.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/export/document_list.h>

#include <catch2/catch.hpp>

using namespace vtlt;
using namespace vtlt::test;

namespace {

std::string listed(ExportArchive& archive, const std::vector<DocumentId>& documents, std::uint64_t preview_rows = 0)
{
    std::string out;
    export_::write_document_list(
        archive.database(), documents,
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

TEST_CASE("a document list has a limit and says so; a document that is gone is no shorter list", "[export][list]")
{
    ExportArchive archive;
    const auto documents = archive.add_awkward_dozen();
    std::vector<DocumentId> many(export_::kMaxListed + 1, documents.front());
    CHECK_THROWS_WITH(listed(archive, many), Catch::Contains("list.too_long"));
    CHECK_THROWS_WITH(listed(archive, {DocumentId{999'999}}), Catch::Contains("export.changed_meanwhile"));
}
