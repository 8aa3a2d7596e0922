// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace vtlt::services {

/// A code stands in UNIT/YEAR/CODE, on labels and in file names: printable, without a slash, at most 100 bytes
/// (fileCode S100 of TT 05), no name that a file system keeps for itself. Throws invalid `error` with the problem.
void check_code(std::string_view code, const char* error);

/// Of a dossier or a book: the year itself. Throws invalid `dossier.bad_year`.
int checked_year(int year);

} // namespace vtlt::services
