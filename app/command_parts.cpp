// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"

#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

/// "user" of the group of that name; empty for the program itself.
std::string path_of(const CLI::App& app)
{
    if (app.get_parent() == nullptr) {
        return {};
    }
    const auto above = path_of(*app.get_parent());
    return above.empty() ? app.get_name() : above + " " + app.get_name();
}

} // namespace

CLI::App* add_group(CLI::App& parent, const Context& context, const char* path)
{
    const std::string_view words{path};
    const std::string name{words.substr(words.rfind(' ') + 1)};
    return parent.add_subcommand(name, context.help(help_key(words)))->require_subcommand(1);
}

CLI::App* add_command(CLI::App& parent, Context& context, Command command, std::function<int()> run,
                      std::function<void()> prepare)
{
    ensure(command.group() == path_of(parent), "a command is below its group");
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
