// SPDX-License-Identifier: GPL-3.0-or-later
#include "block_lane.h"

namespace vtlt::export_ {

BlockLane::BlockLane(std::size_t count, std::function<void(const Block&)> work) : work_(std::move(work)), blocks_(count)
{
    for (auto& block : blocks_) {
        block.bytes = std::make_unique_for_overwrite<char[]>(kBlockSize);
        free_.push_back(&block);
    }
    thread_ = std::jthread{[this] { run(); }};
}

BlockLane::~BlockLane()
{
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    changed_.notify_all();
}

Block& BlockLane::take()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !free_.empty() || failure_; });
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    auto& block = *free_.back();
    free_.pop_back();
    block.size = 0;
    block.pieces.clear();
    return block;
}

void BlockLane::submit(Block& block)
{
    const std::lock_guard lock{mutex_};
    waiting_.push_back(&block);
    changed_.notify_all();
}

void BlockLane::finish()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return free_.size() == blocks_.size() || failure_; });
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void BlockLane::run()
{
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
        if (stopping_) {
            return;
        }
        auto* block = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        std::exception_ptr failure;
        try {
            work_(*block);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        free_.push_back(block);
        failure_ = failure;
        changed_.notify_all();
        if (failure_) {
            return;
        }
    }
}

} // namespace vtlt::export_
