// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/file.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <sys/epoll.h>

namespace vtlt::webui::http {

/// epoll with a bell that other threads may ring. Everything but ring() belongs to one thread. Interest is for one
/// event: what was reported must be armed again.
class Poller
{
public:
    Poller();

    /// `mark` comes back in the event; the address of the poller itself stands for the bell. False when the system
    /// refuses.
    bool arm(int fd, std::uint32_t events, void* mark, bool is_known);
    void remove(int fd);
    std::span<const epoll_event> wait(std::chrono::milliseconds limit);
    bool is_bell(const epoll_event& event) const { return event.data.ptr == this; }
    void ring();
    /// Makes the bell silent again; call it before looking for what it was rung for.
    void quiet();

private:
    UniqueFd epoll_;
    UniqueFd bell_;
    std::array<epoll_event, 256> events_{};
};

} // namespace vtlt::webui::http
