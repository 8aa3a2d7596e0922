// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/catalog/document.h>

namespace vtlt::webui {

/// The document as it is after a change of who may know of it; nothing of it (204) when the asker has just lost sight
/// of it.
http::Response changed_document(const Call& call, const catalog::Document& document);

} // namespace vtlt::webui
