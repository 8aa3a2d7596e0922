// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/document_form.h"

#include "pages/parts.h"

#include <vtlt/core/base/error.h>
#include <vtlt/core/catalog/kind.h>
#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <regex>

namespace vtlt::webui {

namespace {

using Changes = services::DocumentChanges;

struct TextField
{
    std::string_view name;
    std::optional<std::string> Changes::*change;
    std::string catalog::Document::*value;
};

constexpr std::array kTextFields{
    TextField{"title", &Changes::title, &catalog::Document::title},
    TextField{"number", &Changes::number, &catalog::Document::number},
    TextField{"symbol", &Changes::symbol, &catalog::Document::symbol},
    TextField{"kind", &Changes::kind, &catalog::Document::kind},
    TextField{"issuer", &Changes::issuer, &catalog::Document::issuer},
    TextField{"signer", &Changes::signer, &catalog::Document::signer},
};
constexpr std::string_view kDay = "issued_on";
constexpr std::string_view kMode = "mode";
/// What the form was made from goes along with it: "base.title" …, so that a merge knows who changed what.
constexpr std::string_view kBase = "base.";

/// 20/9/2022, as people here write days, or the ISO form.
std::optional<Date> day_of(const std::string& text)
{
    static const std::regex day_first{"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"};
    std::smatch parts;
    if (!std::regex_match(text, parts, day_first)) {
        return parse_date(text);
    }
    const Date date{std::chrono::year{std::stoi(parts[3])},
                    std::chrono::month{static_cast<unsigned>(std::stoi(parts[2]))},
                    std::chrono::day{static_cast<unsigned>(std::stoi(parts[1]))}};
    return date.ok() ? std::optional{date} : std::nullopt;
}

std::string value_of(const catalog::Document& document, std::string_view name)
{
    if (name == kDay) {
        return date_text(document.issued_on);
    }
    if (name == kMode) {
        return std::string{use_mode_name(document.mode)};
    }
    const auto row = std::ranges::find(kTextFields, name, &TextField::name);
    return document.*(row->value);
}

/// A value of the form, where it is a code of ours in words.
std::string read_by_people(Language language, std::string_view name, const std::string& value)
{
    return name == kMode && use_mode_from_name(value) ? message(language, "mode", value) : value;
}

bool has_field(const Call& call, std::string_view name)
{
    return std::ranges::find(call.form, name, &http::Pairs::value_type::first) != call.form.end();
}

Json error_of(const DocumentForm& form, std::string_view name)
{
    const auto found = form.problems.find(std::string{name});
    return found == form.problems.end() ? Json() : Json(found->second);
}

std::string shown_value(const catalog::Document& document, const DocumentForm& form, std::string_view name)
{
    const auto typed = form.typed.find(std::string{name});
    return typed == form.typed.end() ? value_of(document, name) : typed->second;
}

Json kind_options(Language language, const std::string& selected)
{
    auto options = Json::array();
    options.push_back({{"value", ""}, {"text", page_text(language, "form.unknown")}, {"selected", selected.empty()}});
    for (const auto& kind : catalog::kKinds) {
        options.push_back(
            {{"value", kind.abbreviation}, {"text", kind.name}, {"selected", kind.abbreviation == selected}});
    }
    return options;
}

/// Those that fit the document's grade: of a graded one the only one.
Json mode_options(Language language, Secrecy secrecy, const std::string& selected)
{
    auto options = Json::array();
    for (const auto& row : kUseModes) {
        if (fits(row.mode, secrecy)) {
            options.push_back({{"value", row.name},
                               {"text", message(language, "mode", row.name)},
                               {"selected", row.name == selected}});
        }
    }
    return options;
}

/// Names of the form in the order it shows them.
std::vector<std::string_view> field_names()
{
    std::vector<std::string_view> names;
    names.reserve(kTextFields.size() + 2);
    for (const auto& row : kTextFields) {
        names.push_back(row.name);
    }
    names.push_back(kDay);
    names.push_back(kMode);
    return names;
}

} // namespace

DocumentForm read_document_form(const Call& call)
{
    DocumentForm form;
    const auto revision = call.field("revision");
    const auto [end, problem] = std::from_chars(revision.data(), revision.data() + revision.size(), form.seen);
    if (problem != std::errc{} || end != revision.data() + revision.size()) {
        throw Error{Kind::conflict, "http.if_match_missing"};
    }
    for (const auto name : field_names()) {
        if (has_field(call, name)) {
            form.typed[std::string{name}] = call.field(name);
        }
    }
    for (const auto& row : kTextFields) {
        if (const auto typed = form.typed.find(std::string{row.name}); typed != form.typed.end()) {
            form.changes.*(row.change) = typed->second;
        }
    }
    if (const auto typed = form.typed.find(std::string{kMode}); typed != form.typed.end()) {
        form.changes.mode = typed->second;
    }
    form.changes.reason = call.field("reason");
    if (const auto typed = form.typed.find(std::string{kDay}); typed != form.typed.end()) {
        const auto day = day_of(typed->second);
        if (!typed->second.empty() && !day) {
            form.problems[std::string{kDay}] = page_text(call.language, "form.bad_date");
        }
        form.changes.issued_on = day;
    }
    return form;
}

DocumentForm with_problems(const Call& call, DocumentForm form, const Error& error)
{
    for (const auto& one : error.problems()) {
        form.problems[one.pointer.substr(1)] = message(call.language, "error", one.code, one.fields);
    }
    return form;
}

Json edit_form(const Call& call, const catalog::Document& document, const DocumentForm& form)
{
    auto fields = Json::object();
    auto bases = Json::array();
    std::vector<std::pair<std::string, std::string>> problems;
    for (const auto name : field_names()) {
        const auto value = shown_value(document, form, name);
        Json field{{"value", value}, {"error", error_of(form, name)}};
        if (name == "kind") {
            field["options"] = kind_options(call.language, value);
        }
        if (name == kMode) {
            field["options"] = mode_options(call.language, document.secrecy, value);
        }
        if (!field["error"].is_null()) {
            problems.emplace_back("f-" + std::string{name}, field["error"].get<std::string>());
        }
        fields[std::string{name}] = std::move(field);
        const auto base = call.field(std::string{kBase} + std::string{name});
        bases.push_back({{"name", std::string{kBase} + std::string{name}},
                         {"value", form.typed.empty() ? value_of(document, name) : base}});
    }
    fields["reason"] = {{"value", form.changes.reason}, {"error", error_of(form, "reason")}};
    if (!fields["reason"]["error"].is_null()) {
        problems.emplace_back("f-reason", fields["reason"]["error"].get<std::string>());
    }
    const auto path = document_path(document.uid);
    return {{"action", path}, {"revision", std::to_string(form.seen == 0 ? document.revision : form.seen)},
            {"bases", bases}, {"errors", error_summary(call.language, problems)},
            {"cancel", path}, {"fields", fields}};
}

http::Response merge_page(const Call& call, const catalog::DocumentView& view, const DocumentForm& form)
{
    const auto& document = view.document;
    auto fields = Json::array();
    auto kept = Json::array();
    for (const auto name : field_names()) {
        const auto theirs = value_of(document, name);
        const auto yours = shown_value(document, form, name);
        const auto base = call.field(std::string{kBase} + std::string{name});
        if (theirs == yours) {
            kept.push_back({{"name", name}, {"value", yours}});
            continue;
        }
        const bool only_they = yours == base;
        const bool only_you = theirs == base;
        fields.push_back({{"name", name},
                          {"id", "m-" + std::string{name}},
                          {"text", page_text(call.language, "field." + std::string{name})},
                          {"base", read_by_people(call.language, name, base)},
                          {"theirs", theirs},
                          {"theirs_text", read_by_people(call.language, name, theirs)},
                          {"yours", yours},
                          {"yours_text", read_by_people(call.language, name, yours)},
                          {"conflict", !only_they && !only_you},
                          {"take_theirs", only_they},
                          {"take_yours", !only_they}});
    }
    kept.push_back({{"name", "reason"}, {"value", form.changes.reason}});
    const auto path = document_path(document.uid);
    const auto history = services::document_history(call.archive(), call.actor, document.uid, 0, 1).entries;
    const Json shown{{"title", page_text(call.language, "merge.title")},
                     {"document", {{"href", path}, {"title", document.title}, {"code", document.number_symbol()}}},
                     {"action", path},
                     {"revision", std::to_string(document.revision)},
                     {"cancel", path},
                     {"changed_by", history.empty() || history.front().actor_name.empty()
                                        ? page_text(call.language, "actor.operator")
                                        : history.front().actor_name},
                     {"changed_text", history.empty() ? std::string{} : instant_text(history.front().at)},
                     {"fields", fields},
                     {"kept", kept}};
    auto frame = frame_of(call, "search");
    frame.secrecy = document.secrecy;
    return page(call, "document_merge", shown, frame, 412);
}

} // namespace vtlt::webui
