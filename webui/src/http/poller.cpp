// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/poller.h"

#include <vtlt/core/base/error.h>

#include <algorithm>
#include <cerrno>
#include <sys/eventfd.h>
#include <unistd.h>

namespace vtlt::webui::http {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = this;
    if (!epoll_ || !bell_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &event) != 0) {
        throw_errno("epoll", "");
    }
}

bool Poller::arm(int fd, std::uint32_t events, void* mark, bool is_known)
{
    epoll_event event = {};
    event.events = events | EPOLLONESHOT;
    event.data.ptr = mark;
    return epoll_ctl(epoll_.get(), is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::remove(int fd)
{
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> Poller::wait(std::chrono::milliseconds limit)
{
    const auto count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                  static_cast<int>(std::clamp<std::int64_t>(limit.count(), 0, 60'000)));
    if (count < 0 && errno != EINTR) {
        throw_errno("epoll_wait", "");
    }
    return std::span{events_}.first(static_cast<std::size_t>(std::max(count, 0)));
}

void Poller::ring()
{
    const std::uint64_t one = 1;
    // A full counter has rung already.
    [[maybe_unused]] const auto written = write(bell_.get(), &one, sizeof one);
}

void Poller::quiet()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = read(bell_.get(), &count, sizeof count);
}

} // namespace vtlt::webui::http
