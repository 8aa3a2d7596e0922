// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

namespace vtlt::app {

/// What stands before several commands, by its whole path: "user", and below it perhaps "user certificate".
CLI::App* add_group(CLI::App& parent, const Context& context, const char* path);

/// Adds the command of a row below its group, ready for its options. `prepare` runs once the command is parsed, for the
/// paths it takes.
CLI::App* add_command(CLI::App& parent, Context& context, Command command, std::function<int()> run,
                      std::function<void()> prepare = {});

/// What stands below "user" in commands/position.cpp: positions and leaving.
void add_positions(CLI::App& user, Context& context);

} // namespace vtlt::app
