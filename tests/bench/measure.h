// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// What every sub-benchmark of vtlt-bench shares: turns, child programs, options, one JSON line per case.
namespace vtlt::bench {

/// One of those that are compared. `prepare` is not timed.
struct Side
{
    std::string name;
    std::function<void()> run;
    std::function<void()> prepare = [] {};
};

/// Seconds of each turn, side by side in the given order.
using Turns = std::vector<std::vector<double>>;

/// Every side once per round, so that a slow moment of the machine hits all of them. A round in which one side needs
/// more than ten seconds makes it three rounds at most. `before` runs untimed before each turn.
Turns take_turns(
    const std::vector<Side>& sides, unsigned rounds, const std::function<void()>& before = [] {});

/// Prints `{"case": …, "sides": {name: [seconds…]}, …extra}`; bench.py reads it.
void report(const std::string& name, const std::vector<Side>& sides, const Turns& turns,
            const Json& extra = Json::object());

/// Runs a program found in $PATH with its output thrown away. Throws internal `bench.program_failed` unless it exits
/// with 0.
void run_program(const std::vector<std::string>& arguments);

/// Bytes that nobody can compress, the same for the same seed.
void write_random_file(const std::filesystem::path& path, std::uint64_t size, std::uint64_t seed);

/// `--name value` pairs.
class Options
{
public:
    /// Throws invalid `bench.usage`.
    Options(int count, char** arguments);

    std::string text(const std::string& name, const std::string& otherwise = "") const;
    /// Throws invalid `bench.missing_option`.
    std::filesystem::path path(const std::string& name) const;
    std::uint64_t number(const std::string& name, std::uint64_t otherwise) const;
    unsigned rounds() const { return static_cast<unsigned>(number("rounds", 5)); }

private:
    std::map<std::string, std::string> values_;
};

void bench_catalogue(const Options& options);
void bench_intake(const Options& options);
void bench_fixity(const Options& options);
void bench_extraction(const Options& options);
void bench_indexing(const Options& options);
void bench_index_peers(const Options& options);
void bench_searching(const Options& options);
void bench_forms(const Options& options);

} // namespace vtlt::bench
