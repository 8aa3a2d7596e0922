// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/sandbox/extractor.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

struct Check
{
    std::string name;
    std::string state;  ///< ok, warning, failed
    std::string detail; ///< in the reader's language
};

Check check_extractor(const Context& context)
{
    try {
        const sandbox::Extractor extractor;
        return {"extractor", extractor.has_landlock() ? "ok" : "warning",
                extractor.has_landlock() ? "" : context.text("cli", "doctor.no_landlock")};
    } catch (const Error& error) {
        return {"extractor", "failed", webui::error_text(context.language, error)};
    }
}

Check check_archive(const Context& context)
{
    try {
        const auto opened = context.open_for_reading();
        const auto& archive = *opened;
        const auto free = free_bytes(archive.home().root());
        const bool low = free < (std::uint64_t{1} << 30);
        return {"archive", low ? "warning" : "ok", low ? context.text("cli", "doctor.disk_low") : ""};
    } catch (const Error& error) {
        const bool absent = error.kind() == Kind::not_found;
        return {"archive", absent ? "warning" : "failed",
                absent ? context.text("cli", "doctor.no_archive") : webui::error_text(context.language, error)};
    }
}

int run_doctor(const Context& context)
{
    const std::vector<Check> checks{check_extractor(context), check_archive(context)};
    auto list = Json::array();
    bool good = true;
    for (const auto& check : checks) {
        good = good && check.state != "failed";
        list.push_back({{"check", check.name}, {"state", check.state}, {"detail", json_or_null(check.detail)}});
    }
    if (context.json) {
        context.print_json({{"format_version", 1}, {"ok", good}, {"checks", list}});
    } else {
        for (const auto& check : checks) {
            context.print_line(context.text("cli", "doctor." + check.state) + "  " +
                               context.text("cli", "doctor." + check.name) + "  " + check.detail);
        }
    }
    return good ? kExitOk : kExitFailed;
}

} // namespace

void add_doctor(CLI::App& app, Context& context)
{
    add_command(app, context, "doctor", [&context] { return run_doctor(context); });
}

} // namespace vtlt::app
