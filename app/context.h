// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/auth/actor.h>
#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/services/archive.h>
#include <vtlt/webui/messages.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace vtlt::app {

/// Exit codes that are no error of a room.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitPartial = 3;
inline constexpr int kExitIntegrity = 7;
inline constexpr int kExitInterrupted = 130;

/// The global flags and what every command needs: the archive, the clock, the language, the two outputs.
class Context
{
public:
    Context() = default;
    /// The same settings for another home.
    Context(const Context& other, std::filesystem::path other_home)
        : home(std::move(other_home)), json(other.json), quiet(other.quiet), no_input(other.no_input), now(other.now),
          language(other.language)
    {}

    std::filesystem::path home; ///< -C, else $VTLT_HOME, else the current folder
    bool json = false;
    bool quiet = false;
    bool no_input = false;
    std::string now; ///< --now
    webui::Language language = webui::Language::vi;
    std::function<int()> command; ///< set by the parsed subcommand

    const Clock& clock() const;
    auth::Actor actor() const { return auth::operator_actor(); }

    services::Archive open_for_reading() const;
    /// Throws invalid `clock.not_allowed` for --now in a home without a test clock.
    services::Archive open_for_writing() const;

    std::string text(std::string_view context, std::string_view key, const Fields& fields = {}) const
    {
        return webui::message(language, context, key, fields);
    }
    std::string help(std::string_view key) const { return text("cli", key); }

    /// stdout, straight to the descriptor: data. A broken pipe ends the program quietly.
    void print(std::string_view bytes) const;
    void print_line(std::string_view line) const;
    void print_json(const Json& value) const { print_line(to_line(value)); }
    /// stderr: messages; nothing under --quiet.
    void say(std::string_view line) const;

private:
    services::Archive open(services::Archive::Mode mode) const;

    mutable std::unique_ptr<Clock> clock_;
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

/// Set by Ctrl-C and SIGTERM once `watch_interrupts` was called.
const std::atomic<bool>& interrupted();
void watch_interrupts();

/// Null for an empty text.
Json json_or_null(const std::string& text);
Json json_or_null(std::optional<Date> date);

/// One row for each command group: who adds its options.
void add_init(CLI::App& app, Context& context);
void add_ingest(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_document(CLI::App& app, Context& context);
void add_unit(CLI::App& app, Context& context);
void add_dossier(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_package(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_audit(CLI::App& app, Context& context);
void add_index(CLI::App& app, Context& context);
void add_job(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);

} // namespace vtlt::app
