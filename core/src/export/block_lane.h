// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vtlt::export_ {

/// Some bytes on their way to another thread, and what they belong to.
struct Block
{
    struct Piece
    {
        std::size_t begin = 0;
        std::size_t size = 0;
        bool is_last = false; ///< of its file
        std::string digest;   ///< of the whole file, as it must be; only with the last piece
    };

    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
    std::vector<Piece> pieces;
};

inline constexpr std::size_t kBlockSize = std::size_t{512} << 10;

/// One thread that works off blocks in order. There are only `count` blocks, used again and again: the filling side
/// waits for a free one, so memory stays constant. All members are for one filling thread.
class BlockLane
{
public:
    BlockLane(std::size_t count, std::function<void(const Block&)> work);
    /// Blocks that still wait are dropped.
    ~BlockLane();
    BlockLane(const BlockLane&) = delete;
    BlockLane& operator=(const BlockLane&) = delete;

    /// An empty block to fill. Throws what the worker threw.
    Block& take();
    void submit(Block& block);
    /// Waits until every block is worked off. Throws what the worker threw.
    void finish();

private:
    void run();

    std::function<void(const Block&)> work_;
    std::vector<Block> blocks_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Block*> free_;
    std::deque<Block*> waiting_;
    std::exception_ptr failure_;
    bool stopping_ = false;
    std::jthread thread_;
};

} // namespace vtlt::export_
