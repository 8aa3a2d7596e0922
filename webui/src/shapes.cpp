// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/shapes.h>

#include <vtlt/core/export/package_rules.h>

#include <algorithm>
#include <array>

namespace vtlt::webui {

namespace {

Json file_json(const catalog::File& file)
{
    return {{"n", file.ordinal},
            {"name", file.name},
            {"size", file.size},
            {"sha256", file.content_hash},
            {"media_type", json_or_null(file.media_type)},
            {"format", json_or_null(file.format)},
            {"text", file.text_state == catalog::TextState::present},
            {"cause", file.cause ? Json(cause_name(*file.cause)) : Json(nullptr)},
            {"pages", file.pages ? Json(*file.pages) : Json(nullptr)}};
}

Json hit_json(const indexer::Hit& hit)
{
    const auto& document = hit.view.document;
    auto marks = Json::array();
    for (const auto& [start, length] : hit.marks) {
        marks.push_back({start, length});
    }
    return {{"id", document.uid},
            {"title", document.title},
            {"code", json_or_null(document.number_symbol())},
            {"kind", json_or_null(document.kind)},
            {"issuer", json_or_null(document.issuer)},
            {"issued_on", json_or_null(document.issued_on)},
            {"dossier", json_or_null(dossier_name(hit.view))},
            {"file", hit.file ? Json(*hit.file) : Json(nullptr)},
            {"page", hit.page ? Json(*hit.page) : Json(nullptr)},
            {"snippet", hit.snippet},
            {"marks", marks},
            {"source_path", json_or_null(document.source_path)},
            {"score", hit.score},
            {"relaxed", hit.relaxed}};
}

Json syntax_json(Language language, const indexer::SearchAnswer& answer)
{
    if (!answer.syntax) {
        return nullptr;
    }
    return {{"at", answer.syntax->at}, {"message", message(language, "error", answer.syntax->message)}};
}

Json findings_json(Language language, const std::vector<export_::PackageFinding>& findings)
{
    auto list = Json::array();
    for (const auto& finding : findings) {
        list.push_back({{"rule", finding.rule},
                        {"path", finding.path},
                        {"message", finding_text(language, finding)},
                        {"hint", message(language, "rule_hint", finding.rule)}});
    }
    return list;
}

Json job_error_json(Language language, const jobs::Job& job)
{
    if (job.error_code.empty()) {
        return nullptr;
    }
    auto fields = Json::object();
    for (const auto& [name, value] : job.error_fields) {
        fields[name] = value;
    }
    return {{"code", job.error_code},
            {"fields", fields},
            {"text", message(language, "error", job.error_code, job.error_fields)}};
}

struct Status
{
    Kind kind;
    int http;
};

constexpr std::array kStatus{Status{Kind::invalid, 422},   Status{Kind::not_found, 404}, Status{Kind::conflict, 409},
                             Status{Kind::forbidden, 403}, Status{Kind::busy, 503},      Status{Kind::corrupt, 500},
                             Status{Kind::internal, 500}};

} // namespace

Json json_or_null(const std::string& text)
{
    return text.empty() ? Json(nullptr) : Json(text);
}

Json json_or_null(std::optional<Date> date)
{
    return date ? Json(format_date(*date)) : Json(nullptr);
}

Json json_or_null(std::optional<Instant> instant)
{
    return instant ? Json(format_instant(*instant)) : Json(nullptr);
}

Json json_or_null(std::optional<std::uint64_t> number)
{
    return number ? Json(*number) : Json(nullptr);
}

std::string dossier_name(const catalog::DocumentView& view)
{
    return view.dossier_code.empty()
               ? std::string{}
               : view.unit_code + "/" + std::to_string(view.dossier_year.value_or(0)) + "/" + view.dossier_code;
}

Json document_json(const catalog::DocumentView& view)
{
    const auto& document = view.document;
    auto files = Json::array();
    for (const auto& file : view.files) {
        files.push_back(file_json(file));
    }
    return {{"format_version", 1},
            {"id", document.uid},
            {"title", document.title},
            {"code", json_or_null(document.number_symbol())},
            {"number", json_or_null(document.number)},
            {"symbol", json_or_null(document.symbol)},
            {"kind", json_or_null(document.kind)},
            {"issuer", json_or_null(document.issuer)},
            {"signer", json_or_null(document.signer)},
            {"issued_on", json_or_null(document.issued_on)},
            {"unit", view.unit_code},
            {"dossier", json_or_null(dossier_name(view))},
            {"secrecy", secrecy_name(document.secrecy)},
            {"mode", use_mode_name(document.mode)},
            {"reader_list", json_or_null(view.reader_list_uid)},
            {"source_path", json_or_null(document.source_path)},
            {"created_at", format_instant(document.created_at)},
            {"revision", document.revision},
            {"files", files}};
}

Json access_report_json(const services::AccessReport& report)
{
    auto days = Json::array();
    for (const auto& day : report.days) {
        days.push_back({{"day", format_date(day.day)},
                        {"sign_ins", day.sign_ins},
                        {"viewed", day.viewed},
                        {"downloaded", day.downloaded}});
    }
    auto most = Json::array();
    for (const auto& one : report.most_read) {
        most.push_back({{"id", one.view.document.uid},
                        {"title", one.view.document.title},
                        {"accesses", one.count.accesses},
                        {"last_at", format_instant(one.count.last_at)}});
    }
    return {{"format_version", 1}, {"days", days}, {"most_read", most}};
}

Json reclassification_json(const catalog::Reclassification& proposal)
{
    return {{"id", proposal.uid},
            {"document", proposal.document_uid},
            {"title", proposal.document_title},
            {"from", secrecy_name(proposal.from)},
            {"to", secrecy_name(proposal.to)},
            {"from_list", json_or_null(proposal.from_list_title)},
            {"to_list", json_or_null(proposal.to_list_title)},
            {"reason", proposal.reason},
            {"state", catalog::decision_name(proposal.decision)},
            {"proposed_at", format_instant(proposal.proposed_at)},
            {"proposed_by", proposal.proposed_by}};
}

Json reader_list_json(const catalog::ReaderList& list)
{
    return {{"id", list.uid},
            {"title", list.title},
            {"unit", list.unit_code},
            {"secrecy", secrecy_name(list.secrecy)},
            {"made_at", format_instant(list.made_at)},
            {"made_by", list.made_by}};
}

Json reader_json(const services::ListedReader& reader)
{
    const auto& entry = reader.entry;
    return {{"id", entry.uid},
            {"account", entry.account_uid},
            {"name", entry.account_name},
            {"full_name", entry.account_full_name},
            {"from", format_date(entry.from_on)},
            {"to", json_or_null(entry.to_on)},
            {"reason", json_or_null(entry.reason)},
            {"added_at", format_instant(entry.added_at)},
            {"added_by", entry.added_by},
            {"confirmed", entry.confirmed_at.has_value()},
            {"ended_at", entry.ended_at ? Json(format_instant(*entry.ended_at)) : Json()},
            {"active", reader.is_active}};
}

Json relations_json(std::span<const services::RelatedDocument> related)
{
    auto list = Json::array();
    for (const auto& [relation, view] : related) {
        list.push_back({{"relation", services::relation_name(relation)},
                        {"id", view.document.uid},
                        {"title", view.document.title},
                        {"code", json_or_null(view.document.number_symbol())},
                        {"issued_on", json_or_null(view.document.issued_on)}});
    }
    return list;
}

Json search_json(Language language, const indexer::SearchAnswer& answer, std::int64_t pending)
{
    auto hits = Json::array();
    for (const auto& hit : answer.hits) {
        hits.push_back(hit_json(hit));
    }
    return {{"format_version", 1},
            {"query", answer.query},
            {"mode", answer.relaxed ? "relaxed" : "all"},
            {"dropped", answer.dropped},
            {"total", answer.total},
            {"excluded", json_or_null(answer.excluded)},
            {"hits", hits},
            {"facets", Json::object()},
            {"syntax", syntax_json(language, answer)},
            {"pending", pending},
            {"next_cursor", json_or_null(answer.next_cursor)}};
}

std::string finding_text(Language language, const export_::PackageFinding& finding)
{
    const auto row = std::ranges::find(export_::kRules, finding.rule, &export_::RuleRow::rule);
    const auto told = row != export_::kRules.end() && finding.message.starts_with(row->message)
                          ? finding.message.substr(row->message.size())
                          : std::string{};
    return message(language, "rule", finding.rule) + told;
}

Json verdict_json(Language language, const export_::PackageVerdict& verdict)
{
    return {{"format_version", 1},
            {"format", verdict.format},
            {"valid", verdict.valid},
            {"errors", findings_json(language, verdict.errors)},
            {"warnings", findings_json(language, verdict.warnings)}};
}

Json history_json(std::span<const services::HistoryEvent> events, bool more)
{
    auto list = Json::array();
    for (const auto& one : events) {
        list.push_back({{"event", one.event.seq},
                        {"at", format_instant(one.event.at)},
                        {"actor", one.event.actor},
                        {"actor_name", json_or_null(one.actor_name)},
                        {"action", one.event.action},
                        {"object", one.event.object},
                        {"object_name", json_or_null(one.object_name)},
                        {"detail", one.event.detail.value_or(Json(nullptr))},
                        {"hidden", one.is_hidden}});
    }
    return {{"format_version", 1},
            {"events", std::move(list)},
            {"next_cursor", more ? Json(std::to_string(events.back().event.seq)) : Json(nullptr)}};
}

Json checkpoint_json(const audit::SignedCheckpoint& checkpoint, const audit::NoteVerifier& key)
{
    return {{"format_version", 1},          {"size", checkpoint.head.size},
            {"root", checkpoint.head.root}, {"at", format_instant(checkpoint.at)},
            {"key", key.fingerprint()},     {"note", checkpoint.note}};
}

Json job_json(Language language, const jobs::Job& job)
{
    const auto instant_or_null = [](const std::optional<Instant>& at) {
        return at ? Json(format_instant(*at)) : Json(nullptr);
    };
    return {{"id", job.uid},
            {"kind", job.kind},
            {"state", jobs::state_name(job.state)},
            {"created_at", format_instant(job.created_at)},
            {"started_at", instant_or_null(job.started_at)},
            {"finished_at", instant_or_null(job.finished_at)},
            {"outcome", job.outcome ? Json(jobs::outcome_name(*job.outcome)) : Json(nullptr)},
            {"cancel_asked", job.cancel_asked},
            {"progress",
             {{"items_done", job.progress.items_done},
              {"items_total", job.progress.items_total},
              {"bytes_done", job.progress.bytes_done},
              {"bytes_total", job.progress.bytes_total}}},
            {"result", job.result.empty() ? Json(nullptr) : parse_json(job.result)},
            {"error", job_error_json(language, job)},
            {"retry_of", json_or_null(job.retry_of)},
            {"revision", job.revision}};
}

Json account_json(const catalog::Account& account, std::span<const catalog::RoleGrant> grants)
{
    auto roles = Json::array();
    for (const auto& grant : grants) {
        roles.push_back(grant_json(grant));
    }
    return {{"id", account.uid},
            {"name", account.name},
            {"full_name", account.full_name},
            {"unit", json_or_null(account.unit_code)},
            {"role", grants.empty() ? Json(nullptr) : Json(auth::role_name(grants.front().role))},
            {"roles", roles},
            {"clearance", secrecy_name(account.clearance)},
            {"disabled", account.disabled},
            {"door", catalog::door_name(account.door)},
            {"has_password", account.has_password},
            {"signed_in_at", json_or_null(account.last.at)},
            {"signed_in_from", json_or_null(account.last.address)},
            {"failures", account.last.failures}};
}

Json certificate_json(const catalog::AccountCertificate& certificate)
{
    return {{"id", certificate.uid},
            {"sha256", certificate.digest},
            {"subject", certificate.subject},
            {"issuer", certificate.issuer},
            {"expires_at", format_instant(certificate.expires_at)},
            {"added_at", format_instant(certificate.added_at)}};
}

Json second_factor_json(const services::SecondFactorState& state)
{
    return {{"format_version", 1},
            {"on", state.is_on()},
            {"since", json_or_null(state.since)},
            {"recovery_codes", state.recovery_codes},
            {"demanded", state.is_demanded}};
}

Json second_factor_demand_json(const services::SecondFactorDemand& demand)
{
    auto roles = Json::array();
    for (const auto role : demand.roles) {
        roles.push_back(auth::role_name(role));
    }
    return {{"format_version", 1}, {"everybody", demand.of_everybody}, {"roles", roles}};
}

Json role_labels_json(const auth::RoleLabels& chosen)
{
    auto sets = Json::array();
    for (const auto& one : auth::role_labels()) {
        Json words;
        for (const auto& [language, texts] : one.words) {
            for (std::size_t i = 0; i < texts.size(); ++i) {
                words[language][std::string{auth::kRoleNames.at(i)}] = texts.at(i);
            }
        }
        sets.push_back({{"set", one.code}, {"title", one.titles}, {"source", one.source}, {"words", words}});
    }
    return {{"format_version", 1}, {"set", chosen.code}, {"sets", sets}};
}

Json grant_json(const catalog::RoleGrant& grant)
{
    return {{"id", grant.uid},
            {"role", auth::role_name(grant.role)},
            {"unit", grant.unit_code},
            {"with_sub_units", grant.with_sub_units},
            {"from", json_or_null(grant.from_on)},
            {"to", json_or_null(grant.to_on)},
            {"records_from", json_or_null(grant.records_from_on)},
            {"records_to", json_or_null(grant.records_to_on)},
            {"record_set", json_or_null(grant.record_set_uid)},
            {"delegated", grant.delegated_from.has_value()},
            {"order", grant.order ? Json{{"number", grant.order->number},
                                         {"on", format_date(grant.order->on)},
                                         {"signer", grant.order->signer}}
                                  : Json(nullptr)},
            {"position", json_or_null(grant.position_uid)},
            {"reason", json_or_null(grant.reason)},
            {"granted_at", format_instant(grant.granted_at)},
            {"granted_by", grant.granted_by},
            {"confirmed_at", json_or_null(grant.confirmed_at)},
            {"confirmed_by", json_or_null(grant.confirmed_by)},
            {"ended_at", json_or_null(grant.ended_at)},
            {"ended_by", json_or_null(grant.ended_by)}};
}

Json grant_json(const services::ListedGrant& listed)
{
    auto json = grant_json(listed.grant);
    json["active"] = listed.is_active;
    json["account"] = listed.account;
    json["account_name"] = listed.account_name;
    json["account_full_name"] = listed.account_full_name;
    json["granted_by_name"] = json_or_null(listed.granted_by_name);
    json["record_set_title"] = json_or_null(listed.record_set_title);
    return json;
}

Json explanation_json(const services::Explanation& answer)
{
    auto grants = Json::array();
    for (std::size_t i = 0; i < answer.grants.size(); ++i) {
        const auto& why = answer.reasons.grants.at(i);
        auto grant = grant_json(answer.grants[i]);
        grant["gives"] = {
            {"role", why.role}, {"unit", why.unit}, {"period", why.period}, {"set", why.set}, {"all", why.holds()}};
        grants.push_back(std::move(grant));
    }
    auto waiting = Json::array();
    for (const auto& order : answer.waiting) {
        waiting.push_back(grant_json(order));
    }
    return {{"format_version", 1},
            {"account", answer.account.uid},
            {"account_name", answer.account.name},
            {"document", answer.document},
            {"allowed", answer.is_allowed},
            {"enabled", !answer.account.disabled},
            {"clearance", secrecy_name(answer.account.clearance)},
            {"secrecy", secrecy_name(answer.secrecy)},
            {"cleared", answer.reasons.clearance},
            {"listed", answer.is_listed},
            {"on_list", answer.reasons.list},
            {"unit", answer.unit},
            {"issued_on", json_or_null(answer.issued_on)},
            {"grants", grants},
            {"waiting_orders", waiting}};
}

Json position_json(const catalog::Position& position)
{
    return {{"id", position.uid},
            {"title", position.title},
            {"unit", position.unit_code},
            {"main", position.is_main},
            {"from", format_date(position.from_on)},
            {"to", json_or_null(position.to_on)},
            {"added_at", format_instant(position.added_at)},
            {"added_by", position.added_by},
            {"ended_at", json_or_null(position.ended_at)},
            {"ended_by", json_or_null(position.ended_by)}};
}

Json position_list_json(std::span<const services::ListedPosition> positions)
{
    auto list = Json::array();
    for (const auto& one : positions) {
        auto json = position_json(one.position);
        json["held"] = one.is_held;
        json["roles"] = Json::array();
        for (const auto role : one.roles) {
            json["roles"].push_back(auth::role_name(role));
        }
        list.push_back(std::move(json));
    }
    return {{"format_version", 1}, {"positions", list}};
}

Json hand_over_json(const catalog::HandOver& made)
{
    auto items = Json::array();
    for (const auto& item : made.items) {
        items.push_back({{"what", item.what}, {"object", item.object}, {"fate", catalog::fate_name(item.fate)}});
    }
    return {{"id", made.uid},
            {"on", format_date(made.on)},
            {"reason", json_or_null(made.reason)},
            {"made_at", format_instant(made.made_at)},
            {"made_by", made.made_by},
            {"items", items}};
}

Json hand_over_list_json(std::span<const services::ListedHandOver> list)
{
    auto minutes = Json::array();
    for (const auto& one : list) {
        auto json = hand_over_json(one.hand_over);
        json["account"] = one.account.uid;
        json["account_name"] = one.account.name;
        json["to"] = one.to.uid;
        json["to_name"] = one.to.name;
        json["made_by_name"] = json_or_null(one.made_by_name);
        minutes.push_back(std::move(json));
    }
    return {{"format_version", 1}, {"hand_overs", minutes}};
}

Json record_set_json(const services::ShownRecordSet& shown)
{
    const auto& set = shown.set;
    return {{"format_version", 1},
            {"id", set.uid},
            {"title", set.title},
            {"unit", set.unit_code},
            {"query", json_or_null(set.query)},
            {"documents", set.documents},
            {"made_at", format_instant(set.made_at)},
            {"made_by", set.made_by},
            {"made_by_name", json_or_null(shown.made_by_name)}};
}

Json record_set_json(const services::RecordSetPage& page)
{
    auto json = record_set_json(page.shown);
    json["items"] = Json::array();
    for (const auto& view : page.views) {
        const auto& document = view.document;
        json["items"].push_back({{"id", document.uid},
                                 {"title", document.title},
                                 {"code", json_or_null(document.number_symbol())},
                                 {"kind", json_or_null(document.kind)},
                                 {"issuer", json_or_null(document.issuer)},
                                 {"issued_on", json_or_null(document.issued_on)},
                                 {"unit", view.unit_code},
                                 {"secrecy", secrecy_name(document.secrecy)}});
    }
    json["next_cursor"] = json_or_null(page.next_cursor);
    return json;
}

Json unit_json(const catalog::Unit& unit, std::span<const catalog::Unit> units)
{
    const auto parent =
        std::ranges::find_if(units, [&](const catalog::Unit& one) { return unit.parent && one.id == *unit.parent; });
    return {{"id", unit.uid},
            {"code", unit.code},
            {"title", unit.title},
            {"parent", parent != units.end() ? Json(parent->code) : Json(nullptr)},
            {"opened_on", json_or_null(unit.opened_on)},
            {"closed_on", json_or_null(unit.closed_on)},
            {"tells_hidden", unit.tells_hidden}};
}

int http_status(Kind kind)
{
    return kStatus[static_cast<std::size_t>(kind)].http;
}

Json problem_json(Language language, const Error& error)
{
    auto errors = Json::array();
    for (const auto& one : error.problems()) {
        errors.push_back({{"pointer", one.pointer},
                          {"code", one.code},
                          {"detail", message(language, "error", one.code, one.fields)}});
    }
    return {{"format_version", 1},
            {"type", "about:blank"},
            {"status", http_status(error.kind())},
            {"kind", kind_name(error.kind())},
            {"code", error.code()},
            {"title", error_text(language, error)},
            {"detail", json_or_null(error_hint(language, error))},
            {"errors", errors}};
}

} // namespace vtlt::webui
