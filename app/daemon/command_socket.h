// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <memory>

namespace vtlt::app {

/// run/vtlt.sock: runs the commands that are typed while the server holds the archive. Whoever may open the socket
/// (mode 0660, group of the operators) is an operator; the history names him by SO_PEERCRED. Each command has a thread.
class CommandSocket
{
public:
    explicit CommandSocket(OpenHouse house);
    ~CommandSocket();
    CommandSocket(const CommandSocket&) = delete;
    CommandSocket& operator=(const CommandSocket&) = delete;

    void start();
    /// Asks the running commands to end (they are resumable) and waits for them.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace vtlt::app
