// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/file.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <random>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vtlt::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr double kLongTurn = 10;
constexpr unsigned kRoundsOfLongTurns = 3;
constexpr std::size_t kBlock = std::size_t{1} << 20;

double seconds_of(const std::function<void()>& work)
{
    const auto started = Steady::now();
    work();
    return std::chrono::duration<double>(Steady::now() - started).count();
}

/// Where the output of peers goes.
class SilentOutput
{
public:
    SilentOutput()
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ~SilentOutput() { ::posix_spawn_file_actions_destroy(&actions_); }
    SilentOutput(const SilentOutput&) = delete;
    SilentOutput& operator=(const SilentOutput&) = delete;

    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_ = {};
};

} // namespace

Turns take_turns(const std::vector<Side>& sides, unsigned rounds, const std::function<void()>& before)
{
    Turns turns(sides.size());
    for (unsigned round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < sides.size(); ++i) {
            sides[i].prepare();
            before();
            turns[i].push_back(seconds_of(sides[i].run));
            if (turns[i].back() > kLongTurn) {
                rounds = std::min(rounds, kRoundsOfLongTurns);
            }
        }
    }
    return turns;
}

void report(const std::string& name, const std::vector<Side>& sides, const Turns& turns, const Json& extra)
{
    Json line{{"case", name}, {"sides", Json::object()}};
    for (std::size_t i = 0; i < sides.size(); ++i) {
        line["sides"][sides[i].name] = turns[i];
    }
    line.update(extra);
    std::puts(to_line(line).c_str());
    std::fflush(stdout);
}

void run_program(const std::vector<std::string>& arguments)
{
    std::vector<std::string> copies{arguments};
    std::vector<char*> list;
    for (auto& copy : copies) {
        list.push_back(copy.data());
    }
    list.push_back(nullptr);
    const SilentOutput output;
    pid_t child = 0;
    int status = ::posix_spawnp(&child, list.front(), output.get(), nullptr, list.data(), environ);
    if (status != 0) {
        throw_errno("posix_spawnp", arguments.front(), status);
    }
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            throw_errno("waitpid", arguments.front());
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw Error{Kind::internal,
                    "bench.program_failed",
                    {{"program", arguments.front()}, {"status", std::to_string(status)}}};
    }
}

void write_random_file(const std::filesystem::path& path, std::uint64_t size, std::uint64_t seed)
{
    std::mt19937_64 random{seed};
    std::vector<std::uint64_t> block(kBlock / sizeof(std::uint64_t));
    const auto fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    while (size > 0) {
        std::ranges::generate(block, std::ref(random));
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size, kBlock));
        write_all(fd.get(), {reinterpret_cast<const char*>(block.data()), part}, path.native());
        size -= part;
    }
}

Options::Options(int count, char** arguments)
{
    for (int i = 0; i < count; i += 2) {
        const std::string_view name{arguments[i]};
        if (!name.starts_with("--") || i + 1 == count) {
            throw Error{Kind::invalid, "bench.usage", {{"option", std::string{name}}}};
        }
        values_[std::string{name.substr(2)}] = arguments[i + 1];
    }
}

std::string Options::text(const std::string& name, const std::string& otherwise) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
}

std::filesystem::path Options::path(const std::string& name) const
{
    const auto value = text(name);
    if (value.empty()) {
        throw Error{Kind::invalid, "bench.missing_option", {{"option", name}}};
    }
    return std::filesystem::absolute(value); // peers may start in another folder
}

std::uint64_t Options::number(const std::string& name, std::uint64_t otherwise) const
{
    const auto value = text(name);
    return value.empty() ? otherwise : std::stoull(value);
}

} // namespace vtlt::bench
