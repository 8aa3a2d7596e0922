// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/recognize.h>

#include "services/page_lines.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/catalog/kind.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace vtlt::services {

namespace {

using Lines = std::span<const PageLine>;
constexpr auto kNone = std::string_view::npos;

constexpr std::string_view kMotto1 = "cộng hòa xã hội chủ nghĩa việt nam";
constexpr std::array<std::string_view, 3> kMotto2{"độc lập - tự do - hạnh phúc", "độc lập -tự do - hạnh phúc",
                                                  "độc lập – tự do – hạnh phúc"};

/// Capital lines of the head that name no body (NĐ 30/2020, phụ lục I, ô 10–11, and the drafts' mark).
constexpr std::array<std::string_view, 11> kMarks{"mật",
                                                  "tối mật",
                                                  "tuyệt mật",
                                                  "khẩn",
                                                  "thượng khẩn",
                                                  "hỏa tốc",
                                                  "hỏa tốc hẹn giờ",
                                                  "dự thảo",
                                                  "bản sao",
                                                  "lưu hành nội bộ",
                                                  "đảng cộng sản việt nam"};

/// What the name of a body begins with. A capital line over "Số:" that begins so begins a name, another one goes on
/// with it.
constexpr std::array<std::string_view, 62> kBodies{
    "bộ",        "sở",         "cục",        "tổng cục",   "chi cục",
    "vụ",        "ủy ban",     "ubnd",       "hđnd",       "hội đồng",
    "ban",       "văn phòng",  "trường",     "đại học",    "học viện",
    "bệnh viện", "viện",       "trung tâm",  "công ty",    "tổng công ty",
    "tập đoàn",  "phòng",      "tòa án",     "ngân hàng",  "chính phủ",
    "thủ tướng", "quốc hội",   "chủ tịch",   "kho bạc",    "kiểm toán",
    "thanh tra", "liên đoàn",  "hội",        "mặt trận",   "đảng ủy",
    "tỉnh ủy",   "thành ủy",   "huyện ủy",   "chi bộ",     "đảng bộ",
    "quân khu",  "quân đoàn",  "quân chủng", "binh chủng", "sư đoàn",
    "lữ đoàn",   "trung đoàn", "tiểu đoàn",  "binh đoàn",  "tổng liên đoàn",
    "đoàn",      "khoa",       "xí nghiệp",  "nhà máy",    "bảo tàng",
    "thư viện",  "kho",        "trạm",       "đội",        "bảo hiểm",
    "hải quan",  "thuế"};

/// Lines that open the body of a document: the subject ends before them.
constexpr std::array<std::string_view, 22> kBodyOpenings{
    "căn cứ",        "kính gửi", "thực hiện", "theo đề nghị", "xét đề nghị", "điều 1",    "chương i", "phần i",
    "phần thứ nhất", "i.",       "1.",        "hôm nay",      "ngày",        "thời gian", "để",       "trên cơ sở",
    "nhằm",          "trong",    "qua",       "theo",         "trân trọng",  "mục lục"};

/// Of these, the ones no subject begins with.
constexpr std::array<std::string_view, 6> kFirmOpenings{"căn cứ", "kính gửi", "theo đề nghị",
                                                        "điều 1", "chương i", "phần thứ nhất"};

/// A line that ends so goes on, whatever the next begins with.
constexpr std::array<std::string_view, 24> kConnectives{
    "và", "của",   "về", "với",  "tại",  "cho", "đối",  "theo",  "các", "trong", "đến",   "từ",
    "do", "thuộc", "là", "việc", "giữa", "ở",   "hoặc", "những", "một", "tỉnh",  "huyện", "xã"};

/// Titles that programs put in by themselves.
constexpr std::array<std::string_view, 9> kEmptyTitles{
    "microsoft word",          "untitled", "document",         "tài liệu",
    "powerpoint presentation", "slide 1",  "không có tiêu đề", "no title",
    "bản trình bày powerpoint"};

constexpr std::size_t kHeadLines = 30;      ///< the head stands in the first so many lines that are not blank
constexpr std::size_t kKindLineWithin = 10; ///< lines that are not blank, after the last line of the head
constexpr std::size_t kSubjectLines = 12;
constexpr std::size_t kLongestTitle = 500; ///< Subject S500 of NĐ 30/2020, phụ lục VI

bool begins_with_word(std::string_view text, std::string_view words)
{
    return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ' ||
                                       text[words.size()] == ',' || text[words.size()] == ':' || words.ends_with('.'));
}

template <std::size_t N>
bool begins_with_any(std::string_view exact, const std::array<std::string_view, N>& table)
{
    return std::ranges::any_of(table, [&](std::string_view words) { return begins_with_word(exact, words); });
}

/// Reads a pattern from left to right; every `take` moves on only when it matches.
class Cursor
{
public:
    Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    std::size_t at() const { return at_; }
    bool done() const { return at_ >= text_.size(); }
    std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }

    bool take(std::string_view literal)
    {
        const bool there = rest().starts_with(literal);
        at_ += there ? literal.size() : 0;
        return there;
    }
    bool take_any(std::initializer_list<std::string_view> literals)
    {
        return std::ranges::any_of(literals, [&](std::string_view literal) { return take(literal); });
    }
    void skip_space() { take(" "); }

    std::string_view take_digits(std::size_t most)
    {
        std::size_t count = 0;
        while (count < most && at_ + count < text_.size() && text_[at_ + count] >= '0' && text_[at_ + count] <= '9') {
            ++count;
        }
        at_ += count;
        return text_.substr(at_ - count, count);
    }

private:
    std::string_view text_;
    std::size_t at_;
};

int to_number(std::string_view digits)
{
    int value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
    }
    return value;
}

struct DateFound
{
    Date date;
    std::size_t end;
};

/// "Hà Nội, ngày 05 tháng 3 năm 2020" or "…, ngày 05/3/2020" from `begin` on: a place of at most six words, then the
/// date.
std::optional<DateFound> date_line_at(std::string_view text, std::size_t begin)
{
    constexpr std::size_t kLongestPlace = 64;
    const auto comma = text.substr(begin, kLongestPlace).find(',');
    if (comma == kNone || comma < 2 || !begins_with_capital(text.substr(begin))) {
        return std::nullopt;
    }
    const auto place = text.substr(begin, comma);
    if (std::ranges::count(place, ' ') > 6 || place.find_first_of(":;()/") != kNone) {
        return std::nullopt;
    }
    Cursor cursor{text, begin + comma + 1};
    cursor.skip_space();
    if (!cursor.take_any({"ngày", "Ngày", "NGÀY"})) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto day = cursor.take_digits(2);
    cursor.skip_space();
    const bool slashes = cursor.take("/");
    if (!slashes && !cursor.take_any({"tháng", "Tháng", "THÁNG"})) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto month = cursor.take_digits(2);
    cursor.skip_space();
    if (!(slashes ? cursor.take("/") : cursor.take_any({"năm", "Năm", "NĂM"}))) {
        return std::nullopt;
    }
    cursor.skip_space();
    const auto year = cursor.take_digits(4);
    if (day.empty() || month.empty() || year.size() != 4) {
        return std::nullopt;
    }
    const Date date{std::chrono::year{to_number(year)}, std::chrono::month{static_cast<unsigned>(to_number(month))},
                    std::chrono::day{static_cast<unsigned>(to_number(day))}};
    if (!date.ok() || to_number(year) < 1945 || to_number(year) > 2100) {
        return std::nullopt;
    }
    cursor.take(".");
    return DateFound{date, cursor.at()};
}

/// Nothing, a new column or a date line may follow what stands in the head; a sentence that goes on may not.
bool ends_plainly(const PageLine& line, std::size_t at)
{
    if (at >= line.text.size()) {
        return true;
    }
    return line.text[at] == ' ' && (line.has_column_at(at + 1) || date_line_at(line.text, at + 1).has_value());
}

std::optional<Date> date_in(const PageLine& line)
{
    // Also in the middle of a column: "Số: 12/BC-ABC Hà Nội, ngày …" with one space.
    for (const auto begin : line.columns) {
        if (const auto found = date_line_at(line.text, begin); found && ends_plainly(line, found->end)) {
            return found->date;
        }
    }
    return std::nullopt;
}

struct NumberFound
{
    std::string number;
    std::string symbol;
    std::size_t end = 0;
};

/// Cyrillic capitals that look like Latin ones get into symbols from mixed keyboards ("TT-BTС" in published texts).
char latin_of(char32_t c)
{
    constexpr std::u32string_view kCyrillic = U"АВЕКМНОРСТХ";
    constexpr std::string_view kLatin = "ABEKMHOPCTX";
    const auto at = kCyrillic.find(c);
    return at == kCyrillic.npos ? '\0' : kLatin[at];
}

/// Letters, digits, `-`, `.`, `&` and `/`; also "QĐ - UBND" with spaces round the dash.
std::string symbol_at(std::string_view text, std::size_t at, std::size_t& end)
{
    std::string symbol;
    bool has_capital = false;
    std::size_t size = 0;
    for (end = at; end < text.size(); end += size) {
        const auto c = letter_at(text, end, size);
        const bool dash = c == '-' || c == 0x2010 || c == 0x2011 || c == 0x2013;
        if (c == ' ' && (text.substr(end).starts_with(" - ") || text.substr(end).starts_with(" – "))) {
            std::size_t after = 0;
            const auto next = end + text.substr(end).find(' ', 1) + 1;
            if (!is_upper(letter_at(text, next, after))) {
                break;
            }
            symbol += '-';
            size = next - end;
        } else if (c == ' ' && (text.substr(end).starts_with(" /") || symbol.ends_with('/'))) {
            continue; // "73 / 2025 /TT-NHNN"
        } else if (dash) {
            symbol += '-';
        } else if (const char latin = latin_of(c); latin != 0) {
            has_capital = true;
            symbol += latin;
        } else if (is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '&' || c == '/') {
            has_capital = has_capital || is_upper(c);
            symbol += text.substr(end, size);
        } else {
            break;
        }
    }
    while (!symbol.empty() && (symbol.back() == '.' || symbol.back() == '-' || symbol.back() == '/')) {
        symbol.pop_back();
    }
    return has_capital ? symbol : std::string{};
}

/// "Số: 12/BC-ABC", "Luật số: 12/2025/QH15", from `begin` on.
std::optional<NumberFound> number_line_at(const PageLine& line, std::size_t begin)
{
    Cursor cursor{line.text, begin};
    for (const auto* name : {"Luật ", "Nghị quyết ", "Pháp lệnh ", "Lệnh "}) {
        if (cursor.take(name)) {
            break;
        }
    }
    const bool is_named = cursor.at() != begin;
    const bool capital = cursor.take_any({"Số", "SỐ"});
    if (!capital && !cursor.take("số")) {
        return std::nullopt;
    }
    cursor.skip_space();
    // "Số 363/2025/NĐ-CP" alone in its column is met too; "số …" without a colon is a citation.
    if (!cursor.take(":") && (!capital || is_named)) {
        return std::nullopt;
    }
    cursor.skip_space();
    NumberFound found;
    found.number = cursor.take_digits(6);
    const auto mark = cursor.at();
    if (cursor.take(".")) {
        // "66.3/2025/NQ-CP": a resolution numbered within another.
        const auto part = cursor.take_digits(3);
        found.number += part.empty() ? "" : "." + std::string{part};
        cursor = part.empty() ? Cursor{line.text, mark} : cursor;
    }
    if (!cursor.rest().empty() && cursor.rest().front() >= 'a' && cursor.rest().front() <= 'z') {
        found.number += cursor.rest().front();
        cursor = Cursor{line.text, cursor.at() + 1};
    }
    cursor.skip_space();
    if (found.number.empty() || !cursor.take("/")) {
        return std::nullopt;
    }
    cursor.skip_space();
    found.symbol = symbol_at(line.text, cursor.at(), found.end);
    if (found.symbol.empty() || !ends_plainly(line, found.end)) {
        return std::nullopt;
    }
    return found;
}

std::string without_year(std::string_view symbol)
{
    const bool has_year = symbol.size() > 5 && symbol[4] == '/' &&
                          std::ranges::all_of(symbol.substr(0, 4), [](char c) { return c >= '0' && c <= '9'; });
    return std::string{has_year ? symbol.substr(5) : symbol};
}

/// The kind a symbol tells: "BC-CHC" → BC, "2020/NĐ-CP" → NĐ; empty when its first part is no abbreviation.
std::string kind_of_symbol(std::string_view symbol)
{
    const auto plain = without_year(symbol);
    const auto first = text::exact_form(std::string_view{plain}.substr(0, plain.find_first_of("-/.")));
    for (const auto& kind : catalog::kKinds) {
        if (kind.abbreviation.size() > 1 && text::exact_form(kind.abbreviation) == first) {
            return std::string{kind.abbreviation};
        }
    }
    return {};
}

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

/// Reads one document; each step uses what the steps before it found.
class Reader
{
public:
    explicit Reader(Lines lines) : lines_(lines)
    {
        for (const auto& line : lines_) {
            exact_.push_back(line.blank() ? std::string{} : text::exact_form(line.text));
        }
    }

    Recognized read(std::string_view format_title, std::string_view file_name)
    {
        find_head();
        find_number();
        find_kind_line();
        name_kind();
        find_issuer();
        found_.title = title(format_title, file_name);
        return std::move(found_);
    }

private:
    /// A line with the motto and, at most, a half line of the other column.
    bool is_motto(std::size_t line) const
    {
        constexpr std::size_t kLongestHeadLine = 160;
        if (exact_[line].size() > kLongestHeadLine) {
            return false;
        }
        return exact_[line].find(kMotto1) != kNone ||
               std::ranges::any_of(kMotto2, [&](std::string_view motto) { return exact_[line].find(motto) != kNone; });
    }

    /// The head ends where the body opens, at the latest after kHeadLines lines.
    void find_head()
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
            head_end_ = i + 1;
            has_motto_ = has_motto_ || is_motto(i);
            if (!found_.issued_on) {
                found_.issued_on = date_of(i);
                date_line_ = found_.issued_on ? i : date_line_;
            }
        }
    }

    /// A narrow cell breaks "Hà Nội, ngày 18 tháng 12" / "năm 2025".
    std::optional<Date> date_of(std::size_t i) const
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
    void find_number()
    {
        if (!found_.issued_on && !has_motto_) {
            return;
        }
        for (std::size_t i = 0; i < head_end_; ++i) {
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

    void note_date_after(std::size_t i, std::size_t end)
    {
        if (found_.issued_on || end >= lines_[i].text.size()) {
            return;
        }
        if (const auto date = date_line_at(lines_[i].text, end + 1); date && ends_plainly(lines_[i], date->end)) {
            found_.issued_on = date->date;
            date_line_ = i;
        }
    }

    bool has_head() const { return number_line_ != kNone || date_line_ != kNone || has_motto_; }

    /// A line of its own in capitals that is the name of a kind, soon after the head and before the addressees: further
    /// down the same words may end the post of who signs ("TRƯỞNG PHÒNG THAM MƯU –" / "KẾ HOẠCH").
    void find_kind_line()
    {
        const auto limit = std::min(head_end_, address_line());
        std::size_t since_head = 0;
        for (std::size_t i = 0; i < limit && since_head <= (has_head() ? kKindLineWithin : 3); ++i) {
            const bool of_head = i == number_line_ || i == date_line_ || is_motto(i);
            since_head = of_head ? 0 : since_head + static_cast<std::size_t>(!lines_[i].blank());
            if (has_kind_in(i)) {
                return;
            }
        }
    }

    bool has_kind_in(std::size_t i)
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

    void name_kind()
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

    /// "V/v …" under the number and "Kính gửi": mẫu 1.5 of phụ lục III.
    bool begins_letter() const { return subject_line() != kNone && address_line() != kNone; }

    std::size_t subject_line() const
    {
        for (std::size_t i = number_line_ == kNone ? 0 : number_line_; i < head_end_; ++i) {
            if (column_of_subject(i) != kNone) {
                return i;
            }
        }
        return kNone;
    }

    std::size_t column_of_subject(std::size_t line) const
    {
        for (std::size_t c = 0; c < lines_[line].columns.size(); ++c) {
            const auto text = lines_[line].column_text(c);
            if (text.starts_with("V/v") || text.starts_with("V/V") || text.starts_with("v/v")) {
                return c;
            }
        }
        return kNone;
    }

    std::size_t address_line() const
    {
        for (std::size_t i = 0; i < head_end_; ++i) {
            if (begins_with_word(exact_[i], "kính gửi")) {
                return i;
            }
        }
        return kNone;
    }

    /// The capital line over "Số:" that begins with what a body's name begins with, and the lines that go on with it.
    void find_issuer()
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
            const bool begins = begins_with_any(exact, kBodies) && !begins_with_word(exact, "phòng chống") &&
                                !begins_with_word(exact, "phòng,");
            if (begins && !goes_on) {
                issuer = name;
            } else if (!issuer.empty()) {
                issuer += " " + name;
            }
            goes_on = ends_open(exact);
        }
        found_.issuer = limited(issuer);
    }

    /// What a column of the head says of the issuing body: without the motto, and only in capitals.
    static std::string body_part(std::string_view column)
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

    static bool ends_open(std::string_view exact)
    {
        if (exact.ends_with(',') || exact.ends_with('-') || exact.ends_with('(') || exact.ends_with("–") ||
            exact.ends_with("ủy ban thường vụ")) {
            return true;
        }
        const auto space = exact.rfind(' ');
        const auto last = exact.substr(space == kNone ? 0 : space + 1);
        return std::ranges::find(kConnectives, last) != kConnectives.end();
    }

    std::string title(std::string_view format_title, std::string_view file_name) const
    {
        std::string title;
        if (kind_ != nullptr) {
            title = titled_by_kind();
        } else if (found_.kind == "CV" || begins_letter()) {
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

    std::string titled_by_kind() const
    {
        std::string subject;
        std::size_t taken = 0;
        std::string_view last;
        for (std::size_t i = kind_line_ + 1; i < lines_.size() && taken < kSubjectLines; ++i) {
            if (lines_[i].blank()) {
                if (taken > 0) {
                    break;
                }
                continue;
            }
            if (taken == 0 && (date_of(i) || is_motto(i) || i == number_line_)) {
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
        const auto name = std::string{kind_->name};
        return limited(subject.empty() ? name : name + " " + with_small_first(subject));
    }

    /// Whether line `i` belongs no more to the subject whose last line so far is `last` (empty before its first).
    bool ends_subject(std::size_t i, std::string_view last) const
    {
        const std::string_view text = lines_[i].text;
        const auto& exact = exact_[i];
        const bool opens = !begins_with_small(text) && (last.empty() ? begins_with_any(exact, kFirmOpenings)
                                                                     : begins_with_any(exact, kBodyOpenings));
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
            return !is_capitals(last) || exact == text::exact_form(found_.issuer) || opens_after(i);
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
    bool opens_after(std::size_t i) const
    {
        return begins_with_any(exact_[i], kBodies) && i + 1 < lines_.size() &&
               begins_with_word(exact_[i + 1], "căn cứ");
    }

    static bool begins_with_small(std::string_view text)
    {
        std::size_t size = 0;
        return is_lower(letter_at(text, 0, size));
    }

    std::string titled_by_letter() const
    {
        const auto begin = subject_line();
        if (begin == kNone) {
            return {};
        }
        const auto column = column_of_subject(begin);
        std::string subject{lines_[begin].column_text(column)};
        const auto address = address_line();
        for (std::size_t i = begin + 1; i < head_end_ && i < begin + 8; ++i) {
            if (lines_[i].blank() || i == address) {
                break;
            }
            if (date_of(i) || is_motto(i)) {
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
    std::string heading(std::string_view format_title) const
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
    std::string markdown_title() const
    {
        constexpr std::string_view kKey = "title: ";
        for (std::size_t i = 0; i < head_end_; ++i) {
            const std::string_view text = lines_[i].text;
            if (i < 12 && lines_[0].blank() && text.starts_with(kKey) && text.size() > kKey.size()) {
                const auto value = text.substr(kKey.size());
                return limited(value.front() == '"' && value.ends_with('"') ? value.substr(1, value.size() - 2)
                                                                            : value);
            }
            if (text.starts_with("# ")) {
                return limited(text.substr(2));
            }
        }
        return {};
    }

    std::size_t words_of(std::size_t i) const
    {
        return static_cast<std::size_t>(std::ranges::count(lines_[i].text, ' ')) + 1;
    }

    std::size_t next_saying(std::size_t from) const
    {
        for (std::size_t i = from; i < head_end_; ++i) {
            if (says_something(i)) {
                return i;
            }
        }
        return kNone;
    }

    /// A telephone number or a time of day: a page's furniture, no title.
    static bool is_furniture(std::string_view text)
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

    bool says_something(std::size_t i) const
    {
        std::size_t letters = 0;
        for (std::size_t at = 0, size = 0; at < lines_[i].text.size(); at += size) {
            letters += static_cast<std::size_t>(is_letter(letter_at(lines_[i].text, at, size)));
        }
        const bool head = i == number_line_ || i == date_line_ || is_motto(i) || date_of(i).has_value();
        const bool before_number = number_line_ != kNone && i < number_line_;
        return letters >= 3 && !head && !before_number && !is_furniture(lines_[i].text) &&
               std::ranges::find(kMarks, exact_[i]) == kMarks.end();
    }

    Lines lines_;
    std::vector<std::string> exact_;
    Recognized found_;
    const catalog::KindName* kind_ = nullptr;
    std::size_t head_end_ = 0;
    bool has_motto_ = false;
    std::size_t number_line_ = kNone;
    std::size_t date_line_ = kNone;
    std::size_t kind_line_ = kNone;
};

} // namespace

Recognized recognize(std::span<const std::string_view> first_pages, std::string_view format_title,
                     std::string_view file_name)
{
    const auto lines = page_lines(first_pages);
    return Reader{lines}.read(format_title, file_name);
}

} // namespace vtlt::services
