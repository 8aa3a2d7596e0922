// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/events.h"

#include <algorithm>
#include <array>
#include <exception>

namespace vtlt::webui::http {

namespace {

using namespace std::chrono_literals;

constexpr auto kBeat = 300ms;
constexpr auto kComment = 15s;
/// A reader that lets so much pile up has stopped reading; he may come back and ask afresh.
constexpr std::size_t kMaxPending = std::size_t{256} * 1024;

} // namespace

Events::Events(Counters& counters, OnAccess on_access) : counters_(counters), on_access_(std::move(on_access)) {}

void Events::run()
{
    auto next_beat = std::chrono::steady_clock::now();
    for (;;) {
        std::list<Stream> fresh;
        {
            std::unique_lock lock{mutex_};
            const auto is_woken = [&] { return end_ || !new_.empty(); };
            if (streams_.empty()) {
                woken_.wait(lock, is_woken);
            } else {
                woken_.wait_until(lock, next_beat, is_woken);
            }
            if (end_) {
                break;
            }
            fresh.swap(new_);
        }
        const auto ended = [&](Stream& stream) {
            if (step(stream)) {
                return false;
            }
            report(on_access_, stream.outgoing);
            --counters_.event_streams;
            return true;
        };
        std::erase_if(fresh, ended); // who comes is served at once
        if (std::chrono::steady_clock::now() >= next_beat) {
            next_beat = std::chrono::steady_clock::now() + kBeat;
            std::erase_if(streams_, ended);
        }
        streams_.splice(streams_.end(), fresh);
    }
    const std::scoped_lock lock{mutex_};
    streams_.splice(streams_.end(), new_);
    for (auto& stream : streams_) {
        stream.outgoing.connection->end_sending();
        report(on_access_, stream.outgoing);
        --counters_.event_streams;
    }
    streams_.clear();
}

void Events::end()
{
    {
        const std::scoped_lock lock{mutex_};
        end_ = true;
    }
    woken_.notify_all();
}

void Events::take(Outgoing outgoing, EventBody body)
{
    {
        const std::scoped_lock lock{mutex_};
        if (end_) {
            return; // and the connection with it
        }
        ++counters_.event_streams;
        auto head = std::move(outgoing.head);
        new_.push_back({.outgoing = std::move(outgoing),
                        .body = std::move(body),
                        .pending = std::move(head),
                        .last_sent = std::chrono::steady_clock::now()});
    }
    woken_.notify_all();
}

/// False when the stream is over.
bool Events::step(Stream& stream)
{
    // What a client says on a stream means nothing, but that he left does.
    std::array<char, 512> heard; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by receive
    if (stream.outgoing.connection->receive(heard).state == Io::closed || !ask_on(stream.outgoing)) {
        return false;
    }
    if (!stream.ended && stream.pending.size() < kMaxPending) {
        try {
            auto news = stream.body.next();
            stream.ended = !news;
            stream.pending += news.value_or(std::string{});
        } catch (const std::exception& failure) {
            stream.outgoing.access.failure = failure.what();
            ++counters_.handler_failures;
            stream.ended = true;
        }
    }
    const auto now = std::chrono::steady_clock::now();
    if (stream.pending.empty() && !stream.ended && now - stream.last_sent >= kComment) {
        stream.pending = ":\n\n";
    }
    if (!stream.pending.empty() && !flush(stream)) {
        return false;
    }
    if (stream.pending.empty() && stream.ended) {
        stream.outgoing.connection->end_sending();
        return false;
    }
    return now - stream.last_sent < 2 * kComment;
}

bool Events::flush(Stream& stream)
{
    while (!stream.pending.empty()) {
        const auto result = stream.outgoing.connection->send(stream.pending);
        if (result.state != Io::done) {
            return result.state != Io::closed;
        }
        stream.outgoing.sent += result.bytes;
        stream.pending.erase(0, result.bytes);
        stream.last_sent = std::chrono::steady_clock::now();
    }
    return true;
}

} // namespace vtlt::webui::http
