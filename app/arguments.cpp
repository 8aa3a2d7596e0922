// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/arguments.h"

#include "app/context.h"

#include <vtlt/core/base/error.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <regex>

namespace vtlt::app {

namespace {

/// Stands before a word on its way through CLI11, which would read its dash or its brackets.
constexpr char kWordMark = '\x1f';
/// So near is a word that was mistyped.
constexpr std::size_t kNear = 2;
/// Its words are a text; elsewhere a dash is an option.
constexpr std::string_view kTakesWords = "search";

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& known)
{
    std::string best;
    auto distance = kNear + 1;
    for (const auto& one : known) {
        if (const auto to_one = edit_distance(word, one); to_one < distance && to_one < one.size()) {
            distance = to_one;
            best = one;
        }
    }
    return best;
}

std::string command_name(const CLI::App& command)
{
    const auto* parent = command.get_parent();
    return (parent != nullptr ? command_name(*parent) + " " : std::string{}) + command.get_name();
}

Error refusal(const Context& context, const CLI::App& command, std::string_view key, const Fields& fields)
{
    return Error{Kind::invalid,
                 "cli.usage",
                 {{"reason", context.text("usage", key, fields)}, {"command", command_name(command)}}};
}

std::vector<const CLI::App*> commands_of(const CLI::App& command)
{
    return command.get_subcommands([](const CLI::App*) { return true; });
}

class Reader
{
public:
    Reader(const CLI::App& app, const Context& context) : context_(context), command_(&app) {}

    std::vector<std::string> read(const std::vector<std::string>& words)
    {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto& argument = words[i];
            if (words_only_) {
                add_word(argument);
            } else if (argument == "--") {
                words_only_ = true;
            } else if (argument.size() > 1 && argument.front() == '-') {
                if (add_dashed(argument) && i + 1 < words.size()) {
                    read_.push_back(words[++i]);
                }
            } else {
                add_plain(argument);
            }
        }
        return std::move(read_);
    }

private:
    const CLI::Option* find_option(const std::string& name) const
    {
        for (const auto* at = command_; at != nullptr; at = at->get_parent()) {
            if (const auto* option = at->get_option_no_throw(name)) {
                return option;
            }
        }
        return nullptr;
    }

    /// True when the next argument is this option's value.
    bool add_dashed(const std::string& argument)
    {
        const auto equals = argument.find('=');
        if (const auto* option = find_option(argument.substr(0, equals))) {
            read_.push_back(argument);
            return equals == std::string::npos && option->get_items_expected_min() > 0;
        }
        const bool is_long = argument.starts_with("--");
        if (!is_long && command_->get_name() == kTakesWords) {
            add_word(argument);
            return false;
        }
        if (!is_long && find_option(argument.substr(0, 2)) != nullptr) {
            read_.push_back(argument); // -CDIR
            return false;
        }
        throw unknown("unknown_option", argument.substr(0, equals), option_names());
    }

    void add_plain(const std::string& argument)
    {
        const auto commands = commands_of(*command_);
        if (commands.empty()) {
            add_word(argument);
            return;
        }
        const auto found = std::ranges::find(commands, argument, &CLI::App::get_name);
        if (found == commands.end()) {
            std::vector<std::string> names;
            names.reserve(commands.size());
            for (const auto* command : commands) {
                names.push_back(command->get_name());
            }
            throw unknown("unknown_command", argument, names);
        }
        command_ = *found;
        read_.push_back(argument);
    }

    void add_word(const std::string& word) { read_.push_back(kWordMark + word); }

    std::vector<std::string> option_names() const
    {
        std::vector<std::string> names;
        for (const auto* at = command_; at != nullptr; at = at->get_parent()) {
            for (const auto* option : at->get_options()) {
                for (const auto& name : option->get_lnames()) {
                    names.push_back("--" + name);
                }
            }
        }
        return names;
    }

    Error unknown(const std::string& key, const std::string& word, const std::vector<std::string>& known) const
    {
        const auto near = nearest(word, known);
        return refusal(context_, *command_, near.empty() ? key : key + "_near", {{"word", word}, {"near", near}});
    }

    const Context& context_;
    const CLI::App* command_;
    bool words_only_ = false;
    std::vector<std::string> read_;
};

/// What CLI11 2.1 says, by its words; {0} {1} of a row name the groups of its pattern.
struct UsageRow
{
    const char* pattern;
    const char* key;
    std::array<const char*, 2> names;
};

constexpr std::array kUsage{
    UsageRow{"A subcommand is required", "no_command", {}},
    UsageRow{"(\\S+) is required", "missing", {"name"}},
    UsageRow{"(\\S+): 1 required .*missing", "no_value", {"name"}},
    UsageRow{"(\\S+): At Most 1 required but received .*", "repeated", {"name"}},
    UsageRow{"Could not convert: (\\S+) = (.*)", "bad_value", {"name", "value"}},
    UsageRow{"(\\S+) excludes (\\S+)", "excludes", {"name", "other"}},
    UsageRow{"The following arguments? w[aser]+ not expected: (.*)", "surplus", {"words"}},
    UsageRow{"(--\\S+): (.*)", "one_of", {"name", "values"}},
};

const CLI::App& deepest(const CLI::App& app)
{
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest(*parsed.front());
}

} // namespace

std::vector<std::string> read_arguments(const CLI::App& app, const Context& context,
                                        const std::vector<std::string>& words)
{
    return Reader{app, context}.read(words);
}

void accept_words(CLI::App& app)
{
    for (auto* option : app.get_options([](CLI::Option* one) { return one->get_positional(); })) {
        option->transform([](const std::string& word) { return word.starts_with(kWordMark) ? word.substr(1) : word; });
    }
    for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
        accept_words(*command);
    }
}

Error usage_error(const CLI::App& app, const Context& context, const CLI::ParseError& error)
{
    std::string said = error.what();
    std::erase(said, kWordMark);
    for (const auto& row : kUsage) {
        std::smatch match;
        if (!std::regex_match(said, match, std::regex{row.pattern})) {
            continue;
        }
        Fields fields;
        for (std::size_t i = 0; i < row.names.size() && row.names[i] != nullptr; ++i) {
            fields.emplace_back(row.names[i], match[i + 1].str());
        }
        return refusal(context, deepest(app), row.key, fields);
    }
    return refusal(context, deepest(app), "other", {{"reason", said}});
}

} // namespace vtlt::app
