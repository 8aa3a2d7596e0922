// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/recognize.h>

namespace vtlt::services {

Recognized recognize(std::span<const std::string_view>, std::string_view format_title, std::string_view file_name)
{
    Recognized found;
    found.title = format_title.empty() ? file_name.substr(0, file_name.rfind('.')) : format_title;
    return found;
}

} // namespace vtlt::services
