// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/services/documents.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

/// The form that edits a document in place, and the page that brings two people's edits together.
namespace vtlt::webui {

/// What came back from the form, as typed.
struct DocumentForm
{
    std::map<std::string, std::string> typed;    ///< by field name
    std::int64_t seen = 0;                       ///< revision that the writer saw
    services::DocumentChanges changes;           ///< the fields that the form had
    std::map<std::string, std::string> problems; ///< field → sentence
};

/// Throws conflict `http.if_match_missing` when the form does not say what it was made from.
DocumentForm read_document_form(const Call& call);
/// The same with what the service found wrong.
DocumentForm with_problems(const Call& call, DocumentForm form, const Error& error);

/// Member "edit" of page "document"; a form that was not typed in shows the document's values.
Json edit_form(const Call& call, const catalog::Document& document, const DocumentForm& form);

/// 412: `view` is the document as somebody else left it meanwhile. Fields that only one side changed are taken over;
/// where both did, the writer chooses.
http::Response merge_page(const Call& call, const catalog::DocumentView& view, const DocumentForm& form);

} // namespace vtlt::webui
