// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace vtlt {

/// `&`, `<`, `>` and both quotes as references, for text and attribute values of HTML and XML.
std::string escape_html(std::string_view utf8);

} // namespace vtlt
