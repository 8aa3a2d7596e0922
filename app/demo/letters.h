// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vtlt::demo {

std::string upper(std::string_view utf8);
std::string decomposed(std::string_view utf8);             ///< NFD, as some systems write
std::string utf16(std::string_view utf8, bool big_endian); ///< with a byte order mark
/// Makes the letter at `position` a capital.
void capitalise(std::string& utf8, std::size_t position);
/// Lower-case ASCII words joined by `-`, at most `words` of them.
std::string slug(std::string_view utf8, std::size_t words);

} // namespace vtlt::demo
