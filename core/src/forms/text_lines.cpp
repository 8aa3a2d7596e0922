// SPDX-License-Identifier: GPL-3.0-or-later
#include "text_lines.h"

namespace vtlt::forms {

namespace {

/// Against words that just fit by one account of rounding and just not by another.
constexpr double kTolerance = 0.01;

std::size_t letter_size(std::string_view text, std::size_t at)
{
    auto end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
        ++end;
    }
    return end - at;
}

/// How well a word may break after `c`: codes break between number and symbol first.
int break_quality(char c)
{
    return c == '/' ? 2 : std::string_view{"-_.,;:@&+"}.find(c) != std::string_view::npos ? 1 : 0;
}

class Breaker
{
public:
    Breaker(Typefaces& faces, const Setting& setting, double width)
        : faces_(faces), setting_(setting), width_(width), space_(faces.space(setting.face) * setting.size)
    {}

    void add(std::string_view text)
    {
        const auto& word = faces_.word(setting_.face, text);
        const double advance = word.advance * setting_.size;
        if (advance <= width_ + kTolerance) {
            place(word, advance, true);
            return;
        }
        for (bool is_first = true; !text.empty(); is_first = false) {
            const auto part = text.substr(0, fitting(text));
            const auto& piece = faces_.word(setting_.face, part);
            place(piece, piece.advance * setting_.size, is_first);
            text.remove_prefix(part.size());
        }
    }

    std::vector<TextLine> finish() { return std::move(lines_); }

private:
    void place(const Word& word, double advance, bool after_space)
    {
        const double gap = after_space && !lines_.empty() ? space_ : 0;
        if (lines_.empty() || lines_.back().width + gap + advance > width_ + kTolerance) {
            lines_.emplace_back();
        } else if (gap > 0) {
            lines_.back().pieces.push_back({&faces_.word(setting_.face, " "), lines_.back().width});
            lines_.back().width += gap;
        }
        lines_.back().pieces.push_back({&word, lines_.back().width});
        lines_.back().width += advance;
    }

    /// Bytes of the beginning that fit a line, at least one letter.
    std::size_t fitting(std::string_view text)
    {
        double used = 0;
        std::size_t good = 0;
        int quality = 1;
        std::size_t at = 0;
        while (at < text.size()) {
            const auto size = letter_size(text, at);
            used += faces_.word(setting_.face, text.substr(at, size)).advance * setting_.size;
            if (used > width_ + kTolerance && at > 0) {
                break;
            }
            at += size;
            if (break_quality(text[at - 1]) >= quality) {
                quality = break_quality(text[at - 1]);
                good = at;
            }
        }
        // A break far to the left of the margin would cost more lines than it makes readable.
        return at < text.size() && good * 4 > at ? good : at;
    }

    Typefaces& faces_;
    Setting setting_;
    double width_;
    double space_;
    std::vector<TextLine> lines_;
};

} // namespace

std::vector<TextLine> break_lines(Typefaces& faces, const Setting& setting, std::string_view text, double width)
{
    Breaker breaker{faces, setting, width};
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) {
            breaker.add(text.substr(at, end - at));
        }
        at = end + 1;
    }
    return breaker.finish();
}

std::vector<TextLine> balance_lines(Typefaces& faces, const Setting& setting, std::string_view text, double width)
{
    auto lines = break_lines(faces, setting, text, width);
    double narrow = width / 2;
    double wide = width;
    while (lines.size() > 1 && wide - narrow > 1) {
        const double middle = (narrow + wide) / 2;
        if (auto tried = break_lines(faces, setting, text, middle); tried.size() == lines.size()) {
            lines = std::move(tried);
            wide = middle;
        } else {
            narrow = middle;
        }
    }
    return lines;
}

} // namespace vtlt::forms
