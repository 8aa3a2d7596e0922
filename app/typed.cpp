// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/typed.h"

#include <vtlt/core/auth/authorize.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/services/documents.h>
#include <vtlt/indexer/searcher.h>

#include <algorithm>

namespace vtlt::app {

namespace {

std::string joined(auto&& words)
{
    std::string out;
    for (const auto& word : words) {
        out.append(out.empty() ? "" : " ").append(word);
    }
    return out;
}

std::string in_capitals(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
}

/// As written in the catalogue, else as a search of the field reads it: without accents, capitals, leading zeros.
std::vector<DocumentId> find_by_number(const Context& context, services::Archive& archive, db::ReadTx& tx,
                                       const std::string& name)
{
    const auto slash = name.find('/');
    if (slash == std::string::npos) {
        return {};
    }
    auto ids = catalog::list_ids_by_number(tx, name.substr(0, slash), name.substr(slash + 1));
    if (ids.empty() && name.find_first_of("\"()") == std::string::npos) {
        indexer::Searcher searcher{archive.home(), archive.database()};
        ids = searcher.matching_documents("so:\"" + name + "\"",
                                          auth::reach_of(context.actor(), auth::Action::document_read));
    }
    return ids;
}

bool may_read(const auth::Actor& actor, const catalog::DocumentView& view)
{
    return auth::is_allowed(actor, auth::Action::document_read, catalog::target_of(view.document));
}

} // namespace

std::optional<Date> day_or_none(const std::string& typed)
{
    if (typed.empty()) {
        return std::nullopt;
    }
    if (const auto day = parse_date(typed)) {
        return day;
    }
    throw Error{Kind::invalid, "date.not_a_day", {{"value", typed}}};
}

bool yes_or_no(const std::string& typed)
{
    if (typed != "yes" && typed != "no") {
        throw Error{Kind::invalid, "option.not_yes_or_no", {{"value", typed}}};
    }
    return typed == "yes";
}

auth::Role role_of(const std::string& typed)
{
    if (const auto role = auth::role_from_name(typed)) {
        return *role;
    }
    throw Error{Kind::invalid, "role.unknown", {{"value", typed}, {"known", joined(auth::kRoleNames)}}};
}

Secrecy clearance_of(const std::string& typed)
{
    if (const auto clearance = secrecy_from_name(typed)) {
        return *clearance;
    }
    throw Error{Kind::invalid, "secrecy.unknown", {{"value", typed}}};
}

catalog::DocumentView find_document(const Context& context, services::Archive& archive, db::ReadTx& tx,
                                    const std::string& name)
{
    std::vector<catalog::DocumentView> found;
    if (const auto uid = in_capitals(name); is_uid(uid)) {
        found = catalog::list_views_by_uid(tx, std::vector<Uid>{uid});
        if (!found.empty() && !may_read(context.actor(), found.front())) {
            services::refuse_document(context.actor(), catalog::target_of(found.front().document), name);
        }
    } else {
        // Of what he may not read not even the number is told: by its number it is missing, also where a unit tells.
        found = catalog::list_views(tx, find_by_number(context, archive, tx, name));
    }
    std::erase_if(found, [&](const catalog::DocumentView& view) { return !may_read(context.actor(), view); });
    if (found.empty()) {
        services::refuse_document(context.actor(), std::nullopt, name);
    }
    if (found.size() > 1) {
        throw Error{Kind::conflict, "document.ambiguous", {{"count", std::to_string(found.size())}, {"id", name}}};
    }
    return std::move(found.front());
}

Uid document_uid(const Context& context, services::Archive& archive, const std::string& typed)
{
    if (auto uid = in_capitals(typed); is_uid(uid)) {
        return uid;
    }
    auto tx = archive.database().read();
    return find_document(context, archive, tx, typed).document.uid;
}

} // namespace vtlt::app
