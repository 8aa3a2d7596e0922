// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/parts.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/account.h>
#include <vtlt/core/catalog/kind.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

bool may_read(const auth::Actor& actor, const catalog::Document& document)
{
    return auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(document));
}

/// What the job is about, from its request: a query, a dossier, a sample, a name.
std::string job_subject(const jobs::Job& job)
{
    const auto request = job.request.empty() ? Json::object() : parse_json(job.request);
    for (const auto* key : {"name", "query", "dossier", "paths"}) {
        const auto found = request.find(key);
        if (found != request.end() && found->is_string() && !found->get<std::string>().empty()) {
            return found->get<std::string>();
        }
    }
    return {};
}

} // namespace

std::string document_path(const Uid& uid)
{
    return "/documents/" + uid;
}

Json document_line(Language language, const catalog::DocumentView& view, const std::string& href)
{
    const auto& document = view.document;
    return {{"href", href.empty() ? document_path(document.uid) : href},
            {"id", document.uid},
            {"title", document.title},
            {"code", document.number_symbol()},
            {"kind", catalog::kind_title(document.kind)},
            {"issuer", document.issuer},
            {"date_text", date_text(document.issued_on)},
            {"secrecy", secrecy_badge(language, document.secrecy)},
            {"listed", document.reader_list.has_value()}};
}

std::string_view job_state(const jobs::Job& job)
{
    if (job.outcome) {
        return jobs::outcome_name(*job.outcome);
    }
    return job.state == jobs::State::running ? "running" : "waiting";
}

std::string actor_title(const Call& call, const std::string& actor)
{
    if (!is_uid(actor)) {
        return page_text(call.language, "actor.operator");
    }
    auto tx = call.archive().database().read();
    const auto account = catalog::find_account(tx, actor);
    return account ? account->full_name : page_text(call.language, "actor.unknown");
}

RoleWords::RoleWords(const Call& call)
    : labels_(services::role_labels(call.archive())), language_(kLanguageNames[static_cast<std::size_t>(call.language)])
{}

std::string grant_title(Language language, const RoleWords& words, const catalog::RoleGrant& grant)
{
    return grant.order ? page_text(language, "order.title") : words(grant.role);
}

std::string event_title(Language language, std::string action)
{
    std::ranges::replace(action, '.', '_');
    const auto key = "event." + action;
    return has_message(language, "page", key) ? page_text(language, key) : action;
}

Json job_line(const Call& call, const jobs::Job& job)
{
    const auto took = job.started_at && job.finished_at
                          ? duration_text(call.language, *job.finished_at - *job.started_at)
                          : std::string{};
    const bool unfinished = !job.outcome;
    return {
        {"id", job.uid},
        {"href", "/jobs/" + job.uid},
        {"kind_text", page_text(call.language, "job_kind." + job.kind)},
        {"what", job_subject(job)},
        {"state", label(call.language, job_state(job))},
        {"started_text", instant_text(job.started_at.value_or(job.created_at))},
        {"finished_text", job.finished_at ? instant_text(*job.finished_at) : std::string{}},
        {"took_text", took},
        {"by", actor_title(call, job.actor.name)},
        {"progress", unfinished ? progress(call.language, job.progress.items_done, job.progress.items_total) : Json()},
        {"note",
         job.error_code.empty() ? Json() : Json(message(call.language, "error", job.error_code, job.error_fields))}};
}

Json pages_view(const std::string& summary, const std::string& first, const std::string& next)
{
    if (first.empty() && next.empty()) {
        return nullptr;
    }
    return {{"summary", summary}, {"first", first}, {"previous", ""}, {"next", next}};
}

Json term(std::string text, std::string value, std::string href)
{
    return {{"term", std::move(text)}, {"value", std::move(value)}, {"href", std::move(href)}};
}

Json day_view(Language language, const std::string& value, bool bad)
{
    return {{"value", value}, {"error", bad ? Json(page_text(language, "form.bad_date")) : Json()}};
}

Json day_errors(Language language, bool bad_from, bool bad_to)
{
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto& [bad, field] : {std::pair{bad_from, "f-from"}, {bad_to, "f-to"}}) {
        if (bad) {
            problems.emplace_back(field, page_text(language, "form.bad_date"));
        }
    }
    return error_summary(language, problems);
}

Json cause_view(Language language, std::optional<Cause> cause)
{
    if (!cause) {
        return nullptr;
    }
    const std::string key = "cause_hint." + std::string{cause_name(*cause)};
    return {{"text", message(language, "cause", cause_name(*cause))},
            {"hint", has_message(language, "page", key) ? page_text(language, key) : std::string{}}};
}

std::string link(std::string_view path, const std::vector<std::pair<std::string_view, std::string>>& values)
{
    std::string out{path};
    char separator = '?';
    for (const auto& [name, value] : values) {
        if (!value.empty()) {
            out += separator + std::string{name} + "=" + encoded(value);
            separator = '&';
        }
    }
    return out;
}

void keep_readable(const auth::Actor& actor, std::vector<catalog::DocumentView>& views)
{
    std::erase_if(views, [&](const auto& view) { return !may_read(actor, view.document); });
}

catalog::DocumentView readable_document(const Call& call, std::string_view uid, services::Access access)
{
    constexpr auto action = auth::Action::document_read;
    const std::vector<Uid> wanted{std::string{uid}};
    std::optional<auth::Target> target;
    std::vector<catalog::DocumentView> views;
    {
        auto tx = call.archive().database().read();
        // Before anything of it is read, else time would tell what is hidden from what is not there.
        target = catalog::find_target(tx, uid);
        if (target && auth::is_allowed(call.actor, action, *target)) {
            views = catalog::list_views_by_uid(tx, wanted);
        }
    }
    auto& book = call.house.services.access;
    if (views.empty() || !may_read(call.actor, views.front().document)) {
        if (target) {
            book.note_refusal(call.actor, auth::action_name(action), wanted.front());
        }
        services::refuse_document(call.actor, target, "");
    }
    book.note(call.actor, views.front().document, access);
    return views.front();
}

} // namespace vtlt::webui
