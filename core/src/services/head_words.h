// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

/// Words that administrative documents are recognised by, in exact form.
namespace vtlt::services {

inline constexpr std::string_view kMotto1 = "cộng hòa xã hội chủ nghĩa việt nam";
inline constexpr std::array<std::string_view, 3> kMotto2{"độc lập - tự do - hạnh phúc", "độc lập -tự do - hạnh phúc",
                                                         "độc lập – tự do – hạnh phúc"};

/// Capital lines of the head that name no body (NĐ 30/2020, phụ lục I, ô 10–11, and the drafts' mark).
inline constexpr std::array<std::string_view, 11> kMarks{"mật",
                                                         "tối mật",
                                                         "tuyệt mật",
                                                         "khẩn",
                                                         "thượng khẩn",
                                                         "hỏa tốc",
                                                         "hỏa tốc hẹn giờ",
                                                         "dự thảo",
                                                         "bản sao",
                                                         "lưu hành nội bộ",
                                                         "đảng cộng sản việt nam"};

/// What the name of a body begins with. A capital line over "Số:" that begins so begins a name, another one goes on
/// with it.
inline constexpr std::array<std::string_view, 62> kBodies{
    "bộ",        "sở",         "cục",        "tổng cục",   "chi cục",
    "vụ",        "ủy ban",     "ubnd",       "hđnd",       "hội đồng",
    "ban",       "văn phòng",  "trường",     "đại học",    "học viện",
    "bệnh viện", "viện",       "trung tâm",  "công ty",    "tổng công ty",
    "tập đoàn",  "phòng",      "tòa án",     "ngân hàng",  "chính phủ",
    "thủ tướng", "quốc hội",   "chủ tịch",   "kho bạc",    "kiểm toán",
    "thanh tra", "liên đoàn",  "hội",        "mặt trận",   "đảng ủy",
    "tỉnh ủy",   "thành ủy",   "huyện ủy",   "chi bộ",     "đảng bộ",
    "quân khu",  "quân đoàn",  "quân chủng", "binh chủng", "sư đoàn",
    "lữ đoàn",   "trung đoàn", "tiểu đoàn",  "binh đoàn",  "tổng liên đoàn",
    "đoàn",      "khoa",       "xí nghiệp",  "nhà máy",    "bảo tàng",
    "thư viện",  "kho",        "trạm",       "đội",        "bảo hiểm",
    "hải quan",  "thuế"};

/// Whether `text` begins with the whole of `words`, which ends where a word does.
bool begins_with_word(std::string_view text, std::string_view words);

template <std::size_t N>
bool begins_with_any(std::string_view exact, const std::array<std::string_view, N>& table)
{
    return std::ranges::any_of(table, [&](std::string_view words) { return begins_with_word(exact, words); });
}

/// Whether a line ends in the middle of a phrase, so that the next goes on with it.
bool ends_open(std::string_view exact);

} // namespace vtlt::services
