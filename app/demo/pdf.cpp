// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/demo/writers.h>

#include <app/demo/page_layout.h>
#include <app/demo/page_painter.h>

#include <vtlt/core/base/error.h>

#include <cairo-pdf.h>

#include <string_view>

namespace vtlt::demo {

namespace {

cairo_status_t append(void* out, const unsigned char* bytes, unsigned size)
{
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status)
{
    if (status != CAIRO_STATUS_SUCCESS) {
        throw Error{Kind::internal, "demo.cairo", {{"message", cairo_status_to_string(status)}}};
    }
}

/// Puts the items on as many pages as they need.
void paint(const std::vector<Item>& items, PageLayout& layout, const Typefaces& faces, cairo_t* cairo)
{
    PagePainter painter{faces, cairo};
    int page = 1;
    double y = kTop;
    for (std::size_t i = 0; i < items.size();) {
        // The items that must stand together with this one.
        std::size_t end = i;
        double height = items[i].before + items[i].height;
        while (items[end].keep && end + 1 < items.size()) {
            ++end;
            height += items[end].before + items[end].height;
        }
        if (y + height > kBottom && y > kTop) {
            cairo_show_page(cairo);
            painter.draw(layout.page_number(++page), 9 * kMillimetre);
            y = kTop;
        }
        for (; i <= end; ++i) {
            y += y > kTop ? items[i].before : 0;
            painter.draw(items[i], y);
            y += items[i].height;
        }
    }
}

} // namespace

struct PdfWriter::State
{
    Typefaces faces;
};

PdfWriter::PdfWriter() : state_(std::make_unique<State>()) {}
PdfWriter::~PdfWriter() = default;

std::string PdfWriter::write(const Paper& paper, std::string_view title)
{
    auto& faces = state_->faces;
    faces.forget_words();
    PageLayout layout{faces};
    const auto items = layout.items_of(paper);
    std::string bytes;
    {
        const Owned<cairo_surface_t> surface{
            cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight)};
        // Without a date of ours cairo writes the present one.
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                       (format_date(paper.date) + "T08:30:00+07:00").c_str());
        cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, std::string{title}.c_str());
        const Owned<cairo_t> cairo{cairo_create(surface.get())};
        cairo_set_line_width(cairo.get(), 0.7);
        paint(items, layout, faces, cairo.get());
        check(cairo_status(cairo.get()));
        cairo_surface_finish(surface.get());
        check(cairo_surface_status(surface.get()));
    }
    return bytes;
}

} // namespace vtlt::demo
