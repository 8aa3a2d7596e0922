// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include <vtlt/core/base/text.h>
#include <vtlt/core/export/package_rules.h>
#include <vtlt/core/export/package_verifier.h>

#include <CLI/CLI.hpp>

#include <algorithm>

namespace vtlt::app {

namespace {

/// The rule's sentence in the reader's language; what the verifier adds to it, a name or a number, follows as it is.
std::string sentence(const Context& context, const export_::PackageFinding& finding)
{
    const auto row = std::ranges::find(export_::kRules, finding.rule, &export_::RuleRow::rule);
    const auto told = row != export_::kRules.end() && finding.message.starts_with(row->message)
                          ? finding.message.substr(row->message.size())
                          : std::string{};
    return context.text("rule", finding.rule) + told;
}

Json to_json(const Context& context, const std::vector<export_::PackageFinding>& findings)
{
    auto list = Json::array();
    for (const auto& finding : findings) {
        list.push_back({{"rule", finding.rule},
                        {"path", finding.path},
                        {"message", sentence(context, finding)},
                        {"hint", context.text("rule_hint", finding.rule)}});
    }
    return list;
}

void print_findings(const Context& context, std::string_view heading,
                    const std::vector<export_::PackageFinding>& findings)
{
    for (const auto& finding : findings) {
        context.print_line(context.text("cli", heading) + "  " + finding.rule + "  " + text::one_line(finding.path) +
                           "  " + text::one_line(sentence(context, finding)) + "\n    " +
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
        context.print_json({{"format_version", 1},
                            {"format", verdict.format},
                            {"valid", verdict.valid},
                            {"errors", to_json(context, verdict.errors)},
                            {"warnings", to_json(context, verdict.warnings)}});
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
    auto* package = app.add_subcommand("package", context.help("package"))->require_subcommand(1);
    auto file = std::make_shared<std::filesystem::path>();
    auto* verify = package->add_subcommand("verify", context.help("package.verify"));
    verify->add_option("FILE", *file, context.help("package.file"))->required();
    verify->callback([&context, file] { context.command = [&context, file] { return run_verify(context, *file); }; });
}

} // namespace vtlt::app
