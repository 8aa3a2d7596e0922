// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "routing/call.h"

#include <vtlt/core/catalog/document.h>
#include <vtlt/core/catalog/role_grant.h>
#include <vtlt/core/jobs/job.h>
#include <vtlt/core/services/role_words.h>

#include <string>
#include <utility>
#include <vector>

/// Pieces of views that several pages share, each the shape of one of webui/templates/partial.
namespace vtlt::webui {

/// One document in a list: href, id, title, code, kind, issuer, date_text, secrecy, listed.
Json document_line(Language language, const catalog::DocumentView& view, const std::string& href = {});
/// "/documents/<uid>".
std::string document_path(const Uid& uid);
/// The tone of its state: running, done, partial …
std::string_view job_state(const jobs::Job& job);
Json job_line(const Call& call, const jobs::Job& job);
/// The name of a job's or event's actor as people read it.
std::string actor_title(const Call& call, const std::string& actor);
/// A role in the words of the archive, read once for a page.
class RoleWords
{
public:
    explicit RoleWords(const Call& call);
    const std::string& operator()(auth::Role role) const { return labels_.text(role, language_); }

private:
    const auth::RoleLabels& labels_;
    std::string_view language_;
};
/// A role in those words, or that it is a written order.
std::string grant_title(Language language, const RoleWords& words, const catalog::RoleGrant& grant);
/// What an event of the history was, in words; the action itself where there are none.
std::string event_title(Language language, std::string action);
/// partial/pages: null when there is neither a page before nor one after.
Json pages_view(const std::string& summary, const std::string& first, const std::string& next);
/// A row of a summary list.
Json term(std::string text, std::string value, std::string href = {});
/// {"value", "error"} of a field for the first or last day of a filter.
Json day_view(Language language, const std::string& value, bool bad);
/// Of the fields f-from and f-to; null without a mistake.
Json day_errors(Language language, bool bad_from, bool bad_to);
/// {"text", "hint"} of a cause; null without one.
Json cause_view(Language language, std::optional<Cause> cause);

/// `path?name=value&…`, values that are empty left out.
std::string link(std::string_view path, const std::vector<std::pair<std::string_view, std::string>>& values);

/// The documents of a list that the actor may read, others left out.
void keep_readable(const auth::Actor& actor, std::vector<catalog::DocumentView>& views);
/// One that is about to be shown or taken, told to the book of accesses. Throws as services::refuse_document.
catalog::DocumentView readable_document(const Call& call, std::string_view uid,
                                        services::Access access = services::Access::viewed);

} // namespace vtlt::webui
