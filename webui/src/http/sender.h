// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/outgoing.h"

#include <atomic>
#include <list>
#include <mutex>
#include <vector>

namespace vtlt::webui::http {

/// Finishes the answers that did not fit into the socket at once: large files, and readers that are slow. One thread
/// for all of them, a step for each that can take one; not the parker's, for reading a cold disk can block.
class Sender
{
public:
    Sender(Parker& parker, OnAccess on_access);

    void run();
    void end();
    /// `state`: what the last step of it waits for. From any thread.
    void take(Outgoing outgoing, Io state);

private:
    struct Transfer
    {
        Outgoing outgoing;
        Io wanted = Io::wait_to_write;
        SteadyTime deadline;
        std::list<Transfer>::iterator place;
        bool is_registered = false;
    };

    void take_new();
    void step(Transfer& transfer);
    void arm(Transfer& transfer, Io wanted);
    void finish(Transfer& transfer, bool whole);
    void expire(SteadyTime now);
    void ask_all(SteadyTime now);

    Parker& parker_;
    OnAccess on_access_;
    Poller poller_;
    std::vector<char> buffer_;
    std::list<Transfer> transfers_; // who moved last stands last
    SteadyTime next_question_;
    std::atomic<bool> end_{false};

    std::mutex mutex_;
    std::list<Transfer> new_;
};

} // namespace vtlt::webui::http
