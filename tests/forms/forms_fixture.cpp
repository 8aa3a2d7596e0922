// SPDX-License-Identifier: GPL-3.0-or-later
#include "forms_fixture.h"

#include <vtlt/core/base/digest.h>
#include <vtlt/core/base/file.h>

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>
#include <poppler-document.h>
#include <poppler-page.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace vtlt::test {

namespace {

constexpr std::array<std::string_view, 5> kSubjects{
    "Quyết định về việc ban hành Quy chế công tác văn thư, lưu trữ của Ủy ban nhân dân huyện",
    "Báo cáo kết quả thực hiện nhiệm vụ phòng, chống thiên tai và tìm kiếm cứu nạn quý III; phương hướng, nhiệm vụ "
    "trọng tâm quý IV và các kiến nghị, đề xuất với Ủy ban nhân dân tỉnh",
    "Công văn đề nghị bổ sung kinh phí",
    "Tờ trình xin phê duyệt kế hoạch chỉnh lý tài liệu tồn đọng giai đoạn 2015 - 2020",
    "Giấy mời họp",
};

forms::Cell value_of(const forms::Column& column, std::size_t row)
{
    const auto number = std::to_string(row * 37 % 9000 + 1);
    if (column.type == forms::CellType::date) {
        return Date{std::chrono::year{2019}, std::chrono::month{static_cast<unsigned>(row % 12 + 1)},
                    std::chrono::day{static_cast<unsigned>(row % 28 + 1)}};
    }
    if (column.type == forms::CellType::number) {
        return static_cast<std::int64_t>(column.key == "no" ? row : row % 30 + 1);
    }
    if (column.key.find("subject") != std::string::npos || column.key.find("title") != std::string::npos) {
        return std::string{kSubjects.at(row % kSubjects.size())};
    }
    if (column.key.find("number") != std::string::npos || column.key.find("code") != std::string::npos) {
        return number + (row % 3 == 0 ? "/QĐ-UBND" : "/BC-VPUBND");
    }
    if (column.key == "issuer") {
        return std::string{row % 2 == 0 ? "Ủy ban nhân dân huyện Phù Cừ" : "Sở Nội vụ"};
    }
    if (column.key == "leaf_hash") {
        return sha256_hex(number);
    }
    if (column.key == "retention") {
        return std::string{row % 4 == 0 ? "Vĩnh viễn" : "20 năm"};
    }
    if (column.key.find("sheet") != std::string::npos) {
        return std::to_string(row);
    }
    return row % 5 == 2 ? forms::Cell{"Nguyễn Thị Hường"} : forms::Cell{};
}

struct CloseArchive
{
    void operator()(archive* handle) const { archive_read_free(handle); }
};

} // namespace

forms::FormData sample(const forms::FormDef& form, std::size_t rows)
{
    forms::FormData data;
    data.values = {{"parent", "ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN"},
                   {"agency", "ỦY BAN NHÂN DÂN HUYỆN PHÙ CỪ"},
                   {"unit", "VĂN PHÒNG"},
                   {"year", "2019"},
                   {"title", "Kinh phí chỉnh lý tài liệu"},
                   {"query", "kinh phí ngay:2015..2026 NOT loai:QĐ"},
                   {"dossier_code", "05.VP"},
                   {"files", "1.302"}};
    data.made_at = *parse_instant("2026-09-20T03:04:05Z");
    data.rows = [&form, rows](const forms::OnRow& on_row) {
        for (std::size_t row = 1; row <= rows; ++row) {
            forms::Row out;
            for (const auto& column : form.columns) {
                out.cells.push_back(value_of(column, row));
            }
            on_row(out);
        }
    };
    return data;
}

std::string render(forms::Output output, const forms::FormDef& form, const forms::FormData& data,
                   const forms::RenderOptions& options)
{
    std::string bytes;
    forms::render(
        output, form, data, [&](std::string_view part) { bytes += part; }, options);
    return bytes;
}

std::vector<std::string> pages_of(const std::string& pdf)
{
    const std::unique_ptr<poppler::document> document{
        poppler::document::load_from_raw_data(pdf.data(), static_cast<int>(pdf.size()))};
    REQUIRE(document != nullptr);
    std::vector<std::string> pages;
    for (int i = 0; i < document->pages(); ++i) {
        const std::unique_ptr<poppler::page> page{document->create_page(i)};
        const auto text = page->text().to_utf8();
        pages.emplace_back(text.begin(), text.end());
    }
    return pages;
}

std::map<std::string, std::string> entries_of(const std::string& zip)
{
    const std::unique_ptr<archive, CloseArchive> handle{archive_read_new()};
    archive_read_support_format_zip(handle.get());
    REQUIRE(archive_read_open_memory(handle.get(), zip.data(), zip.size()) == ARCHIVE_OK);
    std::map<std::string, std::string> entries;
    archive_entry* entry = nullptr;
    while (archive_read_next_header(handle.get(), &entry) == ARCHIVE_OK) {
        auto& content = entries[archive_entry_pathname(entry)];
        std::array<char, 65536> buffer{};
        for (la_ssize_t got = 0; (got = archive_read_data(handle.get(), buffer.data(), buffer.size())) > 0;) {
            content.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }
    return entries;
}

void check_golden(const std::string& name, std::string_view bytes)
{
    const char* source = std::getenv("VTLT_SOURCE");
    const auto path = std::filesystem::path{source != nullptr ? source : "."} / "tests/golden/forms" / name;
    if (std::getenv("VTLT_GOLDEN_WRITE") != nullptr) {
        write_file_atomically(path, bytes, 0644);
    }
    CAPTURE(path.native());
    REQUIRE(std::filesystem::exists(path));
    CHECK(read_file(path) == bytes);
}

} // namespace vtlt::test
