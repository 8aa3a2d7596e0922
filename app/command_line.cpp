// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "app/context.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <CLI/CLI.hpp>

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

/// Asked for before parsing, because the help itself is written in it.
webui::Language language_of(int argc, char** argv)
{
    std::string_view wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument{argv[i]};
        if (argument == "--lang" && i + 1 < argc) {
            wanted = argv[i + 1];
        } else if (argument.starts_with("--lang=")) {
            wanted = argument.substr(7);
        }
    }
    if (const char* environment = std::getenv("VTLT_LANG"); wanted.empty() && environment != nullptr) {
        wanted = environment;
    }
    return webui::language_from_name(wanted).value_or(webui::Language::vi);
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

int usage_error(const CLI::App& app, const Context& context, const CLI::ParseError& error)
{
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
        return app.exit(error); // --help, --version
    }
    if (context.json) {
        report(context, Error{Kind::invalid, "cli.usage", {{"reason", error.what()}}});
        return kExitUsage;
    }
    app.exit(error);
    return kExitUsage;
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

bool wants_json(int argc, char** argv)
{
    return std::any_of(argv + 1, argv + argc, [](const char* one) { return std::strcmp(one, "--json") == 0; });
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
    context.language = language_of(argc, argv);
    context.json = wants_json(argc, argv);
    CLI::App app{context.help("program"), "vtlt"};
    app.set_version_flag("--version", "vtlt 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    add_globals(app, context);
    for (const auto add : kCommands) {
        add(app, context);
    }
    try {
        app.parse(argc, argv);
        return run_command(context);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, context, error);
    } catch (const Error& error) {
        return report(context, error);
    } catch (const std::exception& error) {
        return report(context, Error{Kind::internal, "internal.unexpected", {{"reason", error.what()}}});
    }
}

} // namespace vtlt::app
