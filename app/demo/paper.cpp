// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/paper.h>

#include <algorithm>
#include <array>

namespace vtlt::demo {

namespace {

struct Mark
{
    std::string_view sign;
    Paper::Style style;
};

constexpr std::array<Mark, 9> kMarks{{
    {"# ", Paper::Style::section},
    {"## ", Paper::Style::numbered},
    {"+ ", Paper::Style::lettered},
    {"- ", Paper::Style::dash},
    {"! ", Paper::Style::article},
    {"> ", Paper::Style::ground},
    {"= ", Paper::Style::centred},
    {"~ ", Paper::Style::plain},
    {"| ", Paper::Style::table},
}};
constexpr std::array<std::string_view, 10> kRoman{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"};
constexpr std::array<std::string_view, 12> kLetters{"a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m"};

std::vector<std::string> cells_of(std::string_view row)
{
    std::vector<std::string> cells;
    for (std::size_t at = 0; at <= row.size();) {
        const auto end = std::min(row.find(" ; ", at), row.size());
        cells.emplace_back(row.substr(at, end - at));
        at = end + 3;
    }
    return cells;
}

/// Numbers sections, sub-sections, letters and articles as they come.
class Numbering
{
public:
    void apply(Paper::Block& block)
    {
        switch (block.style) {
        case Paper::Style::section:
            lead(block, std::string{kRoman.at(section_++ % kRoman.size())} + ". ", true);
            numbered_ = letter_ = 0;
            return;
        case Paper::Style::numbered:
            // A sub-section that ends in a full stop is a sentence, not a heading.
            lead(block, std::to_string(++numbered_) + ". ", !block.text.ends_with('.') && !block.text.ends_with('/'));
            letter_ = 0;
            return;
        case Paper::Style::lettered:
            lead(block, std::string{kLetters.at(letter_++ % kLetters.size())} + ") ", false);
            return;
        case Paper::Style::article: {
            const auto number = "Điều " + std::to_string(++article_) + ". ";
            lead(block, number, false);
            block.bold = number.size();
            letter_ = 0;
            return;
        }
        case Paper::Style::dash:
            lead(block, "- ", false);
            return;
        default:
            return;
        }
    }

private:
    static void lead(Paper::Block& block, const std::string& number, bool bold)
    {
        block.text.insert(0, number);
        block.bold = bold ? block.text.size() : 0;
    }

    std::size_t section_ = 0;
    std::size_t numbered_ = 0;
    std::size_t letter_ = 0;
    std::size_t article_ = 0;
};

} // namespace

std::vector<Paper::Block> blocks_of(std::string_view text)
{
    std::vector<Paper::Block> blocks;
    Numbering numbering;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) {
            continue;
        }
        Paper::Block block;
        for (const auto& mark : kMarks) {
            if (line.starts_with(mark.sign)) {
                block.style = mark.style;
                line.remove_prefix(mark.sign.size());
                break;
            }
        }
        if (block.style == Paper::Style::table) {
            if (blocks.empty() || blocks.back().style != Paper::Style::table) {
                blocks.push_back(block);
            }
            blocks.back().rows.push_back(cells_of(line));
            continue;
        }
        block.text = line;
        numbering.apply(block);
        if (block.style == Paper::Style::centred) {
            block.bold = block.text.size();
        }
        blocks.push_back(std::move(block));
    }
    return blocks;
}

} // namespace vtlt::demo
