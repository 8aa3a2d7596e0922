// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "output.h"
#include "source.h"

namespace vtlt::extract {

/// Only in the test program: a document whose first line is `VTLT-PLANTED word` does what a handler taken over by its
/// document would do (the second line is its target); any other document is read as usual.
void run_planted(const Source& source, Output& output);

} // namespace vtlt::extract
