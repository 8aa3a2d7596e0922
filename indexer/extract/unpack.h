// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "output.h"
#include "source.h"

#include <string>
#include <string_view>

namespace vtlt::extract {

/// Streams the entries of a zip, tar, tar.gz or tar.zst as records; says nothing but `end` when the source is none of
/// them. Only the readers of these four are switched on in libarchive. Throws Verdict{encrypted | damaged}.
void unpack(const Source& source, Output& output);

/// A name of an old zip as UTF-8: kept when it is UTF-8, else byte for byte through one of two tables that no two bytes
/// share, so that different names stay different. Windows in Vietnamese wrote CP1258, everybody else CP437.
std::string entry_name_as_utf8(std::string_view bytes);

} // namespace vtlt::extract
