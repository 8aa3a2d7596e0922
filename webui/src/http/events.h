// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/outgoing.h"

#include <condition_variable>
#include <list>
#include <mutex>

namespace vtlt::webui::http {

/// All event streams on one thread: asks each for news about every 300 ms and never waits for a reader.
class Events
{
public:
    Events(Counters& counters, OnAccess on_access);

    void run();
    /// Ends every stream and run().
    void end();
    /// `outgoing.head` is the head of the answer. From any thread; after end() the connection is closed.
    void take(Outgoing outgoing, EventBody body);

private:
    struct Stream
    {
        Outgoing outgoing;
        EventBody body;
        std::string pending;
        SteadyTime last_sent;
        bool ended = false;
    };

    bool step(Stream& stream);
    bool flush(Stream& stream);

    Counters& counters_;
    OnAccess on_access_;
    std::list<Stream> streams_;

    std::mutex mutex_;
    std::condition_variable woken_;
    std::list<Stream> new_;
    bool end_ = false;
};

} // namespace vtlt::webui::http
