// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "format.h"
#include "output.h"
#include "source.h"

namespace vtlt::extract {

/// What a handler works with. A handler delivers text page by page and throws Verdict when it can read no further; it
/// never looks at anything but the source.
struct Document
{
    const Source& source;
    Output& output;
    std::uint64_t memory_bytes;
    std::uint64_t text_bytes;
    const Identity& identity;
};

/// Reads the golden sample and keeps it open: poppler's tables live as long as a document does.
void prepare_pdf();

void read_pdf(const Document& document);
void read_docx(const Document& document);
void read_xlsx(const Document& document);
void read_html(const Document& document);
void read_plain(const Document& document);

} // namespace vtlt::extract
