// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/parts.h"

#include <string>

namespace vtlt::webui {

/// What a form on the document's page gives back to it.
struct DocumentPageExtra
{
    Json edit = nullptr; ///< as document/edit.html says
    std::string secrecy_reason = {};
    std::string secrecy_error = {};
    std::string readers_reason = {};
    std::string readers_error = {};
    int status = 200;
};

http::Response document_page(const Call& call, const catalog::DocumentView& view, const DocumentPageExtra& extra);

/// Member "reclassify" of a document's page: document/secrecy.html; null without the right.
Json secrecy_view(const Call& call, const catalog::Document& document, const DocumentPageExtra& extra);

} // namespace vtlt::webui
