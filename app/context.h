// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command_table.h"

#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/webui/messages.h>
#include <vtlt/webui/shapes.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace vtlt::app {

class IndexKeeper;

/// An open archive with the one keeper of its index: opened by a command for itself, or lent by the server to the jobs
/// it runs and the commands forwarded to it.
struct OpenHouse
{
    std::shared_ptr<services::Archive> archive;
    std::shared_ptr<IndexKeeper> index;
};

/// The descriptors a command talks through: its own, or those a client passed to the server.
struct Outlets
{
    int in = 0;
    int out = 1;
    int err = 2;
};

/// What a command does with a path that stands on its command line.
enum class PathUse
{
    input, ///< a file or folder that is read
    output ///< a file that will be made: its folder is what is opened
};

/// A place of a command's options that holds paths. A forwarded command has them opened by the client and replaced by
/// /proc/self/fd/N here.
struct PathPlace
{
    PathUse use = PathUse::input;
    std::function<std::vector<std::string>()> get;
    std::function<void(std::vector<std::string>)> set;
};

/// Exit codes that are no error of a room.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitPartial = 3;
inline constexpr int kExitIntegrity = 7;
inline constexpr int kExitInterrupted = 130;

/// The command that was typed, with its row: nothing runs that has none.
struct ParsedCommand
{
    ParsedCommand(Command its_command, std::function<int()> what) : command(its_command), run(std::move(what)) {}

    Command command;
    std::function<int()> run;
};

/// The global flags and what every command needs: the archive, the clock, the language, the two outputs.
class Context
{
public:
    Context() = default;
    /// The same settings for another home.
    Context(const Context& other, std::filesystem::path other_home)
        : home(std::move(other_home)), json(other.json), quiet(other.quiet), no_input(other.no_input), now(other.now),
          language(other.language), outlets(other.outlets)
    {}

    std::filesystem::path home; ///< -C, else $VTLT_HOME, else the current folder
    bool json = false;
    bool quiet = false;
    bool no_input = false;
    std::string now;        ///< --now
    std::string token_file; ///< --token-file: act as that person
    webui::Language language = webui::Language::vi;
    std::optional<ParsedCommand> command; ///< set by the parsed subcommand
    std::vector<PathPlace> path_places;   ///< of the parsed command
    /// Inside the server: what was typed for a path that came as a descriptor.
    std::map<std::string, std::string> typed_paths;
    Outlets outlets;
    std::optional<OpenHouse> house;               ///< set inside the server
    std::optional<auth::Actor> forwarded_for;     ///< who typed a forwarded command
    const std::atomic<bool>* stop_flag = nullptr; ///< of a forwarded command; else Ctrl-C of this process

    const Clock& clock() const;
    /// Who acts: the operator of the machine, or whose token `token_file` holds. Throws forbidden `token.refused`
    /// (unknown, revoked, expired, disabled: one text) and what read_token throws.
    const auth::Actor& actor() const;
    /// The same as it is by now, at the end of long work.
    auth::Actor actor_now(services::Archive& archive) const;
    /// The door of a command: who may do nothing of its kind anywhere does not come in. Throws forbidden
    /// `auth.forbidden`, `command.for_operators`, and what actor() throws.
    void enter(const CommandRow& row) const;

    std::shared_ptr<services::Archive> open_for_reading() const;
    /// Tells the history, and the figures, that a document is about to be given. Without a server that needs the lock:
    /// of a secret one throws busy `archive.locked` where another has it, an open one is given all the same.
    void note_access(services::Archive& archive, const catalog::Document& document, services::Access access) const;
    /// Throws invalid `clock.not_allowed` for --now in a home without a test clock.
    std::shared_ptr<services::Archive> open_for_writing() const;
    /// The archive opened for writing, with the keeper of its index.
    OpenHouse open_house() const;

    /// For the callbacks of commands: this option names a path. An empty one and "-" are none.
    void takes_path(PathUse use, std::string& path);
    void takes_path(PathUse use, std::optional<std::string>& path);
    void takes_path(PathUse use, std::filesystem::path& path);
    void takes_paths(PathUse use, std::vector<std::string>& paths);
    /// The path as the person typed it: for names and messages.
    std::string typed_path(const std::string& path) const;

    /// True once the person who asked wants the command to end; long work looks at it.
    const std::atomic<bool>& stop() const;
    bool is_terminal(int fd) const;

    std::string text(std::string_view context, std::string_view key, const Fields& fields = {}) const
    {
        return webui::message(language, context, key, fields);
    }
    std::string help(std::string_view key) const { return text("cli", key); }

    /// stdout, straight to the descriptor: data.
    void print(std::string_view bytes) const;
    void print_line(std::string_view line) const;
    void print_json(const Json& value) const { print_line(to_line(value)); }
    /// stderr: messages; nothing under --quiet.
    void say(std::string_view line) const;

private:
    std::shared_ptr<services::Archive> open(services::Archive::Mode mode) const;

    std::shared_ptr<services::Archive> writer_if_free() const;
    auth::Actor operator_here() const;
    auth::Actor person_of_token(services::Archive& archive) const;

    mutable std::unique_ptr<Clock> clock_;
    mutable std::optional<auth::Actor> actor_;
};

/// One line of progress on a terminal: count, %, rate, ETA. Silent elsewhere.
class ProgressLine
{
public:
    ProgressLine(const Context& context, std::string_view what);
    ~ProgressLine();
    void show(std::uint64_t done, std::uint64_t total, std::uint64_t bytes);

private:
    const Context& context_;
    std::string what_;
    bool on_;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point shown_;
};

/// From now on Ctrl-C and SIGTERM set the flag of Context::stop().
void watch_interrupts();

using webui::json_or_null;

/// One row for each command group: who adds its options.
void add_init(CLI::App& app, Context& context);
void add_ingest(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_document(CLI::App& app, Context& context);
void add_edit(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_user(CLI::App& app, Context& context);
void add_rights(CLI::App& app, Context& context);
void add_secrecy(CLI::App& app, Context& context);
void add_readers(CLI::App& app, Context& context);
void add_unit(CLI::App& app, Context& context);
void add_dossier(CLI::App& app, Context& context);
void add_register(CLI::App& app, Context& context);
void add_set(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_package(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_audit(CLI::App& app, Context& context);
void add_index(CLI::App& app, Context& context);
void add_job(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);

} // namespace vtlt::app
