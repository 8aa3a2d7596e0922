// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/forms/form.h>
#include <vtlt/core/forms/render.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vtlt::test {

/// Rows of a form's own columns, the same at every call: real words in three lengths, dates, numbers.
forms::FormData sample(const forms::FormDef& form, std::size_t rows);

std::string render(forms::Output output, const forms::FormDef& form, const forms::FormData& data,
                   const forms::RenderOptions& options = {});

/// The texts of the pages, in reading order.
std::vector<std::string> pages_of(const std::string& pdf);
/// Name and content of the entries of a zip.
std::map<std::string, std::string> entries_of(const std::string& zip);

/// Compares with tests/golden/forms/NAME; with VTLT_GOLDEN_WRITE=1 writes it instead.
void check_golden(const std::string& name, std::string_view bytes);

} // namespace vtlt::test
