// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/export/package_verifier.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/indexer/searcher.h>
#include <vtlt/webui/messages.h>

#include <span>

/// The JSON of product.md §2, one shape for the command line (`--json`) and the API.
namespace vtlt::webui {

/// Null for an empty text or an absent day.
Json json_or_null(const std::string& text);
Json json_or_null(std::optional<Date> date);

/// "UNIT/YEAR/CODE"; empty without a dossier.
std::string dossier_name(const catalog::DocumentView& view);
Json document_json(const catalog::DocumentView& view);
Json relations_json(std::span<const services::RelatedDocument> related);
Json search_json(Language language, const indexer::SearchAnswer& answer, std::int64_t pending);

/// The rule's sentence in the reader's language; what the verifier adds to it, a name or a number, follows as it is.
std::string finding_text(Language language, const export_::PackageFinding& finding);
Json verdict_json(Language language, const export_::PackageVerdict& verdict);

Json job_json(Language language, const jobs::Job& job);

int http_status(Kind kind);
/// RFC 9457, as far as a command line has it too.
Json problem_json(Language language, const Error& error);

} // namespace vtlt::webui
