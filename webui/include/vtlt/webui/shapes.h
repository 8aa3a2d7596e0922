// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/audit/checkpoint.h>
#include <vtlt/core/base/json.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/account_certificate.h>
#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/reclassification.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/catalog/unit.h>
#include <vtlt/core/export/package_verifier.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/access_book.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/core/services/hand_over.h>
#include <vtlt/core/services/history.h>
#include <vtlt/core/services/positions.h>
#include <vtlt/core/services/readers.h>
#include <vtlt/core/services/record_sets.h>
#include <vtlt/core/services/rights.h>
#include <vtlt/core/services/role_words.h>
#include <vtlt/core/services/second_factor.h>
#include <vtlt/indexer/searcher.h>
#include <vtlt/webui/messages.h>

#include <span>

/// The JSON of product.md §2, one shape for the command line (`--json`) and the API.
namespace vtlt::webui {

/// Null for an empty text or an absent day.
Json json_or_null(const std::string& text);
Json json_or_null(std::optional<Date> date);
Json json_or_null(std::optional<Instant> instant);
Json json_or_null(std::optional<std::uint64_t> number);

/// "UNIT/YEAR/CODE"; empty without a dossier.
std::string dossier_name(const catalog::DocumentView& view);
Json document_json(const catalog::DocumentView& view);
/// A proposal to lower a document's grade.
Json access_report_json(const services::AccessReport& report);
Json reclassification_json(const catalog::Reclassification& proposal);
Json reader_list_json(const catalog::ReaderList& list);
Json reader_json(const services::ListedReader& reader);
Json relations_json(std::span<const services::RelatedDocument> related);
Json search_json(Language language, const indexer::SearchAnswer& answer, std::int64_t pending);

/// The rule's sentence in the reader's language; what the verifier adds to it, a name or a number, follows as it is.
std::string finding_text(Language language, const export_::PackageFinding& finding);
Json verdict_json(Language language, const export_::PackageVerdict& verdict);

Json job_json(Language language, const jobs::Job& job);

/// A page of the history; `next_cursor` is null at its end.
Json history_json(std::span<const services::HistoryEvent> events, bool more);
Json checkpoint_json(const audit::SignedCheckpoint& checkpoint, const audit::NoteVerifier& key);

/// A person with what he holds.
Json account_json(const catalog::Account& account, std::span<const catalog::RoleGrant> grants);
Json certificate_json(const catalog::AccountCertificate& certificate);
Json second_factor_json(const services::SecondFactorState& state);
Json second_factor_demand_json(const services::SecondFactorDemand& demand);
/// Every set of words for the roles there is, and the chosen one.
Json role_labels_json(const auth::RoleLabels& chosen);
/// A role granted in a unit.
Json grant_json(const catalog::RoleGrant& grant);
/// The same with whose it is and who gave it.
Json grant_json(const services::ListedGrant& listed);
/// Why somebody can, or cannot, read a document.
Json explanation_json(const services::Explanation& answer);
/// What somebody is where, for a time.
Json position_json(const catalog::Position& position);
Json position_list_json(std::span<const services::ListedPosition> positions);
/// What somebody who left handed over; in a list with both names.
Json hand_over_json(const catalog::HandOver& made);
Json hand_over_list_json(std::span<const services::ListedHandOver> list);
/// A saved set as its reader sees it, and the same with a page of its documents.
Json record_set_json(const services::ShownRecordSet& shown);
Json record_set_json(const services::RecordSetPage& page);
/// `units`: all there are, for the parent's code.
Json unit_json(const catalog::Unit& unit, std::span<const catalog::Unit> units);

int http_status(Kind kind);
/// RFC 9457, as far as a command line has it too.
Json problem_json(Language language, const Error& error);

} // namespace vtlt::webui
