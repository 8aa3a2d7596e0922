// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/context.h"

#include "app/index_upkeep.h"
#include "app/secret_input.h"
#include "app/words.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>
#include <vtlt/core/home.h>
#include <vtlt/core/services/api_tokens.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace vtlt::app {

namespace {

std::atomic<bool> interrupted_flag{false};

void on_signal(int)
{
    interrupted_flag.store(true);
}

void write_or_leave(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto done = ::write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            throw_errno("write", "output");
        }
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

} // namespace

const Clock& Context::clock() const
{
    if (!clock_) {
        if (now.empty()) {
            clock_ = std::make_unique<SystemClock>();
        } else {
            const auto instant = parse_instant(now);
            if (!instant) {
                throw Error{Kind::invalid, "clock.not_an_instant", {{"value", now}}};
            }
            clock_ = std::make_unique<FixedClock>(*instant);
        }
    }
    return *clock_;
}

std::shared_ptr<services::Archive> Context::open(services::Archive::Mode mode) const
{
    clock();
    if (house) {
        return house->archive;
    }
    try {
        return std::make_shared<services::Archive>(home, mode);
    } catch (const std::filesystem::filesystem_error& failure) {
        throw_as_error(failure);
    }
}

const auth::Actor& Context::actor() const
{
    if (!actor_) {
        actor_ = token_file.empty() ? operator_here() : person_of_token(*open_for_reading());
    }
    return *actor_;
}

auth::Actor Context::actor_now(services::Archive& archive) const
{
    return token_file.empty() ? operator_here() : person_of_token(archive);
}

auth::Actor Context::operator_here() const
{
    return forwarded_for ? *forwarded_for : auth::operator_actor();
}

auth::Actor Context::person_of_token(services::Archive& archive) const
{
    // Not by --now, which would wake expired tokens.
    const SystemClock real;
    auto person =
        services::find_actor_by_token(archive, archive.config().test_clock ? clock() : real, read_token(token_file));
    if (!person) {
        throw Error{Kind::forbidden, "token.refused"};
    }
    return *std::move(person);
}

void Context::enter(const CommandRow& row) const
{
    // A token is of a person of the archive; where there is none, the command itself says so.
    if (!token_file.empty() && !std::filesystem::exists(Home{home}.catalog())) {
        return;
    }
    // Also for what needs no right: who does not get in learns nothing of what is there.
    const auto& who = actor();
    if (row.action) {
        auth::authorize_somewhere(who, *row.action);
    } else if (row.needs == Needs::machine && who.type != auth::Actor::Type::operator_) {
        throw Error{Kind::forbidden, "command.for_operators"};
    }
}

std::shared_ptr<services::Archive> Context::open_for_reading() const
{
    return open(services::Archive::Mode::read);
}

/// Readers work beside a writer (decisions.md), and on a disk that cannot be written: what is open does not wait for
/// it.
std::shared_ptr<services::Archive> Context::writer_if_free() const
{
    try {
        return std::make_shared<services::Archive>(home, services::Archive::Mode::write, std::chrono::milliseconds{0});
    } catch (const Error&) {
        return nullptr;
    } catch (const std::filesystem::filesystem_error&) {
        return nullptr;
    }
}

void Context::note_access(services::Archive& archive, const catalog::Document& document, services::Access access) const
{
    const bool is_event =
        document.is_guarded() || !auth::order_of_reading(actor(), catalog::target_of(document)).empty();
    if (access == services::Access::viewed && !is_event && !archive.is_writable()) {
        return; // a figure alone is not worth the lock
    }
    const auto writer = archive.is_writable() ? nullptr : is_event ? open_for_writing() : writer_if_free();
    if (!archive.is_writable() && !writer) {
        return;
    }
    const SystemClock real;
    services::AccessBook book{writer ? *writer : archive, archive.config().test_clock ? clock() : real};
    book.note(actor(), document, access);
    book.flush();
}

std::shared_ptr<services::Archive> Context::open_for_writing() const
{
    auto archive = open(services::Archive::Mode::write);
    if (!now.empty() && !archive->config().test_clock) {
        throw Error{Kind::invalid, "clock.not_allowed"};
    }
    return archive;
}

OpenHouse Context::open_house() const
{
    return house ? *house : keep_house(open_for_writing());
}

namespace {

bool is_path(const std::string& text)
{
    return !text.empty() && text != "-";
}

} // namespace

void Context::takes_path(PathUse use, std::string& path)
{
    path_places.push_back({use, [&path] { return is_path(path) ? std::vector{path} : std::vector<std::string>{}; },
                           [&path](std::vector<std::string> given) { path = std::move(given.front()); }});
}

void Context::takes_path(PathUse use, std::optional<std::string>& path)
{
    if (path) {
        takes_path(use, *path);
    }
}

void Context::takes_path(PathUse use, std::filesystem::path& path)
{
    path_places.push_back(
        {use, [&path] { return is_path(path.native()) ? std::vector{path.native()} : std::vector<std::string>{}; },
         [&path](std::vector<std::string> given) { path = std::move(given.front()); }});
}

void Context::takes_paths(PathUse use, std::vector<std::string>& paths)
{
    path_places.push_back(
        {use, [&paths] { return paths; }, [&paths](std::vector<std::string> given) { paths = std::move(given); }});
}

std::string Context::typed_path(const std::string& path) const
{
    const auto found = typed_paths.find(path);
    return found == typed_paths.end() ? path : found->second;
}

const std::atomic<bool>& Context::stop() const
{
    return stop_flag != nullptr ? *stop_flag : interrupted_flag;
}

bool Context::is_terminal(int fd) const
{
    return ::isatty(fd) == 1;
}

void Context::print(std::string_view bytes) const
{
    write_or_leave(outlets.out, bytes);
}

void Context::print_line(std::string_view line) const
{
    print(std::string{line} + "\n");
}

void Context::say(std::string_view line) const
{
    if (!quiet) {
        write_or_leave(outlets.err, std::string{line} + "\n");
    }
}

ProgressLine::ProgressLine(const Context& context, std::string_view what)
    : context_(context), what_(what), on_(!context.quiet && context.is_terminal(context.outlets.err)),
      started_(std::chrono::steady_clock::now()), shown_(started_)
{}

ProgressLine::~ProgressLine()
{
    if (on_) {
        const ssize_t ignored = ::write(context_.outlets.err, "\r\x1b[K", 4);
        static_cast<void>(ignored);
    }
}

void ProgressLine::show(std::uint64_t done, std::uint64_t total, std::uint64_t bytes)
{
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (!on_ || now - shown_ < 100ms) {
        return;
    }
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const double left = rate > 0 && total > done ? static_cast<double>(total - done) / rate : 0;
    const double percent = total > 0 ? 100.0 * static_cast<double>(done) / static_cast<double>(total) : 0;
    std::array<char, 96> numbers{};
    std::snprintf(numbers.data(), numbers.size(), "%llu / %llu  %.0f %%  %.0f/s  ",
                  static_cast<unsigned long long>(done), static_cast<unsigned long long>(total), percent, rate);
    const auto eta = context_.text("cli", "progress.eta", {{"seconds", std::to_string(static_cast<long>(left))}});
    write_or_leave(context_.outlets.err, "\r\x1b[K" + context_.text("cli", what_) + "  " + numbers.data() +
                                             decimal(context_, static_cast<double>(bytes) / 1e6) + " MB  " + eta);
}

void watch_interrupts()
{
    struct sigaction action = {};
    action.sa_handler = on_signal;
    // Once only: a second Ctrl-C ends the program at once.
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

} // namespace vtlt::app
