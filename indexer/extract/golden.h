// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace vtlt::extract::golden {

/// A page of Vietnamese, Latin and Chinese lines in fonts that are not embedded: needs the ToUnicode table, the
/// standard encoding and poppler-data's character maps, the last from inside the sandbox.
std::string pdf();
std::string_view pdf_text();

/// Paragraphs of Vietnamese, one of them deleted.
std::string docx();
std::string_view docx_text();

} // namespace vtlt::extract::golden
