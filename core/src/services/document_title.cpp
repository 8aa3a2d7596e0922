// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/document_title.h"

#include "services/head_words.h"

#include <vtlt/core/base/text.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace vtlt::services {

namespace {

/// Lines that open the body of a document: the subject ends before them.
constexpr std::array<std::string_view, 22> kBodyOpenings{
    "căn cứ",        "kính gửi", "thực hiện", "theo đề nghị", "xét đề nghị", "điều 1",    "chương i", "phần i",
    "phần thứ nhất", "i.",       "1.",        "hôm nay",      "ngày",        "thời gian", "để",       "trên cơ sở",
    "nhằm",          "trong",    "qua",       "theo",         "trân trọng",  "mục lục"};

/// Of these, the ones no subject begins with.
constexpr std::array<std::string_view, 6> kFirmOpenings{"căn cứ", "kính gửi", "theo đề nghị",
                                                        "điều 1", "chương i", "phần thứ nhất"};

/// Titles that programs put in by themselves.
constexpr std::array<std::string_view, 9> kEmptyTitles{
    "microsoft word",          "untitled", "document",         "tài liệu",
    "powerpoint presentation", "slide 1",  "không có tiêu đề", "no title",
    "bản trình bày powerpoint"};

constexpr std::size_t kSubjectLines = 12;

class TitleReader
{
public:
    explicit TitleReader(const DocumentHead& head) : head_(head), lines_(head.lines()), exact_(head.exact()) {}

    std::string title(std::string_view format_title, std::string_view file_name) const;

private:
    std::string titled_by_kind() const;
    bool ends_subject(std::size_t i, std::string_view last) const;
    bool opens_after(std::size_t i) const;
    static bool begins_with_small(std::string_view text);
    std::string titled_by_letter() const;
    std::string heading(std::string_view format_title) const;
    std::string markdown_title() const;
    std::size_t words_of(std::size_t i) const;
    std::size_t next_saying(std::size_t from) const;
    static bool is_furniture(std::string_view text);
    bool says_something(std::size_t i) const;

    const DocumentHead& head_;
    std::span<const PageLine> lines_;
    const std::vector<std::string>& exact_;
};

std::string TitleReader::title(std::string_view format_title, std::string_view file_name) const
{
    std::string title;
    if (head_.kind() != nullptr) {
        title = titled_by_kind();
    } else if (head_.found().kind == "CV" || head_.begins_letter()) {
        title = titled_by_letter();
    }
    if (title.empty()) {
        title = heading(format_title);
    }
    if (title.empty()) {
        title = limited(text::to_nfc(
            text::repair_utf8(file_name.substr(0, file_name.rfind('.') == 0 ? kNone : file_name.rfind('.')))));
    }
    return title;
}

std::string TitleReader::titled_by_kind() const
{
    std::string subject;
    std::size_t taken = 0;
    std::string_view last;
    for (std::size_t i = head_.kind_line() + 1; i < lines_.size() && taken < kSubjectLines; ++i) {
        if (lines_[i].blank()) {
            if (taken > 0) {
                break;
            }
            continue;
        }
        if (taken == 0 && (head_.date_of(i) || head_.is_motto(i) || i == head_.number_line())) {
            continue;
        }
        const std::string_view text = lines_[i].text;
        if (ends_subject(i, taken == 0 ? std::string_view{} : last)) {
            break;
        }
        subject += (taken == 0 ? "" : " ") + std::string{text};
        last = text;
        ++taken;
    }
    const auto name = std::string{head_.kind()->name};
    return limited(subject.empty() ? name : name + " " + with_small_first(subject));
}

/// Whether line `i` belongs no more to the subject whose last line so far is `last` (empty before its first).
bool TitleReader::ends_subject(std::size_t i, std::string_view last) const
{
    const std::string_view text = lines_[i].text;
    const auto& exact = exact_[i];
    const bool opens = !begins_with_small(text) &&
                       (last.empty() ? begins_with_any(exact, kFirmOpenings) : begins_with_any(exact, kBodyOpenings));
    if (opens || text.starts_with('[') || text.starts_with('#')) {
        return true;
    }
    if (last.empty()) {
        return text.ends_with(':') || text.size() > kLongestTitle * 4;
    }
    if (is_capitals(text)) {
        if (text.find(' ') == kNone && !is_capitals(last)) {
            return false; // the last word of a subject: "… máy lọc nước" / "RO"
        }
        return !is_capitals(last) || exact == text::exact_form(head_.found().issuer) || opens_after(i);
    }
    if (!begins_with_capital(text)) {
        return text.starts_with("- ") || text.starts_with('(');
    }
    if (ends_open(text::exact_form(last))) {
        return false;
    }
    // Had it been one paragraph, the first word would have found room on the line before.
    const bool had_room = text::length(last) + 1 + text::length(first_word(text)) <= text::length(text);
    return had_room || is_capitals(last) || text.find(':') != kNone || text.ends_with('.') || text.ends_with(';');
}

/// "ỦY BAN THƯỜNG VỤ QUỐC HỘI" between the subject and "Căn cứ …": who decides, no more of the subject.
bool TitleReader::opens_after(std::size_t i) const
{
    return begins_with_any(exact_[i], kBodies) && i + 1 < lines_.size() && begins_with_word(exact_[i + 1], "căn cứ");
}

bool TitleReader::begins_with_small(std::string_view text)
{
    std::size_t size = 0;
    return is_lower(letter_at(text, 0, size));
}

std::string TitleReader::titled_by_letter() const
{
    const auto begin = head_.subject_line();
    if (begin == kNone) {
        return {};
    }
    const auto column = head_.column_of_subject(begin);
    std::string subject{lines_[begin].column_text(column)};
    const auto address = head_.address_line();
    for (std::size_t i = begin + 1; i < head_.end() && i < begin + 8; ++i) {
        if (lines_[i].blank() || i == address) {
            break;
        }
        if (head_.date_of(i) || head_.is_motto(i)) {
            continue;
        }
        const auto text = lines_[i].column_text(0);
        if (is_capitals(text) || (address == kNone && begins_with_capital(text))) {
            break;
        }
        subject += " " + std::string{text};
    }
    return limited(subject);
}

/// Without the layout: a Markdown heading, the format's own title, the first line that says something.
std::string TitleReader::heading(std::string_view format_title) const
{
    if (auto marked = markdown_title(); !marked.empty()) {
        return marked;
    }
    auto own = limited(text::to_nfc(text::repair_utf8(format_title)));
    if (!own.empty() && !begins_with_any(text::exact_form(own), kEmptyTitles)) {
        return own;
    }
    const auto first = next_saying(0);
    if (first == kNone) {
        return {};
    }
    // A section's name above the headline ("Tin quân đội") is shorter than a headline, which does not end like a
    // sentence.
    const auto second = next_saying(first + 1);
    const bool is_label = words_of(first) < 4 && second != kNone && words_of(second) >= 5 &&
                          lines_[second].text.size() <= 240 &&
                          lines_[second].text.find_last_of(".;,:") + 1 != lines_[second].text.size();
    return limited(lines_[is_label ? second : first].text);
}

/// `title:` of front matter between `---` lines, else the first "# …".
std::string TitleReader::markdown_title() const
{
    constexpr std::string_view kKey = "title: ";
    for (std::size_t i = 0; i < head_.end(); ++i) {
        const std::string_view text = lines_[i].text;
        if (i < 12 && lines_[0].blank() && text.starts_with(kKey) && text.size() > kKey.size()) {
            const auto value = text.substr(kKey.size());
            return limited(value.front() == '"' && value.ends_with('"') ? value.substr(1, value.size() - 2) : value);
        }
        if (text.starts_with("# ")) {
            return limited(text.substr(2));
        }
    }
    return {};
}

std::size_t TitleReader::words_of(std::size_t i) const
{
    return static_cast<std::size_t>(std::ranges::count(lines_[i].text, ' ')) + 1;
}

std::size_t TitleReader::next_saying(std::size_t from) const
{
    for (std::size_t i = from; i < head_.end(); ++i) {
        if (says_something(i)) {
            return i;
        }
    }
    return kNone;
}

/// A telephone number or a time of day: a page's furniture, no title.
bool TitleReader::is_furniture(std::string_view text)
{
    constexpr std::size_t kTelephone = 7;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (text[i] == ':' && digits > 0 && i + 2 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '5') {
            return true;
        }
        digits = digit ? digits + 1 : 0;
        if (digits >= kTelephone) {
            return true;
        }
    }
    return false;
}

bool TitleReader::says_something(std::size_t i) const
{
    std::size_t letters = 0;
    for (std::size_t at = 0, size = 0; at < lines_[i].text.size(); at += size) {
        letters += static_cast<std::size_t>(is_letter(letter_at(lines_[i].text, at, size)));
    }
    const bool head =
        i == head_.number_line() || i == head_.date_line() || head_.is_motto(i) || head_.date_of(i).has_value();
    const bool before_number = head_.number_line() != kNone && i < head_.number_line();
    return letters >= 3 && !head && !before_number && !is_furniture(lines_[i].text) &&
           std::ranges::find(kMarks, exact_[i]) == kMarks.end();
}

} // namespace

std::string title_of(const DocumentHead& head, std::string_view format_title, std::string_view file_name)
{
    return TitleReader{head}.title(format_title, file_name);
}

} // namespace vtlt::services
