// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace vtlt::app {

class Context;

/// The frame of CLI11's help ("Usage", "Options", "REQUIRED" …) in the reader's language. Before the commands are
/// added.
void set_help_frame(CLI::App& app, const Context& context);
/// What CLI11 gives each command by itself. After the commands are added.
void finish_help_frame(CLI::App& app);

} // namespace vtlt::app
