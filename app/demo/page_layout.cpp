// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/page_layout.h>

#include <app/demo/letters.h>

#include <algorithm>
#include <string>
#include <utility>

namespace vtlt::demo {

namespace {

constexpr double kLeftCell = 66 * kMillimetre;
constexpr double kHalf = 78 * kMillimetre;
constexpr double kRoomToSign = 64;

/// Several paragraphs side by side or below each other become one item that no page break splits.
Item bundle(std::vector<std::vector<Item>> columns)
{
    Item whole;
    for (auto& column : columns) {
        double y = 0;
        for (auto& item : column) {
            y += item.before;
            item.before = y;
            y += item.height;
            whole.cells.push_back(std::move(item));
        }
        whole.height = std::max(whole.height, y);
    }
    return whole;
}

Item rule_of(double left, double width, double length)
{
    Item item;
    item.before = 2;
    item.height = 4;
    item.left = left;
    item.width = width;
    item.rule = length;
    return item;
}

Item gap_of(double height)
{
    Item item;
    item.height = height;
    return item;
}

template <class Setting, class F>
Setting with(Setting setting, F&& change)
{
    change(setting);
    return setting;
}

} // namespace

std::vector<Item> PageLayout::items_of(const Paper& paper)
{
    std::vector<Item> items;
    head(items, paper);
    addressees(items, paper);
    for (const auto& part : paper.body) {
        block(items, part);
    }
    foot(items, paper);
    return items;
}

Item PageLayout::page_number(int page)
{
    std::vector<Item> items;
    paragraph(items, std::to_string(page), {.size = 13, .align = Align::centre});
    // cppcheck-suppress containerOutOfBounds
    auto item = std::move(items.front()); // paragraph() has put it there
    return item;
}

std::vector<Line> PageLayout::break_lines(std::string_view text, const Setting& setting)
{
    const auto bold_face = setting.face == Face::regular ? Face::bold : Face::bold_italic;
    std::vector<Line> lines(1);
    lines.back().indent = setting.indent;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        const auto piece_face = at < setting.bold ? bold_face : setting.face;
        const auto piece = text.substr(at, end - at);
        at = end + 1;
        if (piece.empty()) {
            continue;
        }
        const auto& shaped = faces_.word(piece_face, piece);
        const double advance = shaped.second.advance * setting.size;
        auto* line = &lines.back();
        double space = 0;
        if (!line->pieces.empty()) {
            space = faces_.font(line->pieces.back().face).space * setting.size;
            if (line->indent + line->natural + space + advance > setting.width) {
                line = &lines.emplace_back();
                space = 0;
            } else {
                line->pieces.back().space_after = true;
            }
        }
        line->natural += space + advance;
        line->pieces.push_back({&shaped, piece_face});
    }
    lines.back().last = true;
    return lines;
}

void PageLayout::paragraph(std::vector<Item>& items, std::string_view text, const Setting& setting)
{
    auto lines = break_lines(text, setting);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Item item;
        item.before = i == 0 ? setting.before : 0;
        item.height = setting.size * setting.leading;
        // No first line alone at the foot of a page, no last line alone at its head.
        item.keep = setting.keep || (lines.size() > 1 && (i == 0 || i + 2 == lines.size()));
        item.size = setting.size;
        item.align = setting.align;
        item.left = setting.left;
        item.width = setting.width;
        item.line = std::move(lines[i]);
        items.push_back(std::move(item));
    }
}

void PageLayout::head(std::vector<Item>& items, const Paper& paper)
{
    items.push_back(issuer_and_motto(paper));
    items.push_back(number_and_date(paper));
    if (!paper.kind_name.empty()) {
        title(items, paper);
    }
}

/// The two halves of the head: who writes, and the state's name with the date.
PageLayout::Setting PageLayout::left_cell()
{
    return {.size = 12, .align = Align::centre, .leading = 1.2, .left = kLeft - 4, .width = kLeftCell};
}

PageLayout::Setting PageLayout::right_cell()
{
    return {.face = Face::bold,
            .size = 12,
            .align = Align::centre,
            .leading = 1.2,
            .left = kLeft + kLeftCell - 4,
            .width = kWidth - kLeftCell + 10};
}

Item PageLayout::issuer_and_motto(const Paper& paper)
{
    const auto left = left_cell();
    const auto right = right_cell();
    std::vector<Item> names;
    paragraph(names, paper.parent, left);
    paragraph(names, paper.issuer, with(left, [](auto& s) { s.face = Face::bold; }));
    names.push_back(rule_of(left.left, left.width, 28 * kMillimetre));
    std::vector<Item> motto;
    paragraph(motto, kMotto1, right);
    paragraph(motto, kMotto2, with(right, [](auto& s) { s.size = 13; }));
    motto.push_back(rule_of(right.left, right.width, motto.back().line.natural));
    auto above = bundle({std::move(names), std::move(motto)});
    above.keep = true;
    return above;
}

Item PageLayout::number_and_date(const Paper& paper)
{
    const auto left = left_cell();
    std::vector<Item> number;
    paragraph(number, paper.number_line(), with(left, [](auto& s) {
                  s.size = 13;
                  s.before = 4;
              }));
    if (paper.kind_name.empty()) {
        paragraph(number, paper.subject, with(left, [](auto& s) {
                      s.before = 2;
                      s.width -= 8;
                      s.left += 4;
                  }));
    }
    if (!paper.urgency.empty()) {
        paragraph(number, paper.urgency, with(left, [](auto& s) {
                      s.size = 13;
                      s.before = 7;
                      s.face = Face::bold;
                  }));
        number.back().framed = true;
    }
    std::vector<Item> day;
    paragraph(day, paper.date_line(), with(right_cell(), [](auto& s) {
                  s.size = 13;
                  s.before = 4;
                  s.face = Face::italic;
              }));
    return bundle({std::move(number), std::move(day)});
}

void PageLayout::title(std::vector<Item>& items, const Paper& paper)
{
    const Setting setting{.face = Face::bold, .size = 14, .align = Align::centre, .before = 18, .keep = true};
    paragraph(items, upper(paper.kind_name), setting);
    paragraph(items, paper.subject, with(setting, [](auto& s) {
                  s.before = 0;
                  s.left += 12 * kMillimetre;
                  s.width -= 24 * kMillimetre;
              }));
    items.push_back(rule_of(kLeft, kWidth, 26 * kMillimetre));
    items.push_back(gap_of(6));
}

void PageLayout::addressees(std::vector<Item>& items, const Paper& paper)
{
    if (paper.to.empty()) {
        return;
    }
    const Setting setting{.align = Align::left,
                          .before = 12,
                          .leading = 1.25,
                          .left = kLeft + 26 * kMillimetre,
                          .width = kWidth - 26 * kMillimetre};
    if (paper.to.size() == 1) {
        auto one = setting;
        one.align = Align::centre;
        one.left = kLeft;
        one.width = kWidth;
        paragraph(items, std::string{kAddressees} + " " + paper.to.front(), one);
    } else {
        paragraph(items, kAddressees, setting);
        auto each = setting;
        each.before = 0;
        each.left += 20 * kMillimetre;
        each.width -= 20 * kMillimetre;
        for (std::size_t i = 0; i < paper.to.size(); ++i) {
            paragraph(items, "- " + paper.to[i] + (i + 1 == paper.to.size() ? "." : ";"), each);
        }
    }
    items.push_back(gap_of(8));
}

void PageLayout::block(std::vector<Item>& items, const Paper::Block& block)
{
    switch (block.style) {
    case Paper::Style::table:
        table(items, block);
        return;
    case Paper::Style::centred:
        paragraph(items, block.text, {.face = Face::bold, .align = Align::centre, .before = 10, .keep = true});
        return;
    case Paper::Style::plain:
        paragraph(items, block.text, {.size = 13, .align = Align::centre, .before = 8, .keep = true});
        return;
    case Paper::Style::ground:
        paragraph(items, block.text, {.face = Face::italic, .indent = kIndent, .before = 3});
        return;
    default:
        paragraph(items, block.text,
                  {.indent = kIndent, .before = 6, .keep = block.bold == block.text.size(), .bold = block.bold});
    }
}

void PageLayout::table(std::vector<Item>& items, const Paper::Block& block)
{
    const auto columns = block.rows.front().size();
    constexpr double kFirst = 11 * kMillimetre;
    const double second = columns > 2 ? 62 * kMillimetre : kWidth - kFirst;
    std::vector<double> edges{kLeft, kLeft + kFirst, kLeft + kFirst + second};
    for (std::size_t i = 3; i <= columns; ++i) {
        edges.push_back(edges.back() + (kWidth - kFirst - second) / static_cast<double>(columns - 2));
    }
    items.push_back(gap_of(4));
    items.back().keep = true;
    for (std::size_t r = 0; r < block.rows.size(); ++r) {
        std::vector<std::vector<Item>> cells;
        for (std::size_t c = 0; c < columns && c < block.rows[r].size(); ++c) {
            const bool words = c == 1 && r > 0;
            paragraph(cells.emplace_back(), block.rows[r][c],
                      {.face = r == 0 ? Face::bold : Face::regular,
                       .size = 12,
                       .align = words ? Align::left : Align::centre,
                       .before = 2,
                       .leading = 1.2,
                       .left = edges[c] + 3,
                       .width = edges[c + 1] - edges[c] - 6});
        }
        auto row = bundle(std::move(cells));
        row.height += 3;
        row.verticals = edges;
        row.keep = r == 0;
        items.push_back(std::move(row));
    }
    items.push_back(gap_of(6));
}

void PageLayout::foot(std::vector<Item>& items, const Paper& paper)
{
    // A page must not hold the signature alone: two lines of text go with it.
    for (std::size_t i = items.size() > 2 ? items.size() - 2 : 0; i < items.size(); ++i) {
        items[i].keep = true;
    }
    auto whole = bundle({recipients(paper), signature(paper)});
    whole.before = 14;
    items.push_back(std::move(whole));
}

std::vector<Item> PageLayout::signature(const Paper& paper)
{
    const Setting setting{
        .face = Face::bold, .align = Align::centre, .leading = 1.2, .left = kLeft + kHalf, .width = kWidth - kHalf};
    std::vector<Item> items;
    for (const auto& line : paper.capacity) {
        paragraph(items, line, setting);
    }
    items.push_back(gap_of(kRoomToSign));
    paragraph(items, paper.signer_line(), setting);
    return items;
}

/// On the left; of minutes the secretary signs above them.
std::vector<Item> PageLayout::recipients(const Paper& paper)
{
    std::vector<Item> items;
    if (!paper.secretary.empty()) {
        const Setting secretary{
            .face = Face::bold, .align = Align::centre, .leading = 1.2, .left = kLeft, .width = kHalf};
        paragraph(items, "THƯ KÝ", secretary);
        items.push_back(gap_of(kRoomToSign));
        paragraph(items, paper.secretary, secretary);
        items.push_back(gap_of(10));
    }
    const Setting each{.size = 11, .align = Align::left, .leading = 1.15, .left = kLeft, .width = kHalf - 4};
    paragraph(items, kRecipients, with(each, [](auto& s) {
                  s.face = Face::bold_italic;
                  s.size = 12;
              }));
    for (std::size_t i = 0; i < paper.recipients.size(); ++i) {
        paragraph(items, "- " + paper.recipients[i] + (i + 1 == paper.recipients.size() ? "." : ";"), each);
    }
    return items;
}

} // namespace vtlt::demo
