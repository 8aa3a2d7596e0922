// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/document_head.h"

#include <string>
#include <string_view>

namespace vtlt::services {

/// What the document is called: its subject, else a heading, else the file's name. Never empty unless the name is.
std::string title_of(const DocumentHead& head, std::string_view format_title, std::string_view file_name);

} // namespace vtlt::services
