// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/document_head.h"

#include "services/head_patterns.h"
#include "services/head_words.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vtlt::services {

namespace {

constexpr std::size_t kHeadLines = 30;      ///< the head stands in the first so many lines that are not blank
constexpr std::size_t kKindLineWithin = 10; ///< lines that are not blank, after the last line of the head

const catalog::KindName* kind_named(std::string_view exact)
{
    static const auto names = [] {
        std::array<std::string, catalog::kKinds.size()> forms;
        std::ranges::transform(catalog::kKinds, forms.begin(),
                               [](const catalog::KindName& kind) { return text::exact_form(kind.name); });
        return forms;
    }();
    const auto at = std::ranges::find(names, exact);
    return at == names.end() ? nullptr : &catalog::kKinds.at(static_cast<std::size_t>(at - names.begin()));
}

/// What a column of the head says of the issuing body: without the motto, and only in capitals.
std::string body_part(std::string_view column)
{
    std::string text{column};
    const auto exact = text::exact_form(text);
    // Offsets agree where the exact form is as long as the text, which it is for capitals of Vietnamese.
    for (const auto motto : {kMotto1, kMotto2[0], kMotto2[1], kMotto2[2]}) {
        if (const auto at = exact.find(motto); at != kNone) {
            text = at == 0 || exact.size() != column.size() ? std::string{} : std::string{column.substr(0, at - 1)};
            break;
        }
    }
    const auto rest = text::exact_form(text);
    if (rest.starts_with("cộng hòa xã hội")) {
        return {}; // a misspelt motto
    }
    const bool is_mark = std::ranges::find(kMarks, rest) != kMarks.end();
    return !is_capitals(text) || is_mark ? std::string{} : text;
}

/// Whether a line over "Số:" begins the name of a body.
bool begins_body(std::string_view exact)
{
    return begins_with_any(exact, kBodies) && !begins_with_word(exact, "phòng chống") &&
           !begins_with_word(exact, "phòng,");
}

} // namespace

std::string limited(std::string_view text)
{
    auto line = text::one_line(text);
    if (text::length(line) <= kLongestTitle) {
        return line;
    }
    std::size_t at = 0;
    for (std::size_t count = 0, size = 0; count < kLongestTitle; ++count, at += size) {
        letter_at(line, at, size);
    }
    const auto space = line.rfind(' ', at);
    line.resize(space == kNone || space < at / 2 ? at : space);
    return line;
}

DocumentHead::DocumentHead(std::span<const PageLine> lines) : lines_(lines)
{
    for (const auto& line : lines_) {
        exact_.push_back(line.blank() ? std::string{} : text::exact_form(line.text));
    }
    find_end();
    find_number();
    find_kind_line();
    name_kind();
    find_issuer();
}

bool DocumentHead::is_motto(std::size_t line) const
{
    constexpr std::size_t kLongestHeadLine = 160;
    if (exact_[line].size() > kLongestHeadLine) {
        return false;
    }
    return exact_[line].find(kMotto1) != kNone ||
           std::ranges::any_of(kMotto2, [&](std::string_view motto) { return exact_[line].find(motto) != kNone; });
}

/// The head ends where the body opens, at the latest after kHeadLines lines.
void DocumentHead::find_end()
{
    std::size_t seen = 0;
    for (std::size_t i = 0; i < lines_.size() && seen < kHeadLines; ++i) {
        if (lines_[i].blank()) {
            continue;
        }
        if (begins_with_word(exact_[i], "căn cứ") || begins_with_word(exact_[i], "điều 1")) {
            break;
        }
        ++seen;
        end_ = i + 1;
        has_motto_ = has_motto_ || is_motto(i);
        if (!found_.issued_on) {
            found_.issued_on = date_of(i);
            date_line_ = found_.issued_on ? i : date_line_;
        }
    }
}

/// A narrow cell breaks "Hà Nội, ngày 18 tháng 12" / "năm 2025".
std::optional<Date> DocumentHead::date_of(std::size_t i) const
{
    if (const auto date = date_in(lines_[i])) {
        return date;
    }
    const auto& line = lines_[i];
    if (i + 1 == lines_.size() || exact_[i].find(", ngày") == kNone || !begins_with_word(exact_[i + 1], "năm")) {
        return std::nullopt;
    }
    PageLine joined = line;
    joined.text += " " + lines_[i + 1].text;
    return date_in(joined);
}

/// The number must stand in a head: beside a date line or under the national motto.
void DocumentHead::find_number()
{
    if (!found_.issued_on && !has_motto_) {
        return;
    }
    for (std::size_t i = 0; i < end_; ++i) {
        for (const auto begin : lines_[i].columns) {
            if (auto number = number_line_at(lines_[i], begin)) {
                found_.number = std::move(number->number);
                found_.symbol = std::move(number->symbol);
                number_line_ = i;
                note_date_after(i, number->end);
                return;
            }
        }
    }
}

void DocumentHead::note_date_after(std::size_t i, std::size_t end)
{
    if (found_.issued_on || end >= lines_[i].text.size()) {
        return;
    }
    if (const auto date = date_at(lines_[i], end + 1)) {
        found_.issued_on = date;
        date_line_ = i;
    }
}

/// A line of its own in capitals that is the name of a kind, soon after the head and before the addressees: further
/// down the same words may end the post of who signs ("TRƯỞNG PHÒNG THAM MƯU –" / "KẾ HOẠCH").
void DocumentHead::find_kind_line()
{
    const auto limit = std::min(end_, address_line());
    std::size_t since_head = 0;
    for (std::size_t i = 0; i < limit && since_head <= (has_head() ? kKindLineWithin : 3); ++i) {
        const bool of_head = i == number_line_ || i == date_line_ || is_motto(i);
        since_head = of_head ? 0 : since_head + static_cast<std::size_t>(!lines_[i].blank());
        if (has_kind_in(i)) {
            return;
        }
    }
}

bool DocumentHead::has_kind_in(std::size_t i)
{
    for (std::size_t c = 0; c < lines_[i].columns.size(); ++c) {
        const auto text = lines_[i].column_text(c);
        const auto* kind = is_capitals(text) ? kind_named(text::exact_form(text)) : nullptr;
        if (kind != nullptr) {
            kind_ = kind;
            kind_line_ = i;
            return true;
        }
    }
    return false;
}

void DocumentHead::name_kind()
{
    if (kind_ != nullptr) {
        found_.kind = kind_->abbreviation;
        return;
    }
    if (number_line_ == kNone) {
        return;
    }
    const bool is_letter = begins_letter();
    const auto told = kind_of_symbol(found_.symbol);
    // "CT-TCHC" is a letter of a body called CT when the subject stands under the number as letters have it.
    if (!told.empty() && !is_letter) {
        found_.kind = told;
    } else if (without_year(found_.symbol) == found_.symbol) {
        found_.kind = "CV";
    }
}

std::size_t DocumentHead::subject_line() const
{
    for (std::size_t i = number_line_ == kNone ? 0 : number_line_; i < end_; ++i) {
        if (column_of_subject(i) != kNone) {
            return i;
        }
    }
    return kNone;
}

std::size_t DocumentHead::column_of_subject(std::size_t line) const
{
    for (std::size_t c = 0; c < lines_[line].columns.size(); ++c) {
        const auto text = lines_[line].column_text(c);
        if (text.starts_with("V/v") || text.starts_with("V/V") || text.starts_with("v/v")) {
            return c;
        }
    }
    return kNone;
}

std::size_t DocumentHead::address_line() const
{
    for (std::size_t i = 0; i < end_; ++i) {
        if (begins_with_word(exact_[i], "kính gửi")) {
            return i;
        }
    }
    return kNone;
}

/// The capital line over "Số:" that begins with what a body's name begins with, and the lines that go on with it.
void DocumentHead::find_issuer()
{
    if (number_line_ == kNone) {
        return;
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < number_line_; ++i) {
        for (std::size_t c = 0; c < lines_[i].columns.size(); ++c) {
            if (auto name = body_part(lines_[i].column_text(c)); !name.empty()) {
                names.push_back(std::move(name));
            }
        }
    }
    std::string issuer;
    bool goes_on = false;
    for (const auto& name : names) {
        const auto exact = text::exact_form(name);
        if (begins_body(exact) && !goes_on) {
            issuer = name;
        } else if (!issuer.empty()) {
            issuer += " " + name;
        }
        goes_on = ends_open(exact);
    }
    found_.issuer = limited(issuer);
}

} // namespace vtlt::services
