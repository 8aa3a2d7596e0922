// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace vtlt::extract {

/// The document behind its descriptor. Reads at offsets only: the position is shared with the program that passed the
/// descriptor. Throws Verdict{unreadable} when the descriptor cannot be read.
class Source
{
public:
    explicit Source(int fd);

    int fd() const { return fd_; }
    std::uint64_t size() const { return size_; }
    /// Less than `size` only at the end.
    std::size_t read(char* buffer, std::size_t size, std::uint64_t offset) const;
    /// At most `size` bytes from `offset`.
    std::string bytes(std::uint64_t offset, std::size_t size) const;

private:
    int fd_;
    std::uint64_t size_ = 0;
};

} // namespace vtlt::extract
