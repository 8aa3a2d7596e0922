// SPDX-License-Identifier: GPL-3.0-or-later
#include "dataset.h"
#include "form_text.h"
#include "renderers.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>
#include <vtlt/core/export/out_file.h>

#include <xlsxwriter.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <unistd.h>
#include <utility>

/// libxlsxwriter's own creates a file and then unlinks it; killed between the two it would leave a stray one. The
/// program's function comes before the library's of the same name, and where it did not, only that would be lost.
extern "C" FILE* lxw_tmpfile(char* folder)
{
    try {
        auto fd = vtlt::export_::open_scratch_file(folder);
        auto* file = ::fdopen(fd.get(), "w+b");
        if (file != nullptr) {
            static_cast<void>(fd.release());
        }
        return file;
    } catch (...) {
        return nullptr;
    }
}

namespace vtlt::forms {

namespace {

/// Of a sheet, without its heading: a sheet of Excel ends at 1,048,576.
constexpr std::uint64_t kRowsPerSheet = 1'000'000;
/// Of a cell, in UTF-16 units; a letter takes as many bytes or more.
constexpr std::size_t kCellLimit = 32'767;
constexpr double kMillimetresPerLetter = 1.95;
constexpr double kInch = 25.4;

void check(lxw_error error)
{
    if (error != LXW_NO_ERROR) {
        throw Error{Kind::internal, "form.xlsx", {{"message", lxw_strerror(error)}}};
    }
}

template <class T>
T* need(T* made)
{
    if (made == nullptr) {
        throw Error{Kind::internal, "form.xlsx", {{"message", "out of memory or of scratch space"}}};
    }
    return made;
}

struct FreeWorkbook
{
    void operator()(lxw_workbook* book) const { lxw_workbook_free(book); }
};

struct Look
{
    bool is_bold = false;
    bool is_italic = false;
    bool has_border = false;
    lxw_format_alignments align = LXW_ALIGN_LEFT;
    lxw_format_alignments vertical = LXW_ALIGN_VERTICAL_TOP;
    const char* number = nullptr;
    double size = 12;
};

lxw_format* make_format(lxw_workbook* book, const Look& look)
{
    auto* format = need(workbook_add_format(book));
    format_set_font_name(format, "Times New Roman");
    format_set_font_size(format, look.size);
    format_set_align(format, static_cast<std::uint8_t>(look.align));
    format_set_align(format, static_cast<std::uint8_t>(look.vertical));
    format_set_text_wrap(format);
    if (look.is_bold) {
        format_set_bold(format);
    }
    if (look.is_italic) {
        format_set_italic(format);
    }
    if (look.has_border) {
        format_set_border(format, LXW_BORDER_THIN);
    }
    if (look.number != nullptr) {
        format_set_num_format(format, look.number);
    }
    return format;
}

lxw_format_alignments alignment(Align align)
{
    return align == Align::centre ? LXW_ALIGN_CENTER : align == Align::right ? LXW_ALIGN_RIGHT : LXW_ALIGN_LEFT;
}

/// At most `kCellLimit` units, never through a letter, with an ellipsis when something is lost.
std::string fitted(std::string text)
{
    if (text.size() > kCellLimit) {
        auto size = kCellLimit - 4;
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) {
            --size;
        }
        text.resize(size);
        text += "…";
    }
    return text;
}

std::string in_footer(std::string text)
{
    for (auto at = text.find('&'); at != std::string::npos; at = text.find('&', at + 2)) {
        text.insert(at, "&");
    }
    return text;
}

/// One workbook; rows are written as they come and are in no memory after that.
class Book
{
public:
    Book(const FormDef& form, const FormData& data, const std::string& place, std::string scratch)
        : form_(form), data_(data), scratch_(std::move(scratch)), columns_(static_cast<lxw_col_t>(form.columns.size()))
    {
        lxw_workbook_options options{.constant_memory = LXW_TRUE, .tmpdir = scratch_.data(), .use_zip64 = LXW_FALSE};
        book_.reset(need(workbook_new_opt(place.c_str(), &options)));
        make_formats();
        set_properties();
    }

    void add(const Row& row, const PrintedRow& printed)
    {
        if (sheet_ == nullptr || rows_here_ == kRowsPerSheet) {
            end_sheet();
            begin_sheet();
        }
        ++rows_here_;
        if (!printed.heading.empty()) {
            merge_line(printed.heading, printed.is_minor ? minor_ : major_);
            return;
        }
        for (lxw_col_t column = 0; column < columns_; ++column) {
            write_cell(column, row.cells[column], printed.texts[column], cells_[column]);
        }
        ++at_;
    }

    void add_total(const PrintedRow& printed)
    {
        for (lxw_col_t column = 0; column < columns_; ++column) {
            check(worksheet_write_string(sheet_, at_, column, printed.texts[column].c_str(), totals_[column]));
        }
        ++at_;
    }

    void finish(const FormTexts& texts)
    {
        if (sheet_ == nullptr) {
            begin_sheet();
        }
        end_sheet();
        ++at_;
        for (const auto& line : texts.closing) {
            merge_line(line, plain_, false);
        }
        for (const auto& signature : texts.signatures) {
            for (const auto* line : {&signature.place_date, &signature.title, &signature.hint, &signature.name}) {
                merge_line(*line, line == &signature.title ? centred_bold_ : centred_, false);
            }
        }
        for (const auto& line : texts.notes) {
            merge_line(line, plain_, false);
        }
        // At the end and in the foot of each printed page.
        merge_line(texts.made_at, plain_, false);
        merge_line(texts.dataset, plain_, false);
        for (auto* sheet : sheets_) {
            const auto page = fill(words().page, {{"page", "&P"}, {"pages", "&N"}});
            const auto foot = "&L&8" + in_footer(texts.made_at) + "\n" + in_footer(texts.dataset) + "&R&8" + page;
            check(worksheet_set_footer(sheet, foot.c_str()));
        }
        check(workbook_close(book_.release()));
    }

private:
    void make_formats()
    {
        auto* book = book_.get();
        plain_ = make_format(book, {});
        centred_ = make_format(book, {.align = LXW_ALIGN_CENTER});
        centred_bold_ = make_format(book, {.is_bold = true, .align = LXW_ALIGN_CENTER});
        title_ = make_format(book, {.is_bold = true, .align = LXW_ALIGN_CENTER, .size = 14});
        major_ = make_format(book, {.is_bold = true, .has_border = true});
        minor_ = make_format(book, {.is_italic = true, .has_border = true});
        const Look head{.has_border = true, .align = LXW_ALIGN_CENTER, .vertical = LXW_ALIGN_VERTICAL_CENTER};
        numbers_ = make_format(book, head);
        auto caption = head;
        caption.is_bold = true;
        captions_ = make_format(book, caption);
        for (const auto& column : form_.columns) {
            Look look{.has_border = true, .align = alignment(column.align)};
            look.number = column.type == CellType::date ? "dd/mm/yyyy" : column.type == CellType::number ? "0" : "@";
            cells_.push_back(make_format(book, look));
            look.is_bold = true;
            totals_.push_back(make_format(book, look));
        }
    }

    void set_properties()
    {
        // The library copies them all.
        auto title = form_.title.front().text;
        auto subject = form_.legal_source;
        std::string author = "VTLT";
        lxw_doc_properties properties{};
        properties.title = title.data();
        properties.subject = subject.data();
        properties.author = author.data();
        properties.created = std::chrono::floor<std::chrono::seconds>(data_.made_at).time_since_epoch().count();
        check(workbook_set_properties(book_.get(), &properties));
    }

    void begin_sheet()
    {
        const auto name = words().sheet + (sheets_.empty() ? "" : " " + std::to_string(sheets_.size() + 1));
        sheet_ = need(workbook_add_worksheet(book_.get(), name.c_str()));
        sheets_.push_back(sheet_);
        at_ = 0;
        rows_here_ = 0;
        worksheet_set_paper(sheet_, 9);
        if (form_.orientation == Orientation::landscape) {
            worksheet_set_landscape(sheet_);
        }
        const auto& margins = form_.margins;
        worksheet_set_margins(sheet_, margins.left / kInch, margins.right / kInch, margins.top / kInch,
                              margins.bottom / kInch);
        worksheet_fit_to_pages(sheet_, 1, 0);
        set_columns();
        const auto texts = form_texts(form_, data_, {});
        write_heading(texts);
        for (const auto& line : texts.title) {
            merge_line(line, title_, false);
        }
        for (const auto& line : texts.subtitle) {
            merge_line(line, centred_, false);
        }
        ++at_;
        write_captions();
    }

    void set_columns()
    {
        widths_.clear();
        double whole = 0;
        for (const auto& column : form_.columns) {
            whole += column.width;
        }
        const double paper = form_.orientation == Orientation::portrait ? 210 : 297;
        const double room = paper - form_.margins.left - form_.margins.right;
        for (lxw_col_t i = 0; i < columns_; ++i) {
            widths_.push_back(std::max(form_.columns[i].width / whole * room / kMillimetresPerLetter, 5.0));
            check(worksheet_set_column(sheet_, i, i, widths_.back(), nullptr));
        }
    }

    /// Issuing body on the left, national heading on the right.
    void write_heading(const FormTexts& texts)
    {
        const auto lines = std::max(texts.issuer.size(), form_.national_heading ? std::size_t{2} : std::size_t{0});
        const auto middle = static_cast<lxw_col_t>(columns_ / 2);
        for (std::size_t i = 0; i < lines && middle > 1; ++i) {
            const bool is_last = i + 1 == texts.issuer.size();
            merge(0, static_cast<lxw_col_t>(middle - 1), i < texts.issuer.size() ? texts.issuer[i] : "",
                  is_last ? centred_bold_ : centred_);
            const bool has_motto = form_.national_heading && i < words().motto.size();
            merge(middle, static_cast<lxw_col_t>(columns_ - 1), has_motto ? words().motto[i] : "", centred_bold_);
            ++at_;
        }
        at_ += lines > 0 ? 1 : 0;
    }

    void write_captions()
    {
        const auto first = at_;
        for (lxw_col_t i = 0; i < columns_; ++i) {
            check(worksheet_write_string(sheet_, at_, i, form_.columns[i].caption.c_str(), captions_));
        }
        ++at_;
        if (form_.column_numbers) {
            for (lxw_col_t i = 0; i < columns_; ++i) {
                const auto number = "(" + std::to_string(i + 1) + ")";
                check(worksheet_write_string(sheet_, at_, i, number.c_str(), numbers_));
            }
            ++at_;
        }
        check(worksheet_repeat_rows(sheet_, first, at_ - 1));
        worksheet_freeze_panes(sheet_, at_, 0);
        table_ = at_;
    }

    void end_sheet()
    {
        if (sheet_ != nullptr && at_ > table_) {
            // The arrows stand in the last row of the heading.
            check(worksheet_autofilter(sheet_, table_ - 1, 0, at_ - 1, static_cast<lxw_col_t>(columns_ - 1)));
        }
    }

    void merge(lxw_col_t from, lxw_col_t to, const std::string& text, lxw_format* format)
    {
        const auto fit = fitted(text);
        if (const auto lines = lines_of(fit, from, to); lines > 1) {
            // Excel finds the height of rows by itself, but not of merged cells.
            check(worksheet_set_row(sheet_, at_, 16.5 * lines, nullptr));
        }
        check(from == to ? worksheet_write_string(sheet_, at_, from, fit.c_str(), format)
                         : worksheet_merge_range(sheet_, at_, from, at_, to, fit.c_str(), format));
    }

    double lines_of(const std::string& text, lxw_col_t from, lxw_col_t to) const
    {
        double letters = 0;
        for (auto i = from; i <= to; ++i) {
            letters += widths_[i];
        }
        return std::ceil(static_cast<double>(text::length(text)) * 1.1 / letters);
    }

    /// `in_table`: merged cells of the rows are too many to remember, there the text stands in the first cell.
    void merge_line(const std::string& text, lxw_format* format, bool in_table = true)
    {
        if (text.empty()) {
            return;
        }
        if (in_table) {
            check(worksheet_write_string(sheet_, at_, 0, fitted(text).c_str(), format));
        } else {
            merge(0, static_cast<lxw_col_t>(columns_ - 1), text, format);
        }
        ++at_;
    }

    /// Text is always written as text: what begins with = + - @ never becomes a formula.
    void write_cell(lxw_col_t column, const Cell& cell, const std::string& text, lxw_format* format)
    {
        const auto* date = std::get_if<Date>(&cell);
        if (text.empty()) {
            check(worksheet_write_blank(sheet_, at_, column, format));
        } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
            check(worksheet_write_number(sheet_, at_, column, static_cast<double>(*number), format));
        } else if (date != nullptr && int{date->year()} >= 1900) {
            lxw_datetime day{int{date->year()},
                             static_cast<int>(unsigned{date->month()}),
                             static_cast<int>(unsigned{date->day()}),
                             0,
                             0,
                             0};
            check(worksheet_write_datetime(sheet_, at_, column, &day, format));
        } else {
            check(worksheet_write_string(sheet_, at_, column, fitted(text).c_str(), format));
        }
    }

    const FormDef& form_;
    const FormData& data_;
    std::string scratch_;
    lxw_col_t columns_;
    std::unique_ptr<lxw_workbook, FreeWorkbook> book_;
    std::vector<lxw_worksheet*> sheets_;
    lxw_worksheet* sheet_ = nullptr;
    lxw_row_t at_ = 0;
    lxw_row_t table_ = 0; ///< first row below the captions
    std::uint64_t rows_here_ = 0;
    lxw_format *plain_ = nullptr, *centred_ = nullptr, *centred_bold_ = nullptr, *title_ = nullptr, *major_ = nullptr,
               *minor_ = nullptr, *numbers_ = nullptr, *captions_ = nullptr;
    std::vector<double> widths_; ///< in letters
    std::vector<lxw_format*> cells_;
    std::vector<lxw_format*> totals_;
};

std::filesystem::path scratch_folder(const RenderOptions& options)
{
    if (!options.scratch.empty()) {
        return options.scratch;
    }
    const char* folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

void drain(int fd, const Sink& sink)
{
    std::string buffer(std::size_t{1} << 20, '\0');
    for (std::uint64_t at = 0;;) {
        const auto size = read_at(fd, buffer.data(), buffer.size(), at, "xlsx");
        if (size == 0) {
            return;
        }
        sink({buffer.data(), size});
        at += size;
    }
}

} // namespace

Rendered render_xlsx(const FormDef& form, const FormData& data, const Sink& sink, const RenderOptions& options)
{
    const auto scratch = scratch_folder(options);
    const auto file = export_::open_scratch_file(scratch);
    Book book{form, data, "/proc/self/fd/" + std::to_string(file.get()), scratch.native()};
    Dataset dataset{form};
    data.rows([&](const Row& row) { book.add(row, dataset.add(row)); });
    if (const auto total = dataset.total(); total && dataset.rows() > 0) {
        book.add_total(*total);
    }
    Rendered known{.rows = dataset.rows(), .pages = 0, .sha256 = dataset.finish_hash()};
    book.finish(form_texts(form, data, known));
    drain(file.get(), sink);
    return known;
}

} // namespace vtlt::forms
