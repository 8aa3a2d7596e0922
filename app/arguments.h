// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace vtlt {
class Error;
}

namespace vtlt::app {

class Context;

/// What the command line says, read before CLI11 does: which words are options, commands and values. CLI11 takes
/// every word with a dash for an option and `[a,b]` for a list; here a word that is no option of ours stays a word
/// where the command takes words (`search thuế -phí`), and after `--` everything is one.
/// `words` are those after the program's name. Answers the arguments for CLI11, which gives the words back through
/// `accept_words`. Throws invalid `cli.usage` for an unknown command or option, with the nearest one that there is.
std::vector<std::string> read_arguments(const CLI::App& app, const Context& context,
                                        const std::vector<std::string>& words);

/// Lets every place of `app` and its commands that takes a word take it as typed.
void accept_words(CLI::App& app);

/// CLI11's own refusals in the reader's language, as invalid `cli.usage`.
Error usage_error(const CLI::App& app, const Context& context, const CLI::ParseError& error);

} // namespace vtlt::app
