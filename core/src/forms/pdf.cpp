// SPDX-License-Identifier: GPL-3.0-or-later
#include "canvas.h"
#include "dataset.h"
#include "form_text.h"
#include "page_blocks.h"
#include "renderers.h"
#include "table_layout.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace vtlt::forms {

namespace {

/// A row that does not fit a page is torn, but never with fewer lines than these at the foot of a page.
constexpr std::size_t kLeastLines = 3;

/// Rows flow over pages. Without a canvas the pages are only counted: the foot of the first page names the last.
class Pages
{
public:
    Pages(Typefaces& faces, const FormDef& form, const FormTexts& texts, Canvas* canvas, std::uint64_t known_pages)
        : faces_(faces), frame_(page_frame(form)), table_(faces, frame_, form), texts_(texts), canvas_(canvas),
          known_pages_(known_pages), y_(frame_.top)
    {
        const auto front = front_block(faces_, frame_, form, texts_);
        if (canvas_ != nullptr) {
            front.draw(*canvas_, y_);
        }
        y_ += front.height;
        draw_head();
    }

    void add(const PrintedRow& row)
    {
        // A row waits for the next one, so that the closing lines never stand alone; a heading waits for its first row.
        if (!waiting_.empty() && !waiting_.back().is_heading) {
            place_waiting(0);
        }
        waiting_.push_back(table_.set(row));
    }

    std::uint64_t finish(const FormTexts& texts)
    {
        const auto closing = closing_block(faces_, frame_, texts);
        place_waiting(closing.height);
        if (y_ + closing.height > frame_.bottom) {
            turn_page();
        }
        if (canvas_ != nullptr) {
            closing.draw(*canvas_, y_);
        }
        end_page();
        return page_;
    }

private:
    double body_height() const { return frame_.bottom - frame_.top - table_.head_height(); }

    void place_waiting(double with)
    {
        double height = 0;
        for (const auto& row : waiting_) {
            height += row.height();
        }
        const bool fits_a_page = height + with <= body_height();
        if (y_ + height + (fits_a_page ? with : 0) > frame_.bottom && y_ > first_row_ && height <= body_height()) {
            turn_page();
            draw_head();
        }
        for (const auto& row : waiting_) {
            place(row);
        }
        waiting_.clear();
        faces_.age();
    }

    void place(const SetRow& row)
    {
        std::size_t first = 0;
        while (first < row.lines) {
            const auto left = row.lines - first;
            const auto room = lines_to(frame_.bottom, row);
            const auto count = std::min(left, room);
            if (count < std::min(left, kLeastLines) && y_ > first_row_) {
                turn_page();
                draw_head();
                continue;
            }
            draw(row, first, std::max<std::size_t>(count, 1));
            first += std::max<std::size_t>(count, 1);
        }
    }

    std::size_t lines_to(double bottom, const SetRow& row) const
    {
        const double room = bottom - y_ - TableLayout::part_height(row, 0);
        return room <= 0 ? 0 : static_cast<std::size_t>(room / row.setting.leading() + 1e-6);
    }

    void draw(const SetRow& row, std::size_t first, std::size_t count)
    {
        y_ += canvas_ != nullptr ? table_.draw(*canvas_, row, y_, first, count) : TableLayout::part_height(row, count);
    }

    void draw_head()
    {
        for (const auto& row : table_.head()) {
            draw(row, 0, row.lines);
        }
        first_row_ = y_;
    }

    void turn_page()
    {
        end_page();
        ++page_;
        y_ = frame_.top;
    }

    void end_page()
    {
        if (canvas_ == nullptr) {
            return;
        }
        const auto number = [](std::uint64_t value) { return grouped(static_cast<std::int64_t>(value)); };
        const auto page = fill(words().page, {{"page", number(page_)}, {"pages", number(known_pages_)}});
        foot_block(faces_, frame_, texts_, page).draw(*canvas_, frame_.bottom);
        canvas_->end_page();
    }

    Typefaces& faces_;
    PageFrame frame_;
    TableLayout table_;
    const FormTexts& texts_;
    Canvas* canvas_;
    std::uint64_t known_pages_;
    std::uint64_t page_ = 1;
    double y_;
    double first_row_ = 0;
    std::vector<SetRow> waiting_;
};

/// The rows once through; `known` is what the time before has found, or empty at the first.
Rendered flow(Typefaces& faces, const FormDef& form, const FormData& data, const Rendered& known, Canvas* canvas)
{
    const auto texts = form_texts(form, data, known);
    Pages pages{faces, form, texts, canvas, known.pages};
    Dataset dataset{form};
    data.rows([&](const Row& row) { pages.add(dataset.add(row)); });
    if (const auto total = dataset.total()) {
        pages.add(*total);
    } else if (dataset.rows() == 0) {
        pages.add({.texts = std::vector<std::string>(form.columns.size()), .heading = {}});
    }
    Rendered found{.rows = dataset.rows(), .pages = 0, .sha256 = dataset.finish_hash()};
    found.pages = pages.finish(form_texts(form, data, found));
    return found;
}

} // namespace

Rendered render_pdf(const FormDef& form, const FormData& data, const Sink& sink)
{
    Typefaces faces;
    auto known = flow(faces, form, data, {}, nullptr);
    const auto texts = form_texts(form, data, known);
    const auto frame = page_frame(form);
    Canvas canvas{frame.size,
                  {.title = texts.title.front(), .subject = form.legal_source, .made_at = format_instant(data.made_at)},
                  sink};
    const auto drawn = flow(faces, form, data, known, &canvas);
    if (drawn.sha256 != known.sha256 || drawn.pages != known.pages) {
        throw Error{Kind::conflict, "form.changed_meanwhile", {{"form", form.id}}};
    }
    canvas.finish();
    return known;
}

} // namespace vtlt::forms
