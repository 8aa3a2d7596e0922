// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/head_words.h"

namespace vtlt::services {

namespace {

/// A line that ends so goes on, whatever the next begins with.
constexpr std::array<std::string_view, 24> kConnectives{
    "và", "của",   "về", "với",  "tại",  "cho", "đối",  "theo",  "các", "trong", "đến",   "từ",
    "do", "thuộc", "là", "việc", "giữa", "ở",   "hoặc", "những", "một", "tỉnh",  "huyện", "xã"};

} // namespace

bool begins_with_word(std::string_view text, std::string_view words)
{
    return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ' ||
                                       text[words.size()] == ',' || text[words.size()] == ':' || words.ends_with('.'));
}

bool ends_open(std::string_view exact)
{
    if (exact.ends_with(',') || exact.ends_with('-') || exact.ends_with('(') || exact.ends_with("–") ||
        exact.ends_with("ủy ban thường vụ")) {
        return true;
    }
    const auto space = exact.rfind(' ');
    const auto last = exact.substr(space == std::string_view::npos ? 0 : space + 1);
    return std::ranges::find(kConnectives, last) != kConnectives.end();
}

} // namespace vtlt::services
