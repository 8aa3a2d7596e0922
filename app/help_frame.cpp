// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/help_frame.h"

#include "app/context.h"

#include <vtlt/core/base/text.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

constexpr std::size_t kLeftColumn = 34;

/// CLI11 counts bytes; Vietnamese words have more of them than letters.
std::string help_row(std::string left, const std::string& right)
{
    left.insert(0, "  ");
    const auto width = text::length(left);
    const auto gap =
        width + 1 < kLeftColumn ? std::string(kLeftColumn - width, ' ') : "\n" + std::string(kLeftColumn, ' ');
    return left + (right.empty() ? std::string{} : gap + right) + "\n";
}

class HelpFrame : public CLI::Formatter
{
public:
    explicit HelpFrame(const Context& context)
    {
        label("Usage", context.help("help.usage"));
        label("OPTIONS", context.help("help.options_here"));
        label("SUBCOMMAND", context.help("help.command_here"));
        label("Positionals", context.help("help.words"));
        label("REQUIRED", context.help("help.required"));
        label("Env", context.help("help.environment"));
        label("Excludes", context.help("help.excludes"));
        for (const auto* number : {"INT", "UINT", "FLOAT"}) {
            label(number, context.help("help.number"));
        }
        label("TEXT", context.help("help.text"));
    }

    std::string make_option(const CLI::Option* option, bool is_positional) const override
    {
        return help_row(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
    }

    std::string make_subcommand(const CLI::App* command) const override
    {
        return help_row(command->get_name(), command->get_description());
    }
};

} // namespace

void set_help_frame(CLI::App& app, const Context& context)
{
    app.formatter(std::make_shared<HelpFrame>(context));
    app.option_defaults()->group(context.help("help.options"));
    app.group(context.help("help.commands"));
    app.set_help_flag("-h,--help", context.help("global.help"));
    app.set_version_flag("--version", "vtlt 0.1.0", context.help("global.version"));
}

void finish_help_frame(CLI::App& app)
{
    for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
        command->get_help_ptr()->group(app.get_help_ptr()->get_group());
        finish_help_frame(*command);
    }
}

} // namespace vtlt::app
