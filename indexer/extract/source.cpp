// SPDX-License-Identifier: GPL-3.0-or-later
#include "source.h"

#include "verdict.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace vtlt::extract {

Source::Source(int fd) : fd_(fd)
{
    struct stat info = {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        throw Verdict{Cause::unreadable};
    }
    size_ = static_cast<std::uint64_t>(info.st_size);
}

std::size_t Source::read(char* buffer, std::size_t size, std::uint64_t offset) const
{
    std::size_t done = 0;
    while (done < size) {
        const auto got = ::pread(fd_, buffer + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw Verdict{Cause::unreadable};
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::string Source::bytes(std::uint64_t offset, std::size_t size) const
{
    if (offset >= size_) {
        return {};
    }
    std::string result(static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset)), '\0');
    result.resize(read(result.data(), result.size(), offset));
    return result;
}

} // namespace vtlt::extract
