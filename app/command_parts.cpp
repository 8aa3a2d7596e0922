// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"

#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

CLI::App* add_group(CLI::App& app, const Context& context, const char* name)
{
    return app.add_subcommand(name, context.help(help_key(name)))->require_subcommand(1);
}

CLI::App* add_command(CLI::App& parent, Context& context, Command command, std::function<int()> run,
                      std::function<void()> prepare)
{
    const auto above = parent.get_parent() != nullptr ? parent.get_name() : std::string{};
    ensure(command.group() == above, "a command is below its group");
    auto* added = parent.add_subcommand(std::string{command.name()}, context.help(help_key(command.row().path)));
    added->callback([&context, parsed = ParsedCommand{command, std::move(run)}, prepare = std::move(prepare)] {
        if (prepare) {
            prepare();
        }
        context.command = parsed;
    });
    return added;
}

} // namespace vtlt::app
