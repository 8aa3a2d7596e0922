// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/letters.h>
#include <app/demo/writers.h>

#include <vtlt/core/base/text.h>

#include <algorithm>

namespace vtlt::demo {

namespace {

constexpr std::size_t kLeft = 40;
constexpr std::size_t kRight = 46;

std::string centred(std::string_view text, std::size_t width)
{
    const auto length = text::length(text);
    return std::string(length < width ? (width - length) / 2 : 0, ' ') + std::string{text};
}

/// Two cells of the head on one line.
std::string beside(std::string_view left, std::string_view right)
{
    auto line = centred(left, kLeft);
    const auto length = text::length(line);
    line.append(length < kLeft ? kLeft - length : 2, ' ');
    return line + centred(right, kRight) + "\n";
}

/// The subject of a công văn in lines of the left cell's width.
std::vector<std::string> wrapped(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines{{}};
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        if (!lines.back().empty() && text::length(lines.back()) + 1 + text::length(word) > width) {
            lines.emplace_back();
        }
        lines.back() += (lines.back().empty() ? "" : " ") + std::string{word};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string head(const Paper& paper, bool in_columns)
{
    if (in_columns) {
        return beside(paper.parent, kMotto1) + beside(paper.issuer, kMotto2) +
               beside("__________", "_______________________") + beside(paper.number_line(), paper.date_line());
    }
    return paper.parent + "\n" + paper.issuer + "\n" + paper.number_line() + "\n\n" + std::string{kMotto1} + "\n" +
           std::string{kMotto2} + "\n" + paper.date_line() + "\n";
}

std::string subject(const Paper& paper, bool in_columns)
{
    std::string out;
    if (paper.kind_name.empty()) {
        for (const auto& line : wrapped(paper.subject, in_columns ? kLeft - 2 : 90)) {
            out += (in_columns ? centred(line, kLeft) : line) + "\n";
        }
    } else {
        out += "\n" + centred(upper(paper.kind_name), kLeft + kRight) + "\n";
        for (const auto& line : wrapped(paper.subject, 70)) {
            out += centred(line, kLeft + kRight) + "\n";
        }
    }
    if (!paper.urgency.empty()) {
        out += paper.urgency + "\n";
    }
    return out;
}

std::string body(const Paper& paper)
{
    std::string out;
    for (const auto& block : paper.body) {
        if (block.style == Paper::Style::centred) {
            out += "\n" + centred(block.text, kLeft + kRight) + "\n\n";
        } else if (block.style != Paper::Style::table) {
            out += (block.style == Paper::Style::plain ? "" : "    ") + block.text + "\n";
        }
        for (const auto& row : block.rows) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                out += (i == 0 ? "" : "\t") + row[i];
            }
            out += "\n";
        }
    }
    return out;
}

std::string foot(const Paper& paper)
{
    std::vector<std::string> left;
    if (!paper.secretary.empty()) {
        left = {"THƯ KÝ", "", "", paper.secretary, ""};
    }
    left.emplace_back(kRecipients);
    for (std::size_t i = 0; i < paper.recipients.size(); ++i) {
        left.push_back("- " + paper.recipients[i] + (i + 1 == paper.recipients.size() ? "." : ";"));
    }
    auto right = paper.capacity;
    right.insert(right.end(), {"", "", paper.signer_line()});
    std::string out = "\n";
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        auto line = i < left.size() ? left[i] : std::string{};
        if (i < right.size() && !right[i].empty()) {
            const auto length = text::length(line);
            line.append(length < kLeft ? kLeft - length : 2, ' ');
            line += centred(right[i], kRight);
        }
        out += line + "\n";
    }
    return out;
}

} // namespace

std::string write_txt(const Paper& paper, Random& random)
{
    const bool in_columns = random.percent(50);
    auto text = head(paper, in_columns) + subject(paper, in_columns);
    if (!paper.to.empty()) {
        text += "\n" + centred(kAddressees, kLeft) + "\n";
        for (const auto& to : paper.to) {
            text += "            - " + to + "\n";
        }
    }
    text += "\n" + body(paper) + foot(paper);
    switch (random.below(20)) {
    case 0:
    case 1:
        return utf16(text, false);
    case 2:
        return utf16(text, true);
    case 3:
    case 4:
        return decomposed(text);
    case 5:
        return "\xef\xbb\xbf" + text;
    default:
        return text;
    }
}

} // namespace vtlt::demo
