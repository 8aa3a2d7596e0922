// SPDX-License-Identifier: GPL-3.0-or-later
#include <vtlt/webui/frame.h>

#include <vtlt/webui/formats.h>
#include <vtlt/webui/labels.h>

#include <algorithm>

namespace vtlt::webui {

namespace {

/// Everything but letters, digits and -._~ as %XX, for a value in a query string.
std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char sign : text) {
        const auto byte = static_cast<unsigned char>(sign);
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
            std::string_view{"-._~"}.find(sign) != std::string_view::npos) {
            out += sign;
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

Json navigation(const Frame& frame, Language language)
{
    auto items = Json::array();
    std::string_view group;
    for (const auto& place : kPlaces) {
        if (!frame.places.empty() && std::ranges::find(frame.places, place.name) == frame.places.end()) {
            continue;
        }
        const bool opens = !place.group.empty() && place.group != group;
        group = place.group;
        items.push_back({{"group", opens ? page_text(language, "nav." + std::string{group}) : std::string{}},
                         {"below", !group.empty()},
                         {"name", place.name},
                         {"href", place.href},
                         {"key", place.key},
                         {"text", page_text(language, "nav." + std::string{place.name})},
                         {"current", place.name == frame.place}});
    }
    return items;
}

} // namespace

Json frame_view(const Frame& frame, Language language)
{
    auto messages = Json::array();
    for (const auto& one : frame.messages) {
        messages.push_back({{"tone", one.tone},
                            {"text", one.text},
                            {"link", one.href.empty() ? Json{} : Json{{"href", one.href}, {"text", one.link_text}}}});
    }
    const auto other = language == Language::vi ? Language::en : Language::vi;
    const auto other_name = kLanguageNames[static_cast<std::size_t>(other)];
    Json user;
    if (!frame.user.empty()) {
        user = {{"name", frame.user}, {"full_name", frame.full_name}};
    }
    return {{"lang", kLanguageNames[static_cast<std::size_t>(language)]},
            {"archive", frame.archive},
            {"version", frame.version},
            {"csrf", frame.csrf},
            {"user", std::move(user)},
            {"nav", frame.user.empty() ? Json::array() : navigation(frame, language)},
            {"query", frame.query},
            {"language",
             {{"code", other_name},
              {"text", page_text(other, "language.own_name")},
              {"href", "/language?to=" + std::string{other_name} +
                           "&back=" + percent_encoded(frame.target.empty() ? "/" : frame.target)}}},
            {"secrecy", secrecy_badge(language, frame.secrecy)},
            {"messages", std::move(messages)},
            {"jobs_text", frame.jobs_text}};
}

} // namespace vtlt::webui
