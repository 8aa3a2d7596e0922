// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace vtlt::demo {

/// SplitMix64 with integer-only choices: the distributions of <random> may differ from one library to the next.
class Random
{
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    /// An independent stream for a place named by numbers.
    static Random at(std::uint64_t seed, std::initializer_list<std::uint64_t> place)
    {
        Random random{seed};
        for (const auto part : place) {
            random.state_ = random.next() ^ (part * 0x9e3779b97f4a7c15ULL);
        }
        return random;
    }

    std::uint64_t next()
    {
        state_ += 0x9e3779b97f4a7c15ULL;
        auto z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// 0 … n−1; n below 2³².
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(((next() >> 32) * n) >> 32); }
    int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1)); }
    bool percent(std::size_t chance) { return below(100) < chance; }

    /// An index of `weights`, as often as its weight says.
    std::size_t weighted(std::span<const int> weights)
    {
        std::size_t total = 0;
        for (const int weight : weights) {
            total += static_cast<std::size_t>(weight);
        }
        auto left = below(total);
        std::size_t index = 0;
        while (left >= static_cast<std::size_t>(weights[index])) {
            left -= static_cast<std::size_t>(weights[index]);
            ++index;
        }
        return index;
    }

private:
    std::uint64_t state_;
};

} // namespace vtlt::demo
