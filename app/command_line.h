// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <atomic>
#include <string>
#include <vector>

namespace vtlt::app {

/// The program `vtlt`: parses the command line, runs the command, answers the exit code of product.md §2.1. While a
/// server runs in the home, commands that need the archive are run there.
int run(int argc, char** argv);

/// A command that a client handed to the server.
struct Forwarded
{
    std::vector<std::string> arguments; ///< without the program's name
    webui::Language language = webui::Language::vi;
    std::string folder;            ///< the client's, for what is told of paths
    std::vector<UniqueFd> outlets; ///< stdin, stdout, stderr
    std::vector<UniqueFd> paths;   ///< of the parsed command's path places, in order
    auth::Actor actor;
};

/// Runs it in `house` with the same function and writes to the client's outlets. Throws nothing of the command's.
int run_forwarded(Forwarded command, const OpenHouse& house, const std::atomic<bool>& stop);

} // namespace vtlt::app
