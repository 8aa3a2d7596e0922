// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "app/arguments.h"
#include "app/context.h"
#include "app/help_frame.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::app {

namespace {

using Adder = void (*)(CLI::App&, Context&);

constexpr std::array<Adder, 13> kCommands{add_init,    add_ingest, add_search,  add_document, add_unit,
                                          add_dossier, add_export, add_package, add_verify,   add_audit,
                                          add_index,   add_job,    add_doctor};

/// Asked for before parsing, because the help and every refusal are written so. After `--` stand words only.
void prepare(Context& context, int argc, char** argv)
{
    std::string_view wanted;
    for (int i = 1; i < argc && std::strcmp(argv[i], "--") != 0; ++i) {
        const std::string_view argument{argv[i]};
        if (argument == "--json") {
            context.json = true;
        } else if (argument == "--lang" && i + 1 < argc) {
            wanted = argv[i + 1];
        } else if (argument.starts_with("--lang=")) {
            wanted = argument.substr(7);
        }
    }
    if (const char* environment = std::getenv("VTLT_LANG"); wanted.empty() && environment != nullptr) {
        wanted = environment;
    }
    context.language = webui::language_from_name(wanted).value_or(webui::Language::vi);
}

struct Status
{
    Kind kind;
    int http;
};

constexpr std::array kStatus{Status{Kind::invalid, 422},   Status{Kind::not_found, 404}, Status{Kind::conflict, 409},
                             Status{Kind::forbidden, 403}, Status{Kind::busy, 503},      Status{Kind::corrupt, 500},
                             Status{Kind::internal, 500}};

/// RFC 9457 as far as a command line has it.
Json problem(const Context& context, const Error& error)
{
    auto errors = Json::array();
    for (const auto& one : error.problems()) {
        errors.push_back(
            {{"pointer", one.pointer}, {"code", one.code}, {"detail", context.text("error", one.code, one.fields)}});
    }
    return {{"format_version", 1},
            {"type", "about:blank"},
            {"status", kStatus[static_cast<std::size_t>(error.kind())].http},
            {"kind", kind_name(error.kind())},
            {"code", error.code()},
            {"title", webui::error_text(context.language, error)},
            {"detail", json_or_null(webui::error_hint(context.language, error))},
            {"errors", errors}};
}

int report(const Context& context, const Error& error)
{
    std::string out;
    if (context.json) {
        out = to_line(problem(context, error));
    } else {
        out = "vtlt: " + webui::error_text(context.language, error);
        for (const auto& one : error.problems()) {
            out += "\n  " + one.pointer + ": " + context.text("error", one.code, one.fields);
        }
        if (const auto hint = webui::error_hint(context.language, error); !hint.empty()) {
            out += "\n  " + hint;
        }
    }
    out += '\n';
    const ssize_t ignored = ::write(STDERR_FILENO, out.data(), out.size());
    static_cast<void>(ignored);
    return exit_code(error.kind());
}

void add_globals(CLI::App& app, Context& context)
{
    app.add_option("-C", context.home, context.help("global.home"))->envname("VTLT_HOME");
    app.add_flag("--json", context.json, context.help("global.json"));
    app.add_flag("--quiet", context.quiet, context.help("global.quiet"));
    app.add_flag("--no-input", context.no_input, context.help("global.no_input"));
    app.add_option("--now", context.now, context.help("global.now"));
    app.add_option_function<std::string>(
           "--lang",
           [&context](const std::string& name) {
               const auto language = webui::language_from_name(name);
               if (!language) {
                   throw CLI::ValidationError{"--lang", "vi | en"};
               }
               context.language = *language;
           },
           context.help("global.lang"))
        ->type_name("vi|en");
}

int report_usage(const CLI::App& app, const Context& context, const CLI::ParseError& error)
{
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
        return app.exit(error); // --help, --version
    }
    return report(context, usage_error(app, context, error));
}

int run_command(const Context& context)
{
    if (context.home.empty()) {
        throw Error{Kind::invalid, "archive.no_path"};
    }
    try {
        return context.command();
    } catch (const std::filesystem::filesystem_error& failure) {
        throw_as_error(failure);
    }
}

} // namespace

int run(int argc, char** argv)
{
    // Names in archives and file systems are UTF-8; without this libarchive reads Vietnamese ones as nothing.
    std::setlocale(LC_CTYPE, "C.UTF-8");
    ::umask(0077);
    std::signal(SIGPIPE, SIG_IGN);

    Context context;
    context.home = ".";
    prepare(context, argc, argv);
    CLI::App app{context.help("program"), "vtlt"};
    set_help_frame(app, context);
    app.require_subcommand(1);
    app.fallthrough();
    add_globals(app, context);
    for (const auto add : kCommands) {
        add(app, context);
    }
    finish_help_frame(app);
    accept_words(app);
    try {
        auto arguments = read_arguments(app, context, argc, argv);
        std::ranges::reverse(arguments); // as CLI11 wants them
        app.parse(std::move(arguments));
        return run_command(context);
    } catch (const CLI::ParseError& error) {
        return report_usage(app, context, error);
    } catch (const Error& error) {
        return report(context, error);
    } catch (const std::exception& error) {
        return report(context, Error{Kind::internal, "internal.unexpected", {{"reason", error.what()}}});
    }
}

} // namespace vtlt::app
