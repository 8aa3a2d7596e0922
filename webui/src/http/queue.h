// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace vtlt::webui::http {

/// Bounded, for any threads.
template <class T>
class Queue
{
public:
    explicit Queue(std::size_t limit) : limit_(limit) {}

    /// Leaves `item` as it was, and says false, when there is no room or the queue is closed.
    bool try_push(T& item)
    {
        {
            const std::scoped_lock lock{mutex_};
            if (closed_ || items_.size() >= limit_) {
                return false;
            }
            items_.push_back(std::move(item));
        }
        filled_.notify_one();
        return true;
    }

    /// Waits; nullopt when the queue is closed and empty.
    std::optional<T> pop()
    {
        std::unique_lock lock{mutex_};
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        if (items_.empty()) {
            return std::nullopt;
        }
        std::optional<T> item{std::move(items_.front())};
        items_.pop_front();
        return item;
    }

    void close()
    {
        {
            const std::scoped_lock lock{mutex_};
            closed_ = true;
        }
        filled_.notify_all();
    }

    std::size_t size() const
    {
        const std::scoped_lock lock{mutex_};
        return items_.size();
    }

private:
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<T> items_;
    bool closed_ = false;
};

} // namespace vtlt::webui::http
