// SPDX-License-Identifier: GPL-3.0-or-later
#include "mapping.h"

#include "verdict.h"

#include <sys/mman.h>

namespace vtlt::extract {

Mapping::Mapping(const Source& source) : size_(static_cast<std::size_t>(source.size()))
{
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, source.fd(), 0);
    if (data_ == MAP_FAILED) {
        throw Verdict{Cause::memory_limit};
    }
}

Mapping::~Mapping()
{
    ::munmap(data_, size_);
}

} // namespace vtlt::extract
