// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace vtlt::catalog {

/// tên loại = kind: its abbreviation in symbols, and its name.
struct KindName
{
    std::string_view abbreviation;
    std::string_view name;
};

/// NĐ 30/2020/NĐ-CP, phụ lục III, mục I (27 types with an abbreviation), then the types of Luật 64/2025/QH15 on legal
/// documents.
inline constexpr std::array<KindName, 38> kKinds{{
    {"NQ", "Nghị quyết"},
    {"QĐ", "Quyết định"},
    {"CT", "Chỉ thị"},
    {"QC", "Quy chế"},
    {"QyĐ", "Quy định"},
    {"TC", "Thông cáo"},
    {"TB", "Thông báo"},
    {"HD", "Hướng dẫn"},
    {"CTr", "Chương trình"},
    {"KH", "Kế hoạch"},
    {"PA", "Phương án"},
    {"ĐA", "Đề án"},
    {"DA", "Dự án"},
    {"BC", "Báo cáo"},
    {"BB", "Biên bản"},
    {"TTr", "Tờ trình"},
    {"HĐ", "Hợp đồng"},
    {"CĐ", "Công điện"},
    {"BGN", "Bản ghi nhớ"},
    {"BTT", "Bản thỏa thuận"},
    {"GUQ", "Giấy ủy quyền"},
    {"GM", "Giấy mời"},
    {"GGT", "Giấy giới thiệu"},
    {"GNP", "Giấy nghỉ phép"},
    {"PG", "Phiếu gửi"},
    {"PC", "Phiếu chuyển"},
    {"PB", "Phiếu báo"},
    {"CV", "Công văn"},
    {"L", "Luật"},
    {"PL", "Pháp lệnh"},
    {"NĐ", "Nghị định"},
    {"TT", "Thông tư"},
    {"TTLT", "Thông tư liên tịch"},
    {"NQLT", "Nghị quyết liên tịch"},
    {"LCT", "Lệnh"},
    {"SY", "Sao y"},
    {"TrS", "Trích sao"},
    {"SL", "Sao lục"},
}};

/// The name of an abbreviation; empty when it is none of the table's.
constexpr std::string_view kind_title(std::string_view abbreviation)
{
    for (const auto& kind : kKinds) {
        if (kind.abbreviation == abbreviation) {
            return kind.name;
        }
    }
    return {};
}

} // namespace vtlt::catalog
