// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/services/recognize.h>

#include "services/document_head.h"
#include "services/document_title.h"
#include "services/page_lines.h"

namespace vtlt::services {

Recognized recognize(std::span<const std::string_view> first_pages, std::string_view format_title,
                     std::string_view file_name)
{
    const auto lines = page_lines(first_pages);
    const DocumentHead head{lines};
    auto found = head.found();
    found.title = title_of(head, format_title, file_name);
    return found;
}

} // namespace vtlt::services
