// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

namespace vtlt::app {

/// What stands before several commands: "user".
CLI::App* add_group(CLI::App& app, const Context& context, const char* name);

/// Adds the command of a row below its group, ready for its options. `prepare` runs once the command is parsed, for the
/// paths it takes.
CLI::App* add_command(CLI::App& parent, Context& context, Command command, std::function<int()> run,
                      std::function<void()> prepare = {});

} // namespace vtlt::app
