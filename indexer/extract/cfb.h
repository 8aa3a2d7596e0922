// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "source.h"

#include <string>
#include <vector>

namespace vtlt::extract {

/// Names of the streams and storages of an OLE compound file ([MS-CFB]), as far as its first directory sectors hold
/// them: enough to tell Word from Excel. Names are ASCII; other characters are '?'.
std::vector<std::string> compound_names(const Source& source);

} // namespace vtlt::extract
