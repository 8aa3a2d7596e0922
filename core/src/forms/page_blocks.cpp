// SPDX-License-Identifier: GPL-3.0-or-later
#include "page_blocks.h"

#include <algorithm>

namespace vtlt::forms {

namespace {

constexpr double kA4Short = 210 * kMillimetre;
constexpr double kA4Long = 297 * kMillimetre;
constexpr double kRoomToSign = 62;
constexpr double kIndent = 10 * kMillimetre;

constexpr Setting kParent{Face::regular, 12};
constexpr Setting kIssuer{Face::bold, 12};
constexpr Setting kMottoState{Face::bold, 12};
constexpr Setting kMottoWords{Face::bold, 13};
constexpr Setting kTitle{Face::bold, 14};
constexpr Setting kBody{Face::regular, 13};
constexpr Setting kBodyBold{Face::bold, 13};
constexpr Setting kBodyItalic{Face::italic, 13};
constexpr Setting kHint{Face::italic, 12};
constexpr Setting kNote{Face::italic, 11};
constexpr Setting kFoot{Face::regular, 8.5};

/// A column of lines between two edges.
class Stack
{
public:
    Stack(Typefaces& faces, Block& block, double left, double right)
        : faces_(faces), block_(block), left_(left), right_(right)
    {}

    Stack& from(double y)
    {
        y_ = y;
        return *this;
    }
    void text(std::string_view text, const Setting& setting, Align align = Align::centre)
    {
        for (auto& line : break_lines(faces_, setting, text, right_ - left_)) {
            const double spare = right_ - left_ - line.width;
            const double x = left_ + (align == Align::centre ? spare / 2 : align == Align::right ? spare : 0);
            last_width_ = line.width;
            block_.texts.push_back({std::move(line), setting.size, x, y_ + setting.size * kAscent});
            y_ += setting.leading();
        }
        grow();
    }
    /// Below the middle of the last line.
    void rule(double length)
    {
        y_ += 3;
        block_.rules.push_back({(left_ + right_ - length) / 2, y_, length});
        y_ += 3;
        grow();
    }
    void gap(double height)
    {
        y_ += height;
        grow();
    }
    double last_width() const { return last_width_; }

private:
    void grow() { block_.height = std::max(block_.height, y_); }

    Typefaces& faces_;
    Block& block_;
    double left_;
    double right_;
    double y_ = 0;
    double last_width_ = 0;
};

void set_heading(Typefaces& faces, Block& block, const PageFrame& frame, const FormDef& form, const FormTexts& texts)
{
    const double middle = frame.left + frame.width() * 0.455;
    if (!texts.issuer.empty()) {
        Stack issuer{faces, block, frame.left, form.national_heading ? middle - 6 : middle};
        for (std::size_t i = 0; i < texts.issuer.size(); ++i) {
            issuer.text(texts.issuer[i], i + 1 == texts.issuer.size() ? kIssuer : kParent);
        }
        issuer.rule(issuer.last_width() * 0.4);
    }
    if (form.national_heading) {
        Stack motto{faces, block, middle, frame.right};
        motto.text(words().motto.front(), kMottoState);
        motto.text(words().motto.back(), kMottoWords);
        motto.rule(motto.last_width());
    }
}

void set_signature(Stack stack, const FormTexts::Signed& signature, double shared_top)
{
    stack.from(shared_top);
    if (!signature.place_date.empty()) {
        stack.text(signature.place_date, kBodyItalic);
    }
    stack.text(signature.title, kBodyBold);
    stack.text(signature.hint, kHint);
    stack.gap(kRoomToSign);
    stack.text(signature.name, kBodyBold);
}

} // namespace

PageFrame page_frame(const FormDef& form)
{
    const bool is_portrait = form.orientation == Orientation::portrait;
    const PageSize size{is_portrait ? kA4Short : kA4Long, is_portrait ? kA4Long : kA4Short};
    return {.size = size,
            .left = form.margins.left * kMillimetre,
            .right = size.width - form.margins.right * kMillimetre,
            .top = form.margins.top * kMillimetre,
            .bottom = size.height - form.margins.bottom * kMillimetre};
}

void Block::draw(Canvas& canvas, double y) const
{
    for (const auto& text : texts) {
        canvas.text(text.line, text.size, text.x, y + text.base);
    }
    for (const auto& rule : rules) {
        canvas.rule(rule.x, y + rule.y, rule.x + rule.length, y + rule.y);
    }
}

Block front_block(Typefaces& faces, const PageFrame& frame, const FormDef& form, const FormTexts& texts)
{
    Block block;
    set_heading(faces, block, frame, form, texts);
    Stack stack{faces, block, frame.left, frame.right};
    stack.from(block.height == 0 ? 0 : block.height + 16);
    for (const auto& line : texts.title) {
        stack.text(line, kTitle);
    }
    for (const auto& line : texts.subtitle) {
        stack.text(line, kBody);
    }
    stack.rule(26 * kMillimetre);
    stack.gap(8);
    return block;
}

Block closing_block(Typefaces& faces, const PageFrame& frame, const FormTexts& texts)
{
    Block block;
    Stack lines{faces, block, frame.left + kIndent, frame.right};
    if (!texts.closing.empty()) {
        lines.gap(8);
    }
    for (const auto& line : texts.closing) {
        lines.text(line, kBody, Align::left);
    }
    const double top = block.height + 10;
    const auto count = std::max<std::size_t>(texts.signatures.size(), 2);
    const double width = frame.width() / static_cast<double>(count);
    for (std::size_t i = 0; i < texts.signatures.size(); ++i) {
        // A single signature stands on the right.
        const double left = frame.left + width * static_cast<double>(texts.signatures.size() == 1 ? 1 : i);
        set_signature(Stack{faces, block, left, left + width}, texts.signatures[i], top);
    }
    Stack notes{faces, block, frame.left, frame.right};
    notes.from(block.height + (texts.notes.empty() ? 0 : 8));
    for (const auto& note : texts.notes) {
        notes.text(note, kNote, Align::left);
    }
    return block;
}

Block foot_block(Typefaces& faces, const PageFrame& frame, const FormTexts& texts, std::string_view page)
{
    Block block;
    block.rules.push_back({frame.left, 9, frame.width()});
    Stack left{faces, block, frame.left, frame.right};
    left.from(12).text(texts.made_at, kFoot, Align::left);
    left.text(texts.dataset, kFoot, Align::left);
    Stack{faces, block, frame.left, frame.right}.from(12).text(page, kFoot, Align::right);
    return block;
}

} // namespace vtlt::forms
