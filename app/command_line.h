// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vtlt::app {

/// The program `vtlt`: parses the command line, runs the command, answers the exit code of product.md §2.1.
int run(int argc, char** argv);

} // namespace vtlt::app
