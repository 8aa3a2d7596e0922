// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtlt/core/catalog/reclassification.h>
#include <vtlt/core/services/documents.h>

#include <functional>
#include <string>
#include <vector>

/// điều chỉnh độ mật, giải mật = changes of a document's grade; người được biết = of the list of people who alone may
/// know of it. What narrows holds at once, by whoever keeps the document, also above his own clearance or without
/// himself; what widens holds when a second person agrees. Both need a reason. What is hidden is missing: not_found
/// `document.not_found`, `reclassification.not_found`, `reader_list.not_found`.
namespace vtlt::services {

/// Brings the search index up to date. Asked after the commit and before the answer: who has been told that a grade was
/// raised knows that nobody below finds the document (I11).
using MakeSearchable = std::function<void()>;

/// Moves the document's bytes and texts to the band, settles its dossier's grade, raises the jobs and packages that
/// tell of it; an open proposal to lower is overtaken. Event `document.reclassified`. A grade that
/// the document has already changes nothing. Returns the document as it is then; the asker may not be able to read it
/// any more. Throws invalid `reclassification.no_reason`, `reclassification.not_higher`, `document.too_long`, conflict
/// `reclassification.above_highest` (more than this installation may hold), busy `reclassification.busy` (others keep
/// changing it).
catalog::Document raise_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                                Secrecy to, std::string_view reason, const MakeSearchable& make_searchable);

/// `list`: uid of a list that the asker may see. Event `document.listed`. Otherwise as raise_secrecy; throws besides
/// conflict `readers.on_another_list` (going from list to list is proposed), `readers.list_above_document` (its title
/// is of a higher grade).
catalog::Document put_on_list(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                              std::string_view list, std::string_view reason, const MakeSearchable& make_searchable);

/// Event `reclassification.proposed`. Throws invalid `reclassification.no_reason`, `reclassification.not_lower`,
/// `document.too_long`, conflict `reclassification.open_already`, `readers.list_above_document` (of its list).
catalog::Reclassification propose_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                std::string_view uid, Secrecy to, std::string_view reason);
/// To take it off its list (`list` empty), or to another one. Otherwise as propose_lower_secrecy; throws conflict
/// `readers.not_on_list` (it is on none, or on that one).
catalog::Reclassification propose_other_readers(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                                std::string_view uid, std::string_view list, std::string_view reason);
/// Whichever of the two `list` asks for: what is on no list comes on it at once, what is on another one is proposed;
/// the list that it is on already changes nothing.
struct ReadersChange
{
    std::optional<catalog::Document> document = {}; ///< as it is then
    std::optional<catalog::Reclassification> proposal = {};
};
ReadersChange change_readers(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                             std::string_view list, std::string_view reason, const MakeSearchable& make_searchable);
/// By another person than the proposer, and never by an operator alone: forbidden
/// `reclassification.needs_another_person`. Else as raise_secrecy. Throws conflict `reclassification.decided`,
/// `reclassification.changed_since` (the document is not the one that was proposed).
catalog::Document confirm_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor,
                                        std::string_view uid, const MakeSearchable& make_searchable);
/// Refused by who might confirm, or withdrawn by the proposer. Events `reclassification.refused`,
/// `reclassification.withdrawn`.
void refuse_lower_secrecy(Archive& archive, const Clock& clock, const auth::Actor& actor, std::string_view uid,
                          std::string_view reason);

struct ListedReclassification
{
    catalog::Reclassification proposal;
    std::string proposer; ///< full name; empty for an operator
    bool may_confirm = false;
    bool may_withdraw = false;
};
/// Open ones of documents that the asker may read, oldest first.
std::vector<ListedReclassification> list_reclassifications(Archive& archive, const auth::Actor& actor,
                                                           std::string_view after, std::size_t limit);
/// The open one of a document.
std::optional<ListedReclassification> reclassification_of(Archive& archive, const auth::Actor& actor,
                                                          std::string_view uid);

} // namespace vtlt::services
