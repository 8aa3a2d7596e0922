// SPDX-License-Identifier: GPL-3.0-or-later
#include "canvas.h"

#include <vtlt/core/base/error.h>

#include <cairo-pdf.h>

#include <algorithm>

namespace vtlt::forms {

namespace {

constexpr double kRuleWidth = 0.5;

} // namespace

Canvas::Canvas(const PageSize& size, const PdfInfo& info, const Sink& sink)
    : sink_(sink), surface_(cairo_pdf_surface_create_for_stream(write, this, size.width, size.height)),
      cairo_(cairo_create(surface_.get()))
{
    auto* surface = surface_.get();
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, info.title.c_str());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, info.subject.c_str());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "VTLT");
    // Without a date of ours cairo writes the present one.
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, info.made_at.c_str());
    cairo_set_line_width(cairo_.get(), kRuleWidth);
    check(cairo_status(cairo_.get()));
}

cairo_status_t Canvas::write(void* self, const unsigned char* bytes, unsigned size)
{
    auto& canvas = *static_cast<Canvas*>(self);
    if (canvas.failure_) {
        return CAIRO_STATUS_WRITE_ERROR;
    }
    try {
        canvas.sink_({reinterpret_cast<const char*>(bytes), size});
        return CAIRO_STATUS_SUCCESS;
    } catch (...) {
        canvas.failure_ = std::current_exception();
        return CAIRO_STATUS_WRITE_ERROR;
    }
}

void Canvas::check(cairo_status_t status)
{
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        throw Error{Kind::internal, "form.pdf", {{"message", cairo_status_to_string(status)}}};
    }
}

Canvas::Batch& Canvas::batch(cairo_font_face_t* face, double size)
{
    const auto found =
        std::ranges::find_if(batches_, [&](const Batch& it) { return it.face == face && it.size == size; });
    return found != batches_.end() ? *found : batches_.emplace_back(Batch{face, size, {}, {}, {}});
}

void Canvas::text(const TextLine& line, double size, double x, double base)
{
    for (const auto& piece : line.pieces) {
        for (const auto& run : piece.word->runs) {
            auto& out = batch(run.face, size);
            out.text += run.text;
            out.clusters.insert(out.clusters.end(), run.clusters.begin(), run.clusters.end());
            for (const auto& glyph : run.glyphs) {
                out.glyphs.push_back({glyph.index, x + piece.x + glyph.x * size, base + glyph.y * size});
            }
        }
    }
}

void Canvas::rule(double x, double y, double to_x, double to_y)
{
    cairo_move_to(cairo_.get(), x, y);
    cairo_line_to(cairo_.get(), to_x, to_y);
    has_rules_ = true;
}

void Canvas::end_page()
{
    auto* cairo = cairo_.get();
    if (has_rules_) {
        cairo_stroke(cairo);
        has_rules_ = false;
    }
    for (auto& batch : batches_) {
        if (batch.glyphs.empty()) {
            continue;
        }
        cairo_set_font_face(cairo, batch.face);
        cairo_set_font_size(cairo, batch.size);
        cairo_show_text_glyphs(cairo, batch.text.data(), static_cast<int>(batch.text.size()), batch.glyphs.data(),
                               static_cast<int>(batch.glyphs.size()), batch.clusters.data(),
                               static_cast<int>(batch.clusters.size()), cairo_text_cluster_flags_t{});
        batch.text.clear();
        batch.glyphs.clear();
        batch.clusters.clear();
    }
    cairo_show_page(cairo);
    check(cairo_status(cairo));
}

void Canvas::finish()
{
    check(cairo_status(cairo_.get()));
    cairo_surface_finish(surface_.get());
    check(cairo_surface_status(surface_.get()));
}

} // namespace vtlt::forms
