// SPDX-License-Identifier: GPL-3.0-or-later
#include "handlers.h"

#include "office.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

namespace vtlt::extract {

namespace {

/// Shared strings are held in memory.
constexpr std::size_t kSharedBytes = std::size_t{128} << 20;
constexpr std::size_t kCellBytes = std::size_t{1} << 20;

enum class Shown
{
    plain,
    day,
    day_and_time,
    time
};

/// The formats that every spreadsheet program has without naming them (ECMA-376 18.8.30), those of dates.
constexpr std::array kBuiltInFormats{
    std::tuple{14U, 17U, Shown::day}, std::tuple{18U, 21U, Shown::time}, std::tuple{22U, 22U, Shown::day_and_time},
    std::tuple{27U, 36U, Shown::day}, std::tuple{45U, 47U, Shown::time}, std::tuple{50U, 58U, Shown::day},
};

/// What a format code of the file's own shows: letters outside of quotes, brackets and escapes tell.
Shown shown_by(std::string_view code)
{
    bool quoted = false;
    bool bracketed = false;
    bool day = false;
    bool time = false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        if (c == '\\' || c == '_' || c == '*') {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == ']')) {
            bracketed = c == '[';
        } else if (!quoted && !bracketed) {
            day = day || c == 'd' || c == 'D' || c == 'y' || c == 'Y';
            time = time || c == 'h' || c == 'H' || c == 's' || c == 'S';
        }
    }
    return day ? time ? Shown::day_and_time : Shown::day : time ? Shown::time : Shown::plain;
}

template <class T>
std::optional<T> number(std::string_view text)
{
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string clock_text(double fraction)
{
    const auto seconds = static_cast<int>(std::lround(fraction * 86400));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d", seconds / 3600, seconds / 60 % 60);
    return text.data();
}

/// A serial day number as dd/mm/yyyy, the way dates are written here; nullopt outside of the years a sheet can show.
std::optional<std::string> date_text(double serial, Shown shown, bool since_1904)
{
    using namespace std::chrono;
    if (!(serial >= 0 && serial < 2958466)) {
        return std::nullopt;
    }
    const auto whole = std::floor(serial);
    if (shown == Shown::time) {
        return clock_text(serial - whole);
    }
    // Serial 60 is the 29 February 1900 that never was; days before it are one off.
    const auto day = static_cast<int>(whole);
    const auto origin = since_1904 ? sys_days{1904y / January / 1} : sys_days{1899y / December / (day < 60 ? 31 : 30)};
    const year_month_day date{origin + days{day}};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02u/%02u/%04d", static_cast<unsigned>(date.day()),
                  static_cast<unsigned>(date.month()), static_cast<int>(date.year()));
    const std::string result = text.data();
    return shown == Shown::day_and_time && serial > whole ? result + ' ' + clock_text(serial - whole) : result;
}

/// 0.30000000000000004 is what the file holds and 0.3 what everybody sees: fifteen digits.
std::string number_text(std::string_view raw)
{
    const auto value = raw.size() > 15 ? number<double>(raw) : std::nullopt;
    if (!value) {
        return std::string{raw};
    }
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.15g", *value);
    return text.data();
}

class Workbook
{
public:
    explicit Workbook(const Document& document) : document_(document), file_(document.source) {}

    void read()
    {
        const auto main = file_.main_part("sheet", "xl/workbook.xml");
        folder_ = folder_of(main);
        read_sheet_list(main);
        read_styles();
        read_shared_strings();
        int number = 0;
        for (const auto& sheet : sheets_) {
            document_.output.begin_page(++number);
            read_sheet(sheet);
        }
        read_drawings();
        document_.output.finish_page();
        if (damaged_) {
            throw Verdict{Cause::damaged};
        }
        if (!document_.output.has_text()) {
            throw Verdict{file_.has_media(folder_) ? Cause::no_text_layer : Cause::empty};
        }
    }

private:
    struct Sheet
    {
        std::string name;
        std::string part;
    };

    struct Cell
    {
        std::string type;
        std::string value;
        std::size_t style = 0;
    };

    void read_sheet_list(const std::string& main)
    {
        const auto relations = file_.relations(main);
        auto stream = file_.open(main);
        auto xml = xml_of(stream);
        while (xml.next()) {
            if (xml.kind() != XmlReader::Kind::start) {
                continue;
            }
            if (xml.name() == "workbookPr") {
                const auto flag = xml.attribute("date1904").value_or("0");
                since_1904_ = flag == "1" || flag == "true";
            } else if (xml.name() == "sheet") {
                const auto id = xml.attribute("id").value_or("");
                const auto found =
                    std::find_if(relations.begin(), relations.end(), [&](const auto& r) { return r.id == id; });
                if (found != relations.end() && file_.has(found->target)) {
                    sheets_.push_back({xml.attribute("name").value_or(""), found->target});
                }
            }
        }
        if (sheets_.empty()) {
            for (const auto& part : file_.parts(folder_ + "worksheets/")) {
                sheets_.push_back({"", part});
            }
        }
    }

    void read_styles()
    {
        const auto part = folder_ + "styles.xml";
        if (!file_.has(part)) {
            return;
        }
        auto stream = file_.open(part);
        auto xml = xml_of(stream);
        std::map<unsigned, Shown> own;
        bool in_cells = false;
        while (xml.next()) {
            if (xml.name() == "cellXfs") {
                in_cells = xml.kind() == XmlReader::Kind::start;
            } else if (xml.kind() != XmlReader::Kind::start) {
                continue;
            } else if (xml.name() == "numFmt") {
                const auto id = number<unsigned>(xml.attribute("numFmtId").value_or(""));
                own[id.value_or(0)] = shown_by(xml.attribute("formatCode").value_or(""));
            } else if (in_cells && xml.name() == "xf") {
                styles_.push_back(shown_as(number<unsigned>(xml.attribute("numFmtId").value_or("")).value_or(0), own));
            }
        }
    }

    static Shown shown_as(unsigned format, const std::map<unsigned, Shown>& own)
    {
        if (const auto found = own.find(format); found != own.end()) {
            return found->second;
        }
        for (const auto& [first, last, shown] : kBuiltInFormats) {
            if (format >= first && format <= last) {
                return shown;
            }
        }
        return Shown::plain;
    }

    void read_shared_strings()
    {
        const auto part = folder_ + "sharedStrings.xml";
        if (!file_.has(part)) {
            return;
        }
        auto stream = file_.open(part);
        auto xml = xml_of(stream);
        bool in_text = false;
        while (xml.next()) {
            const bool start = xml.kind() == XmlReader::Kind::start;
            if (xml.kind() == XmlReader::Kind::text) {
                if (in_text) {
                    shared_ += xml.text();
                }
            } else if (xml.name() == "t") {
                in_text = start;
            } else if (start && xml.name() == "rPh") {
                xml.skip(); // how the string is pronounced
            } else if (!start && xml.name() == "si") {
                shared_ends_.push_back(shared_.size());
            }
            if (shared_.size() > kSharedBytes) {
                throw Verdict{Cause::memory_limit};
            }
        }
        damaged_ = damaged_ || xml.is_damaged();
    }

    std::string_view shared(std::size_t index) const
    {
        if (index >= shared_ends_.size()) {
            return {};
        }
        const auto begin = index == 0 ? 0 : shared_ends_[index - 1];
        return std::string_view{shared_}.substr(begin, shared_ends_[index] - begin);
    }

    void read_sheet(const Sheet& sheet)
    {
        // "Sheet1" is the program's word, not the author's.
        if (!sheet.name.empty() && !sheet.name.starts_with("Sheet")) {
            document_.output.text(sheet.name + "\n");
        }
        auto stream = file_.open(sheet.part);
        auto xml = xml_of(stream);
        Cell cell;
        bool in_value = false;
        bool first_in_row = true;
        while (xml.next()) {
            const bool start = xml.kind() == XmlReader::Kind::start;
            if (xml.kind() == XmlReader::Kind::text) {
                if (in_value && cell.value.size() < kCellBytes) {
                    cell.value += xml.text();
                }
            } else if (xml.name() == "v" || xml.name() == "t") {
                in_value = start;
            } else if (start && (xml.name() == "f" || xml.name() == "rPh")) {
                xml.skip(); // a formula's result follows in <v>
            } else if (start && xml.name() == "c") {
                cell = Cell{.type = xml.attribute("t").value_or("n"),
                            .value = {},
                            .style = number<std::size_t>(xml.attribute("s").value_or("")).value_or(0)};
            } else if (!start && xml.name() == "c") {
                write_cell(cell, first_in_row);
            } else if (!start && xml.name() == "row") {
                if (!first_in_row) {
                    document_.output.text("\n");
                }
                first_in_row = true;
            }
        }
        damaged_ = damaged_ || xml.is_damaged();
    }

    void write_cell(const Cell& cell, bool& first_in_row)
    {
        const auto words = shown_text(cell);
        if (words.empty()) {
            return;
        }
        if (!first_in_row) {
            document_.output.text("\t");
        }
        first_in_row = false;
        document_.output.text(words);
    }

    std::string shown_text(const Cell& cell) const
    {
        if (cell.type == "s") {
            const auto index = number<std::size_t>(cell.value);
            return index ? std::string{shared(*index)} : std::string{};
        }
        if (cell.type != "n" || cell.value.empty()) {
            return cell.value;
        }
        const auto shown = cell.style < styles_.size() ? styles_[cell.style] : Shown::plain;
        if (shown != Shown::plain) {
            const auto serial = number<double>(cell.value);
            const auto date = serial ? date_text(*serial, shown, since_1904_) : std::nullopt;
            return date.value_or(cell.value);
        }
        return number_text(cell.value);
    }

    /// Text boxes and comments lie beside the sheets; they belong to no page.
    void read_drawings()
    {
        bool begun = false;
        for (const auto* kind : {"drawings/drawing", "comments", "charts/chart", "diagrams/data"}) {
            for (const auto& part : file_.parts(folder_ + kind)) {
                auto stream = file_.open(part);
                auto xml = xml_of(stream);
                bool in_text = false;
                while (xml.next()) {
                    if (xml.kind() == XmlReader::Kind::text) {
                        if (in_text) {
                            if (!std::exchange(begun, true)) {
                                document_.output.begin_page(std::nullopt);
                            }
                            document_.output.text(xml.text());
                        }
                    } else if (xml.name() == "t") {
                        in_text = xml.kind() == XmlReader::Kind::start;
                    } else if (begun && xml.kind() == XmlReader::Kind::end &&
                               (xml.name() == "p" || xml.name() == "comment")) {
                        document_.output.text("\n");
                    }
                }
            }
        }
    }

    const Document& document_;
    OfficeFile file_;
    std::string folder_;
    std::vector<Sheet> sheets_;
    std::vector<Shown> styles_;
    std::string shared_;
    std::vector<std::size_t> shared_ends_;
    bool since_1904_ = false;
    bool damaged_ = false;
};

} // namespace

void read_xlsx(const Document& document)
{
    Workbook{document}.read();
}

} // namespace vtlt::extract
