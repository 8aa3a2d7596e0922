// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/cause.h>

namespace vtlt::extract {

/// Thrown inside the child when a document can be read no further. Text delivered before stays; our side then calls it
/// truncated.
struct Verdict
{
    Cause cause;
};

} // namespace vtlt::extract
