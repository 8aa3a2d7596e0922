// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/words.h"

#include <array>
#include <cstdio>

namespace vtlt::app {

std::string counted(const Context& context, const std::string& key, std::uint64_t count, const Fields& fields)
{
    return context.text("cli", count == 1 ? key + ".one" : key, fields);
}

void say_excluded(const Context& context, std::optional<std::uint64_t> excluded)
{
    if (excluded.value_or(0) > 0) {
        context.say(counted(context, "search.excluded", *excluded, {{"count", std::to_string(*excluded)}}));
    }
}

const std::string& role_word(const Context& context, const auth::RoleLabels& labels, auth::Role role)
{
    return labels.text(role, webui::kLanguageNames[static_cast<std::size_t>(context.language)]);
}

std::string decimal(const Context& context, double value)
{
    std::array<char, 32> out{};
    const int size = std::snprintf(out.data(), out.size(), "%.1f", value);
    std::string text{out.data(), static_cast<std::size_t>(size)};
    if (const auto point = text.find('.'); context.language == webui::Language::vi && point != std::string::npos) {
        text[point] = ',';
    }
    return text;
}

std::string moment(Instant instant)
{
    using namespace std::chrono;
    const auto local = instant + 7h;
    const hh_mm_ss time{local - floor<days>(local)};
    std::array<char, 32> out{};
    const int size = std::snprintf(out.data(), out.size(), "%02d:%02d", static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()));
    return format_date_vi(day_in_vietnam(instant)) + " " + std::string{out.data(), static_cast<std::size_t>(size)};
}

} // namespace vtlt::app
