// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "source.h"

#include <string_view>

namespace vtlt::extract {

/// A source mapped for reading, as a library wants it that cannot stream. Throws Verdict{memory_limit} when it does not
/// fit.
class Mapping
{
public:
    explicit Mapping(const Source& source);
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    std::string_view view() const { return {static_cast<const char*>(data_), size_}; }

private:
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace vtlt::extract
