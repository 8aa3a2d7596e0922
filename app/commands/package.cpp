// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_parts.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/export/package_verifier.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

void print_findings(const Context& context, std::string_view heading,
                    const std::vector<export_::PackageFinding>& findings)
{
    for (const auto& finding : findings) {
        context.print_line(context.text("cli", heading) + "  " + finding.rule + "  " + text::one_line(finding.path) +
                           "  " + text::one_line(webui::finding_text(context.language, finding)) + "\n    " +
                           context.text("rule_hint", finding.rule));
    }
}

int run_verify(const Context& context, const std::filesystem::path& file)
{
    // A package is as large as what was asked for: the limits of unknown containers at intake are not its own.
    sandbox::Extractor extractor{
        {.container = {.total_bytes = std::uint64_t{16} << 40, .entries = 50'000'000, .wall = std::chrono::hours{48}}}};
    const auto verdict = export_::verify_package(file, extractor);
    if (context.json) {
        context.print_json(webui::verdict_json(context.language, verdict));
    } else {
        context.print_line(
            context.text("cli", verdict.valid ? "package.valid" : "package.invalid", {{"format", verdict.format}}));
        print_findings(context, "package.error", verdict.errors);
        print_findings(context, "package.warning", verdict.warnings);
    }
    return verdict.valid ? kExitOk : kExitIntegrity;
}

} // namespace

void add_package(CLI::App& app, Context& context)
{
    auto* package = add_group(app, context, "package");
    auto file = std::make_shared<std::filesystem::path>();
    auto* verify =
        add_command(*package, context, "package verify", [&context, file] { return run_verify(context, *file); });
    verify->add_option("FILE", *file, context.help("package.file"))->required();
}

} // namespace vtlt::app
