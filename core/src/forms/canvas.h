// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "renderers.h"
#include "text_lines.h"
#include "typefaces.h"

#include <exception>
#include <string>
#include <vector>

namespace vtlt::forms {

struct PageSize
{
    double width;
    double height;
};

struct PdfInfo
{
    std::string title;
    std::string subject;
    std::string made_at; ///< ISO 8601
};

/// The pages of one PDF as they are drawn. The texts of a page are kept by font and size and handed to cairo together,
/// which is several times faster than line by line.
class Canvas
{
public:
    Canvas(const PageSize& size, const PdfInfo& info, const Sink& sink);

    void text(const TextLine& line, double size, double x, double base);
    void rule(double x, double y, double to_x, double to_y);
    void end_page();
    /// Throws internal `form.pdf`, and what the sink threw.
    void finish();

private:
    struct Batch
    {
        cairo_font_face_t* face;
        double size;
        std::string text;
        std::vector<cairo_glyph_t> glyphs;
        std::vector<cairo_text_cluster_t> clusters;
    };
    static cairo_status_t write(void* self, const unsigned char* bytes, unsigned size);
    Batch& batch(cairo_font_face_t* face, double size);
    void check(cairo_status_t status);

    const Sink& sink_;
    std::exception_ptr failure_; ///< of the sink: it must not pass through C
    std::vector<Batch> batches_;
    bool has_rules_ = false;
    Owned<cairo_surface_t> surface_;
    Owned<cairo_t> cairo_;
};

} // namespace vtlt::forms
