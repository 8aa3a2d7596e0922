// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>

#include <string>

namespace vtlt::webui {

/// A QR code as one path of an SVG: {"size", "path"}, in squares, with the empty edge that readers need.
Json qr_view(const std::string& text);

} // namespace vtlt::webui
