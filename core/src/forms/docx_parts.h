// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/date.h>

#include <array>
#include <string>
#include <string_view>

/// The parts of a DOCX (ECMA-376) and the elements we use of them.
namespace vtlt::forms::docx {

struct Part
{
    std::string_view name;
    std::string_view content;
};
/// Those that are the same in every document; [Content_Types].xml comes first.
extern const std::array<Part, 3> kFixedParts;
extern const std::string_view kDocumentBegin;

std::string run(std::string_view text, std::string_view properties = "");
std::string paragraph(std::string_view style, std::string_view runs);
/// `width` in twips; `more` are further properties of the cell.
std::string cell(int width, std::string_view paragraphs, std::string_view more = "");
/// A table with all its lines, up to its grid.
std::string table_begin(int width);

std::string core_xml(std::string_view title, std::string_view subject, Instant made_at);
std::string styles_xml(double table_size);
/// `page` is the pattern with {page} and {pages}, which become fields.
std::string footer_xml(std::string_view made_at, std::string_view dataset, std::string_view page, int text_width);

} // namespace vtlt::forms::docx
