// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/core/auth/role_labels.h>

#include <vtlt/core/base/embedded_file.h>
#include <vtlt/core/base/error.h>
#include <vtlt/core/base/json.h>

#include <algorithm>
#include <vector>

namespace vtlt::role_labels {
std::span<const EmbeddedFile> files();
}

namespace vtlt::auth {

namespace {

RoleLabels read_set(const Json& json)
{
    RoleLabels labels{.code = json.at("code").get<std::string>(), .source = json.at("source").get<std::string>()};
    for (const auto& [language, title] : json.at("title").items()) {
        labels.titles.emplace(language, title.get<std::string>());
        auto& words = labels.words[language];
        for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
            words.at(i) = json.at(language).at(std::string{kRoleNames.at(i)}).get<std::string>();
        }
    }
    return labels;
}

std::vector<RoleLabels> read_sets()
{
    std::vector<RoleLabels> sets;
    const auto json = parse_json(vtlt::role_labels::files().front().text());
    for (const auto& one : json.at("sets")) {
        sets.push_back(read_set(one));
    }
    ensure(!sets.empty(), "the program has words for the roles");
    return sets;
}

} // namespace

const std::string& RoleLabels::text(Role role, std::string_view language) const
{
    const auto found = words.find(language);
    ensure(found != words.end(), "the words of roles are there in every language");
    return found->second.at(static_cast<std::size_t>(role));
}

std::span<const RoleLabels> role_labels()
{
    static const auto kSets = read_sets();
    return kSets;
}

const RoleLabels* find_role_labels(std::string_view code)
{
    const auto sets = role_labels();
    const auto found = std::ranges::find(sets, code, &RoleLabels::code);
    return found != sets.end() ? &*found : nullptr;
}

} // namespace vtlt::auth
