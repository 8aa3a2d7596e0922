// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/code.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>

namespace vtlt::services {

namespace {

constexpr std::size_t kLongest = 100;
constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2200;

struct CodeRule
{
    bool (*is_broken)(std::string_view code);
    const char* problem;
};

/// The first that applies is told; the last one takes what the others cannot name.
constexpr std::array kRules{
    CodeRule{[](std::string_view code) { return code.empty(); }, "code.empty"},
    CodeRule{[](std::string_view code) { return !text::is_utf8(code); }, "code.not_utf8"},
    CodeRule{[](std::string_view code) { return code.size() > kLongest; }, "code.too_long"},
    CodeRule{[](std::string_view code) { return code.find_first_of("/\\") != std::string_view::npos; }, "code.slash"},
    CodeRule{[](std::string_view code) { return code == "." || code == ".."; }, "code.dots"},
    CodeRule{[](std::string_view code) { return code.front() == ' ' || code.back() == ' '; }, "code.blank_at_end"},
    CodeRule{[](std::string_view code) { return text::one_line(code) != code; }, "code.not_printable"},
};

} // namespace

void check_code(std::string_view code, const char* error)
{
    const auto broken = std::ranges::find_if(kRules, [&](const CodeRule& rule) { return rule.is_broken(code); });
    if (broken != kRules.end()) {
        throw Error{Kind::invalid,
                    error,
                    {{"value", text::one_line(text::repair_utf8(code.substr(0, 2 * kLongest)))}},
                    {{"CODE", broken->problem, {{"most", std::to_string(kLongest)}}}}};
    }
}

int checked_year(int year)
{
    if (year < kFirstYear || year > kLastYear) {
        throw Error{
            Kind::invalid,
            "dossier.bad_year",
            {{"year", std::to_string(year)}, {"from", std::to_string(kFirstYear)}, {"to", std::to_string(kLastYear)}}};
    }
    return year;
}

} // namespace vtlt::services
