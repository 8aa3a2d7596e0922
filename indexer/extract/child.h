// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/sandbox/wire.h>

namespace vtlt::extract {

/// Loads, once and before anything forks, whatever a child could not load behind its walls.
void prepare_handlers();

/// The work of a child inside its sandbox: reads the document, says what it found, ends the process.
[[noreturn]] void run_child(const sandbox::wire::Request& request);

} // namespace vtlt::extract
