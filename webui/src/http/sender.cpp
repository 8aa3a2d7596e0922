// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/sender.h"

#include <algorithm>

namespace vtlt::webui::http {

namespace {

/// A reader that takes nothing for so long is gone.
constexpr std::chrono::seconds kStall{60};
/// Of a file under TLS: four records.
constexpr std::size_t kTlsStep = std::size_t{64} * 1024;

} // namespace

Sender::Sender(Parker& parker, OnAccess on_access)
    : parker_(parker), on_access_(std::move(on_access)), buffer_(kTlsStep)
{}

void Sender::run()
{
    while (!end_) {
        auto limit = std::chrono::milliseconds{60'000};
        if (!transfers_.empty()) {
            limit = std::chrono::ceil<std::chrono::milliseconds>(std::min(transfers_.front().deadline, next_question_) -
                                                                 std::chrono::steady_clock::now());
        }
        for (const auto& event : poller_.wait(limit)) {
            if (poller_.is_bell(event)) {
                poller_.quiet();
            } else {
                step(*static_cast<Transfer*>(event.data.ptr));
            }
        }
        take_new();
        expire(std::chrono::steady_clock::now());
        ask_all(std::chrono::steady_clock::now());
    }
    transfers_.clear();
}

void Sender::end()
{
    end_ = true;
    poller_.ring();
}

void Sender::take(Outgoing outgoing, Io state)
{
    {
        const std::scoped_lock lock{mutex_};
        new_.push_back({.outgoing = std::move(outgoing), .wanted = state == Io::done ? Io::wait_to_write : state});
    }
    poller_.ring();
}

void Sender::take_new()
{
    std::list<Transfer> fresh;
    {
        const std::scoped_lock lock{mutex_};
        fresh.swap(new_);
    }
    while (!fresh.empty()) {
        transfers_.splice(transfers_.end(), fresh, fresh.begin());
        auto& transfer = transfers_.back();
        transfer.place = std::prev(transfers_.end());
        transfer.deadline = std::chrono::steady_clock::now() + kStall;
        arm(transfer, transfer.wanted);
    }
}

void Sender::step(Transfer& transfer)
{
    const auto before = transfer.outgoing.sent;
    const auto state = push(transfer.outgoing, buffer_);
    if (state == Io::closed || is_all_sent(transfer.outgoing)) {
        return finish(transfer, state != Io::closed);
    }
    if (transfer.outgoing.sent != before) {
        transfer.deadline = std::chrono::steady_clock::now() + kStall;
        transfers_.splice(transfers_.end(), transfers_, transfer.place);
    }
    arm(transfer, state == Io::done ? Io::wait_to_write : state);
}

void Sender::arm(Transfer& transfer, Io wanted)
{
    const auto events = wanted == Io::wait_to_read ? EPOLLIN : EPOLLOUT;
    if (poller_.arm(transfer.outgoing.connection->fd(), events, &transfer, transfer.is_registered)) {
        transfer.is_registered = true;
    } else {
        finish(transfer, false);
    }
}

void Sender::finish(Transfer& transfer, bool whole)
{
    report(on_access_, transfer.outgoing);
    if (whole) {
        poller_.remove(transfer.outgoing.connection->fd());
        parker_.give_back(std::move(transfer.outgoing.connection), transfer.outgoing.after);
    }
    transfers_.erase(transfer.place);
}

void Sender::expire(SteadyTime now)
{
    while (!transfers_.empty() && transfers_.front().deadline <= now) {
        finish(transfers_.front(), false);
    }
}

/// By the clock and not by the chunk: a fast reader asks no more often than a slow one.
void Sender::ask_all(SteadyTime now)
{
    if (now < next_question_) {
        return;
    }
    next_question_ = now + kQuestion;
    for (auto next = transfers_.begin(); next != transfers_.end();) {
        auto& transfer = *next++;
        if (!ask_on(transfer.outgoing)) {
            finish(transfer, false);
        }
    }
}

} // namespace vtlt::webui::http
