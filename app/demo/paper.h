// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/grammar.h>

#include <vtlt/core/base/date.h>

#include <string>
#include <string_view>
#include <vector>

namespace vtlt::demo {

/// One administrative document in the parts of NĐ 30/2020, phụ lục I; the four writers only set it.
struct Paper
{
    enum class Style
    {
        body,
        ground,
        section,
        numbered,
        lettered,
        dash,
        article,
        centred,
        plain,
        table
    };

    struct Block
    {
        Style style = Style::body;
        std::string text;
        std::size_t bold = 0;                       ///< so many bytes at the beginning of the text
        std::vector<std::vector<std::string>> rows; ///< of a table; the first is its head
    };

    std::string parent;    ///< capitals
    std::string issuer;    ///< capitals
    std::string kind;      ///< abbreviation: QĐ, BC … CV
    std::string kind_name; ///< "Quyết định"; empty for công văn, which prints none
    std::string number;    ///< "05"
    std::string symbol;    ///< "BC-CHC"
    std::string place;     ///< "Lương Khê"
    Date date;
    std::string subject;         ///< as printed: "Về việc …", of a công văn "V/v …"
    std::string urgency;         ///< "KHẨN", "HỎA TỐC" or empty
    std::vector<std::string> to; ///< Kính gửi
    std::vector<Block> body;
    std::vector<std::string> capacity; ///< "KT. CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"
    std::string signer_rank;           ///< "Đại tá" or empty
    std::string signer;
    std::string secretary;               ///< of a biên bản: signs on the left
    std::vector<std::string> recipients; ///< Nơi nhận, without dashes

    std::string number_line() const { return "Số: " + number + "/" + symbol; }
    std::string date_line() const { return place + ", " + date_in_words(date); }
    std::string signer_line() const { return signer_rank.empty() ? signer : signer_rank + " " + signer; }
};

inline constexpr std::string_view kMotto1 = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
inline constexpr std::string_view kMotto2 = "Độc lập - Tự do - Hạnh phúc";
inline constexpr std::string_view kAddressees = "Kính gửi:";
inline constexpr std::string_view kRecipients = "Nơi nhận:";

/// Lines of the grammar's mark-up → blocks with their numbers (I. 1. a) Điều 1.).
std::vector<Paper::Block> blocks_of(std::string_view text);

} // namespace vtlt::demo
