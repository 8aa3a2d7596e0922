// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include <vtlt/core/audit/audit_log.h>

#include <CLI/CLI.hpp>

namespace vtlt::app {

namespace {

int run_verify(const Context& context)
{
    context.require(auth::Action::integrity_verify);
    const auto opened = context.open_for_reading();
    auto& archive = *opened;
    const auto verdict = audit::verify_audit(archive.home(), archive.database());
    if (context.json) {
        context.print_json({{"format_version", 1},
                            {"ok", verdict.ok},
                            {"size", verdict.size},
                            {"root", verdict.root},
                            {"checkpoints", verdict.checkpoints},
                            {"first_bad", verdict.first_bad ? Json{{"event", *verdict.first_bad}, {"why", verdict.why}}
                                                            : Json(nullptr)}});
    } else {
        context.print_line(context.text("cli", verdict.ok ? "audit.ok" : "audit.bad",
                                        {{"size", std::to_string(verdict.size)},
                                         {"root", verdict.root},
                                         {"event", std::to_string(verdict.first_bad.value_or(0))},
                                         {"why", verdict.why}}));
    }
    return verdict.ok ? kExitOk : kExitIntegrity;
}

} // namespace

void add_audit(CLI::App& app, Context& context)
{
    auto* audit = app.add_subcommand("audit", context.help("audit"))->require_subcommand(1);
    audit->add_subcommand("verify", context.help("audit.verify"))->callback([&context] {
        context.command = [&context] { return run_verify(context); };
    });
}

} // namespace vtlt::app
