// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/code.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/base/text.h>

namespace vtlt::services {

void check_code(std::string_view code, const char* error)
{
    constexpr std::size_t kLongest = 100;
    const bool good = !code.empty() && code.size() <= kLongest && text::is_utf8(code) && text::one_line(code) == code &&
                      code.find_first_of("/\\") == std::string_view::npos;
    if (!good) {
        throw Error{Kind::invalid, error, {{"value", text::one_line(text::repair_utf8(code.substr(0, 2 * kLongest)))}}};
    }
}

} // namespace vtlt::services
