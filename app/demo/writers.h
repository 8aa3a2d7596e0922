// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/demo/paper.h>
#include <app/demo/random.h>

#include <memory>
#include <string>

namespace vtlt::demo {

/// Sets papers on A4 by pango and cairo as NĐ 30/2020, phụ lục I wants it. Keeps the shaped words of earlier papers, up
/// to a bound. Not thread-safe.
class PdfWriter
{
public:
    PdfWriter();
    ~PdfWriter();
    /// Throws Kind::internal `demo.cairo`.
    std::string write(const Paper& paper, std::string_view title);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A Word document: WordprocessingML (ECMA-376) in a zip without times.
std::string write_docx(const Paper& paper, std::string_view title);
std::string write_html(const Paper& paper, std::string_view title);
/// Plain text as an office program saves it: mostly UTF-8, sometimes UTF-16 with a byte order mark, sometimes
/// decomposed.
std::string write_txt(const Paper& paper, Random& random);

} // namespace vtlt::demo
