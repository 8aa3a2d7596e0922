// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace vtlt {

/// A file compiled into the program (cmake/embed_files.cmake).
struct EmbeddedFile
{
    std::string_view name;
    std::span<const unsigned char> bytes;

    std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

} // namespace vtlt
