// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/index_thread.h"

#include "app/index_upkeep.h"

#include <vtlt/core/base/clock.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/log.h>

#include <algorithm>

namespace vtlt::app {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLookAgain = 1s;
constexpr std::chrono::milliseconds kLongestPause = 60s;

/// Who writes has to wait while a large index is compacted: with so few documents it takes about a second.
constexpr std::uint64_t kCompactedByDay = 20'000;

/// From one to five in the morning in Vietnam.
bool is_night()
{
    const auto now = SystemClock{}.now() + 7h;
    const auto of_day = now - std::chrono::floor<std::chrono::days>(now);
    return of_day >= 1h && of_day < 5h;
}

} // namespace

IndexThread::IndexThread(OpenHouse house)
    : house_(std::move(house)), thread_([this](const std::stop_token& stop) { run(stop); })
{}

IndexThread::~IndexThread()
{
    thread_.request_stop();
}

void IndexThread::wake()
{
    const std::scoped_lock lock{mutex_};
    woken_ = true;
    changed_.notify_one();
}

void IndexThread::mend()
{
    const std::scoped_lock lock{mutex_};
    woken_ = true;
    rebuild_ = true;
    changed_.notify_one();
}

void IndexThread::run(const std::stop_token& stop)
{
    auto pause = kLookAgain;
    while (!stop.stop_requested()) {
        bool rebuild = false;
        {
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, stop, pause, [this] { return woken_; });
            woken_ = false;
            rebuild = std::exchange(rebuild_, false);
        }
        if (stop.stop_requested()) {
            return;
        }
        pause = work(rebuild) ? kLookAgain : std::min(pause * 2, kLongestPause);
    }
}

bool IndexThread::work(bool rebuild)
{
    try {
        if (rebuild) {
            log::warning("index.rebuild");
            house_.index->rebuild();
        } else {
            house_.index->catch_up();
        }
        house_.index->compact(is_night() ? UINT64_MAX : kCompactedByDay);
        return true;
    } catch (const Error& error) {
        log::error("index.failed", error);
    } catch (const std::exception& error) {
        log::error("index.failed", {{"reason", error.what()}});
    }
    return false;
}

} // namespace vtlt::app
