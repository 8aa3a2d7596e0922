// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "app/arguments.h"
#include "app/context.h"
#include "app/forwarding.h"
#include "app/help_frame.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/webui/shapes.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::app {

namespace {

using Adder = void (*)(CLI::App&, Context&);

constexpr std::array<Adder, 22> kAdders{add_init,     add_serve,  add_ingest,  add_search,  add_document, add_edit,
                                        add_user,     add_rights, add_secrecy, add_readers, add_unit,     add_dossier,
                                        add_register, add_set,    add_export,  add_package, add_verify,   add_audit,
                                        add_report,   add_index,  add_job,     add_doctor};

/// Asked for before parsing, because the help and every refusal are written so. After `--` stand words only.
void prepare(Context& context, const std::vector<std::string>& words)
{
    std::string_view wanted;
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        const std::string_view argument{words[i]};
        if (argument == "--json") {
            context.json = true;
        } else if (argument == "--lang" && i + 1 < words.size()) {
            wanted = words[i + 1];
        } else if (argument.starts_with("--lang=")) {
            wanted = argument.substr(7);
        }
    }
    if (const char* environment = std::getenv("VTLT_LANG"); wanted.empty() && environment != nullptr) {
        wanted = environment;
    }
    context.language = webui::language_from_name(wanted).value_or(webui::Language::vi);
}

int report(const Context& context, const Error& error)
{
    std::string out;
    if (context.json) {
        out = to_line(webui::problem_json(context.language, error));
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
    const ssize_t ignored = ::write(context.outlets.err, out.data(), out.size());
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
    app.add_option("--token-file", context.token_file, context.help("global.token_file"));
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

int run_here(const Context& context)
{
    try {
        context.enter(context.command->command.row());
        return context.command->run();
    } catch (const std::filesystem::filesystem_error& failure) {
        throw_as_error(failure);
    }
}

int run_command(const Context& context, const std::vector<std::string>& arguments)
{
    if (context.home.empty()) {
        throw Error{Kind::invalid, "archive.no_path"};
    }
    if (context.command->command.row().action) {
        if (const auto exit = forward(context, arguments)) {
            return *exit;
        }
    }
    return run_here(context);
}

/// Parses into `context` and hands it to `work`; every refusal is told on the context's own outlets.
template <class Work>
int with_parsed(Context& context, const std::vector<std::string>& words, const Work& work)
{
    CLI::App app{context.help("program"), "vtlt"};
    set_help_frame(app, context);
    app.require_subcommand(1);
    app.fallthrough();
    add_globals(app, context);
    for (const auto add : kAdders) {
        add(app, context);
    }
    finish_help_frame(app);
    accept_words(app);
    try {
        auto arguments = read_arguments(app, context, words);
        std::ranges::reverse(arguments); // as CLI11 wants them
        app.parse(std::move(arguments));
        context.takes_path(PathUse::input, context.token_file);
        return work();
    } catch (const CLI::ParseError& error) {
        return report_usage(app, context, error);
    } catch (const Error& error) {
        return report(context, error);
    } catch (const std::exception& error) {
        return report(context, Error{Kind::internal, "internal.unexpected", {{"reason", error.what()}}});
    }
}

/// Puts the client's descriptors where its paths stood.
void replace_paths(Context& context, const Forwarded& command)
{
    auto next = command.paths.begin();
    for (const auto& place : context.path_places) {
        auto paths = place.get();
        for (auto& path : paths) {
            ensure(next != command.paths.end(), "a descriptor for each path");
            auto opened = "/proc/self/fd/" + std::to_string((next++)->get());
            if (place.use == PathUse::output) {
                opened += "/" + std::filesystem::path{path}.filename().native();
            }
            context.typed_paths[opened] = (std::filesystem::path{command.folder} / path).lexically_normal().native();
            path = std::move(opened);
        }
        if (!paths.empty()) {
            place.set(std::move(paths));
        }
    }
}

} // namespace

int run(int argc, char** argv)
{
    // Names in archives and file systems are UTF-8; without this libarchive reads Vietnamese ones as nothing.
    std::setlocale(LC_CTYPE, "C.UTF-8");
    ::umask(0077);
    std::signal(SIGPIPE, SIG_IGN);

    const std::vector<std::string> words{argv + 1, argv + argc};
    Context context;
    context.home = ".";
    prepare(context, words);
    return with_parsed(context, words, [&] { return run_command(context, words); });
}

int run_forwarded(Forwarded command, const OpenHouse& house, const std::atomic<bool>& stop)
{
    Context context;
    context.home = house.archive->home().root();
    context.language = command.language;
    prepare(context, command.arguments);
    context.house = house;
    context.forwarded_for = command.actor;
    context.stop_flag = &stop;
    context.outlets = {command.outlets[0].get(), command.outlets[1].get(), command.outlets[2].get()};
    return with_parsed(context, command.arguments, [&] {
        context.home = house.archive->home().root(); // whatever way the client wrote it
        context.language = command.language;
        replace_paths(context, command);
        return run_here(context);
    });
}

} // namespace vtlt::app
