// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/context.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace vtlt::app {

/// Keeps the index after the catalogue while the server runs: within a moment of each change, and at least every
/// second. A failure is logged and tried again, more and more slowly. Safe from any thread.
class IndexThread
{
public:
    explicit IndexThread(OpenHouse house);
    /// Waits for the group at hand.
    ~IndexThread();

    void wake();
    /// An index was found unreadable: build all anew.
    void mend();

private:
    void run(const std::stop_token& stop);
    bool work(bool rebuild);

    OpenHouse house_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool woken_ = true;    // guarded by mutex_
    bool rebuild_ = false; // guarded by mutex_
    std::jthread thread_;  // last: starts when everything else is there
};

} // namespace vtlt::app
