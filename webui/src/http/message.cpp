// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/http/message.h>

#include "http/syntax.h"

#include <algorithm>

namespace vtlt::webui::http {

namespace {

std::optional<std::string_view> first_value(const Pairs& pairs, std::string_view name)
{
    const auto found = std::ranges::find(pairs, name, &Pairs::value_type::first);
    return found == pairs.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

} // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const
{
    const auto found =
        std::ranges::find_if(fields_, [&](const Field& field) { return is_same_word(field.first, name); });
    return found == fields_.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (const auto& [key, value] : fields_) {
        if (is_same_word(key, name)) {
            values.emplace_back(value);
        }
    }
    return values;
}

void Headers::set(std::string_view name, std::string value)
{
    std::erase_if(fields_, [&](const Field& field) { return is_same_word(field.first, name); });
    fields_.emplace_back(name, std::move(value));
}

std::optional<std::string_view> Request::query_value(std::string_view name) const
{
    return first_value(query, name);
}

std::optional<std::string_view> Request::cookie(std::string_view name) const
{
    return first_value(cookies, name);
}

} // namespace vtlt::webui::http
